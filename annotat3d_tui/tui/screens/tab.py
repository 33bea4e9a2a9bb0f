"""What the screens of all tabs but Segment have in common."""

from textual.screen import Screen

from annotat3d_tui.tui.actions import Act, acts_of, own_acts


class TabScreen(Screen[None]):
    """A screen that lies over what is open; the application shows one of them at a time."""

    def action_back(self) -> None:
        """To where it was called."""
        self.dismiss()

    def acts(self) -> list[Act]:
        """The actions of this screen and those of everywhere."""
        return [*own_acts(self), *acts_of(self.app, self.app.BINDINGS, self.app)]
