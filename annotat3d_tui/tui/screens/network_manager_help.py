"""The keys of the last line and the help of the network manager, for each of its parts."""

from collections.abc import Iterator
from typing import Any

from textual.binding import Binding
from textual.screen import Screen

from annotat3d_tui.tui.actions import Act, own_acts, with_keys
from annotat3d_tui.tui.screens.help import HelpPage

KEYS = (
    ("manager.train", "train", "train", 1),
    ("manager.finetune", "finetune", "finetune", 3),
    ("manager.resume", "resume", "resume", 4),
    ("manager.part", "next part", "part(1)", 1),
    ("manager.load", "load", "load", 4),
    ("manager.take_batch", "batch", "take_batch", 3),
    ("manager.cluster", "Slurm", "cluster", 5),
    ("manager.back", "back", "back", 0),
    ("app.help", "help", "app.help", 0),
    ("app.palette", "palette", "app.command_palette", 6),
)
"""Of the last line: id of a binding, word, action, how early it is left out."""
ACTS = (
    ("ctrl+s", "train", "Train", "From nothing, as a job, on what is picked."),
    ("ctrl+f", "finetune", "Finetune", "From the weights of the network that is chosen under Start from."),
    ("ctrl+g", "resume", "Resume", "Go on with the network of this name, which was stopped."),
    ("ctrl+e", "export", "Export…", "The network of this name as one file."),
    ("ctrl+n", "part(1)", "Next part", "Network, Dataset, Settings, Log."),
    ("ctrl+o", "load", "Load dataset…", "A dataset of another folder."),
    ("ctrl+b", "take_batch", "Take the batch", "The largest that the memory suffices for."),
    ("ctrl+l", "cluster", "Send to Slurm…", "What it may take there, then its script to look at."),
)
"""Keys that are heard while one types, too: key, action, title, what it does."""
BOUND = (
    *(
        Binding(key, act, title, id=f"manager.{act.split('(')[0]}", priority=True, tooltip=help)
        for key, act, title, help in ACTS
    ),
    Binding("y,ctrl+y", "copy_command", "Copy command", id="manager.copy", tooltip="As a shell takes it."),
    Binding("escape", "back", "Back", id="manager.back", tooltip="What was begun stays."),
)
TEXTS = {
    "network": """\
A network is a folder NAME.network. unet2d sees each slice by itself, the others see volumes; begin with unet3d, \
whose training is quick. vnet often finds more and takes several times as long and much more memory. The sides of \
the patches of the dataset must be multiples of 16. {manager.train} trains from nothing. {manager.finetune} begins \
with the weights of the network that is chosen under Start from, which stays as it is: dataset, classes, loss and \
learning rate may be others; what is not changed is as it was for the other one. {manager.resume} goes on with the \
network of this name when its training was stopped, to the weights that it would have had.""",
    "dataset": """\
The datasets of the workspace can be chosen; {manager.load} takes one of any folder, also one that Annotat3D has \
made. Its statistics are those of all its samples: see whether every class has enough voxels. Where one has few, \
balanced class weights in Settings, or a dataset with the strategy balanced, make the network look at it. Samples \
that were kept for validation are never learned from: their Dice says how well the network will do on images that it \
has not seen.""",
    "settings": """\
Devices: {gpus.pick} picks GPUs, as on {app.gpus}; several share a batch. None picked: the processors do the work. \
Batch: more samples in a step make the steps smoother and take more memory; {manager.take_batch} takes the largest \
that there is room for. Iterations: try 1000 first, to see whether all makes sense, then take more. Learning rate: \
how far a step goes; raise it when the loss falls slowly and steadily, lower it when the loss jumps or does not \
fall. Loss: cross entropy looks at each voxel, Dice at shapes as a whole, the sum at both. Patience ends a training \
whose Dice no longer rises. Augmentation changes samples at random, so that few of them teach more; turn off what \
cannot occur.""",
    "log": """\
The curves and the log of the training of this network: the loss should fall and the Dice of the validation rise. \
When the loss goes on falling and the Dice falls, too, the network learns its samples by heart: the weights with the \
best Dice are kept, so nothing is lost by stopping. {app.jobs} has all jobs, and more that can be done with curves.""",
}


def help_pages(screen: Screen[Any], part: str, acts: tuple[Act, ...]) -> list[HelpPage]:
    """The part that is shown first; the keys of the widget in focus, then all others."""
    return list(_pages(screen, part, acts))


def _pages(screen: Screen[Any], part: str, acts: tuple[Act, ...]) -> Iterator[HelpPage]:
    if screen.focused is not None and (focused := tuple(own_acts(screen.focused))):
        yield HelpPage("In focus", "", focused)
    for name in (part, *(other for other in TEXTS if other != part)):
        yield HelpPage(name.title(), with_keys(TEXTS[name], screen.app))
    yield HelpPage("Keys", "", acts)
