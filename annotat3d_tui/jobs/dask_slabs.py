"""A label volume from many machines: slabs of planes are classified by the workers of a Dask scheduler.

What has learned, and superpixels, go into a folder that all workers see, beside the label that will be written; what
is found in a slab comes back as files of its own, written aside and renamed, so that a worker may die at any time: Dask
asks another one for its slab. Few and large slabs, since at each cut some planes are measured on both sides.
"""

import os
import shutil
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, Slab, part, slabs
from annotat3d_tui.classifiers.store import save_model
from annotat3d_tui.errors import CannotWrite, ClusterFailed
from annotat3d_tui.features.engine import slab_thickness
from annotat3d_tui.jobs.dask_checks import NO_WORKERS
from annotat3d_tui.jobs.dask_joining import joined
from annotat3d_tui.jobs.dask_worker import CLASSIFIER, SUPERPIXELS, Work, classify_slab
from annotat3d_tui.volume.raw import RawProperties
from annotat3d_tui.workflow.classifying import Classified
from annotat3d_tui.workflow.learning import Trained

if TYPE_CHECKING:
    from distributed import Client, Future

BYTES_PER_VOXEL = 16
"""That a worker needs for a slab, beside what it reads from files."""
SHARE_OF_MEMORY = 0.5
"""Of a worker, for its slabs."""
LOOK_SECONDS = 0.2
ASK_SECONDS = 5.0
"""How often it is asked whether there are workers."""
ALONE_SECONDS = 60.0
"""How long all workers may be gone before no more are waited for."""
RETRIES = 1
"""How often a slab is tried again after an error; one whose worker has died is asked for elsewhere in any case."""
DONE = 0.95
"""The share of the time after which workers have done their part."""


class OnDask:
    """Classifies an image in a file by what has learned, on the workers of a scheduler.

    image: as workers see it, too. folder: where a folder for the slabs is made, on storage that all share. parts: how
    many slabs at least, where more workers may come.
    """

    def __init__(self, client: "Client", image: Path, raw: RawProperties | None, folder: Path, parts: int = 1) -> None:
        self._client, self._image, self._raw, self._folder, self._parts = client, image, raw, folder, parts

    def __call__(
        self,
        trained: Trained,
        shape: tuple[int, ...],
        superpixels: NDArray[np.int32] | None,
        *,
        evidence: bool,
        threads: int,
        progress: Progress,
    ) -> Classified:
        """The label volume (Z, Y, X) and, where it is wanted or known anyway, evidence: the same as of this machine.

        Raises what a worker raised of the family, ClusterFailed when they are lost, CannotWrite, Cancelled.
        """
        with self._shared() as folder:
            save_model(folder / CLASSIFIER, trained.model, trained.parameters.to_dict())
            if superpixels is not None:
                np.save(folder / SUPERPIXELS, superpixels)
            image = str(self._image.resolve())
            todo = [Work(image, self._raw, str(folder), one.start, one.stop, evidence) for one in self._slabs(shape)]
            self._run(todo, part(progress, 0.0, DONE))
            step = part(progress, DONE, 1.0)
            return joined(trained, shape, superpixels, todo, threads=threads, progress=step)

    def _slabs(self, shape: tuple[int, ...]) -> list[Slab]:
        """About as many as there are threads, or more where a worker could not hold one; cut where features are."""
        workers = list(self._client.scheduler_info(n_workers=-1)["workers"].values())
        if not workers:
            raise ClusterFailed(NO_WORKERS)
        threads = max(sum(int(worker["nthreads"]) for worker in workers), self._parts)
        room = min((worker["memory_limit"] or 1 << 62) / worker["nthreads"] for worker in workers) * SHARE_OF_MEMORY
        held = max(int(room / (BYTES_PER_VOXEL * shape[1] * shape[2])), 1)
        block = slab_thickness(shape)  # of which a part takes nearly the time of the whole
        thickness = min(-(-shape[0] // threads // block) * block, held // block * block or held)
        return slabs(shape[0], thickness)

    def _run(self, todo: list[Work], progress: Progress) -> None:
        from distributed import KilledWorker
        from distributed.client import FutureCancelledError

        run = uuid.uuid4().hex
        futures = [
            self._client.submit(classify_slab, work, key=f"slab-{work.start}-{run}", retries=RETRIES, pure=False)
            for work in todo
        ]
        try:
            self._wait(futures, progress)
            for future in futures:
                future.result()
        except KilledWorker as error:
            raise ClusterFailed(
                f"The workers must live until they have labelled a slab, they were lost again and again ({error}): "
                "give them more memory, or look into their logs."
            ) from None
        except FutureCancelledError:
            raise ClusterFailed(
                "The Dask scheduler must stay until the label is whole, it was lost: look into its log, then try again."
            ) from None
        finally:
            if self._client.status == "running":
                self._client.cancel(futures)

    def _wait(self, futures: "list[Future[None]]", progress: Progress) -> None:
        """Until all are done, well or not; raises ClusterFailed when there are no workers for long."""
        over = threading.Event()
        for future in futures:
            future.add_done_callback(lambda _: over.set())
        seen = asked = time.monotonic()
        while left := sum(not one.done() for one in futures):
            progress(1 - left / len(futures), "label on workers")
            over.wait(LOOK_SECONDS)
            over.clear()
            now = time.monotonic()
            if now - asked < ASK_SECONDS:
                continue
            asked = now
            if self._client.scheduler_info(n_workers=1)["workers"]:
                seen = now
            elif now - seen > ALONE_SECONDS:
                raise ClusterFailed(
                    f"Workers must live until the label is whole, for {ALONE_SECONDS:g} s there was none: look into "
                    "their logs or give them more time, then try again."
                )

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
            gone = folder.with_name(f"{folder.name}.gone")  # a worker that has not stopped yet puts nothing into it
            os.rename(folder, gone)
            shutil.rmtree(gone, ignore_errors=True)
