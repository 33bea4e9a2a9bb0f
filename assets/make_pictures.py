"""The slices and views of the README, drawn by the program itself from the embedded volume: `make pictures`."""

import tempfile
from pathlib import Path

from annotat3d_tui.blocks import available_threads
from annotat3d_tui.demo import LABEL_NAMES, demo_files
from annotat3d_tui.render.oblique import Oblique
from annotat3d_tui.render.picture import save_png, slice_picture
from annotat3d_tui.render.scene.camera import Camera
from annotat3d_tui.render.scene.cut import Cut
from annotat3d_tui.render.scene.grid import Grid
from annotat3d_tui.render.scene.renderer import Renderer
from annotat3d_tui.render.scene.scene import POSTER, Scene
from annotat3d_tui.render.scene.words import with_words
from annotat3d_tui.session import Session
from annotat3d_tui.volume.files import open_labels
from annotat3d_tui.workflow.segmentation import segment
from annotat3d_tui.workspace import workspace_of

FOLDER = Path(__file__).parent / "pictures"
SIDE = 480
SOLID_FROM = 14_000.0
"""The grey value between air and cement."""


def slices(session: Session) -> None:
    """The middle slice bare, under its markers, and under its label."""
    image = session.image
    common = {"size": (SIDE, SIDE), "voxel_size": image.voxel_size, "unit": image.unit}
    pictures = {
        "slice": slice_picture(image.data, **common),
        "markers": slice_picture(image.data, marks=session.annotation.markers.to_volume(), bar=False, **common),
        "label": slice_picture(image.data, session.label, names=LABEL_NAMES, bar=False, **common),
    }
    for name, picture in pictures.items():
        save_png(FOLDER / f"{name}.png", picture, overwrite=True)


def in_space(session: Session) -> None:
    """The volume and the label volume, cut open."""
    image, size = session.image, (SIDE, round(0.85 * SIDE))
    z, y, x = image.data.shape
    grid = Grid((z, y, x), image.voxel_size, image.unit)
    camera = Camera.looking(grid, "iso", size[0] / size[1]).orbited(-6, 4)
    cut = Cut(Oblique((z // 2, y // 2, x // 2)).facing((0.45, 1.0, -0.35)), flipped=True)
    with Renderer(grid) as renderer:
        renderer.set_image(image.data)
        renderer.set_label(session.label)
        for name, scene, names in (
            ("space_volume", Scene(volume=True, threshold=SOLID_FROM, cut=cut), {}),
            ("space_label", Scene(label=True, cut=cut), {one: LABEL_NAMES[one] for one in (2, 3, 4, 5)}),
        ):
            picture = renderer.render(scene, camera, size, POSTER)
            save_png(FOLDER / f"{name}.png", with_words(picture, scene, camera, grid, names), overwrite=True)


def main() -> None:
    """Segment the demo and draw it."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        session = Session.open(workspace_of(demo_files().image, folder=Path(scratch) / "demo.annotat3d"))
        session.annotation.import_mask(open_labels(demo_files().scribbles).data, name="scribbles")
        for label, name in LABEL_NAMES.items():
            session.annotation.rename(label, name)
        session.keep_result(
            segment(session.image.data, *session.marked(), session.parameters, threads=available_threads())
        )
        slices(session)
        in_space(session)


if __name__ == "__main__":
    main()
