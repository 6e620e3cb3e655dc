"""
One ``rai.v1`` connection as a value: fed with frames and clocks, it says what to do.

It holds the order rules that the server owes a client: hello first, a bounded queue,
at most 16 sends in flight, and no message that overtakes an earlier one of the same
room which was asked to try again (``blocked``).
"""

from __future__ import annotations

from dataclasses import dataclass

from accounts.rates import Buckets
from chat.core.errors import (
    BadFrame,
    Blocked,
    Busy,
    ChatError,
    Close,
    TooManySubs,
    UnsupportedVersion,
)
from chat.core.frames import ClientFrame, Hello, Send, Sub, Unsub
from chat.core.limits import BAD_FRAMES
from chat.core.turns import Turns

MAX_QUEUED = 32
MAX_BUSY_ANSWERS = 200
MAX_SENDS_IN_FLIGHT = 16
MAX_SUBS = 128


@dataclass(frozen=True, slots=True)
class Do:
    """Carry the frame out, then call ``Session.done``."""

    frame: ClientFrame


@dataclass(frozen=True, slots=True)
class Refuse:
    """Answer with this error; the connection goes on."""

    frame_id: int
    error: ChatError
    nonce: str | None = None


@dataclass(frozen=True, slots=True)
class Hangup:
    """Close with this code."""

    code: Close


Effect = Do | Refuse | Hangup


class Session:
    """What this connection may do next. Knows no socket, no database, no clock."""

    __slots__ = (
        "_bad",
        "_busy_answers",
        "_greeted",
        "_open",
        "_sends",
        "_subs",
        "_turns",
    )

    def __init__(self) -> None:
        self._greeted = False
        # What was let through and not answered yet, by identity.
        self._open: dict[int, ClientFrame] = {}
        self._sends = 0
        self._busy_answers = 0
        self._subs: set[str] = set()
        self._turns = Turns()
        self._bad: Buckets | None = None

    @property
    def greeted(self) -> bool:
        """Whether hello came."""
        return self._greeted

    def feed(self, frame: ClientFrame) -> Effect:
        """Decide about one readable frame."""
        if not self._greeted or isinstance(frame, Hello):
            return self._greet(frame)
        if isinstance(frame, Send):
            if (frame.room is None) == (frame.name is None):
                error = BadFrame("give either room or name")
                return Refuse(frame.id, error, frame.nonce)
            self._turns.arrive(frame.nonce)
        if len(self._open) >= MAX_QUEUED:
            return self._overfull(frame)
        refusal = self._check(frame)
        if refusal is not None:
            return Refuse(frame.id, refusal)
        self._open[id(frame)] = frame
        return Do(frame)

    def bad(self, frame_id: int, error: ChatError, now_s: float) -> Effect:
        """Decide about a frame that could not be read (R-43)."""
        if not self._greeted:
            return Hangup(Close.BAD_PROTOCOL)
        self._bad = self._bad or Buckets(BAD_FRAMES, capacity=1)
        if self._bad.take("", now_s):
            return Hangup(Close.POLICY)
        return Refuse(frame_id, error)

    def start_send(self, frame: Send) -> ChatError | None:
        """
        Whether this message may go to the log now; ask when its turn has come.

        Asked late, because only then is it known that no earlier message of the room
        was sent back. ``done`` must follow either way.
        """
        self._sends += 1
        if not self._turns.take(_room_key(frame), frame.nonce):
            return Blocked(retry_ms=1000)
        if self._sends > MAX_SENDS_IN_FLIGHT:
            return Busy(retry_ms=1000)
        return None

    def check_turn(self, frame: Send) -> None:
        """
        Ask once more, when time has passed since ``start_send``.

        Raises:
            Blocked: An earlier message was sent back meanwhile.
        """
        if not self._turns.take(_room_key(frame), frame.nonce):
            raise Blocked(retry_ms=1000)

    def done(self, frame: ClientFrame, error: ChatError | None = None) -> None:
        """A frame that ``feed`` let through has been answered; once is enough."""
        if self._open.pop(id(frame), None) is None:
            return
        if not self._open:
            self._busy_answers = 0
        match frame:
            case Send():
                self._sends -= 1
                if error is not None and error.retry:
                    self._turns.send_back(_room_key(frame), frame.nonce)
                else:
                    self._turns.settle(frame.nonce)
            case Sub() if error is not None:
                self._subs.discard(_room_key(frame))
            case _:
                pass

    def met(self, frame: Send, ref: str) -> None:
        """The message went to this room, whatever the client called it."""
        self._turns.meet(_room_key(frame), ref)

    def unsubscribed(self, key: str) -> None:
        """The client listens no more to what it asked for under this key."""
        self._subs.discard(key)

    def _greet(self, frame: ClientFrame) -> Effect:
        if not isinstance(frame, Hello):
            return Hangup(Close.BAD_PROTOCOL)
        if self._greeted:
            return Refuse(frame.id, BadFrame("hello came twice"))
        if frame.v != 1:
            return Refuse(frame.id, UnsupportedVersion(f"version {frame.v}"))
        self._greeted = True
        self._subs.update(frame.since)
        self._open[id(frame)] = frame
        return Do(frame)

    def _check(self, frame: ClientFrame) -> ChatError | None:
        match frame:
            case Sub():
                return self._check_sub(frame)
            case Unsub():
                self._subs.discard(frame.room)
            case _:
                pass
        return None

    def _overfull(self, frame: ClientFrame) -> Effect:
        self._busy_answers += 1
        if self._busy_answers >= MAX_BUSY_ANSWERS:
            return Hangup(Close.TOO_MANY_FRAMES)
        if isinstance(frame, Send):
            self._turns.send_back(_room_key(frame), frame.nonce)
        return Refuse(frame.id, Busy(retry_ms=1000), _nonce(frame))

    def _check_sub(self, frame: Sub) -> ChatError | None:
        if (frame.room is None) == (frame.name is None):
            return BadFrame("give either room or name")
        key = _room_key(frame)
        if key not in self._subs and len(self._subs) >= MAX_SUBS:
            return TooManySubs()
        self._subs.add(key)
        return None


def _room_key(frame: Send | Sub) -> str:
    return frame.room if frame.room is not None else f"name:{frame.name}"


def _nonce(frame: ClientFrame) -> str | None:
    return frame.nonce if isinstance(frame, Send) else None
