"""What the terminal is and can draw: asked once, before the screen begins, since its answers come as if they were keys.

It is asked for its name (XTVERSION), whether it has the graphics of kitty, its size in pixels, and how many colours and
pixels a sixel picture may have. The last question (DA1) is one that every terminal answers, in the order of questions:
what has not been answered by then will not be. Sources: https://invisible-island.net/xterm/ctlseqs/ctlseqs.html,
https://sw.kovidgoyal.net/kitty/graphics-protocol/.
"""

import os
import re
import select
import termios
import time
import tty
from collections.abc import Mapping
from dataclasses import dataclass, replace

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.processes import multiplexer
from annotat3d_tui.tui.terminal.cells import cell_size

GRAPHICS = ("auto", "kitty", "sixel", "blocks")
"""What a person may ask for."""
GRAPHICS_HELP = (
    "how pictures are drawn: kitty or sixel, in pixels; blocks, half-blocks in any terminal; auto asks the terminal "
    "(ANNOTAT3D_GRAPHICS, else auto)"
)
HALF_BLOCKS = "half-blocks"
VARIABLE = "ANNOTAT3D_GRAPHICS"
PATIENCE = 3.0
"""Seconds; a line that is slower than this is too slow for pictures."""
QUESTIONS = b"\x1b7\x1b[>0q\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\\x1b[16t\x1b[14t\x1b[?1;1;0S\x1b[?2;1;0S\x1b[c"
WIPED = b"\x1b8\x1b[J"
"""Back to where the questions began, and away with what a terminal wrote that took one for text."""
NAME = re.compile(rb"\x1bP>\|([^\x1b]*)\x1b\\")
KITTY = re.compile(rb"\x1b_Gi=31;OK\x1b\\")
CELL = re.compile(rb"\x1b\[6;(\d+);(\d+)t")
AREA = re.compile(rb"\x1b\[4;(\d+);(\d+)t")
REGISTERS = re.compile(rb"\x1b\[\?1;0;(\d+)S")
LARGEST = re.compile(rb"\x1b\[\?2;0;(\d+);(\d+)S")
ATTRIBUTES = re.compile(rb"\x1b\[\?([\d;]*)c")
SIXEL = "4"
"""Among the attributes of DA1."""
MOST_COLOURS = 256
NEVER_ASKED = {"": "TERM is not set", "dumb": "TERM is dumb", "linux": "the console of Linux has no pictures"}


@dataclass(frozen=True)
class Graphics:
    """How the slice is drawn: mode half-blocks, sixel or kitty.

    cell: (width, height) of a cell in pixels; colours: of a sixel picture; largest: (width, height) of one, None for no
    limit; over_ssh: bytes are dear.
    """

    mode: str = HALF_BLOCKS
    cell: tuple[int, int] | None = None
    colours: int = MOST_COLOURS
    largest: tuple[int, int] | None = None
    over_ssh: bool = False


@dataclass(frozen=True)
class Terminal:
    """What a terminal is and can draw.

    brand: its name and version, "" when it does not say; multiplexer: tmux, screen or mosh, "" for none; modes: the
    graphics that it has, the better first; best: the one to take; why: that, in words; colours: truecolor, 256 or few.
    """

    brand: str = ""
    multiplexer: str = ""
    cell: tuple[int, int] | None = None
    modes: tuple[str, ...] = ()
    best: str = HALF_BLOCKS
    why: str = ""
    colours: str = "few"
    registers: int = MOST_COLOURS
    largest: tuple[int, int] | None = None
    over_ssh: bool = False

    def graphics(self, asked: str = "auto") -> Graphics:
        """How to draw where a person asked for auto, kitty, sixel or blocks.

        >>> Terminal(best="sixel").graphics().mode, Terminal(best="sixel").graphics("blocks").mode
        ('sixel', 'half-blocks')
        """
        mode = {"auto": self.best, "blocks": HALF_BLOCKS}.get(asked, asked)
        return Graphics(mode, self.cell, min(self.registers, MOST_COLOURS), self.largest, self.over_ssh)


def graphics_for(asked: str | None, reads: int = 0, writes: int = 2) -> Graphics:
    """How to draw on a terminal; asked: kitty, sixel, blocks, or auto; None leaves it to ANNOTAT3D_GRAPHICS.

    Raises InvalidParameter when that has no such word.
    """
    asked = asked or asked_graphics()
    return Graphics() if asked == "blocks" else probe(reads, writes).graphics(asked)


def asked_graphics(environment: Mapping[str, str] = os.environ) -> str:
    """What the variable ANNOTAT3D_GRAPHICS asks for; auto where it is not set. Raises InvalidParameter."""
    asked = environment.get(VARIABLE) or "auto"
    if asked not in GRAPHICS:
        raise InvalidParameter(f"{VARIABLE} must be one of {', '.join(GRAPHICS)}, received {asked!r}: correct it.")
    return asked


def probe(
    reads: int = 0, writes: int = 2, environment: Mapping[str, str] = os.environ, patience: float = PATIENCE
) -> Terminal:
    """What the terminal is that is read from one stream and written to another, both numbers of open files.

    It is not asked in a multiplexer, which would answer for itself, nor when it is known to have no pictures.
    """
    known = Terminal(colours=_colours(environment), over_ssh="SSH_CONNECTION" in environment)
    if not (os.isatty(reads) and os.isatty(writes)):
        return replace(known, why="this is no terminal")
    known = replace(known, cell=cell_size(writes), multiplexer=multiplexer(environment))
    if why := _hidden(known.multiplexer) or _never_asked(environment):
        return replace(known, why=why)
    return understood(_ask(reads, writes, patience), known, os.get_terminal_size(writes))


def understood(answers: bytes, known: Terminal, size: tuple[int, int]) -> Terminal:
    """The terminal that gives these answers, by what is `known` without them; size: its columns and rows."""
    attributes = ATTRIBUTES.search(answers)
    if attributes is None:
        return replace(known, why="the terminal did not say in time what it can draw")
    named = NAME.search(answers)
    brand = named[1].decode("utf-8", "replace").strip() if named else ""
    kind = re.split(r"[ (]", brand.lower())[0]
    found = {"kitty": bool(KITTY.search(answers)), "sixel": SIXEL in attributes[1].decode().split(";")[1:]}
    modes = tuple(mode for mode in (("sixel", "kitty") if kind == "wezterm" else found) if found[mode])
    multiplexer = kind if kind in ("tmux", "screen") else ""
    why = _hidden(multiplexer) or _lacking(brand or "the terminal", kind, modes)
    return replace(
        known,
        brand=brand,
        multiplexer=multiplexer,
        cell=_cell_told(answers, size) or known.cell,
        modes=modes,
        best=HALF_BLOCKS if why else modes[0],
        why=why or f"{brand or 'the terminal'} has it",
        registers=max(int(told[1]), 2) if (told := REGISTERS.search(answers)) else known.registers,
        largest=(int(told[1]), int(told[2])) if (told := LARGEST.search(answers)) else None,
    )


def _hidden(multiplexer: str) -> str:
    return f"in {multiplexer}, which keeps pictures in pixels from the terminal" if multiplexer else ""


def _lacking(name: str, kind: str, modes: tuple[str, ...]) -> str:
    """Why a terminal is not to draw in pixels; "" when it is."""
    if not modes:
        return f"{name} says that it has neither the graphics of kitty nor sixels"
    if kind == "xterm":
        return f"{name} has sixels, and becomes slow where they and text take turns"
    return ""


def _cell_told(answers: bytes, size: tuple[int, int]) -> tuple[int, int] | None:
    """(width, height) of a cell as the terminal says, or by the area that it says its columns and rows take."""
    if told := CELL.search(answers):
        width, height = int(told[2]), int(told[1])
    elif (told := AREA.search(answers)) and all(size):
        width, height = int(told[2]) // size[0], int(told[1]) // size[1]
    else:
        return None
    return (width, height) if width and height else None


def _ask(reads: int, writes: int, patience: float) -> bytes:
    """All that the terminal answers until it has answered the last question, or patience ends."""
    answers = b""
    before = termios.tcgetattr(reads)
    try:
        tty.setcbreak(reads)
        os.write(writes, QUESTIONS)
        end = time.monotonic() + patience
        while not ATTRIBUTES.search(answers) and (left := end - time.monotonic()) > 0:
            if select.select([reads], [], [], left)[0]:
                more = os.read(reads, 4096)
                if not more:
                    break
                answers += more
    finally:
        os.write(writes, WIPED)
        termios.tcsetattr(reads, termios.TCSADRAIN, before)
    return answers


def _never_asked(environment: Mapping[str, str]) -> str:
    """Why this terminal is not asked; "" when it is."""
    if environment.get("TERM_PROGRAM") == "Apple_Terminal":
        return "Terminal of macOS has no pictures"
    return NEVER_ASKED.get(environment.get("TERM", ""), "")


def _colours(environment: Mapping[str, str]) -> str:
    if environment.get("COLORTERM") in ("truecolor", "24bit"):
        return "truecolor"
    return "256" if "256" in environment.get("TERM", "") else "few"
