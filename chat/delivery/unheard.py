"""Which messages are new to a wire that hears each message once, and nothing more."""

from __future__ import annotations

from chat.core.frames import Change, Msg


class Unheard:
    """
    What a seed client has still to hear: all beyond ``seq``, and the ``late`` ones.

    A page of the log leaves out a message that was edited after the page's end; it
    comes with a later page, behind messages younger than itself. Its ordinal is kept
    as late until then.
    """

    __slots__ = ("_late", "seq")

    def __init__(self, seq: int = 0) -> None:
        self.seq = seq
        self._late: set[int] = set()

    def take(self, changes: list[Change]) -> list[Msg]:
        """The messages that were not heard yet, oldest first; now they were."""
        new = [
            change
            for change in changes
            if isinstance(change, Msg)
            and (change.seq > self.seq or change.seq in self._late)
        ]
        new.sort(key=lambda message: message.seq)
        if new:
            newest = max(self.seq, new[-1].seq)
            self._late.update(range(self.seq + 1, newest + 1))
            self._late.difference_update(message.seq for message in new)
            self.seq = newest
        return [message for message in new if not message.deleted]

    def caught_up(self, seq: int) -> None:
        """All up to here was read: what is missing has gone for good."""
        self.seq = max(self.seq, seq)
        self._late.clear()

    def copy(self) -> Unheard:
        """For a client that stands here, and goes on by itself."""
        twin = Unheard(self.seq)
        twin._late = set(self._late)
        return twin
