"""The command palette: every action of the screen, its key beside it, and why it cannot be done now."""

from collections.abc import Awaitable, Callable

from rich.text import Text
from textual.app import App
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.visual import VisualType

from annotat3d_tui.tui.actions import Act, acts_here
from annotat3d_tui.tui.screens.over import dim_behind

KEY_WIDTH = 9


class Palette(CommandPalette):
    """The palette of Textual, with what lies behind it drawn as behind every dialog."""

    def render(self) -> VisualType:  # type: ignore[override]
        """What lies behind."""
        return dim_behind(super().render())


class ActionProvider(Provider):
    """Offers the actions of the widget and the screen that the palette was called on, then those of the application."""

    @property
    def _acts(self) -> list[Act]:
        return [*acts_here(self.screen), *_themes(self.app)]

    async def discover(self) -> Hits:
        """All actions, in the order of the screen; labels that have no key are found by typing."""
        for act in self._acts:
            if act.keys or not act.action.startswith("choose("):
                yield DiscoveryHit(_line(act, Text(act.title)), self._run(act), text=act.title)

    async def search(self, query: str) -> Hits:
        """The actions whose title, key or help match."""
        matcher = self.matcher(query)
        for act in self._acts:
            score = max(matcher.match(act.title), 0.5 * matcher.match(act.help), float(query == act.keys))
            if score > 0:
                title = Text(act.title)
                yield Hit(score, _line(act, title), self._run(act), text=act.title)

    def _run(self, act: Act) -> Callable[[], Awaitable[bool]]:
        async def run() -> bool:
            return await self.app.run_action(act.action, act.node)

        return run


def _themes(app: App[object]) -> list[Act]:
    return [
        Act(app, f"choose_theme({name!r})", f"Theme {name}", "", "Colours of the frame; kept for the next start.")
        for name in sorted(app.available_themes)
    ]


def _line(act: Act, title: Text) -> Text:
    """One line: key, title, and what keeps it from being done."""
    reason = act.why_not
    keys = Text(act.keys[:KEY_WIDTH].ljust(KEY_WIDTH + 1), "not bold dim" if reason else "not bold")
    if not reason:
        return Text.assemble(keys, title, no_wrap=True, overflow="ellipsis")
    return Text.assemble(keys, (title.plain, "not bold dim"), (f" · {reason}", "not bold dim italic"))
