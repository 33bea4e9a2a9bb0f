"""An image with its labels and its weights: files that belong together."""

from dataclasses import dataclass, replace
from pathlib import Path

from annotat3d_tui.volume.converted import Conversions
from annotat3d_tui.volume.formats import format_of, inspect
from annotat3d_tui.volume.raw import RawProperties, types_in_name
from annotat3d_tui.volume.source import Source

IMAGE, LABEL, WEIGHT = "image", "label", "weight"


@dataclass(frozen=True)
class Pair:
    """Files of one image, its labels and, where there is one, its weight map.

    raw: what the names of those that are RAW do not say; its type is that of the image. copies: a folder in which the
    image may lie once more, as it can be mapped (`volume.converted`).
    """

    image: Path
    label: Path
    weight: Path | None = None
    raw: RawProperties | None = None
    copies: Path | None = None

    @property
    def files(self) -> dict[str, Path]:
        """Its files by what they are."""
        return {IMAGE: self.image, LABEL: self.label} | ({WEIGHT: self.weight} if self.weight else {})

    def source(self, what: str) -> Source:
        """One of its files, before a voxel is read; raises as `volume.formats.inspect`."""
        source = inspect(self.files[what], self.raw_of(what))
        if what != IMAGE or self.copies is None:
            return source
        return Conversions(self.copies, may_write=False).from_copy(source)

    def raw_of(self, what: str) -> RawProperties | None:
        """What must be said of one of its files; None of one that is not RAW.

        Where a name may mean two types, such as 32bit, labels are whole numbers and weights are not.
        """
        path = self.files[what]
        if format_of(path) != "raw":
            return None
        said = self.raw or RawProperties()
        if what == IMAGE:
            return said
        may = types_in_name(path.name)
        fit = [name for name in may if name.startswith("float") == (what == WEIGHT)]
        return replace(said, dtype=fit[0] if len(may) > 1 else None)
