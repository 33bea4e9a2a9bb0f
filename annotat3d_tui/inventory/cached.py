"""What the cache of a workspace holds, and how much it may: it may be removed at any time, and goes by itself."""

from collections.abc import Iterator
from pathlib import Path

from annotat3d_tui.blocks import count_text
from annotat3d_tui.cache import MOST_BYTES
from annotat3d_tui.inventory.items import Item
from annotat3d_tui.memory import bytes_text
from annotat3d_tui.volume.converted_files import FOLDER, entries_in, most_bytes


def cached_items(cache: Path) -> Iterator[Item]:
    """Images that were converted, each, and all that was measured together; what is not there is left out."""
    limit = bytes_text(most_bytes())
    for entry in entries_in(cache / FOLDER):
        path = entry.voxels if entry.is_whole else entry.part
        facts = f"{entry.facts}, of {Path(entry.state.source).name}; all at most {limit}"
        yield Item("cache", path.name, path, facts, entry.size, entry.used)
    files = [file.stat() for file in cache.glob("*.npy")]
    if files:
        facts = f"{count_text(len(files), 'array')} measured; at most {bytes_text(MOST_BYTES)}"
        size, changed = sum(one.st_size for one in files), max(one.st_mtime for one in files)
        yield Item("cache", cache.name, cache, facts, size, changed)
