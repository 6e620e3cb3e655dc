"""
Clients without a socket: what the hub writes is folded, and each fault noted.

A client is given to a hub as an outlet. It may stop reading (``pause``), as a phone in
a tunnel does, and says what was wrong with what it got in ``faults``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec

from chat.core.errors import Close
from chat.core.fold import RoomState, fold_ev, fold_sync
from chat.core.frames import End, Eph, Ev, Msg, ServerFrame, SyncPage
from chat.core.ids import RoomId
from chat.core.packets import Packet
from chat.core.values import At
from chat.delivery.feed import Listener, Wire
from chat.delivery.hub import Hub
from chat.delivery.outlet import Outlet

#: Longest wait for something that must come.
TIMEOUT_S = 10.0

_decoder: msgspec.json.Decoder[ServerFrame] = msgspec.json.Decoder(ServerFrame)


class Recorder(Outlet):
    """An outlet that keeps what was written."""

    def __init__(self) -> None:
        super().__init__()
        self.payloads: list[bytes] = []
        self.close_code: Close | None = None
        self._came = asyncio.Event()

    def write(self, packet: Packet) -> None:
        if self.is_closed:
            return
        self.payloads.extend(packet.payloads)
        for payload in packet.payloads:
            self.came(payload)
        self._came.set()

    def came(self, payload: bytes) -> None:
        """One message."""

    def buffered(self) -> int:
        return 0

    async def close(self, code: Close) -> None:
        self.close_code = code
        self.closed()

    def abort(self) -> None:
        self.closed()

    def pause(self) -> None:
        """The client does not read any more."""
        self._paused()

    def resume(self) -> None:
        """It does again, and has read all that was written."""
        self._resumed()

    async def until(self, claim: Callable[[], bool]) -> None:
        """Wait for a claim that can only come true by a message."""
        async with asyncio.timeout(TIMEOUT_S):
            while not claim():
                self._came.clear()
                await self._came.wait()


class Client(Recorder):
    """A rai.v1 client of one room."""

    def __init__(self, state: RoomState | None = None) -> None:
        super().__init__()
        self.state = state or RoomState()
        self.frames: list[ServerFrame] = []
        self.faults: list[str] = []
        self.is_between_pages = False
        self.listener = Listener(self, Wire.V1, frame_id=1)

    @property
    def at(self) -> At:
        """The cursor it would come back with."""
        return At(self.state.pos, self.state.tok)

    async def subscribe(
        self, hub: Hub, room: RoomId, *, anew: bool = False, window: int = 50
    ) -> None:
        """Ask for the room: from the cursor, or ``anew`` for the newest messages."""
        self.on_lag = lambda: hub.lag(self.listener)
        self.on_drain = lambda: hub.unlag(self.listener)
        await hub.subscribe(room, self.listener, None if anew else self.at, window)

    def came(self, payload: bytes) -> None:
        frame = _decoder.decode(payload)
        self.frames.append(frame)
        match frame:
            case Ev():
                self._follow(frame)
            case SyncPage():
                if frame.mode == "delta" and frame.from_ != self.state.pos:
                    self.faults.append(f"sync from {frame.from_} at {self.state.pos}")
                fold_sync(self.state, frame)
                self.is_between_pages = frame.more
            case _:
                pass

    def _follow(self, ev: Ev) -> None:
        if ev.v <= self.state.pos:
            self.faults.append(f"v={ev.v} came again at {self.state.pos}")
        if not fold_ev(self.state, ev):
            self.faults.append(f"hole: pv={ev.pv} at {self.state.pos}")

    async def reaches(self, v: int) -> None:
        """Wait until all up to this version is folded in."""
        await self.until(lambda: self.state.pos >= v)

    def all_of(
        self, kind: type[Ev] | type[SyncPage] | type[Eph] | type[End]
    ) -> list[ServerFrame]:
        """Frames of one sort."""
        return [frame for frame in self.frames if isinstance(frame, kind)]

    def bodies(self) -> list[str]:
        """Texts in the order of the room."""
        messages = sorted(self.state.msgs.values(), key=lambda message: message.seq)
        return [message.body for message in messages]


class SeedClient(Recorder):
    """A client of the tutorial's wire."""

    def __init__(self, name: str | None = None) -> None:
        super().__init__()
        self.listener = Listener(self, Wire.SEED, name=name)
        self.said: list[str] = []

    async def join(self, hub: Hub, room: RoomId) -> None:
        """Listen from now on."""
        self.on_lag = lambda: hub.lag(self.listener)
        self.on_drain = lambda: hub.unlag(self.listener)
        await hub.join_live(room, self.listener)

    def came(self, payload: bytes) -> None:
        self.said.append(msgspec.json.decode(payload)["mensagem"])


def visible(state: RoomState) -> dict[str, object]:
    """What a page would show of a room: who left is not shown, nor is a gone thing."""
    return {
        "at": (state.pos, state.tok),
        "room": state.room,
        "msgs": dict(sorted(state.msgs.items())),
        "members": {
            key: member
            for key, member in sorted(state.members.items())
            if member.role is not None
        },
    }


def message_bodies(state: RoomState) -> dict[str, Msg]:
    """Messages by reference."""
    return dict(state.msgs)
