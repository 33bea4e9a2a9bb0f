"""What the hand drew: label table, strokes, markers, journal; how two label volumes compare."""
