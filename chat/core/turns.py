"""Whose turn it is: no message overtakes an earlier one that was sent back. Pure."""

from __future__ import annotations

from itertools import count

#: Messages of one connection that may wait to come again; the oldest are forgotten,
#: for a client that leaves so many lying has given them up.
MAX_WAITING = 1000


class Turns:
    """
    The places of one connection's messages, in the order in which they first came.

    A message that was sent back keeps its place until it comes again, and the later
    ones of its room are sent back too: all of them, in turn. Whether a client gave
    one up or will still send it again cannot be seen from here.
    """

    __slots__ = ("_numbers", "_places", "_refs", "_waiting")

    def __init__(self) -> None:
        self._numbers = count(1)
        # Of what is in flight or waits, by nonce.
        self._places: dict[str, int] = {}
        # Nonces that wait to come again, with the key of their room.
        self._waiting: dict[str, str] = {}
        self._refs: dict[str, str] = {}

    def arrive(self, nonce: str) -> None:
        """A message came; if it came before, it still has its place."""
        self._places.setdefault(nonce, next(self._numbers))

    def take(self, key: str, nonce: str) -> bool:
        """Whether this message's turn has come; then it waits no more."""
        place = self._place(nonce)
        room = self._room(key)
        if any(
            self._places[other] < place
            for other, where in self._waiting.items()
            if where == room
        ):
            return False
        self._waiting.pop(nonce, None)
        return True

    def send_back(self, key: str, nonce: str) -> None:
        """The message is to come again, before any later one of its room."""
        self._place(nonce)
        self._waiting[nonce] = self._room(key)
        if len(self._waiting) > MAX_WAITING:
            self.settle(min(self._waiting, key=self._places.__getitem__))

    def settle(self, nonce: str) -> None:
        """The message has its last answer."""
        self._waiting.pop(nonce, None)
        self._places.pop(nonce, None)

    def meet(self, key: str, ref: str) -> None:
        """The room asked for under ``key`` is ``ref``: one queue from now on."""
        if key == ref or self._refs.get(key) == ref:
            return
        self._refs[key] = ref
        for nonce, room in self._waiting.items():
            if room == key:
                self._waiting[nonce] = ref

    def _place(self, nonce: str) -> int:
        return self._places.setdefault(nonce, next(self._numbers))

    def _room(self, key: str) -> str:
        return self._refs.get(key, key)
