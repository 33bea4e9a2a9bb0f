"""Arrays to pictures: slices and their place on a screen, colours, contrast, half-blocks, PNG."""
