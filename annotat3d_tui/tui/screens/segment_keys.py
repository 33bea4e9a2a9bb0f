"""The keys of the segmentation screen that are not the slice's own, and the files menu."""

from textual.binding import Binding, BindingType


def _key(id: str, keys: str, action: str, description: str, tooltip: str, show: bool = True) -> Binding:
    return Binding(keys, action, description, show=show, tooltip=tooltip, id=id)


CHOOSE_LABEL: list[BindingType] = [
    _key(
        f"label.choose_{digit}",
        str(digit),
        f"choose({digit})",
        f"Choose label {digit}",
        "What the brush paints.",
        show=False,
    )
    for digit in range(1, 10)
]

SEGMENT_BINDINGS: list[BindingType] = [
    _key("segment.superpixels", "S", "superpixels", "Generate superpixels", "Of the whole image."),
    _key(
        "segment.superpixel_preview", "Z", "superpixel_preview", "Preview superpixels", "Of this slice and two around."
    ),
    _key("segment.preview", "P", "preview", "Preview", "Label this slice and two on each side."),
    _key("segment.apply", "A", "apply", "Apply", "Learn from the marks and label the whole image."),
    _key("segment.details", "i", "details", "Details…", "How it was tested, scores, confusion, importances."),
    _key("segment.next_place", "N", "next_place", "Next place to annotate", "Where marks would teach most."),
    _key("segment.uncertainty", "semicolon", "uncertainty", "Show uncertainty", "Instead of the label, as heat."),
    _key("segment.probability", "apostrophe", "probability", "Show probability", "Of the chosen label, as heat."),
    _key("segment.parameters", "C", "parameters", "Classifier parameters…", "Superpixels, features, classifier."),
    _key("segment.cancel", "escape", "cancel", "Cancel", "What runs; then take messages away, fold the panel."),
    *CHOOSE_LABEL,
    _key("label.new", "n", "new_label", "New label…", "Add a label and choose it."),
    _key("label.rename", "R", "rename_label", "Rename label…", "Give the chosen label another name."),
    _key("label.recolour", "H", "recolour_label", "Recolour label…", "Give the chosen label another colour."),
    _key(
        "label.remove",
        "D",
        "remove_label",
        "Remove label",
        "Its marks are erased or go to another.",
    ),
    _key("label.hide", "v", "hide_label", "Hide or show label", "The chosen label, in the slice."),
    _key("label.solo", "V", "solo_label", "Show only this label", "Hide all others; again shows all."),
    _key("label.find", "slash", "find_label", "Find label", "By a part of its name or by its id."),
    _key(
        "label.lock",
        "K",
        "lock_label",
        "Lock or unlock label",
        "A locked label keeps its marks, and its voxels: label editing takes and gives none.",
    ),
    _key("label.raise", "alt+up", "raise_label", "Label up in the list", "The chosen one; its id stays."),
    _key("label.lower", "alt+down", "lower_label", "Label down in the list", "The chosen one; its id stays."),
    _key("label.centre", "m", "centre_label", "Centre on label", "Move the cursor to the middle of the chosen label."),
    _key("marks.threshold", "G", "threshold", "Mark by grey value…", "All voxels in a range, in the slice or in all."),
    _key("marks.undo", "u,ctrl+z", "undo", "Undo", "Take back the last act on marks and labels."),
    _key("marks.redo", "ctrl+y", "redo", "Redo", "Do again what was undone."),
    _key("marks.history", "U", "history", "History…", "All acts; one can go back or forth to any."),
    _key("marks.erase_all", "ctrl+e", "erase_all", "Erase all marks", "Of every label; asks first."),
    _key("segment.goto", "g", "goto", "Go to x y z…", "Move the cursor to a voxel."),
    _key(
        "segment.copy",
        "y",
        "copy",
        "Copy…",
        "Position, label, stroke or command line, to the clipboard (also over SSH) or to a file.",
    ),
    _key("segment.contrast", "w", "contrast", "Contrast", "Arrows and the mouse move the window."),
    _key(
        "segment.contrast_percent",
        "percent_sign",
        "contrast_percent",
        "Contrast by percentiles",
        "0-100, 0.5-99.5, 1-99, 2-98, 5-95, 10-90 %.",
    ),
    _key("segment.contrast_values", "alt+w", "contrast_values", "Contrast values…", "Grey values, or 1% 99%."),
    _key("segment.colour_map", "W", "colour_map", "Colour map…", "Colours of grey values, each shown meanwhile."),
    _key("segment.invert_colours", "I", "invert_colours", "Invert colours", "Of grey values: the other way round."),
    _key("segment.clipping", "Q", "clipping", "Clipping plane…", "A slice at any angle through the cursor."),
    _key("segment.alternative", "o", "alternative", "Visualization image", "In the place of the image, or it again."),
    _key("segment.difference", "d", "difference", "Show difference", "From another label volume, over the slice."),
    _key("segment.opacity", "L", "opacity", "Label opacity", "30, 50, 70 or 100 %."),
    _key("segment.command", "colon", "command", "Command line", "Strokes and words as text."),
    _key("segment.panel", "backslash", "panel", "Side panel", "Fold it or show it."),
    _key(
        "segment.correct",
        "F",
        "correct",
        "Correct labels…",
        "Marks, merge, split, morphology: each is looked at before it is taken.",
    ),
    _key("segment.objects", "J", "objects", "Table of objects…", "Size, place, grey values of each label or piece."),
    _key("segment.region", "a", "region", "Region of work…", "Tools and previews change nothing outside of a box."),
    _key("segment.files", "f", "files", "Files…", "Load and save masks, labels and superpixels."),
    _key("files.save_label", "ctrl+s", "save_label", "Save label…", "The label volume, to a file."),
    _key("files.open", "ctrl+o", "open_other", "Open another image…", "Or a workspace, or the demo."),
]

FILES_MENU: tuple[tuple[str, str, str], ...] = (
    ("l", "save_label", "Save label…"),
    ("a", "save_annotation", "Save annotation…"),
    ("m", "save_markers", "Save annotation as a mask…"),
    ("s", "save_superpixels", "Save superpixels…"),
    ("c", "save_classifier", "Save classifier…"),
    ("t", "save_training", "Save training data…"),
    ("L", "load_label", "Load label…"),
    ("A", "load_annotation", "Load annotation…"),
    ("M", "load_markers", "Load a mask, as markers or label…"),
    ("S", "load_superpixels", "Load superpixels…"),
    ("C", "load_classifier", "Load classifier, and label this image by it…"),
    ("v", "open_visualization", "Open visualization image…"),
    ("V", "close_visualization", "Close visualization image"),
    ("d", "open_compared", "Compare with another label…"),
    ("D", "close_compared", "Close the other label"),
    ("T", "load_training", "Load training data, to learn from it, too…"),
    ("j", "apply_job", "Apply as a job, which outlives this screen"),
)
"""Letter in the menu, action, title."""

COPY_MENU: tuple[tuple[str, str, str], ...] = (
    ("y", "copy_position", "Copy position"),
    ("l", "copy_label", "Copy label under the cursor"),
    ("s", "copy_stroke", "Copy last stroke"),
    ("c", "copy_command", "Copy command line of Apply"),
    ("Y", "write_position", "Position to a file…"),
    ("L", "write_label", "Label under the cursor to a file…"),
    ("S", "write_stroke", "Last stroke to a file…"),
    ("C", "write_command", "Command line of Apply to a file…"),
)
"""Letter in the menu of what can be copied, action, title."""

HELP = """\
Mark a few voxels of each label, press {segment.apply}, look, correct, press {segment.apply} again. {slice.pen} puts \
the brush down and up, or drag with the mouse. Every mark is on disk the moment it is made: nothing needs to be saved \
before leaving."""
