"""The command palette: every action of the screen, its key beside it, and why it cannot be done now."""

from collections.abc import Awaitable, Callable

from rich.text import Text
from textual.command import DiscoveryHit, Hit, Hits, Provider

from annotat3d_tui.tui.actions import Act, HasActs

KEY_WIDTH = 9


class ActionProvider(Provider):
    """Offers the actions of the screen that the palette was called on, then those of the application."""

    @property
    def _acts(self) -> list[Act]:
        return self.screen.acts() if isinstance(self.screen, HasActs) else []

    async def discover(self) -> Hits:
        """All actions, in the order of the screen."""
        for act in self._acts:
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


def _line(act: Act, title: Text) -> Text:
    """One line: key, title, and what keeps it from being done."""
    reason = act.why_not
    keys = Text(act.keys[:KEY_WIDTH].ljust(KEY_WIDTH + 1), "not bold dim" if reason else "not bold")
    if not reason:
        return Text.assemble(keys, title, no_wrap=True, overflow="ellipsis")
    return Text.assemble(keys, (title.plain, "not bold dim"), (f" · {reason}", "not bold dim italic"))
