"""Fake GPUs behind the real binding: the library of a driver, built from C, that tells what a file says."""

import subprocess
from pathlib import Path

import psutil
import pytest

FIRST_USER = psutil.Process(1).username()
"""Who has the process 1, which is there on every machine."""
SOURCE = Path(__file__).with_name("fake_nvml.c")


def gpu(
    index: int, used: object = 400, busy: object = 0, processes: str = "", error: object = "", power: object = 55000
) -> str:
    """The line of an A100 of 80 GiB; `used` in MiB, `processes` as pid:MiB,…"""
    uuid, bus = f"GPU-{index}{index}{index}{index}0000-aaaa", f"00000000:{index:02X}:00.0"
    return f"gpu|NVIDIA A100-SXM4-80GB|{uuid}|{bus}|81920|{used}|{busy}|31|{power}|400000|{processes}|{error}"


def uuid_of(index: int) -> str:
    """Of the device that `gpu` makes."""
    return gpu(index).split("|")[2]


def build(folder: Path, *flags: str) -> None:
    """Put the library into a folder."""
    library = folder / "libnvidia-ml.so.1"
    subprocess.run(["cc", "-shared", "-fPIC", "-Wall", "-Werror", *flags, "-o", library, SOURCE], check=True)


class FakeGpus:
    """The devices that programs started from now on see; they may change while these run."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._folder, self._environment = folder, monkeypatch
        self._file = folder / "devices.txt"
        self.are()
        monkeypatch.setenv("FAKE_NVML", str(self._file))
        self.driver()

    def are(self, *lines: str) -> None:
        """Let there be these devices, from the next question on."""
        aside = self._file.with_suffix(".part")
        aside.write_text("".join(line + "\n" for line in lines))
        aside.replace(self._file)

    def driver(self, *flags: str) -> None:
        """Build the library, such as an old one, and let it be found first."""
        folder = self._folder / "-".join(["driver", *flags])
        folder.mkdir()
        build(folder, *flags)
        self._environment.setenv("LD_LIBRARY_PATH", str(folder))
