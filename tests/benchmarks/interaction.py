"""How long a person waits for a new stroke: first preview, new slice, new label volume; `make bench-interaction`.

A volume of 128×256×256 voxels, preset fast, kernels compiled, what is measured kept in a cache as the screen keeps it.
Seconds of the clock with all processors, the least of three strokes.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))
from annotat3d_tui.blocks import available_threads
from annotat3d_tui.cache import FolderCache
from annotat3d_tui.labels.masks import marks_of
from annotat3d_tui.workflow.presets import PRESETS
from annotat3d_tui.workflow.segmentation import Result, segment
from tests.benchmarks.volumes import make_volume

SHAPE = (128, 256, 256)
PROMISED = {"first preview": 3.0, "slice after a stroke": 0.3, "volume after a stroke": 1.0}
STROKES = 3


def main() -> int:
    """Draw strokes, print what each cost; 1 when a promise is not kept."""
    volume, _, marked = make_volume(256)
    image, markers = np.ascontiguousarray(volume[64:192]), marked[64:192].copy()
    strokes = [(slice(z, z + 1), slice(120, 124), slice(60 + 30 * z, 90 + 30 * z)) for z in range(1, STROKES + 1)]
    _run(image[52:76].copy(), markers[52:76].copy(), None)
    seconds: dict[str, list[float]] = {name: [] for name in (*PROMISED, "scores")}
    with tempfile.TemporaryDirectory() as folder:
        cache = FolderCache(Path(folder))
        result = _timed(seconds["first preview"], lambda: _run(image, markers, cache, planes=slice(64, 65)))
        for number, stroke in enumerate(strokes):
            markers[stroke] = 1 + number % 2
            ids = result.superpixels
            _timed(seconds["slice after a stroke"], lambda: _run(image, markers, cache, ids, slice(64, 65)))  # noqa: B023
            markers[stroke[0], 200:204, 20:60] = 1 + number % 2
            result = _timed(seconds["volume after a stroke"], lambda: _run(image, markers, cache, ids))  # noqa: B023
            _timed(seconds["scores"], lambda: result.tested(threads=available_threads()))  # noqa: B023
    print(f"{'×'.join(map(str, reversed(SHAPE)))} uint16, {np.count_nonzero(markers)} marked voxels")
    for name, taken in seconds.items():
        print(f"{name:<24} {min(taken):6.2f} s" + (f"   promised {PROMISED[name]:g} s" if name in PROMISED else ""))
    return 0 if all(min(seconds[name]) <= most for name, most in PROMISED.items()) else 1


def _run(
    image: np.ndarray,
    markers: np.ndarray,
    cache: FolderCache | None,
    superpixels: np.ndarray | None = None,
    planes: slice | None = None,
) -> Result:
    return segment(
        image, *marks_of(markers), PRESETS["fast"], superpixels=superpixels, planes=planes, cache=cache, test=False,
        threads=available_threads(),
    )  # fmt: skip


def _timed(taken: list[float], work: Callable[[], Result]) -> Result:
    begun = time.perf_counter()
    result = work()
    taken.append(time.perf_counter() - begun)
    return result


if __name__ == "__main__":
    sys.exit(main())
