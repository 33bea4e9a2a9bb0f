"""What a screen is made of; a widget shows and asks, it never computes."""
