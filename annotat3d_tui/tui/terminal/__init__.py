"""What a terminal can draw: half-blocks."""
