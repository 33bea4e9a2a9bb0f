"""Image -> superpixels: gradient, seeds, flood and mend make waterpixels; check and borders serve any."""
