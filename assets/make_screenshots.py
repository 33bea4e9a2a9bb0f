"""Photos of the screen in a real xterm, half-blocks and sharp, on the embedded volume: `make screenshots`.

Needs Xvfb, xterm, xwd, xdotool and DejaVu Sans Mono (Debian: xvfb xterm x11-apps xdotool fonts-dejavu-core), and a C
compiler for the GPUs, which are those of the tests.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[1]))
from annotat3d_tui.blocks import available_threads
from annotat3d_tui.demo import LABEL_NAMES, demo_files
from annotat3d_tui.jobs.everywhere import cancel
from annotat3d_tui.jobs.job import Job
from annotat3d_tui.jobs.local import request_of, start
from annotat3d_tui.render.picture import save_png
from annotat3d_tui.session import Session
from annotat3d_tui.volume.files import open_labels, open_volume
from annotat3d_tui.workflow.segmentation import segment
from annotat3d_tui.workspace import workspace_of
from tests.jobs.fake_gpus import build, gpu
from tests.terminal.xterm import TOOLS, Xterm

FOLDER = Path(__file__).parent / "pictures"
FONT = "DejaVu Sans Mono"
STILL_SECONDS = 4.0
"""A screen that has not changed for so long is done."""
PATIENCE = 120.0
EMPTY = 8
"""So many colours, and no more, are there before the program has drawn its screen."""


FINE = 0.02
"""Share of neighbouring pixels within cells that differ in a picture in pixels."""
CURSOR = 200
"""Pixels of a cell, at most."""
REST = ""
"""In the place of a key: until the screen has changed and is still again."""


class Shot(NamedTuple):
    """A photo: columns and rows, how pictures are drawn, keys that are pressed before it (by their names in X)."""

    size: tuple[int, int]
    graphics: str = "blocks"
    keys: tuple[str, ...] = ()


SHOTS = {
    "screen_80x24": Shot((80, 24)),
    "screen_120x40": Shot((120, 40)),
    "screen_200x60": Shot((200, 60)),
    "sharp_80x24": Shot((80, 24), "sixel"),
    "sharp_120x40": Shot((120, 40), "sixel"),
    "sharp_200x60": Shot((200, 60), "sixel"),
    "outlines_120x40": Shot((120, 40), "sixel", ("O", "X", "M")),
    "contrast_120x40": Shot((120, 40), keys=("w",)),
    "clip_120x40": Shot((120, 40), keys=("Q", *["Right"] * 8, *["Up"] * 6)),
    "palette_120x40": Shot((120, 40), keys=("ctrl+p",)),
    "help_120x40": Shot((120, 40), keys=("F1",)),
    "scene_120x40": Shot((120, 40), "sixel", ("F3", "x")),
    "scene_80x24": Shot((80, 24), keys=("F3",)),
    "objects_120x40": Shot((120, 40), keys=("F", "t", REST, "p", REST, "Right", "Right", "r", "Down", "Down")),
    "correct_120x40": Shot((120, 40), keys=("2", "plus", "a", "v", "underscore", "F", "o", REST, "ctrl+s")),
    "gpus_120x20": Shot((120, 20), keys=("F8", "f", "f")),
    "workspace_120x20": Shot((120, 20), keys=("F9",)),
    "networks_120x40": Shot((120, 40), keys=("F5", REST, "Return", REST, "ctrl+n", "ctrl+n", "ctrl+n")),
    "inference_120x20": Shot((120, 20), keys=("F6", REST, "ctrl+n", "ctrl+n")),
    "jobs_120x20": Shot((120, 20), keys=("F7",)),
    "job_120x40": Shot((120, 40), keys=("F7", "Down", "Down", "Return")),
}
LEARNED = ("networks_120x40", "inference_120x20")
JOBS = ("jobs_120x20", "job_120x40")


def demo_workspace(folder: Path) -> Path:
    """A workspace in which the demo is marked and labelled, as a person leaves it."""
    session = Session.open(workspace_of(demo_files().image, folder=folder))
    session.annotation.import_mask(open_labels(demo_files().scribbles).data, name="scribbles")
    for label, name in LABEL_NAMES.items():
        session.annotation.rename(label, name)
    begun, threads = time.monotonic(), available_threads()
    result = segment(session.image.data, *session.marked(), session.parameters, threads=threads)
    session.keep_result(result, time.monotonic() - begun)
    session.close()
    return folder


def learn(workspace: Path) -> None:
    """Give a workspace a dataset of the demo, a network that has begun to learn from it, and a label by that."""
    demo, learning = demo_files(), workspace_of(demo_files().image, folder=workspace).learning
    dataset, network = learning.datasets / "grains.h5", learning.networks / "grains"
    for folder in (learning.datasets, learning.networks, learning.results):
        folder.mkdir(exist_ok=True)
    made = ("--data", demo.image, "--label", demo.truth, "--patch", "32", "32", "32", "--strategy", "balanced")
    run("dataset", "create", "-o", dataset, *made, "--samples", "60", "--validation-planes", "64:128")
    run("network", "train", network, "--dataset", dataset, "--iterations", "60", "--validate-every", "10", "--here")
    run("infer", "--network", network, demo.image, "-o", learning.results / "grains")


def run(*words: str | Path) -> None:
    """A command, which must succeed."""
    told = subprocess.DEVNULL
    subprocess.run([sys.executable, "-m", "annotat3d_tui", *map(str, words)], check=True, stdout=told, stderr=told)


def eight_gpus(folder: Path) -> tuple[str, ...]:
    """What stands before a command that is to see eight GPUs, of which others have some."""
    me, hidden = os.getpid(), 1 << 22
    lines = [
        gpu(0),
        gpu(1, 62464, 98, f"{me}:62010", power=301000),
        gpu(2),
        gpu(3, 33000, 71, f"{me}:20000,{hidden}:12600", power=262000),
        gpu(4, 1000),
        *(
            "mig|4|NVIDIA A100 MIG 3g.40gb|MIG-a|40960|12|",
            f"mig|4|NVIDIA A100 MIG 3g.40gb|MIG-b|40960|30100|{me}:30000",
        ),
        gpu(5, error=15),
        gpu(6, 71000, 100, f"{me}:70500", power=395000),
        gpu(7, power="-", busy="-"),
    ]
    devices = folder / "devices.txt"
    devices.write_text("".join(line + "\n" for line in lines))
    build(folder)
    return "env", f"FAKE_NVML={devices}", f"LD_LIBRARY_PATH={folder}"


def real_jobs(folder: Path) -> list[Job]:
    """Jobs: one is done, one has failed, one is a third through, and two wait for it; those that go on are returned."""
    os.environ["ANNOTAT3D_JOBS"] = str(folder / "jobs")
    image, marks = demo_files().image, demo_files().scribbles
    kept, large = folder / "grains.npz", folder / "tomogram.npy"
    learn = ("segment", str(image), "--markers", str(marks), "-o", str(folder / "label.tif"))
    ended(start(request_of((*learn, "--save-classifier", str(kept)), "grains in the phantom", folder)))
    apply = ("classify", str(image), "scan_7.tif", "--classifier", str(kept), "-o", str(folder / "out"))
    ended(start(request_of(apply, "grains in two scans", folder)))
    np.save(large, np.tile(open_volume(image).data, (3, 3, 3)))
    markers = np.pad(small := open_labels(marks).data, [(0, 2 * size) for size in small.shape])
    np.save(folder / "marks.npy", markers)
    long = ("segment", str(large), "--markers", str(folder / "marks.npy"), "-o", str(folder / "all.tif"))
    runs = start(request_of(long, "pores of the whole tomogram", folder))
    started = [runs, start(request_of(("convert", str(image), str(folder / "copy.npy")), "to NumPy", folder))]
    spaced = ("superpixels", str(image), "-o", str(folder / "superpixels.tif"))
    started.append(start(request_of(spaced, "superpixels for the atlas", folder)))
    while (progress := runs.progress()) is None or progress.share < 1 / 3:
        time.sleep(0.1)
    return started


def ended(job: Job) -> None:
    """Wait for the end of a job."""
    while not job.status().has_ended:
        time.sleep(0.1)


def still(screen: Xterm, columns: int, sharp: bool, before: NDArray[np.uint8] | None = None) -> NDArray[np.uint8]:
    """The screen, once it is another one than before and no longer changes; sharp: with a picture in pixels."""
    last, since, end = screen.photo(), time.monotonic(), time.monotonic() + PATIENCE
    while time.monotonic() < end:
        now = screen.photo()
        if _differ(now, last):
            last, since = now, time.monotonic()
        changed = _colours(last) > EMPTY if before is None else _differ(last, before)
        if (
            changed
            and time.monotonic() - since > STILL_SECONDS
            and (not sharp or _is_sharp(last, screen.size(), columns))
        ):
            return last
        time.sleep(0.1)
    raise SystemExit(f"The screen must come to rest within {PATIENCE:g} s, and does not: look at it in xterm.")


def _differ(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> bool:
    """Whether photos differ by more than a cursor that blinks."""
    return int(np.count_nonzero((one != other).any(axis=2))) > CURSOR


def _is_sharp(photo: NDArray[np.uint8], size: tuple[int, int], columns: int) -> bool:
    """Whether colours of the slice change within cells, too, where half-blocks cannot."""
    cell, height = size[0] // columns, size[1]
    left = columns // 6 * cell
    inside = photo[2 * height // 5 : 3 * height // 5, left : left + columns // 6 * cell].astype(int)
    changes = np.abs(np.diff(inside, axis=1)).max(axis=2) > 0
    within = np.arange(changes.shape[1]) % cell != cell - 1
    return float(changes[:, within].mean()) > FINE


def _colours(photo: NDArray[np.uint8]) -> int:
    return len(np.unique(photo.reshape(-1, 3).astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)))


def photograph(shot: Shot, workspace: Path, before: tuple[str, ...]) -> NDArray[np.uint8]:
    """Take one photo (rows, columns, 3); before: words that stand before the command."""
    command = (
        *before,
        sys.executable,
        "-m",
        "annotat3d_tui",
        "open",
        str(demo_files().image),
        "--workspace",
        str(workspace),
    )
    screen = Xterm(*command, "--graphics", shot.graphics, size=shot.size, font=("-fa", FONT, "-fs", "10"))
    try:
        sharp = shot.graphics != "blocks"
        picture = still(screen, shot.size[0], sharp)
        for key in shot.keys:
            if key == REST:
                picture = still(screen, shot.size[0], False, picture)
            else:
                screen.press(key)
        if shot.keys:
            picture = still(screen, shot.size[0], sharp, picture)
        width, height = screen.size()
        return picture[:height, :width]
    finally:
        screen.end()


def main() -> int:
    """Take all photos, or those whose names are given."""
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    fonts = subprocess.run(["fc-list", FONT], capture_output=True, text=True, check=False).stdout if not missing else ""
    if missing or not fonts:
        print(f"{', '.join(missing) or FONT} is missing: apt-get install xvfb xterm x11-apps xdotool fonts-dejavu-core")
        return 1
    FOLDER.mkdir(exist_ok=True)
    wanted = sys.argv[1:] or list(SHOTS)
    with tempfile.TemporaryDirectory() as scratch:
        workspace = demo_workspace(Path(scratch) / "demo.annotat3d")
        before = eight_gpus(Path(scratch))
        jobs: list[Job] = []
        if set(wanted) & set(LEARNED):
            learn(workspace)
        for name in wanted:
            if name in JOBS and not jobs:
                jobs = real_jobs(Path(scratch))
            if name == "job_120x40":  # a screen that comes to rest
                for job in jobs:
                    ended(job)
            own = Path(scratch) / name / workspace.name
            shutil.copytree(workspace, own)
            path = save_png(FOLDER / f"{name}.png", photograph(SHOTS[name], own, before), overwrite=True)
            print(f"{path.relative_to(Path.cwd())}  {path.stat().st_size / 1e3:.0f} kB", flush=True)
        for job in jobs:
            cancel(job)  # when not all photos were wanted
    return 0


if __name__ == "__main__":
    sys.exit(main())
