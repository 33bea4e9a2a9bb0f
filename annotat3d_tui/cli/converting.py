"""An image that must be converted before a command goes on: its bar says how it is stopped, and what is kept then."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from annotat3d_tui.blocks import Progress
from annotat3d_tui.cli.output import progress_line
from annotat3d_tui.volume.converted import CONVERTS

KEPT = "Ctrl+C stops, what is done is kept"


@contextmanager
def conversion_line(image: Path | str | None) -> Iterator[Progress]:
    """A bar for opening an image, gone when it is full.

    Who interrupts it while voxels are being converted is told by the KeyboardInterrupt that they are kept.
    """
    line, converts = progress_line(stays=False, resumes=True), False

    def tell(fraction: float, stage: str) -> None:
        nonlocal converts
        converts = stage == CONVERTS and fraction < 1.0
        line(fraction, f"{stage}: {KEPT}" if stage == CONVERTS else stage)

    try:
        yield tell
    except KeyboardInterrupt:
        if not converts:
            raise
        name = Path(image).name if image else "the image"
        raise KeyboardInterrupt(f"what is converted of {name} is kept, and opening it again goes on") from None
