"""What the screen Inference says of itself: its keys, its last line, its help."""

from textual.binding import Binding

BOUND = [
    Binding(
        "ctrl+s",
        "start",
        "Inference",
        id="inference.start",
        priority=True,
        tooltip="A job labels the images, on the GPUs that are picked; it outlives the screen.",
    ),
    Binding(
        "ctrl+l",
        "cluster",
        "Send to Slurm…",
        id="inference.cluster",
        priority=True,
        tooltip="What it may take there, as an array if wanted, then its script to look at.",
    ),
    Binding(
        "ctrl+n",
        "part",
        "Other part",
        id="inference.part",
        priority=True,
        tooltip="Inference, then Settings, then Results.",
    ),
    Binding(
        "ctrl+o",
        "other_network",
        "Other network…",
        id="inference.network",
        priority=True,
        tooltip="Of another folder, or the file of an exported one.",
    ),
    Binding(
        "ctrl+b",
        "browse",
        "Output folder…",
        id="inference.browse",
        priority=True,
        tooltip="For the label volumes, and probabilities if wanted.",
    ),
    Binding(
        "ctrl+r",
        "raw",
        "RAW files…",
        id="inference.raw",
        priority=True,
        tooltip="Size and type of images whose names do not say them.",
    ),
    Binding("o", "open_result", "Open result", id="inference.open", tooltip="The label of the bright image, on it."),
    Binding("x", "cancel_job", "Cancel…", id="inference.cancel", tooltip="Stop the job; what it has written stays."),
    Binding("r", "again", "Run again", id="inference.again", tooltip="The last job; what is done already is skipped."),
    Binding("y", "copy_command", "Copy command", id="inference.copy", tooltip="As a shell takes it."),
]
_START = ("inference.start", "inference", "start", 1)
_REST = (
    ("inference.part", "other part", "part", 1),
    ("inference.cluster", "Slurm", "cluster", 4),
    ("inference.copy", "copy command", "copy_command", 5),
    ("inference.back", "back", "back", 0),
    ("app.help", "help", "app.help", 0),
    ("app.palette", "palette", "app.command_palette", 6),
)
KEYS = {
    "setup": (
        _START,
        ("volumes.add", "add images", "", 2),
        ("inference.network", "network", "other_network", 3),
        ("inference.browse", "folder", "browse", 4),
        *_REST,
    ),
    "settings": (_START, ("gpus.pick", "pick GPU", "", 3), *_REST),
    "results": (
        ("inference.open", "open on its image", "open_result", 1),
        ("inference.again", "again", "again", 2),
        ("inference.cancel", "cancel", "cancel_job", 2),
        *_REST,
    ),
}
"""Of the last line, for each part: id of a binding, word, action, how early it is left out."""
HELP = """\
A network labels as many images as there are, patch by patch, from disk to disk, so that they may be larger than \
memory. Choose one of the networks of the workspace, or of another folder with {inference.network}; add images by \
path, pattern, folder or by pasting. Headers are read at once: what cannot be labelled is named beside its row and is \
left out. Each label is written as IMAGE.tif into the output folder, which is results/NETWORK in the workspace unless \
you choose another. {inference.start} starts a job, which outlives this screen and the line. At the foot stands what \
it takes; the time, too, once this network has been measured on such devices."""
HELP_SETTINGS = """\
System: the GPUs that are picked do the work, patches spread over all of them; none picked: the processors. Volume \
padding adds a frame of zeros around the image, against what a network sees beyond its end. Patch border is what is \
thrown away on each side of a patch, where the network has seen little around it: a smaller one is quicker and leaves \
seams. Blending by a Gaussian averages patches that overlap by half instead. Mirroring averages over all mirrored \
images of a patch: better, and 4 or 8 times the work. Labels that are there already are skipped, replaced or refused."""
HELP_RESULTS = """\
What becomes of each image, while the job runs and after it: ✓ its label is there, with its share of each class; ✗ \
why it has none; · it waits. {list.choose} or {inference.open} opens the label on its image. After a job that was \
killed, {inference.again} goes on with what is not done, as long as labels that are there are skipped."""
