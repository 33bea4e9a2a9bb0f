"""The kernels are compiled by two processes, which leave nothing to be compiled later."""

import json
import subprocess
import sys
from argparse import Namespace
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from annotat3d_tui.blocks import quiet
from annotat3d_tui.classifiers.selection import PermutationSelection
from annotat3d_tui.cli import warmup
from annotat3d_tui.features import convolution
from annotat3d_tui.features.features import Features
from annotat3d_tui.superpixels import gradient, intensity
from annotat3d_tui.superpixels.methods import Method
from annotat3d_tui.superpixels.slic import Slic
from annotat3d_tui.superpixels.waterpixels import Waterpixels, Waterpixels3D
from annotat3d_tui.workflow import preparing
from annotat3d_tui.workflow.compiling import Compiler, told
from annotat3d_tui.workflow.preparing import Wanted, measure_all, prepare, prepare_for, prepare_superpixels
from annotat3d_tui.workflow.presets import PRESETS

FAST = Wanted(("uint16",), (PRESETS["fast"],), ("3",))

NOTHING_LEFT = """
import gc
from dataclasses import replace
import numpy as np
from numba.core.registry import CPUDispatcher
from annotat3d_tui.blocks import quiet
from annotat3d_tui.superpixels.methods import METHODS
from annotat3d_tui.workflow.preparing import Wanted, prepare_hand, measure_all, segment_all
from annotat3d_tui.workflow.presets import PRESETS
from annotat3d_tui.workflow.segmentation import segment

def compiled():
    kernels = [one for one in gc.get_objects() if isinstance(one, CPUDispatcher)]
    return {(one.py_func.__module__, one.__name__, str(kind)) for one in kernels for kind in one.overloads}

every = Wanted(("uint16",), tuple(PRESETS.values()))
segment_all(every, quiet, few=True)
few = compiled()
measure_all(every, quiet)
prepare_hand(["uint16"], quiet)
both = compiled()
assert few < both
segment_all(every, quiet)
rng = np.random.default_rng(0)
image = rng.integers(0, 60000, (20, 30, 30)).astype(np.uint16)
places = rng.integers(0, image.shape, (60, 3))
for preset in PRESETS.values():
    quick = replace(preset, classifier=preset.classifier.quick())
    segment(image, places, 1 + np.arange(60) % 2, quick, threads=2)
for method in METHODS:
    method()(image, threads=2)
assert compiled() == both, sorted(compiled() - both)
"""


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether few filters are meant each time that something is segmented, without doing it."""
    found: list[bool] = []
    monkeypatch.setattr(preparing, "segment_all", lambda wanted, progress, few=False: found.append(few))
    monkeypatch.setattr(preparing, "available_threads", lambda: 2)
    return found


def compile_with(helper: str, monkeypatch: pytest.MonkeyPatch) -> list[Compiler]:
    """Prepare with a helper that runs these lines; what was started."""
    begun: list[Compiler] = []

    def begin(line: tuple[str, ...]) -> Compiler:
        assert line[-2:] == ("--features-of", FAST.to_json())
        begun.append(Compiler((sys.executable, "-c", helper)))
        return begun[-1]

    monkeypatch.setattr(preparing, "Compiler", begin)
    prepare(FAST, quiet)
    return begun


def test_two_processes_leave_nothing_to_be_compiled() -> None:
    done = subprocess.run([sys.executable, "-c", NOTHING_LEFT], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_what_is_wanted_is_told_to_the_helper_whole() -> None:
    assert Wanted.from_json(FAST.to_json()) == FAST
    assert json.loads(FAST.to_json())["types"] == ["uint16"]


def test_a_helper_takes_the_features(calls: list[bool], monkeypatch: pytest.MonkeyPatch) -> None:
    (child,) = compile_with("", monkeypatch)
    assert child.process.returncode == 0
    assert calls == [True]


def test_what_a_helper_that_fails_has_left_is_compiled_here(calls: list[bool], monkeypatch: pytest.MonkeyPatch) -> None:
    compile_with("raise SystemExit(3)", monkeypatch)
    assert calls == [True, False]


def test_with_one_processor_there_is_no_helper(calls: list[bool], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparing, "available_threads", lambda: 1)
    assert compile_with("", monkeypatch) == []
    assert calls == [False]


def test_the_helper_ends_with_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, few: bool = False) -> None:
        raise KeyboardInterrupt

    begun: list[Compiler] = []

    def begin(line: tuple[str, ...]) -> Compiler:
        begun.append(Compiler((sys.executable, "-c", "import time; time.sleep(60)")))
        return begun[-1]

    monkeypatch.setattr(preparing, "segment_all", interrupted)
    monkeypatch.setattr(preparing, "available_threads", lambda: 2)
    monkeypatch.setattr(preparing, "Compiler", begin)
    with pytest.raises(KeyboardInterrupt):
        prepare(FAST, quiet)
    assert begun[0].process.returncode < 0


def test_the_share_done_is_that_of_both_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    shares: list[float] = []

    class Half:
        share, running = 0.5, False
        process = Namespace(returncode=0)

        def __init__(self, line: tuple[str, ...]) -> None: ...

        def end(self) -> None: ...

    monkeypatch.setattr(preparing, "Compiler", Half)
    monkeypatch.setattr(preparing, "available_threads", lambda: 2)
    monkeypatch.setattr(preparing, "segment_all", lambda wanted, progress, few: progress(0.3, "superpixels"))
    prepare(FAST, lambda share, stage: shares.append(share))
    assert shares == [pytest.approx(0.99 * 0.4), 1.0]


def test_shares_are_written_and_read_line_by_line(capsys: pytest.CaptureFixture[str]) -> None:
    lines: list[str] = []
    tell = told(lines.append)
    for share in (0.0, 0.001, 0.5, 0.501, 1.0):
        tell(share, "")
    assert lines == ["0.000\n", "0.500\n", "1.000\n"]
    child = Compiler((sys.executable, "-c", "print(0.25); print('ready'); print(0.75)"))
    child.wait(60)
    child.end()
    assert (child.share, child.ready) == (0.75, True)


TOLD_BY = """
import numpy as np
from annotat3d_tui.features import convolution
from annotat3d_tui.superpixels import gradient, intensity
kind = np.dtype(np.uint16)
print(*(convolution.must_be_compiled(kind, dimensions) for dimensions in (2, 3)))
print(gradient.must_be_compiled(kind), intensity.must_be_compiled(kind))
"""


def test_on_a_new_machine_all_must_be_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    done = subprocess.run([sys.executable, "-c", TOLD_BY], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True"] * 4


@pytest.mark.parametrize("order", ["=", ">"])
def test_what_a_job_has_compiled_must_not_be_compiled_again(order: str) -> None:
    image = np.random.default_rng(0).integers(0, 9, (6, 20, 20)).astype(np.uint16)
    kind = image.dtype.newbyteorder(order)
    for dimensions in ("2", "3"):
        Features(("fft_gauss",), (1,), dimensions)(image, superpixels=np.ones(image.shape, np.int32))
        assert not convolution.must_be_compiled(kind, int(dimensions))
    for method, told_by in ((Waterpixels(), gradient), (Waterpixels3D(), gradient), (Slic(), intensity)):
        method(image)
        assert not told_by.must_be_compiled(kind)


def test_a_first_job_is_prepared_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Wanted] = []
    unknown = {(np.dtype(np.int16), 3)}
    monkeypatch.setattr(convolution, "must_be_compiled", lambda kind, dimensions: (kind, dimensions) in unknown)
    monkeypatch.setattr(preparing, "prepare", lambda wanted, progress: asked.append(wanted))
    settled = {one: replace(PRESETS["manual"], features=Features(dimensions=one)) for one in ("2", "3")}
    for kind, dimensions in (("<i2", "3"), (">i2", "3"), ("<i2", "2"), ("<u2", "3")):
        prepare_for(kind, settled[dimensions], quiet)
    assert asked == [Wanted(("int16",), (settled["3"],), ("3",))] * 2
    unknown.clear()
    prepare_for("<i2", settled["3"], quiet)
    assert len(asked) == 2


@pytest.mark.parametrize(("method", "told_by"), [(Waterpixels(), gradient), (Slic(), intensity)])
def test_the_first_superpixels_of_a_type_are_prepared_for_once(
    method: Method, told_by: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (gradient, intensity):
        monkeypatch.setattr(module, "must_be_compiled", lambda kind, here=module: here is told_by and kind == np.uint16)
    told: list[tuple[float, str]] = []
    prepare_superpixels(">u2", method, lambda share, stage: told.append((share, stage)))
    assert len(told) > 1
    assert told[-1] == (1.0, "preparing kernels")
    told.clear()
    prepare_superpixels(np.uint8, method, lambda share, stage: told.append((share, stage)))
    assert told == []


def test_nothing_is_prepared_where_no_gaussian_tells_what_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparing, "prepare", lambda wanted, progress: pytest.fail("prepared"))
    parameters = replace(PRESETS["manual"], features=Features(("none",), (1,), "3"))
    prepare_for(np.uint16, parameters, quiet)


def test_a_first_job_measures_its_filters_together_and_a_warm_up_each_alone_as_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    measured: list[tuple[str, ...]] = []
    monkeypatch.setattr(Features, "__call__", lambda self, *_, **__: measured.append(self.filters))
    measure_all(FAST, quiet)
    together = tuple(name for name in PRESETS["fast"].features.filters if name != "none")
    assert measured == [together]
    measured.clear()
    dropping = replace(PRESETS["fast"], selection=PermutationSelection())
    measure_all(replace(FAST, settings=(dropping,)), quiet)
    assert measured == [together, *((name,) for name in together)]


def test_types_are_checked() -> None:
    with pytest.raises(Exception, match="--types must be of"):
        warmup.run(Namespace(types="uint16,complex", features_of=None, first=None))
