"""The jobs of a workspace: those whose words name its image, or something in its folder."""

from collections.abc import Iterable
from pathlib import Path

from annotat3d_tui.jobs.job import Request
from annotat3d_tui.jobs.watching import Seen

ORDER = ("running", "queued", "lost", "failed", "cancelled", "done")
"""Of the states, what a person looks for first."""


def belongs(request: Request, folder: Path, image: Path | None = None) -> bool:
    """Whether a job reads or writes in a folder, or reads this image.

    >>> belongs(Request("a", ("infer", "--network", "networks/a", "b.tif"), "/w"), Path("/w"))
    True
    >>> belongs(Request("a", ("infer", "/d/b.tif"), "/x"), Path("/w")), belongs(
    ...     Request("a", ("infer", "b.tif"), "/d"), Path("/w"), Path("/d/b.tif")
    ... )
    (False, True)
    """
    if Path(request.folder) == folder or folder in Path(request.folder).parents:
        return True
    named = [Path(request.folder, word) for word in request.command[1:] if not word.startswith("-")]
    return any(path in (image, folder) or folder in path.parents for path in named)


def own_jobs(jobs: Iterable[Seen], folder: Path, image: Path | None = None) -> list[Seen]:
    """The jobs of a workspace, those that run first, then the newest."""
    own = [seen for seen in jobs if belongs(seen.job.request, folder, image)]
    return sorted(own, key=lambda seen: (ORDER.index(seen.status.state), -seen.number))
