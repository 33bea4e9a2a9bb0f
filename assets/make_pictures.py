"""The slices of the README, drawn by the program itself from the embedded volume: `make pictures`."""

import tempfile
from pathlib import Path

from annotat3d_tui.blocks import available_threads
from annotat3d_tui.demo import LABEL_NAMES, demo_files
from annotat3d_tui.render.picture import save_png, slice_picture
from annotat3d_tui.session import Session
from annotat3d_tui.volume.files import open_labels
from annotat3d_tui.workflow.segmentation import segment
from annotat3d_tui.workspace import workspace_of

FOLDER = Path(__file__).parent / "pictures"
SIDE = 480


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


if __name__ == "__main__":
    main()
