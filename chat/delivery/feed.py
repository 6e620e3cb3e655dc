"""
A warm room in this process: where it stands, who listens, and the last frames.

Everything here is one step of the event loop: no awaits, so that "all live listeners
are at ``cur``" holds between any two steps. The waiting parts are in ``hub``.
"""

from __future__ import annotations

import asyncio
from collections import deque
from enum import Enum, auto

from msgspec import UNSET

from chat.core import codec_seed, codec_v1
from chat.core.frames import Change, Ev, HeadFrame, Msg, SyncPage
from chat.core.ids import RoomId, room_ref
from chat.core.packets import Packet
from chat.core.values import At, Batch, Head, Page
from chat.delivery.outlet import Outlet
from chat.delivery.unheard import Unheard

#: Batches a room remembers, so that a short absence costs no read of the log.
RING = 256
#: Bytes of them at most.
RING_BYTES = 1024 * 1024
#: How often at most a room's head is told to those who want only that (s).
HEAD_EVERY_S = 1.0
#: Batches that may collect for a listener while it reads its pages.
PENDING = 256


class Wire(Enum):
    """Which of our two languages a listener speaks."""

    V1 = auto()
    SEED = auto()


class Listener:
    """
    One client's interest in one room.

    While it catches up, ``pending`` collects what happens meanwhile; None once live.
    ``is_held`` while its client does not read. ``mark`` is where it stood at its last
    ping.
    """

    __slots__ = (
        "at",
        "base",
        "frame_id",
        "has_left",
        "is_held",
        "mark",
        "name",
        "outlet",
        "overflow",
        "pending",
        "room",
        "unheard",
        "wire",
    )

    def __init__(
        self, outlet: Outlet, wire: Wire, frame_id: int = 0, name: str | None = None
    ) -> None:
        self.outlet = outlet
        self.wire = wire
        self.frame_id = frame_id
        self.name = name
        #: Set once it is served; None while it waits for its room to be born.
        self.room: RoomId | None = None
        self.at = At(0, "")
        self.unheard = Unheard()
        self.mark = 0
        self.pending: list[Beat] | None = None
        #: Where the room stood when collecting began.
        self.base = 0
        self.overflow = False
        self.is_held = False
        #: The client wants no more of it, whatever is still being read for it.
        self.has_left = False

    def write_page(self, page: Page) -> None:
        """Give the client a stretch of the log; afterwards it stands at its end."""
        if self.wire is Wire.V1:
            self.outlet.write(Packet(codec_v1.encode(self._sync(page))))
        else:
            self._say(page.changes)
        self.at = page.to

    def write_beat(self, beat: Beat) -> None:
        """Give a client that just finished its pages one of the batches it missed."""
        if self.wire is Wire.V1:
            self.outlet.write(beat.v1())
        else:
            self._say(beat.batch.changes)
        self.at = At(beat.batch.v, beat.batch.tok)

    def collected(self) -> list[Beat]:
        """What was collected beyond the pages."""
        return [beat for beat in self.pending or [] if beat.batch.v > self.at.v]

    def _say(self, changes: list[Change]) -> None:
        new = self.unheard.take(changes)
        if new:
            self.outlet.write(Packet(*[codec_seed.encode(m.body) for m in new]))

    def _sync(self, page: Page) -> SyncPage:
        return SyncPage(
            id=self.frame_id,
            room=room_ref(page.room),
            mode="window" if page.reset else "delta",
            from_=page.start,
            to=page.to.v,
            tok=page.to.tok,
            c=page.changes,
            more=page.more,
            name=self.name or UNSET,
            older=page.older if page.reset else UNSET,
        )


class Beat:
    """A batch with its frames, each encoded once, when first somebody needs it."""

    __slots__ = ("_new", "_seed", "_v1", "batch")

    def __init__(self, batch: Batch, new: list[Msg]) -> None:
        self.batch = batch
        self._new = new
        self._v1: Packet | None = None
        self._seed: Packet | None = None

    def v1(self) -> Packet:
        """The batch as one ``ev``."""
        if self._v1 is None:
            b = self.batch
            ev = Ev(room=room_ref(b.room), pv=b.pv, v=b.v, tok=b.tok, c=b.changes)
            self._v1 = Packet(codec_v1.encode(ev))
        return self._v1

    def seed(self) -> Packet:
        """The batch's new messages on the tutorial's wire; may be empty."""
        if self._seed is None:
            self._seed = Packet(*[codec_seed.encode(m.body) for m in self._new])
        return self._seed


class Feed:
    """A room that somebody here listens to."""

    __slots__ = (
        "_head_timer",
        "_is_head_stale",
        "_ring",
        "_ring_bytes",
        "at",
        "live_head",
        "live_seed",
        "live_v1",
        "pending",
        "room",
        "seq",
        "unheard",
        "wanted",
    )

    def __init__(self, room: RoomId, head: Head) -> None:
        self.room = room
        self.at = head.at
        self.seq = head.seq
        self.unheard = Unheard(head.seq)
        #: The version that somebody has heard of, while it is being read.
        self.wanted = 0
        self.live_v1: dict[Listener, None] = {}
        self.live_seed: dict[Listener, None] = {}
        self.live_head: dict[Listener, None] = {}
        self.pending: dict[Listener, None] = {}
        self._ring: deque[Beat] = deque()
        self._ring_bytes = 0
        self._head_timer: asyncio.TimerHandle | None = None
        self._is_head_stale = False

    @property
    def is_idle(self) -> bool:
        """Whether nobody listens."""
        return not (self.live_v1 or self.live_seed or self.live_head or self.pending)

    def advance(self, batch: Batch) -> bool:
        """
        Move by one batch, and write it to every live listener.

        Returns:
            False when the batch does not follow ``at``: there is a hole to fill, or
            one of the two is of a history that was lost.
        """
        if batch.v < self.at.v:
            return True
        if batch.v == self.at.v:
            return batch.tok == self.at.tok
        if (batch.pv, batch.ptok) != self.at:
            return False
        beat = Beat(batch, self.unheard.take(batch.changes))
        # First where we are, then the writes: a write may find its client lagging.
        self.at = At(batch.v, batch.tok)
        self.seq = max(self.seq, batch.seq)
        self._write(beat)
        for listener in self.pending:
            _collect(listener, beat)
        if self.live_head:
            self._tell_head()
        self._remember(beat)
        return True

    def _write(self, beat: Beat) -> None:
        if self.live_v1:
            packet = beat.v1()
            for listener in self.live_v1:
                listener.outlet.write(packet)
        if self.live_seed:
            packet = beat.seed()
            if packet.payloads:
                for listener in self.live_seed:
                    listener.outlet.write(packet)

    def jump(self, head: Head) -> list[Listener]:
        """
        Stand at ``head`` without having shown the way there.

        Returns:
            The listeners that were live: they stand where the room stood, and must
            catch up.
        """
        behind = [*self.live_v1, *self.live_seed]
        for listener in behind:
            self.hold(listener)
        for listener in self.pending:
            listener.overflow = True
        self.at, self.seq = head.at, head.seq
        self.unheard = Unheard(head.seq)
        self._ring.clear()
        self._ring_bytes = 0
        if self.live_head:
            self._tell_head()
        return behind

    def register(self, listener: Listener) -> None:
        """Start collecting for a listener that catches up, and still wants to."""
        if listener.has_left:
            return
        listener.pending = []
        listener.base = self.at.v
        listener.overflow = False
        self.pending[listener] = None

    def meets(self, listener: Listener) -> bool:
        """Whether what was collected goes on where the pages ended."""
        collected = listener.collected()
        if not collected:
            return listener.at == self.at
        first = collected[0].batch
        return first.pv < listener.at.v or (first.pv, first.ptok) == listener.at

    def go_live(self, listener: Listener) -> None:
        """The listener stands where the room stands: write to it directly from now."""
        self.pending.pop(listener, None)
        listener.pending = None
        if listener.has_left:
            return
        listener.at = self.at
        listener.unheard.caught_up(self.seq)
        listener.mark = min(listener.mark, self.at.v) or self.at.v
        live = self.live_v1 if listener.wire is Wire.V1 else self.live_seed
        live[listener] = None
        if listener.outlet.is_lagging:
            # What it was just given is already more than it takes.
            self.hold(listener)

    def follow_head(self, listener: Listener) -> None:
        """Tell the listener where the room stands, now and whenever it moves."""
        if listener.has_left:
            return
        self.live_head[listener] = None
        listener.outlet.write(self._head())

    def hold(self, listener: Listener) -> bool:
        """Stop writing to a live listener; it remembers where. False if it was not."""
        live = self.live_v1 if listener.wire is Wire.V1 else self.live_seed
        if listener not in live:
            return False
        del live[listener]
        listener.at, listener.unheard = self.at, self.unheard.copy()
        listener.is_held = True
        return True

    def drop(self, listener: Listener) -> None:
        """Forget the listener."""
        self.live_v1.pop(listener, None)
        self.live_seed.pop(listener, None)
        self.live_head.pop(listener, None)
        self.pending.pop(listener, None)
        listener.pending = None

    def is_live(self, listener: Listener) -> bool:
        """Whether frames are written to it as they come."""
        return listener in self.live_v1 or listener in self.live_seed

    def tail(self, since: At) -> list[Beat] | None:
        """What came after ``since``, if the ring still reaches it; else None."""
        if since == self.at:
            return []
        beats: list[Beat] = []
        for beat in reversed(self._ring):
            beats.append(beat)
            if (beat.batch.pv, beat.batch.ptok) == since:
                return beats[::-1]
        return None

    def _tell_head(self) -> None:
        if self._head_timer is not None:
            self._is_head_stale = True
            return
        packet = self._head()
        for listener in self.live_head:
            if not listener.outlet.is_lagging:
                listener.outlet.write(packet)
        loop = asyncio.get_running_loop()
        self._head_timer = loop.call_later(HEAD_EVERY_S, self._head_due)

    def _head_due(self) -> None:
        self._head_timer = None
        if self._is_head_stale:
            self._is_head_stale = False
            self._tell_head()

    def _head(self) -> Packet:
        head = HeadFrame(room=room_ref(self.room), v=self.at.v, seq=self.seq)
        return Packet(codec_v1.encode(head))

    def _remember(self, beat: Beat) -> None:
        self._ring.append(beat)
        self._ring_bytes += _weight(beat)
        while len(self._ring) > RING or self._ring_bytes > RING_BYTES:
            self._ring_bytes -= _weight(self._ring.popleft())


def _collect(listener: Listener, beat: Beat) -> None:
    if listener.pending is None or listener.overflow:
        return
    if len(listener.pending) >= PENDING:
        listener.pending.clear()
        listener.overflow = True
    else:
        listener.pending.append(beat)


def _weight(beat: Beat) -> int:
    return sum(
        200 + (len(change.body) if isinstance(change, Msg) else 0)
        for change in beat.batch.changes
    )
