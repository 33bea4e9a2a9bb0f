"""The embedded demo volume: the tomogram of a concrete core that was computed, so that its truth is known.

assets/make_phantom.py makes it.
"""

from pathlib import Path
from typing import NamedTuple

from annotat3d_tui.errors import MissingFile

LABEL_NAMES = {1: "Pore", 2: "Matrix", 3: "Grain", 4: "Inclusion", 5: "Crack"}
"""Name of each label of the demo volume; Pore is all air, around the sample too."""


class DemoFiles(NamedTuple):
    """Three TIFF files of one shape: the image (uint16), its true labels and strokes on a few planes (uint8)."""

    image: Path
    truth: Path
    scribbles: Path


def assets_folder() -> Path:
    """The folder of the embedded files: in the installed package, or beside it in a source tree.

    Raises MissingFile when it is in neither place.
    """
    package = Path(__file__).parent
    places = (package / "assets", package.parent / "assets")
    for place in places:
        if (place / "phantom.tif").is_file():
            return place
    raise MissingFile(
        f"The demo volume phantom.tif must be in {places[0]} or {places[1]}, received neither: "
        "install annotat3d-tui again."
    )


def demo_files() -> DemoFiles:
    """Where image, truth and scribbles of the demo volume are; raises MissingFile when one is not there."""
    folder = assets_folder()
    files = DemoFiles(folder / "phantom.tif", folder / "phantom_truth.tif", folder / "phantom_scribbles.tif")
    for path in files:
        if not path.is_file():
            raise MissingFile(
                f"The demo volume must have {path.name} in {folder}, received no such file: "
                "install annotat3d-tui again."
            )
    return files
