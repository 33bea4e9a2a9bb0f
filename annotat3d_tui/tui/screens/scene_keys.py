"""The keys of the 3D screen that are not the picture's own, what the last line says of them, and its help."""

from textual.binding import Binding, BindingType

VIEWS = ("z", "-z", "-y", "y", "x", "-x", "iso")
"""By the keys 1 to 7: from the first slice of each plane and from behind, then from a corner."""


def _key(id: str, keys: str, action: str, description: str, tooltip: str) -> Binding:
    return Binding(keys, action, description, id=f"scene.{id}", tooltip=tooltip)


_LOOKS: list[BindingType] = [
    _key(f"view_{number}", str(number), f"look('{view}')", f"Look along {view}", help)
    for number, (view, help) in enumerate(
        zip(
            VIEWS[:6],
            (
                "The plane XY, as the slice view has it.",
                "The plane XY from behind.",
                "The plane XZ, as the slice view has it.",
                "The plane XZ from behind.",
                "The plane YZ, as the slice view has it.",
                "The plane YZ from behind.",
            ),
            strict=True,
        ),
        1,
    )
]

SCENE_BINDINGS: list[BindingType] = [
    *_LOOKS,
    _key("view_7", "7", "look('iso')", "Look from a corner", "All three axes at once."),
    _key("zoom_in", "plus,equals_sign", "zoom(1)", "Zoom in", "Nearer; flying, ahead."),
    _key("zoom_out", "underscore,minus", "zoom(-1)", "Zoom out", "Farther; flying, back."),
    _key("fit", "0", "fit", "Fit", "The whole box in the picture, from where it is seen."),
    _key("roll_left", "less_than_sign", "roll(5)", "Roll left", "The picture in itself, by 5°."),
    _key("roll_right", "greater_than_sign", "roll(-5)", "Roll right", "The picture in itself, by 5°."),
    _key("style", "m", "style", "Next camera", "Arcball, turntable (z stays upright), fly."),
    _key("projection", "p", "projection", "Projection", "Orthographic, or perspective: near things are larger."),
    _key("home", "h", "home", "Home", "From where it was seen at first, or where the home was set."),
    _key("set_home", "H", "set_home", "Set home", "Home is where it is seen from now."),
    _key("volume", "g", "switch('volume')", "Volume", "Grey values from the threshold on, as a volume."),
    _key("threshold_down", "comma", "threshold(-1)", "Lower threshold", "By a fiftieth of the contrast."),
    _key("threshold_up", "full_stop", "threshold(1)", "Higher threshold", "By a fiftieth of the contrast."),
    _key("threshold", "T", "threshold_value", "Threshold…", "A grey value; an empty line parts bright from dark."),
    _key("opacity", "z", "opacity", "Opacity of the volume", "Solid, soft, mist, or the brightest along each look."),
    _key("label", "l", "switch('label')", "Label volume", "Surfaces of all labels that are not hidden."),
    _key("mesh", "M", "mesh", "Mesh of the label", "The surface of the chosen label, also if it is hidden."),
    _key("mesh_opacity", "L", "mesh_opacity", "Opacity of surfaces", "100, 75, 50 or 25 %."),
    _key("slices", "t", "slices", "Slices", "None; XY, XZ and YZ through the cursor; each alone."),
    _key("superpixels", "s", "superpixels", "Superpixel borders", "On the slices, here and in the slice view."),
    _key("markers", "k", "switch('markers')", "Markers", "What was marked, as voxels."),
    _key("box", "b", "switch('box')", "Box", "The box of the volume, with ticks and axes: x red, y green, z blue."),
    _key("background", "B", "background", "Background", "Dark, black, light, white."),
    _key("reticle", "X", "reticle", "Reticle", "In the middle, where it is picked."),
    _key("cut", "x", "switch('cutting')", "Cut", "Volume, labels and markers by the clipping plane."),
    _key("plane", "Q", "switch('plane')", "Slice in the clipping plane", "The image in the plane, as a slice."),
    _key("cut_back", "left_square_bracket", "along(-1)", "Plane back", "By a hundredth of the way through."),
    _key("cut_on", "right_square_bracket", "along(1)", "Plane on", "By a hundredth of the way through."),
    _key("cut_back_1", "left_curly_bracket", "along_voxels(-1)", "Plane back a little", "By the finest voxel."),
    _key("cut_on_1", "right_curly_bracket", "along_voxels(1)", "Plane on a little", "By the finest voxel."),
    _key("turn_left", "ctrl+left", "turn_plane(-5, 0)", "Turn plane left", "By 5°."),
    _key("turn_right", "ctrl+right", "turn_plane(5, 0)", "Turn plane right", "By 5°."),
    _key("turn_up", "ctrl+up", "turn_plane(0, -5)", "Turn plane up", "By 5°."),
    _key("turn_down", "ctrl+down", "turn_plane(0, 5)", "Turn plane down", "By 5°."),
    _key("face", "n", "face", "Next normal", "Along the look, then along z, y, x."),
    _key("normal", "N", "normal", "Normal and position…", "Of the clipping plane, as x y z; 0 0 1 is XY."),
    _key("flip", "f", "flip", "Flip", "What was cut away is kept, the rest is cut away."),
    _key("lock", "y", "lock", "Lock plane", "Locked, it does not turn or move; or free again."),
    _key("centre", "c", "centre", "Centre on the cursor", "Where the slices of the slice view meet."),
    _key("centre_label", "C", "centre_label", "Centre on the label", "The middle of the chosen one; slices go there."),
    _key("solo_label", "V", "solo_label", "Show only this label", "Hide all others; again shows all."),
    _key("hide_label", "v", "hide_label", "Hide or show label", "The chosen one, here and in slices."),
    _key("find_label", "slash", "find_label", "Find label", "By a part of its name or by its id."),
    _key("labels", "a", "labels", "Labels", "Arrows choose one in the list."),
    _key("wheel", "O", "wheel", "Wheel", "It zooms, or changes the slice that is seen best."),
    _key("colour_map", "W", "colour_map", "Colour map…", "Of grey values, here and in slices."),
    _key("contrast_percent", "percent_sign", "contrast_percent", "Contrast by percentiles", "Here and in slices."),
    _key("contrast_values", "alt+w", "contrast_values", "Contrast values…", "Grey values, or 1% 99%."),
    _key("save_picture", "w", "save_picture", "Save picture…", "A PNG of any size, also 4K."),
    _key("save_film", "E", "save_film", "Save film…", "Once round what is seen, as GIF or animated PNG."),
    _key("save_mesh", "e", "save_mesh", "Export mesh…", "Closed surfaces of labels as STL, PLY or OBJ."),
    _key("save_view", "i", "save_view", "Save view…", "From where it is seen, as JSON; commands take it, too."),
    _key("open_view", "I", "open_view", "Load view…", "One that was saved."),
    _key("panel", "backslash", "panel", "Side panel", "Fold it or show it."),
    _key("cancel", "escape", "cancel", "Cancel", "What is being written; messages; then the panel; then back."),
    _key("back", "q", "back", "Back", "To where it was called."),
]

KEYS = (
    ("scene.left scene.right scene.up scene.down", "turn", "", 1),
    ("scene.zoom_in scene.zoom_out", "zoom", "zoom(1)", 2),
    ("scene.view_1", "views", "look('z')", 4),
    ("scene.volume", "volume", "switch('volume')", 3),
    ("scene.label", "label", "switch('label')", 3),
    ("scene.slices", "slices", "slices", 4),
    ("scene.cut", "cut", "switch('cutting')", 3),
    ("scene.cut_back scene.cut_on", "move cut", "along(1)", 5),
    ("scene.pick", "pick", "", 4),
    ("scene.threshold_down scene.threshold_up", "threshold", "threshold(1)", 6),
    ("scene.save_picture", "picture", "save_picture", 5),
    ("scene.panel", "panel", "panel", 6),
    ("scene.back", "back", "back", 1),
    ("app.help", "help", "app.help", 0),
    ("app.palette", "palette", "app.command_palette", 5),
)
"""Of the last line: ids of bindings, word, action, how early it is left out."""

LIST_KEYS = (
    ("list.up list.down", "choose", "", 1),
    ("scene.list_mesh", "mesh", "mesh", 2),
    ("scene.hide_label", "hide", "hide_label", 2),
    ("scene.solo_label", "only this", "solo_label", 3),
    ("scene.centre_label", "centre", "centre_label", 3),
    ("scene.to_picture", "back", "to_picture", 0),
    ("app.help", "help", "app.help", 0),
)

HELP = """\
The image as a volume, label surfaces, slices, markers: coarse while it moves, sharp when it is still. Contrast, \
colour map, labels, cursor and clipping plane are those of the slice view: what changes here has changed there. \
{scene.pick} picks what is under the reticle in the middle, a click what is under the pointer: the three slices go \
there. {scene.cut} cuts by the clipping plane, {scene.cut_back} {scene.cut_on} move it, {scene.turn_left} \
{scene.turn_right} and {scene.face} turn it, {scene.flip} keeps the other side."""
MOUSE = (
    "Mouse: left drag turns, right or middle drag (or Shift) pans, wheel zooms or changes the slice, with Ctrl the "
    "other of these; a click picks."
)
