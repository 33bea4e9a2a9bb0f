"""Put on PYTHONPATH, this makes the work of a job odd: it runs $ODD_WORK in place of its command, its clock jumps.

Python imports a module of this name before it does anything else.
"""

import os
import sys
import traceback

if os.environ.get("ODD_CLOCK"):
    import time

    _now, _jumps = time.time, [0.0, -86400.0, 3600.0]

    def _jumping() -> float:
        """A day back at the second look, an hour on at the third, and so on."""
        _jumps.append(_jumps.pop(0))
        return _now() + _jumps[0]

    time.time = _jumping


def _work(code: str) -> int:
    try:
        exec(compile(code, "odd work", "exec"), {"__name__": "__main__"})
    except SystemExit as end:
        return int(end.code or 0)
    except BaseException:  # noqa: BLE001  (Python would pass over it here)
        traceback.print_exc()
        return 1
    return 0


if "ANNOTAT3D_JOB" in os.environ and "ODD_WORK" in os.environ:
    _code = _work(os.environ.pop("ODD_WORK"))
    sys.stdout.flush()
    os._exit(_code)
