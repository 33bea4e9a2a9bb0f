"""What a person has begun: the dataset that is not made yet, kept while other tabs are shown."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from annotat3d_tui.networks.augmentation import Augmentation
    from annotat3d_tui.networks.recipe import Recipe
    from annotat3d_tui.tui.pair_checking import Known
    from annotat3d_tui.volume.raw import RawProperties


def _recipe() -> "Recipe":
    from annotat3d_tui.networks.recipe import Recipe  # which the first picture of the screen does not wait for

    return Recipe()


def _augmentation() -> "Augmentation":
    from annotat3d_tui.networks.augmentation import Augmentation

    return Augmentation()


@dataclass
class DatasetDraft:
    """The files (row i of each list belongs together), how samples are drawn and changed, what it will be called.

    raw: what the names of RAW files do not say. names: of label ids.
    write_changed: samples changed at random are written to a second file, too. elsewhere: datasets of other folders
    that are looked at. known: pairs whose voxels were read.
    """

    data: tuple[Path, ...] = ()
    label: tuple[Path, ...] = ()
    weight: tuple[Path, ...] = ()
    recipe: "Recipe" = field(default_factory=_recipe)
    augmentation: "Augmentation" = field(default_factory=_augmentation)
    raw: "RawProperties | None" = None
    names: dict[int, str] = field(default_factory=dict)
    write_changed: bool = False
    name: str = ""
    elsewhere: tuple[Path, ...] = ()
    known: "Known" = field(default_factory=dict)
