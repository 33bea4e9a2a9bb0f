"""Rendering for the command line stays light."""

import subprocess
import sys


def test_neither_textual_nor_pillow_is_loaded() -> None:
    code = (
        "import sys; from annotat3d_tui.render import halfblocks, percentiles, picture, slice, viewport\n"
        "print(sorted({'textual', 'rich', 'PIL', 'numba', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
