"""What is known of a file before its voxels are read, for people and for JSON."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from annotat3d_tui.blocks import size_text
from annotat3d_tui.memory import bytes_text
from annotat3d_tui.volume.converted import Conversions, is_converted, is_turned
from annotat3d_tui.volume.source import Source
from annotat3d_tui.volume.voxel_size import Z_ASSUMED


@dataclass(frozen=True)
class Description:
    """A volume in a file; `memory_bytes` and `disk_bytes` are what opening it takes, 0 where it is memory-mapped.

    `turned_bytes` are what the screen takes of the disk, later and where there is room, for slices across x.
    `why_read` says why it must be read whole (compressed, big-endian, …), or, where it is large, converted once in its
    workspace; it is empty where it is memory-mapped. chunks: sides (z, y, x) of the boxes in which it is kept, if any.
    size_note: what the file leaves open of the voxel size. warnings: sentences about what may be wrong.
    converted: the share 0…1 of its planes that its workspace has converted already.
    """

    path: Path
    format: str
    shape: tuple[int, int, int]
    dtype: str
    byte_order: str
    voxel_size: tuple[float, float, float]
    unit: str
    compression: str
    file_bytes: int
    voxel_bytes: int
    memory_bytes: int
    disk_bytes: int
    turned_bytes: int
    why_read: str
    chunks: tuple[int, int, int] | None = None
    size_note: str = ""
    warnings: tuple[str, ...] = ()
    converted: float = 0.0

    @property
    def layout(self) -> str:
        """How it is opened, in words."""
        if not self.why_read:
            return "memory-mapped"
        return f"{'converted once' if self.disk_bytes else 'read whole'} ({self.why_read})"

    @property
    def opening(self) -> str:
        """What opening it takes, in words."""
        if self.converted == 1:
            return "takes no memory: it is already converted, in the workspace"
        if self.disk_bytes:
            already = f" ({100 * self.converted:.0f} % is already converted)" if self.converted else ""
            return f"takes {bytes_text(self.disk_bytes)} of disk, in the workspace{already}"
        return f"takes {bytes_text(self.memory_bytes)} of memory" if self.memory_bytes else "takes no memory"

    @property
    def later(self) -> str:
        """What the screen takes once it is open, in words; empty where that is nothing."""
        if not self.turned_bytes:
            return ""
        return f"up to {bytes_text(self.turned_bytes)} more of disk, in the workspace, for slices across x"

    @property
    def summary(self) -> str:
        """What it is, in a line: format, size, type, bytes on the disk."""
        packed = "" if self.compression == "none" else f", {self.compression}"
        return f"{self.format}{packed} · {size_text(self.shape)} · {self.dtype} · {bytes_text(self.file_bytes)}"

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it: shape and voxel size in the order z, y, x."""
        return {
            "path": str(self.path),
            "format": self.format,
            "shape": list(self.shape),
            "size": size_text(self.shape),
            "dtype": self.dtype,
            "byte_order": self.byte_order,
            "voxel_size": list(self.voxel_size),
            "unit": self.unit,
            "voxel_size_note": self.size_note or None,
            "compression": self.compression,
            "chunks": list(self.chunks) if self.chunks else None,
            "layout": self.layout,
            "file_bytes": self.file_bytes,
            "voxel_bytes": self.voxel_bytes,
            "memory_bytes": self.memory_bytes,
            "disk_bytes": self.disk_bytes,
            "turned_bytes": self.turned_bytes,
            "warnings": list(self.warnings),
            "converted": round(self.converted, 4),
        }

    def lines(self) -> list[str]:
        """As people read it, a fact a line; sizes are X×Y×Z."""
        lengths = " × ".join(f"{length:.6g}" for length in reversed(self.voxel_size))
        unit = "not known" if self.unit == "voxel" and set(self.voxel_size) == {1.0} else f"{lengths} {self.unit}"
        order = "" if self.byte_order == "none" else f", {self.byte_order}-endian"
        chunks = f", in chunks of {size_text(self.chunks)}" if self.chunks else ""
        return [
            f"file          {self.path}",
            f"format        {self.format}, compression {self.compression}{chunks}",
            f"size          {size_text(self.shape)} voxels (X×Y×Z)",
            f"type          {self.dtype}{order}",
            f"voxel size    {unit}{f' ({self.size_note})' if self.size_note else ''}",
            f"on disk       {bytes_text(self.file_bytes)}",
            f"layout        {self.layout}",
            f"opening       {self.opening}",
            *([f"on the screen {self.later}"] if self.later else []),
            *(f"warning       {one}" for one in self.warnings),
        ]


def description_of(source: Source, conversions: Conversions | None = None) -> Description:
    """What a source says, and what there is of it among conversions; raises MissingFile, InvalidFile."""
    return Description(
        path=source.path,
        format=source.format,
        shape=source.shape,
        dtype=source.dtype.name,
        byte_order={"|": "none", "<": "little", ">": "big"}[source.dtype.str[0]],
        voxel_size=source.voxel_size,
        unit=source.unit,
        compression=source.compression,
        file_bytes=source.file_bytes,
        voxel_bytes=source.voxel_bytes,
        memory_bytes=source.voxel_bytes if source.why_read and not is_converted(source) else 0,
        disk_bytes=source.voxel_bytes if is_converted(source) else 0,
        turned_bytes=source.voxel_bytes if is_turned(source) else 0,
        why_read=source.why_read,
        chunks=source.chunks,
        converted=conversions.share_of(source) if conversions else 0.0,
        size_note="" if source.shape[0] == 1 and source.size_note == Z_ASSUMED else source.size_note,
        warnings=source.warnings,
    )
