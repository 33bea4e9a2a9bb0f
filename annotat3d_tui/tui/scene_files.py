"""What the 3D screen writes and reads: pictures, films, meshes, views; each asks where, and is done in a thread."""

from collections.abc import Callable, Sequence
from pathlib import Path

from textual import on

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.render.film import FORMATS
from annotat3d_tui.render.scene.meshes import FORMATS as MESH_FORMATS
from annotat3d_tui.render.scene.meshes import Surfacing
from annotat3d_tui.render.scene.renderer import LARGEST_PICTURE
from annotat3d_tui.render.scene.scene import POSTER, SHARP
from annotat3d_tui.tui.messages import Saved
from annotat3d_tui.tui.scene_plane import ScenePlane
from annotat3d_tui.tui.scene_work import Meshed, ViewRead
from annotat3d_tui.tui.screens.dialogs import Ask, if_given
from annotat3d_tui.tui.screens.menu import Item, Menu
from annotat3d_tui.tui.screens.paths import AskPath, ChosenPath

SIZES = {"hd": (1920, 1080), "4k": (3840, 2160), "8k": (7680, 4320)}
SIZE_HELP = "Pixels across × down, or hd, 4k, 8k."
MESH_HELP = "Rounds of smoothing (0 keeps the sides of voxels), and the share of the faces that is kept."


class SceneFiles(ScenePlane):
    """Actions on files."""

    def action_save_picture(self) -> None:
        """Ask how large, and where."""
        ask = Ask("Picture: size", "1920×1080", help=SIZE_HELP, check=typed_size)
        self.app.push_screen(ask, if_given(self._ask_where))

    def _ask_where(self, text: str) -> None:
        size = typed_size(text)

        def given(chosen: ChosenPath) -> None:
            self.begin("Picture")
            self.write_picture(self.asked(size, POSTER), chosen, self._stopped)

        self._ask_path(f"Save picture of {size[0]}×{size[1]}", "_3d.png", given)

    def action_save_film(self) -> None:
        """Ask how large, and where."""
        ask = Ask("Film once round: size of a picture", "640×480", help=SIZE_HELP, check=typed_size)
        self.app.push_screen(ask, if_given(self._ask_where_film))

    def _ask_where_film(self, text: str) -> None:
        size = typed_size(text)

        def given(chosen: ChosenPath) -> None:
            self.begin("Film")
            self.write_film(self.asked(size, SHARP), chosen, self._stopped)

        self._ask_path(f"Save film of {size[0]}×{size[1]} (.gif, .apng)", "_3d.gif", given, FORMATS)

    def action_save_mesh(self) -> None:
        """Ask of what, how smooth, and where."""
        chosen, seen, meshes = self.segment.label, self.labels_seen(), sorted(self.space.shown.meshes)
        items = [
            Item("c", "chosen", f"{chosen.name} alone"),
            *([Item("m", "meshes", f"The {len(meshes)} whose meshes are shown")] if len(meshes) > 1 else []),
            *([Item("a", "seen", f"All {len(seen)} that are seen")] if len(seen) > 1 else []),
        ]
        ids = {"chosen": (chosen.id,), "meshes": tuple(meshes), "seen": tuple(seen)}

        def given(which: str) -> None:
            self._ask_how_smooth(ids[which])

        self.app.push_screen(Menu("Export a mesh of", items), if_given(given))

    def labels_seen(self) -> list[int]:
        """The labels whose surfaces are shown."""
        return self.space.renderer.labels_of(self.asked((1, 1), SHARP).scene)

    def _ask_how_smooth(self, ids: tuple[int, ...]) -> None:
        usual = Surfacing()

        def given(text: str) -> None:
            surfacing = typed_surfacing(text)
            self._ask_path("Export mesh (.stl, .ply, .obj)", "_mesh.stl", write(surfacing), MESH_FORMATS)

        def write(surfacing: Surfacing) -> Callable[[ChosenPath], object]:
            def written(chosen: ChosenPath) -> None:
                label = self.segment.view.label_volume
                assert label is not None
                names = {one.id: one.name for one in self.segment.session.annotation.table}
                self.begin("Mesh")
                self.write_mesh(Meshed(label, ids, surfacing, names), chosen, self._stopped)

            return written

        ask = Ask(
            "Smoothing, share of faces", f"{usual.smoothing} {usual.keep:g}", help=MESH_HELP, check=typed_surfacing
        )
        self.app.push_screen(ask, if_given(given))

    def action_save_view(self) -> None:
        """Ask where."""
        self._ask_path("Save view", "_view.json", lambda chosen: self.write_view(self.picture.camera, chosen))

    def action_open_view(self) -> None:
        """Ask for the file."""
        ask = AskPath("Load view", f"{self._beside.parent}/", help="A view that was saved (.json).")

        def given(chosen: ChosenPath) -> None:
            self.read_view(chosen.path)

        self.app.push_screen(ask, if_given(given))

    def _ask_path(
        self, title: str, ending: str, act: Callable[[ChosenPath], object], suffixes: Sequence[str] = ()
    ) -> None:
        beside = self._beside
        wanted = suffixes or (Path(ending).suffix,)
        ask = AskPath(
            title,
            str(beside.with_name(beside.stem + ending)),
            purpose="save",
            check=lambda path: check_suffix(path, wanted),
        )
        self.app.push_screen(ask, if_given(act))

    @property
    def _beside(self) -> Path:
        return Path(self.segment.session.workspace.image)

    @on(ViewRead)
    def _view_read(self, event: ViewRead) -> None:
        self.picture.camera = event.camera
        self.notify(f"View of {event.path.name}", timeout=3, markup=False)

    @on(Saved)
    def _saved(self, event: Saved) -> None:
        self.notify(f"{event.what} saved to {event.path}", markup=False)


def typed_size(text: str) -> tuple[int, int]:
    """Width and height of a picture; raises InvalidParameter.

    >>> typed_size("800x600"), typed_size("4K"), typed_size("300 200")
    ((800, 600), (3840, 2160), (300, 200))
    """
    word = text.strip().casefold()
    if word in SIZES:
        return SIZES[word]
    numbers = word.replace("x", " ").replace("×", " ").split()
    if len(numbers) != 2 or not all(number.isascii() and number.isdecimal() for number in numbers):
        raise InvalidParameter(f"A size must be width×height, hd, 4k or 8k, received {text!r}: type it again.")
    width, height = (int(number[:9]) for number in numbers)
    if not (1 <= width <= LARGEST_PICTURE and 1 <= height <= LARGEST_PICTURE):
        raise InvalidParameter(f"A side must be from 1 to {LARGEST_PICTURE} pixels, received {text!r}: type it again.")
    return width, height


def typed_surfacing(text: str) -> Surfacing:
    """Rounds of smoothing and the share of the faces that is kept; raises InvalidParameter.

    >>> typed_surfacing("5 0.5")
    Surfacing(smoothing=5, keep=0.5)
    """
    words = text.replace(",", " ").split()
    if len(words) != 2:
        raise InvalidParameter(f"Two numbers must be given, rounds of smoothing and a share, received {text!r}.")
    smoothing, keep = Surfacing.parameters()
    return Surfacing(smoothing.parse(words[0]), keep.parse(words[1]))


def check_suffix(path: Path, suffixes: Sequence[str]) -> None:
    """Raises InvalidParameter for a file of another kind."""
    if path.suffix.lower() not in suffixes:
        raise InvalidParameter(f"The name must end with {' or '.join(suffixes)}, received {path.name}: change it.")
