"""Views kept in files: a camera as a small JSON text that a person can read and change."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from annotat3d_tui.errors import InvalidFile, MissingFile
from annotat3d_tui.render.scene.camera import ANGLE, ARCBALL, STYLES, Camera
from annotat3d_tui.render.scene.grid import as_vector, cross, unit_vector
from annotat3d_tui.volume.writing import written_aside

LARGEST_FILE = 1 << 16


def view_dict(camera: Camera) -> dict[str, Any]:
    """A camera as JSON has it; vectors are named, so that nobody must know their order.

    >>> camera = Camera((1.0, 2.0, 3.0), (1.0, 0.0, 0.0), (0.0, -1.0, 0.0), 5.0)
    >>> view_of(view_dict(camera)) == camera
    True
    """
    return {
        "kind": "view",
        "focus": _named(camera.focus),
        "direction": _named(camera.direction),
        "up": _named(camera.up),
        "height": camera.height,
        "projection": "perspective" if camera.perspective else "orthographic",
        "angle": camera.angle,
        "camera": camera.style,
    }


def view_of(content: Any) -> Camera:
    """The camera that `view_dict` gave; raises InvalidFile for what is none."""
    try:
        focus, direction, up = (_vector(content[name]) for name in ("focus", "direction", "up"))
        height, angle = float(content["height"]), float(content.get("angle", ANGLE))
        side = cross(direction, up)
        if not (math.isfinite(height) and height > 0 and 1 <= angle <= 120):
            raise ValueError("a height or an angle out of range")
        if not np.linalg.norm(side) > 1e-6 * np.linalg.norm(direction) * np.linalg.norm(up):
            raise ValueError("a direction that is also up")
        projection, style = content.get("projection", "orthographic"), content.get("camera", ARCBALL)
        if projection not in ("orthographic", "perspective") or style not in STYLES:
            raise ValueError(f"the projection {projection!r}, the camera {style!r}")
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise InvalidFile(
            f"A view must have focus, direction, up (each x, y, z) and height, received one that has not ({error}): "
            "save it again."
        ) from None
    exact = (
        abs(np.dot(direction, up)) < 1e-9 and abs(np.linalg.norm(direction) - 1) + abs(np.linalg.norm(up) - 1) < 1e-9
    )
    if not exact:
        direction = unit_vector(direction)
        up = cross(unit_vector(side), direction)
    return Camera(
        as_vector(focus), as_vector(direction), as_vector(up), height, projection == "perspective", angle, style
    )


def save_view(path: Path | str, camera: Camera, overwrite: bool = False) -> Path:
    """Write a camera as JSON; raises OutputExists or CannotWrite."""
    with written_aside(path, overwrite) as aside:
        aside.write_text(json.dumps(view_dict(camera), indent=2) + "\n")
    return Path(path)


def open_view(path: Path | str) -> Camera:
    """The camera in a file; raises MissingFile, or InvalidFile for another file."""
    file = Path(path)
    if not file.is_file():
        raise MissingFile(f"{path} must be a view that was saved, but there is no such file: correct its path.")
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise ValueError("a long file")
        content = json.loads(file.read_text())
    except (OSError, ValueError) as error:
        raise InvalidFile(f"{path} must be a view in JSON, received another file ({error}): save it again.") from None
    try:
        return view_of(content)
    except InvalidFile as error:
        raise InvalidFile(f"{path}: {error}") from None


def _named(vector: tuple[float, float, float]) -> dict[str, float]:
    return dict(zip("xyz", reversed(vector), strict=True))


def _vector(content: Any) -> Any:
    values = np.array([float(content[axis]) for axis in "zyx"])
    if not np.isfinite(values).all():
        raise ValueError("a number that is not finite")
    return values
