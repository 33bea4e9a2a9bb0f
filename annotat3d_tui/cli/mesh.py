"""Surfaces of labels as closed meshes, for printing, simulation and other programs: STL, PLY or OBJ.

annotat3d mesh grains.tif --labels 2,3 -o grains.ply

Lengths are in the unit of the voxel size, x y z from the corner of the first voxel. A mesh encloses as much as the
voxels of its label, however it is smoothed and thinned.
"""

import argparse
from pathlib import Path

from annotat3d_tui.cli.flags import add_parameter_flags, with_flags
from annotat3d_tui.cli.inputs import add_raw_flags, raw_properties
from annotat3d_tui.cli.names import add_names_flag, names_of
from annotat3d_tui.cli.output import add_output_flags, progress_line, show
from annotat3d_tui.cli.snapshot_scene import labels_of
from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.render.scene.grid import Grid
from annotat3d_tui.render.scene.making import label_meshes
from annotat3d_tui.render.scene.meshes import FORMATS, Mesh, Surfacing, save_meshes
from annotat3d_tui.volume.files import open_labels
from annotat3d_tui.volume.writing import check_output


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("label", metavar="LABEL", help="a label volume")
    parser.add_argument("--labels", metavar="1,2,…|all", help="ids to mesh (all but the background, 1)")
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help=f"{', '.join(FORMATS)}, all labels in it")
    add_parameter_flags(parser, {"": Surfacing()})
    add_names_flag(parser, "names of objects in an OBJ")
    add_raw_flags(parser)
    add_output_flags(parser)


def run(given: argparse.Namespace) -> int:
    """Make the meshes and write them."""
    output = Path(given.output)
    if output.suffix.lower() not in FORMATS:
        raise InvalidParameter(f"A mesh must be written as {', '.join(FORMATS)}, received {output}: name it so.")
    check_output(output, given.overwrite, [given.label])
    surfacing, names = with_flags(Surfacing(), given), names_of(given)
    volume = open_labels(Path(given.label), raw_properties(given, given.label))
    shape = volume.data.shape
    grid = Grid((shape[0], shape[1], shape[2]), volume.voxel_size, volume.unit)
    meshes = label_meshes(volume.data, grid, labels_of(given.labels), surfacing, progress_line())
    save_meshes(output, meshes, grid.unit, names, given.overwrite)
    facts = {"output": str(output), "unit": grid.unit, "meshes": [_facts(mesh) for mesh in meshes]}
    show(given.json, facts, [_line(mesh, names, grid.unit) for mesh in meshes])
    return 0


def _facts(mesh: Mesh) -> dict[str, object]:
    return {
        "label": mesh.label,
        "voxels": mesh.voxels,
        "faces": len(mesh.faces),
        "volume": mesh.volume,
        "surface": mesh.surface,
        "closed": mesh.closed,
    }


def _line(mesh: Mesh, names: dict[int, str], unit: str) -> str:
    what = names.get(mesh.label, f"label {mesh.label}")
    return f"{what}: {len(mesh.faces)} faces, volume {mesh.volume:.6g} {unit}³, surface {mesh.surface:.6g} {unit}²"
