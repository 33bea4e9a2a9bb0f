"""A dialog beside a slice that is still seen, and that the keys of the slice still move."""

from typing import TYPE_CHECKING, TypeVar

from textual.binding import Binding

from annotat3d_tui.tui.actions import declared_by, mapped_keys
from annotat3d_tui.tui.screens.over import Over

if TYPE_CHECKING:
    from annotat3d_tui.tui.widgets.slice_view import SliceView

Answer = TypeVar("Answer")
LOOKS = ("slice", "slice_end", "plane", "move", "zoom", "fit", "pan", "centre", "show")
"""Actions that only look at the slice."""


class OnSlice(Over[Answer]):
    """Keys of the slice do there what they always do, unless they are keys of the dialog.

    looks: the actions of the slice whose keys are heard.
    """

    def __init__(self, view: "SliceView", looks: tuple[str, ...] = LOOKS) -> None:
        super().__init__()
        self._view = view
        own = {key for binding in declared_by(type(self)) for key in mapped_keys(binding, view.app).split(",")}
        for binding in view.BINDINGS:
            if isinstance(binding, Binding) and binding.action.split("(")[0] in looks:
                for key in filter(None, mapped_keys(binding, view.app).split(",")):
                    if key not in own:
                        self._bindings.bind(key, f"on_slice({binding.action!r})", binding.description, show=False)

    async def action_on_slice(self, action: str) -> None:
        """Do an action of the slice."""
        await self.app.run_action(action, self._view)
