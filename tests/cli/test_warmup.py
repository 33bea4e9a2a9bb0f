"""The kernels are compiled by two processes, which leave nothing to be compiled later."""

import subprocess
import sys
from argparse import Namespace

import pytest

from annotat3d_tui.cli import warmup

Calls = list[tuple[str, list[str], bool]]

NOTHING_LEFT = """
import gc
from numba.core.registry import CPUDispatcher
from annotat3d_tui.blocks import quiet
from annotat3d_tui.cli.warmup import measure_all, segment_all

def compiled():
    kernels = [one for one in gc.get_objects() if isinstance(one, CPUDispatcher)]
    return {(one.py_func.__module__, one.__name__, str(kind)) for one in kernels for kind in one.overloads}

segment_all(["uint16"], quiet, few=True)
few = compiled()
measure_all(["uint16"], quiet)
both = compiled()
assert few < both
segment_all(["uint16"], quiet)
assert compiled() == both, sorted(compiled() - both)
"""


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """What is segmented, without doing it."""
    found: Calls = []

    def segment_all(types: list[str], progress: object, *, few: bool = False) -> None:
        found.append(("segment", types, few))

    monkeypatch.setattr(warmup, "segment_all", segment_all)
    monkeypatch.setattr(warmup, "available_threads", lambda: 2)
    return found


def compile_with(helper: str, monkeypatch: pytest.MonkeyPatch) -> list["subprocess.Popen[bytes]"]:
    """Warm up with a helper that runs these lines; what was started."""
    begun, start = [], subprocess.Popen

    def begin(command: list[str], **how: int) -> "subprocess.Popen[bytes]":
        assert command[-4:] == ["warmup", "--features-only", "--types", "uint8,float32"]
        begun.append(start([sys.executable, "-c", helper], **how))  # type: ignore[call-overload]
        return begun[-1]

    monkeypatch.setattr(warmup.subprocess, "Popen", begin)
    warmup.run(Namespace(types="uint8,float32", features_only=False))
    return begun


def test_two_processes_leave_nothing_to_be_compiled() -> None:
    done = subprocess.run([sys.executable, "-c", NOTHING_LEFT], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_helper_takes_the_features(calls: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    (child,) = compile_with("", monkeypatch)
    assert child.returncode == 0
    assert calls == [("segment", ["uint8", "float32"], True)]


def test_what_a_helper_that_fails_has_left_is_compiled_here(calls: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    compile_with("raise SystemExit(3)", monkeypatch)
    assert [few for _, _, few in calls] == [True, False]


def test_with_one_processor_there_is_no_helper(calls: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warmup, "available_threads", lambda: 1)
    assert compile_with("", monkeypatch) == []
    assert [few for _, _, few in calls] == [False]


def test_the_helper_ends_with_the_work(calls: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, few: bool = False) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(warmup, "segment_all", interrupted)
    begun: list[subprocess.Popen[bytes]] = []
    start = subprocess.Popen

    def begin(_: list[str], **how: int) -> "subprocess.Popen[bytes]":
        begun.append(start([sys.executable, "-c", "import time; time.sleep(60)"], **how))  # type: ignore[call-overload]
        return begun[-1]

    monkeypatch.setattr(warmup.subprocess, "Popen", begin)
    with pytest.raises(KeyboardInterrupt):
        warmup.run(Namespace(types="uint8", features_only=False))
    assert begun[0].returncode is not None
    assert begun[0].returncode < 0
