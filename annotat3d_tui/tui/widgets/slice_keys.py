"""The keys of a slice view; each has an id, by which a keymap can give it other keys."""

from textual.binding import Binding


def _key(id: str, keys: str, action: str, description: str, tooltip: str, show: bool = False) -> Binding:
    return Binding(keys, action, description, show=show, tooltip=tooltip, id=f"slice.{id}")


BINDINGS: tuple[Binding, ...] = (
    _key("left", "left", "move(-1, 0)", "Left", "Move the cursor by one voxel."),
    _key("right", "right", "move(1, 0)", "Right", "Move the cursor by one voxel."),
    _key("up", "up", "move(0, -1)", "Up", "Move the cursor by one voxel."),
    _key("down", "down", "move(0, 1)", "Down", "Move the cursor by one voxel."),
    _key("left_10", "shift+left", "move(-10, 0)", "Left by 10", "Move the cursor by ten voxels."),
    _key("right_10", "shift+right", "move(10, 0)", "Right by 10", "Move the cursor by ten voxels."),
    _key("up_10", "shift+up", "move(0, -10)", "Up by 10", "Move the cursor by ten voxels."),
    _key("down_10", "shift+down", "move(0, 10)", "Down by 10", "Move the cursor by ten voxels."),
    _key("previous", "left_square_bracket,pageup", "slice(-1)", "Previous slice", "Show the slice before this one."),
    _key("next", "right_square_bracket,pagedown", "slice(1)", "Next slice", "The slice after this one.", show=True),
    _key("previous_10", "left_curly_bracket,shift+pageup", "slice(-10)", "Back 10 slices", "Ten slices before."),
    _key("next_10", "right_curly_bracket,shift+pagedown", "slice(10)", "On 10 slices", "Ten slices after."),
    _key("first", "home", "slice_end(-1)", "First slice", "Show the first slice of this plane."),
    _key("last", "end", "slice_end(1)", "Last slice", "Show the last slice of this plane."),
    _key("previous_marked", "comma", "marked(-1)", "Previous marked slice", "The nearest slice before with markers."),
    _key("next_marked", "full_stop", "marked(1)", "Next marked slice", "The nearest slice after with markers."),
    _key("plane", "t", "plane", "Turn plane", "Show the next plane: XY, XZ, YZ, the clipping plane.", show=True),
    _key(
        "pen",
        "space",
        "pen",
        "Pen",
        "Put the pen down, where moving draws, or take it up; flood; set a corner.",
        show=True,
    ),
    _key("line", "enter", "line", "Line", "Draw a straight line from the last point to the cursor; fill the polygon."),
    _key("erase", "e", "erase", "Erase", "Let the pen take marks away, or draw again.", show=True),
    _key("erase_stroke", "E", "erase_stroke", "Erase stroke", "Take away the whole stroke under the cursor."),
    _key("narrower", "minus", "radius(-1)", "Smaller brush", "One voxel less of radius; less tolerance of a flood."),
    _key("wider", "equals_sign", "radius(1)", "Larger brush", "One voxel more of radius; more tolerance of a flood."),
    # what Alt and a sign send differs between terminals: one with a keyboard protocol, one without
    _key(
        "flatter",
        "alt+minus,en_dash",
        "depth(-1)",
        "Less depth",
        "One slice less before and behind; a flood stays in its slice.",
    ),
    _key(
        "deeper",
        "alt+equals_sign,not_equal_to",
        "depth(1)",
        "More depth",
        "One slice more before and behind; a flood goes through all slices.",
    ),
    _key("shape", "b", "shape", "Brush tool", "The next one: disk, ball, superpixel, flood, polygon."),
    _key("uncorner", "backspace", "uncorner", "Corner back", "Take back the last corner of the polygon."),
    _key("extend", "x", "extend", "Extend", "Paint with the label found under the first voxel."),
    _key("label", "l", "show('label')", "Show label", "Show or hide the label volume."),
    _key("superpixels", "s", "show('superpixels')", "Show superpixels", "Show or hide the borders of superpixels."),
    _key("markers", "k", "show('markers')", "Show markers", "Show or hide the markers."),
    _key("contour", "O", "show('contour')", "Outline labels", "The contours of labels instead of their area."),
    _key("patterns", "B", "show('patterns')", "Patterns of labels", "Stripes, checks, dots beside colours; or not."),
    _key("crosshair", "X", "show('crosshair')", "Crosshair", "Lines through the cursor over the whole slice."),
    _key("bar", "M", "show('bar')", "Scale bar", "How large things are: a bar of a round length."),
    _key("sides", "T", "show('sides')", "Three planes", "All three side by side, on 180 columns and more."),
    _key("reset_contrast", "r", "reset_contrast", "Reset contrast", "Fit the contrast to the image again."),
    _key("zoom_in", "plus", "zoom(1)", "Zoom in", "Nearer, around the cursor."),
    _key("zoom_out", "underscore", "zoom(-1)", "Zoom out", "Farther, around the cursor."),
    _key("one_to_one", "z", "one_to_one", "Zoom 1:1", "A pixel a voxel, around the cursor."),
    _key("fit", "0", "fit", "Fit", "Show the whole slice."),
    _key("pan_left", "ctrl+left", "pan(-1, 0)", "Pan left", "Move the view over the slice."),
    _key("pan_right", "ctrl+right", "pan(1, 0)", "Pan right", "Move the view over the slice."),
    _key("pan_up", "ctrl+up", "pan(0, -1)", "Pan up", "Move the view over the slice."),
    _key("pan_down", "ctrl+down", "pan(0, 1)", "Pan down", "Move the view over the slice."),
    _key("centre", "c", "centre", "Centre", "Bring the cursor to the middle of the view."),
)
