"""Where errors of the family become a toast that stays; all others go on to crash loudly. What was said is kept."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from logging.handlers import RotatingFileHandler
from typing import Any

from textual.app import App
from textual.dom import DOMNode
from textual.notifications import Notification
from textual.widgets._toast import ToastRack

from annotat3d_tui.errors import Annotat3DError, Cancelled
from annotat3d_tui.places import state_home

STAYS = 7 * 24 * 3600.0
"""Seconds that an error is shown unless it is dismissed."""

MOST_SAID = 1000
"""So many of the newest messages are kept until the program ends."""
SIGNS = {"information": "·", "warning": "!", "error": "✗"}
"""How bad it is, in a sign for each severity of a message."""

log = logging.getLogger("annotat3d_tui")


@dataclass(frozen=True)
class Said:
    """A message as it was shown: seconds since 1970, one of SIGNS, title ("" for none), the whole sentence."""

    at: float
    severity: str
    title: str
    text: str

    @property
    def clock(self) -> str:
        """When it was said, in the time of the place."""
        return time.strftime("%H:%M:%S", time.localtime(self.at))

    @property
    def words(self) -> str:
        """Title and sentence in one line."""
        return " ".join(f"{self.title}: {self.text}".removeprefix(": ").split())


def say_error(app: App[Any], error: Annotat3DError) -> None:
    """Show an error in the place of older messages, until a click or Esc dismisses it, and log it.

    A cancellation only passes by.
    """
    if isinstance(error, Cancelled):
        app.notify(str(error), severity="warning", markup=False)
        return
    log.error("%s: %s", type(error).__name__, error)
    clear_messages(app)
    app.notify(str(error), title="Not done", severity="error", timeout=STAYS, markup=False)


def clear_messages(app: App[Any]) -> None:
    """Take all messages away, with the empty holders that would push later ones out of sight."""
    app.clear_notifications()
    for holder in app.screen.query("ToastHolder"):
        holder.remove()


def take_away(app: App[Any], text: str) -> None:
    """Take a message that is still shown away, before it is said again."""
    _take(app, [one for one in app._notifications if one.message == text])


def clear_lasting(app: App[Any]) -> None:
    """Take the messages away that would stay until they are dismissed; those that pass by go on."""
    _take(app, [one for one in app._notifications if one.timeout >= STAYS])


def _take(app: App[Any], shown: list[Notification]) -> None:
    """From the screen that is seen, and from those under it."""
    for one in shown:
        app._unnotify(one, refresh=False)
        for screen in app.screen_stack:
            screen.query(f"#{ToastRack._toast_id(one)}").remove()


@contextmanager
def errors_said(node: DOMNode) -> Iterator[None]:
    """Errors of the family raised inside are said by the application of `node`, not raised further.

    For message handlers; actions are looked after by the application itself.
    """
    try:
        yield
    except Annotat3DError as error:
        say_error(node.app, error)


@contextmanager
def logged_to_file() -> Iterator[None]:
    """Keep errors in annotat3d/log.txt of the user's state folder, half a megabyte at most, where it can be written."""
    path = state_home() / "log.txt"
    handler: logging.Handler
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(path, maxBytes=250_000, backupCount=1)
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log.addHandler(handler)
    log.propagate = False
    try:
        yield
    finally:
        log.propagate = True
        log.removeHandler(handler)
        handler.close()
