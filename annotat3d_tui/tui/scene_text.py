"""What the strip of the 3D screen says: what is shown, the volume, surfaces, the camera, the clipping plane."""

import numpy as np

from annotat3d_tui.labels.colours import letter_of
from annotat3d_tui.render.scene.camera import PRESETS, Camera
from annotat3d_tui.tui.segment_text import CROSS, OFF, ON, TICK
from annotat3d_tui.tui.space import Looked, Space
from annotat3d_tui.tui.widgets.facts_panel import Fact

MOST_NAMED = 12
"""Labels whose meshes are named."""


def facts(space: Space, looked: Looked, camera: Camera, wide: bool) -> tuple[Fact, ...]:
    """All that the strip says."""
    return (
        show_fact(space, looked, wide),
        volume_fact(space, wide),
        surfaces_fact(space),
        camera_fact(space, camera, wide),
        plane_fact(space, wide),
    )


def show_fact(space: Space, looked: Looked, wide: bool) -> Fact:
    """What is shown (ticked), with the key that switches each."""
    shown = space.shown
    planes = " ".join(shown.slices) if 0 < len(shown.slices) < 3 else "slices"
    named = (
        ("volume", "volume", shown.volume),
        ("label", "label", shown.label),
        ("mesh", "mesh", bool(shown.meshes)),
        ("slices", planes, bool(shown.slices)),
        ("plane", "plane", shown.plane),
        ("markers", "markers", shown.markers),
        ("superpixels", "superpixels", looked.overlay.superpixels),
        ("box", "box", shown.box),
        ("cut", "cut", shown.cutting),
    )
    pieces = [(f"{TICK if on else CROSS}{{scene.{id}}} {word}", "" if on else OFF) for id, word, on in named]
    return Fact("Show", tuple(pieces))


def volume_fact(space: Space, wide: bool) -> Fact:
    """The threshold, and how what is above it is seen."""
    threshold, dim = space.known_threshold, "" if space.shown.volume else OFF
    known = "…" if threshold is None else f"{threshold:.5g}"
    automatic = (("automatic" if wide else "auto", OFF),) if space.shown.threshold is None else ()
    keys = (("{scene.threshold_down} {scene.threshold_up}", OFF),) if wide else ()
    return Fact(
        "Volume", ((f"from {known}", dim), *automatic, *keys, (f"{{scene.opacity}} {space.shown.opacity}", dim))
    )


def surfaces_fact(space: Space) -> Fact:
    """How opaque labels are, and whose meshes are shown."""
    shown = space.shown
    meshes = sorted(shown.meshes)
    names = " ".join(letter_of(label) for label in meshes[:MOST_NAMED]) + " …" * (len(meshes) > MOST_NAMED)
    named = ((f"mesh {names}", ""),) if meshes else ()
    dim = "" if shown.label or meshes else OFF
    return Fact("Surfaces", ((f"{{scene.mesh_opacity}} {round(100 * shown.mesh_opacity)} %", dim), *named))


def camera_fact(space: Space, camera: Camera, wide: bool) -> Fact:
    """What an orbit does, the projection, from where, how near."""
    projection = "perspective" if camera.perspective else "orthographic" if wide else "ortho"
    view = preset_of(camera)
    near = space.grid.diagonal / camera.height
    looks = ((f"along {view}" if view != "iso" else view, ON),) if view else ()
    wheel = (("{scene.wheel} wheel: slices", ""),) if space.wheel_slices else ()
    return Fact(
        "Camera",
        (
            (f"{{scene.style}} {camera.style}", ""),
            (f"{{scene.projection}} {projection}", ""),
            *looks,
            (f"×{near:.2g}", OFF),
            *wheel,
        ),
    )


def preset_of(camera: Camera) -> str:
    """The name of the preset that a camera looks as; "" for none.

    >>> from annotat3d_tui.render.scene.grid import Grid
    >>> preset_of(Camera.looking(Grid((4, 4, 4)), "-y")), preset_of(Camera.looking(Grid((4, 4, 4))).orbited(5, 0))
    ('-y', '')
    """
    for name, (direction, up) in PRESETS.items():
        if np.allclose(direction, camera.direction, atol=1e-6) and np.allclose(up, camera.up, atol=1e-6):
            return name
    return ""


def plane_fact(space: Space, wide: bool) -> Fact:
    """Where the clipping plane lies."""
    cut = space.shown.cut
    if cut is None:
        return Fact("Plane", (("{scene.cut} cuts", OFF),))
    dim = "" if space.shown.cutting or space.shown.plane else OFF
    words = [
        ("at " if wide else "") + short_numbers(cut.plane.position, 0),
        ("normal " if wide else "n ") + short_numbers(cut.normal, 2),
    ]
    state = [(word, ON) for word, on in (("flipped", cut.flipped), ("locked", cut.locked)) if on]
    return Fact("Plane", (*((word, dim) for word in words), *state))


def short_numbers(vector: tuple[float, float, float], digits: int) -> str:
    """A vector (z, y, x) as x y z with so many digits.

    >>> short_numbers((3.0, 0.5, 1 / 3), 2)
    '0.33 0.5 3'
    """
    return " ".join(f"{round(value, digits) + 0.0:g}" for value in reversed(vector))


def picked_words(voxel: tuple[int, int, int], grey: str, label: str) -> str:
    """What was picked.

    >>> picked_words((3, 2, 1), "117", "B Grain")
    'x 1 y 2 z 3 = 117 · B Grain'
    """
    z, y, x = voxel
    return f"x {x} y {y} z {z} = {grey}" + (f" · {label}" if label else "")
