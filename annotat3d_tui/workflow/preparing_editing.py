"""Kernels of label editing are compiled on a tiny label volume, each tool once."""

from collections.abc import Callable
from functools import partial

import numpy as np

from annotat3d_tui.blocks import Progress, part, quiet
from annotat3d_tui.workflow.preparing import STAGE


def editing_must_be_prepared() -> bool:
    """Whether what `prepare_editing` compiles could be kept on disk, and is not yet; the last of it tells."""
    from annotat3d_tui.compiled import must_be_compiled
    from annotat3d_tui.labels.box_kernels import has_runs

    return must_be_compiled(has_runs, np.dtype(np.uint16))


def prepare_editing(progress: Progress = quiet) -> None:
    """Compile what corrects, measures and compares label volumes."""
    from annotat3d_tui.labels.box_kernels import has_runs, put_runs
    from annotat3d_tui.labels.comparison import compare_volumes
    from annotat3d_tui.labels.interpolation import Interpolate
    from annotat3d_tui.labels.islands import Islands
    from annotat3d_tui.labels.merging import merge
    from annotat3d_tui.labels.morphology import OPERATIONS, Morphology
    from annotat3d_tui.labels.objects import measure
    from annotat3d_tui.labels.resume import Resume
    from annotat3d_tui.labels.smoothing import Smooth
    from annotat3d_tui.labels.splitting import Separate, split_by_seeds

    label = np.zeros((8, 16, 16), np.uint8)
    label[1:7, 2:8, 2:14], label[1:7, 8:14, 2:14], label[3, 5, 5], label[3, 15, 15] = 1, 2, 0, 3
    image = np.random.default_rng(0).integers(0, 200, label.shape, dtype=np.uint8)
    marked, marks = np.array([3 * 256 + 8 * 16 + 5, 3 * 256 + 5 * 16 + 9]), np.array([1, 2])
    tools: list[Callable[[], object]] = [
        *(lambda name=name: Morphology(name, radius=2)(label) for name in OPERATIONS),
        lambda: Morphology("dilate", radius=9)(label),
        lambda: merge(label, (1, 2)),
        lambda: Resume()(label, image, marked, marks),
        lambda: Islands(3)(label),
        lambda: Separate()(label),
        lambda: split_by_seeds(label, 1, np.flatnonzero(label == 1)[[0, -1]], np.array([1, 2])),
        lambda: Smooth()(label),
        lambda: Interpolate()(label, slices=[1, 6]),
        lambda: measure(label, image, pieces=True),
        lambda: measure(label, image),
        lambda: compare_volumes(label, np.roll(label, 1, 2)),
    ]
    for kind in (np.uint8, np.uint16):
        flat, runs = np.zeros(4, kind), (np.zeros(1, np.int64), np.ones(1, np.int64), np.zeros(1, np.uint16))
        tools += [partial(put_runs, flat, *runs), partial(has_runs, flat, *runs)]
    told = part(progress, 0.0, 1.0, STAGE)
    for done, tool in enumerate(tools):
        tool()
        told((done + 1) / len(tools), STAGE)
