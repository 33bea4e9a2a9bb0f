"""A message that stands for a state: of several that wait, only the latest is of use."""

from textual.message import Message


class Latest(Message):
    """What is told by a thread again and again; a newer one takes the place of one that nobody has read yet."""

    def can_replace(self, message: Message) -> bool:
        """An older one of the same kind is of no use."""
        return type(message) is type(self)
