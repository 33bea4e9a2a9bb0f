"""What is open on the segmentation screen, as files: the image, and its label volume as it is now."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.app import App

from annotat3d_tui.tui.screens.segment import SegmentScreen
from annotat3d_tui.volume.files import save_labels

if TYPE_CHECKING:
    from annotat3d_tui.session import Session
    from annotat3d_tui.volume.raw import RawProperties


@dataclass(frozen=True)
class OpenImage:
    """Files of an image and its label, what a RAW file does not say, and the names of label ids."""

    image: Path
    label: Path
    raw: "RawProperties | None"
    names: dict[int, str]


def open_session_of(app: App[Any]) -> "Session | None":
    """What is open; None where nothing is."""
    screen = next((screen for screen in app.screen_stack if isinstance(screen, SegmentScreen)), None)
    return screen.session if screen else None


def why_not_open(app: App[Any]) -> str:
    """Why there is no image with a label that could be taken; "" when there is."""
    session = open_session_of(app)
    if session is None:
        return "no image is open: {app.segment} shows the one that is"
    return "" if session.label is not None else "the open image has no label volume yet: {segment.apply} makes one"


def taken(session: "Session", folder: Path) -> OpenImage:
    """The files; a label that was corrected by hand is written into a folder, since its file has that at the end only.

    Raises CannotWrite.
    """
    workspace = session.workspace
    label = workspace.label
    if session.corrections is not None and session.label is not None:
        label = folder / f"{workspace.image.stem}_label.tif"
        folder.mkdir(parents=True, exist_ok=True)
        save_labels(label, session.label, voxel_size=session.image.voxel_size, unit=session.image.unit, overwrite=True)
    names = {one.id: one.name for one in session.annotation.table}
    return OpenImage(workspace.image, label, workspace.raw, names)
