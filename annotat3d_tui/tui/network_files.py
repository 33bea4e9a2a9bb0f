"""Networks as files: exported by a job, since that needs TensorFlow; imported and deleted in threads."""

import os
import shutil
from collections.abc import Collection, Sequence
from functools import partial
from pathlib import Path

from textual import work

from annotat3d_tui.errors import CannotWrite, InvalidParameter, OutputExists
from annotat3d_tui.networks.network import MANIFEST, SUFFIX, network_folder
from annotat3d_tui.tui.network_text import NetworkRow
from annotat3d_tui.tui.screens.dialogs import Ask, Confirm, if_given
from annotat3d_tui.tui.screens.paths import AskPath, ChosenPath
from annotat3d_tui.tui.starting import Starting

ZIP, ONNX = ".zip", ".onnx"
EXPORT_HELP = f"{SUFFIX}{ZIP}: for a colleague, imported again. {ONNX}: for other programs. A job writes it."
IMPORT_HELP = f"A network that was exported, NAME{SUFFIX}{ZIP}; nothing in it is run."


class NetworkFiles(Starting):
    """A screen on which networks are exported, imported and deleted."""

    def ask_export(self, network: Path) -> None:
        """Ask for the file, then start the job."""
        value = Path.cwd() / f"{network.name}{ZIP}"
        ask = AskPath(f"Export {network.stem}", str(value), purpose="save", help=EXPORT_HELP, check=check_export)
        self.app.push_screen(ask, if_given(partial(self._export, network)))

    def _export(self, network: Path, chosen: ChosenPath) -> None:
        words = export_words(network, chosen.path, chosen.overwrite)
        self.start_job(words, f"export {network.stem}", Path.cwd(), share=True)

    def resume(self, row: NetworkRow, folder: Path, devices: Sequence[str]) -> None:
        """Go on with a training that was stopped, as a job in a folder."""
        if row.listed.network is not None:
            words = ["network", "resume", str(row.listed.folder)]
            self.start_job(words, f"train {row.listed.network.architecture} {row.name}", folder, devices)

    def ask_import(self, folder: Path) -> None:
        """Ask for a file, then for the name that its network gets in a folder."""
        ask = AskPath("Import a network", f"{Path.cwd()}/", help=IMPORT_HELP)
        self.app.push_screen(ask, if_given(partial(self._ask_name, folder)))

    def _ask_name(self, folder: Path, chosen: ChosenPath) -> None:
        value = free_name(folder, chosen.path.name.removesuffix(ZIP).removesuffix(SUFFIX))
        ask = Ask(
            "Name of the network", value, help=f"The folder NAME{SUFFIX} in {folder}.", check=partial(new, folder)
        )
        self.app.push_screen(ask, if_given(partial(self._import, chosen.path, folder)))

    def _import(self, file: Path, folder: Path, name: str) -> None:
        self.import_file(file, new(folder, name))

    @work(thread=True, group="act", exit_on_error=False)
    def import_file(self, file: Path, folder: Path) -> None:
        """Make a network of an exported file."""
        from annotat3d_tui.networks.export import import_network

        network = import_network(file, folder)
        self.app.call_from_thread(self.have_changed, f"{network.name} was imported.")

    def ask_delete(self, network: Path) -> None:
        """Ask, then delete a network."""
        question = f"Delete the network {network.stem} from {network.parent}? It cannot be had back."
        self.app.push_screen(Confirm(question, yes="Delete"), if_given(lambda _: self.delete(network)))

    @work(thread=True, group="act", exit_on_error=False)
    def delete(self, network: Path) -> None:
        """Remove the folder of a network; of a link only the link."""
        if not (network / MANIFEST).is_file():
            raise CannotWrite(f"{network} holds no {MANIFEST}, so it may be something else: delete it in a shell.")
        try:
            if network.is_symlink():
                network.unlink()
            else:
                shutil.rmtree(network)
        except OSError as error:
            raise CannotWrite(f"{network} cannot be deleted ({error.strerror}): may you write to it?") from None
        self.app.call_from_thread(self.have_changed, f"{network.stem} was deleted.")

    def have_changed(self, said: str) -> None:
        """The networks of the folder are others."""
        self.notify(said, markup=False)


def export_words(network: Path, file: Path, overwrite: bool) -> list[str]:
    """The command that exports.

    >>> " ".join(export_words(Path("a.network"), Path("a.onnx"), True))
    'network export a.network -o a.onnx --onnx --overwrite'
    """
    flags = ["--onnx"] if file.suffix == ONNX else []
    return ["network", "export", str(network), "-o", str(file), *flags, *(["--overwrite"] if overwrite else [])]


def check_export(file: Path) -> None:
    """Raises InvalidParameter for a file whose name does not say what it is to be."""
    if file.suffix not in (ZIP, ONNX):
        raise InvalidParameter(
            f"An exported network must be called NAME{SUFFIX}{ZIP} or NAME{ONNX}, received {file.name}: correct it."
        )


def new(folder: Path, name: str) -> Path:
    """The folder that a new network of this name gets; raises InvalidParameter, OutputExists.

    >>> new(Path("/nets"), "grains").name
    'grains.network'
    """
    name = name.strip().removesuffix(SUFFIX)
    check_name(name)
    path = network_folder(folder / name)
    if os.path.lexists(path):
        raise OutputExists(f"{name} is already in {folder}: give another name.")
    return path


def check_name(name: str) -> None:
    """Raises InvalidParameter for what no network can be called."""
    if not name or "/" in name or name.startswith((".", "-")) or not name.isprintable():
        raise InvalidParameter(
            f"The name of a network must be a word without / that begins with neither . nor -, received {name!r}: "
            "type another."
        )


def free_name(folder: Path, name: str) -> str:
    """A name that no network of a folder has: this one, or with a number."""
    taken = {path.name.removesuffix(SUFFIX) for path in folder.glob(f"*{SUFFIX}")}
    return name if name not in taken else next_name(name, taken)


def next_name(name: str, taken: Collection[str]) -> str:
    """The name with the next number that is not taken.

    >>> next_name("grains", ["grains"]), next_name("grains-2", ["grains", "grains-2"])
    ('grains-2', 'grains-3')
    """
    begun, _, number = name.rpartition("-")
    stem = begun if begun and number.isdecimal() else name
    return next(one for one in (f"{stem}-{count}" for count in range(2, len(taken) + 3)) if one not in taken)
