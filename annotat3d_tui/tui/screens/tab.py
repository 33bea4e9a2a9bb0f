"""What the screens of all tabs but Segment have in common."""

from textual.screen import Screen


class TabScreen(Screen[None]):
    """A screen that lies over what is open; the application shows one of them at a time."""
