"""What the hand drew: label table, strokes, markers, journal, history; how two label volumes compare."""
