"""What is in a workspace: image, marks, superpixels, label, datasets, networks, results, jobs, and its cache.

The cache has the image as it can be mapped, where it had to be converted (at most 64 GB, or ANNOTAT3D_CACHE=200GB), and
what was measured of it; what was used longest ago goes first, and all of it may be removed at any time.
"""

import argparse
from pathlib import Path
from typing import Any

from annotat3d_tui.cli.output import add_output_flags, show
from annotat3d_tui.inventory.items import SECTIONS, Item, bytes_of, items_of
from annotat3d_tui.inventory.own_jobs import own_jobs
from annotat3d_tui.jobs.text import SIGNS, when_text
from annotat3d_tui.jobs.watching import Seen, Watch
from annotat3d_tui.memory import bytes_text
from annotat3d_tui.places import resolved


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("folder", metavar="DIR", help="a workspace folder")
    add_output_flags(parser, writes=False)


def run(given: argparse.Namespace) -> int:
    """A line for each thing."""
    folder = Path(given.folder)
    items = items_of(folder)
    image = next((item.path for item in items if item.kind == "image"), None)
    jobs, size = own_jobs(Watch().look(), resolved(folder), image), bytes_of(folder)
    facts = {
        "workspace": str(resolved(folder)),
        "bytes": size,
        "items": [_item_facts(item) for item in items],
        "jobs": [{"id": seen.number, "title": seen.job.request.title, "state": seen.state} for seen in jobs],
    }
    lines = [f"{resolved(folder)}  {bytes_text(size)}"]
    for title, kinds in SECTIONS.items():
        rows = [_line(item) for item in items if item.kind in kinds]
        lines += [title, *rows] if rows else []
    lines += ["Jobs", *map(_job_line, jobs)] if jobs else []
    show(given.json, facts, lines)
    return 0


def _item_facts(item: Item) -> dict[str, Any]:
    return {
        "kind": item.kind,
        "name": item.name,
        "path": str(item.path),
        "facts": item.facts,
        "bytes": item.bytes,
        "changed": item.changed,
        "problem": item.problem or None,
    }


def _line(item: Item) -> str:
    sign, said = ("✗", item.problem) if item.problem else ("✓", item.facts)
    size = bytes_text(item.bytes)
    return f"  {sign} {item.name:<24} {size:>9}  {when_text(item.changed or None):>6}  {said}".rstrip()


def _job_line(seen: Seen) -> str:
    reason = f": {seen.status.reason}" if seen.status.reason else ""
    return f"  {SIGNS[seen.status.state]} {seen.number} {seen.job.request.title}  {seen.state}{reason}"
