"""`python -m annotat3d_tui`, and the command `annotat3d`."""

import sys
from collections.abc import Sequence

from annotat3d_tui.cli.main import run


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code: 0 done, 1 refused or failed, 2 usage."""
    return run(sys.argv[1:] if arguments is None else arguments)


if __name__ == "__main__":
    sys.exit(main())
