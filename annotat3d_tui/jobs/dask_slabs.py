"""A label volume from many machines: slabs of planes are labelled by the workers of a Dask scheduler.

What has learned, and superpixels, go into a folder that all workers see, beside the label that will be written; each
slab comes back as a file of its own, written aside and renamed, so that a worker may die at any time: Dask asks another
one for its slab. Few and large slabs, since at each cut some planes around it are measured on both sides.
"""

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.allocation import empty
from annotat3d_tui.blocks import Progress, Slab, slabs
from annotat3d_tui.classifiers.store import save_model
from annotat3d_tui.errors import CannotWrite, ClusterFailed
from annotat3d_tui.jobs.dask_worker import CLASSIFIER, SUPERPIXELS, Work, joined, label_slab
from annotat3d_tui.volume.raw import RawProperties
from annotat3d_tui.workflow.learning import Trained

if TYPE_CHECKING:
    from distributed import Client

BYTES_PER_VOXEL = 16
"""That a worker needs for a slab, beside what it reads from files."""
SHARE_OF_MEMORY = 0.5
"""Of a worker, for its slabs."""
LOOK_SECONDS = 0.2
RETRIES = 1
"""How often a slab is tried again after an error; one whose worker has died is asked for elsewhere in any case."""


class OnDask:
    """Labels an image in a file by what has learned, on the workers of a scheduler.

    image: as workers see it, too. folder: where a folder for the slabs is made, on storage that all share.
    """

    def __init__(self, client: "Client", image: Path, raw: RawProperties | None, folder: Path) -> None:
        self._client, self._image, self._raw, self._folder = client, image, raw, folder

    def __call__(
        self, trained: Trained, shape: tuple[int, ...], superpixels: NDArray[np.int32] | None, progress: Progress
    ) -> NDArray[Any]:
        """The label volume (Z, Y, X), the same bytes as of this machine alone.

        Raises what a worker raised of the family, ClusterFailed when they are lost, CannotWrite, Cancelled.
        """
        with self._shared() as folder:
            save_model(folder / CLASSIFIER, trained.model, trained.parameters.to_dict())
            if superpixels is not None:
                np.save(folder / SUPERPIXELS, superpixels)
            image = str(self._image.resolve())
            todo = [Work(image, self._raw, str(folder), slab.start, slab.stop) for slab in self._slabs(shape)]
            self._run(todo, progress)
            highest = max(int(np.load(work.part, mmap_mode="r").max()) for work in todo)
            wide = highest > 255 or (superpixels is None and int(trained.model.labels.max()) > 255)
            label = empty(shape, np.uint16 if wide else np.uint8)
            joined(todo, shape, label)
        return label

    def _slabs(self, shape: tuple[int, ...]) -> list[Slab]:
        """As many as there are threads, or more where a worker could not hold one."""
        workers = list(self._client.scheduler_info(n_workers=-1)["workers"].values())
        if not workers:
            raise ClusterFailed("The Dask scheduler must have workers, it has none: start some, then try again.")
        threads = sum(int(worker["nthreads"]) for worker in workers)
        room = min((worker["memory_limit"] or 1 << 62) / worker["nthreads"] for worker in workers) * SHARE_OF_MEMORY
        held = max(int(room / (BYTES_PER_VOXEL * shape[1] * shape[2])), 1)
        return slabs(shape[0], min(-(-shape[0] // threads), held))

    def _run(self, todo: list[Work], progress: Progress) -> None:
        from distributed import KilledWorker, wait

        run = uuid.uuid4().hex
        futures = [
            self._client.submit(label_slab, work, key=f"slab-{work.start}-{run}", retries=RETRIES, pure=False)
            for work in todo
        ]
        try:
            while left := [one for one in futures if not one.done()]:
                progress(1 - len(left) / len(futures), "label on workers")
                try:
                    wait(left, LOOK_SECONDS, "FIRST_COMPLETED")
                except TimeoutError:
                    continue
            for future in futures:
                future.result()
        except KilledWorker as error:
            raise ClusterFailed(
                f"The workers must live until they have labelled a slab, they were lost again and again ({error}): "
                "give them more memory, or look into their logs."
            ) from None
        finally:
            self._client.cancel(futures)

    @contextmanager
    def _shared(self) -> Iterator[Path]:
        try:
            folder = Path(tempfile.mkdtemp(prefix=".annotat3d-slabs-", dir=self._folder))
        except OSError as error:
            raise CannotWrite(
                f"{self._folder} must be a folder that can be written, for what workers share ({error.strerror}): "
                "choose another output."
            ) from None
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
