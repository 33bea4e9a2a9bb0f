"""Answers of the terminal that come when nobody waits for them any more: over a line slower than the probe's patience.

Textual takes what it does not know for keys, so that a late `ESC[?62;22c` would choose label 2.
"""

import re
from collections.abc import Iterable

from textual._xterm_parser import XTermParser
from textual.message import Message

ANSWER = re.compile(
    r"\x1bP>\|[^\x1b]*\x1b\\"  # name (XTVERSION)
    r"|\x1b_G[^\x1b]*\x1b\\"  # graphics of kitty
    r"|\x1b\[[46];\d+;\d+t"  # size in pixels
    r"|\x1b\[\?[\d;]*[cS]"  # what it has (DA1), and sixels
)
BEGUN = re.compile(r"\x1b(?:P>|_G)[^\x1b]*\x1b?$|\x1b\[(?:[46];[\d;]*|\?[\d;]*)$")
"""One that the next bytes may end; a lone Escape is a key."""


class Parser(XTermParser):
    """The parser of Textual, which is not fed such answers."""

    _begun = ""

    def feed(self, data: str) -> Iterable[Message]:
        """Keys and other messages in what was typed; "" is the end."""
        if not data:
            return super().feed(data)
        data = ANSWER.sub("", self._begun + data)
        tail = BEGUN.search(data)
        self._begun = tail[0] if tail else ""
        typed = data.removesuffix(self._begun)
        return super().feed(typed) if typed else ()
