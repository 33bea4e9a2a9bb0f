"""From a path to a session: the same way for the command line and for the welcome."""

from pathlib import Path
from typing import TYPE_CHECKING

from annotat3d_tui import demo
from annotat3d_tui import workspace as workspaces
from annotat3d_tui.blocks import Progress, quiet
from annotat3d_tui.places import data_home

if TYPE_CHECKING:
    from annotat3d_tui.session import Session
    from annotat3d_tui.volume.raw import RawProperties


def open_session(
    folder: Path | None = None,
    image: Path | None = None,
    raw: "RawProperties | None" = None,
    read_only: bool = False,
    visualization: Path | None = None,
    progress: Progress = quiet,
) -> "Session":
    """The session of a workspace folder, or of an image in its folder, which is made when there is none.

    read_only: it is only looked at, also while another screen has it. visualization: an image to be shown in the place
    of the other. progress: of converting the image, where it must be, which takes minutes; it may stop it. All the rest
    takes seconds, since volumes are read and heavy libraries loaded. Raises errors of the family.
    """
    from annotat3d_tui.session import Session

    if image is not None:
        opened = workspaces.workspace_of(image, raw, folder, read_only)
    else:
        assert folder is not None
        opened = workspaces.open_workspace(folder)
    session = Session.open(opened, read_only, progress)
    if visualization is not None:
        try:
            session.show_visualization(visualization)
        except BaseException:
            session.close()
            raise
    return session


def demo_folder() -> Path:
    """Where the workspace of the demo is, unless another folder is given."""
    return data_home() / "demo.annotat3d"


def open_demo(folder: Path | None = None) -> "Session":
    """The session of the demo, in a folder or in the user's data, with the scribbles that come with it."""
    from annotat3d_tui.session import Session
    from annotat3d_tui.volume.files import open_labels

    files = demo.demo_files()
    folder = folder or demo_folder()
    session = Session.open(workspaces.workspace_of(files.image, folder=folder))
    if not session.annotation.history():
        session.annotation.import_mask(open_labels(files.scribbles).data, name="scribbles of the demo")
        for label, name in demo.LABEL_NAMES.items():
            session.annotation.rename(label, name)
    return session
