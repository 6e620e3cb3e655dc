"""
The doorbell over the Channels layer: one channel a process, one group a room.

Layers lose messages and go deaf in silence, so nothing here is relied upon: a process
rings itself every two seconds, and when it does not hear that, it counts as suspect
(the sweeper then looks at the log four times a second) and joins everything anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import secrets
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, Protocol, assert_never

from chat.core.frames import By
from chat.core.ids import RoomId
from chat.core.names import group_key
from chat.core.ports import Listener
from chat.core.values import Batch
from chat.delivery.crew import end
from chat.delivery.rings import (
    Born,
    Committed,
    Heartbeat,
    Moved,
    Ring,
    Signer,
    Types,
)

log = logging.getLogger(__name__)

#: A ring with its changes is at most this large; beyond, only the version travels.
MAX_RING_BYTES = 32 * 1024
#: How often a process rings itself, and after how long without an echo it is suspect.
BEAT_S = 2.0
SUSPECT_AFTER_S = 2 * BEAT_S
#: How often a suspect bell is opened anew.
REOPEN_S = 1.0
#: Longest wait for any one call of the layer.
LAYER_TIMEOUT_S = 3.0
#: Longest wait for a room's own echo after joining it.
ECHO_TIMEOUT_S = 1.0
#: Rings that may wait to go out besides the newest of each room.
MAX_WAITING = 1000
#: The layer dispatches by this name; it is the only one we send.
EVENT = "rai.bell"


class Layer(Protocol):
    """What we use of a Channels layer."""

    async def new_channel(self, prefix: str = ...) -> str: ...
    async def send(self, channel: str, message: dict[str, Any]) -> None: ...
    async def receive(self, channel: str) -> dict[str, Any]: ...
    async def group_add(self, group: str, channel: str) -> None: ...
    async def group_discard(self, group: str, channel: str) -> None: ...
    async def group_send(self, group: str, message: dict[str, Any]) -> None: ...
    async def flush(self) -> None: ...


@dataclass(slots=True)
class BellCounters:
    """What the bell has seen, for operators and tests."""

    rung: int = 0
    unsent: int = 0
    forged: int = 0
    suspicions: int = 0


class Bell:
    """The ``Doorbell`` port over a Channels layer, and the way to ring."""

    def __init__(self, layer: Layer, secret_key: str) -> None:
        self.counters = BellCounters()
        #: Set while the bell cannot be relied upon; the sweeper waits on it.
        self.suspected = asyncio.Event()
        self._layer = layer
        self._listener: Listener | None = None
        self._signer = Signer(secret_key)
        self._process = secrets.token_hex(8)
        self._channel = ""
        self._groups: set[str] = set()
        self._newest: dict[RoomId, Committed | Moved] = {}
        self._others: list[tuple[str, Ring]] = []
        self._wake = asyncio.Event()
        self._tokens = itertools.count(1)
        self._echoes: dict[int, asyncio.Future[None]] = {}
        self._heard_at = 0.0
        self._is_reopening_due = False
        self._receiving: asyncio.Task[None] | None = None
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def is_suspect(self) -> bool:
        """Whether rings may be passing by unheard."""
        return self.suspected.is_set()

    async def start(self, listener: Listener) -> None:
        """Open the channel and start listening, ringing and watching."""
        self._listener = listener
        self._heard_at = _now()
        await self._reopen()
        self._tasks = [
            asyncio.create_task(self._publish(), name="bell-publish"),
            asyncio.create_task(self._watch(), name="bell-watch"),
        ]

    async def stop(self) -> None:
        """Ring what still waits, then fall silent."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAYER_TIMEOUT_S):
                await self._flush_out()
        # The watch first: it is what would start to receive anew.
        await end(*self._tasks)
        if self._receiving is not None:
            await end(self._receiving)
        await self._try(self._layer.flush())

    # Ringing

    def ring(self, batch: Batch) -> None:
        """Tell the others of a commit. Never waits; only a room's newest counts."""
        ring: Committed | Moved = Committed(
            batch.room,
            batch.pv,
            batch.ptok,
            batch.v,
            batch.tok,
            batch.seq,
            batch.changes,
        )
        if batch.room in self._newest:
            # Those who were not told of the one before read the log anyway.
            ring = Moved(batch.room, batch.v)
        self._newest[batch.room] = ring
        self._wake.set()

    def ring_born(self, slug: str, room: RoomId) -> None:
        """Tell those who wait for this name that the room exists."""
        self._add(group_key(slug), Born(slug, room))

    def ring_typing(self, room: RoomId, by: By) -> None:
        """Tell the others that somebody types."""
        self._add(_group(room), Types(room, by))

    # Listening

    async def join(self, room: RoomId) -> None:
        """Hear a room; see ``chat.core.ports.Doorbell``."""
        await self._join(_group(room))

    async def leave(self, room: RoomId) -> None:
        """Stop hearing a room."""
        await self._leave(_group(room))

    async def watch_name(self, slug: str) -> None:
        """Hear when a room of this name is born."""
        await self._join(group_key(slug))

    async def forget_name(self, slug: str) -> None:
        """Stop that."""
        await self._leave(group_key(slug))

    # Below: how.

    def _add(self, group: str, ring: Ring) -> None:
        if len(self._others) < MAX_WAITING:
            self._others.append((group, ring))
            self._wake.set()

    async def _join(self, group: str) -> None:
        self._groups.add(group)
        token = next(self._tokens)
        echo = self._echoes[token] = asyncio.get_running_loop().create_future()
        try:
            joined = await self._try(self._layer.group_add(group, self._channel))
            if joined and await self._send(group, Heartbeat(token)):
                # Subscribed is what has been heard, not what has been asked for.
                async with asyncio.timeout(ECHO_TIMEOUT_S):
                    await echo
            else:
                self._suspect()
        except TimeoutError:
            self._suspect()
        finally:
            del self._echoes[token]

    async def _leave(self, group: str) -> None:
        self._groups.discard(group)
        await self._try(self._layer.group_discard(group, self._channel))

    async def _publish(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self._flush_out()

    async def _flush_out(self) -> None:
        while self._newest or self._others:
            newest, self._newest = self._newest, {}
            others, self._others = self._others, []
            for room, ring in newest.items():
                await self._send(_group(room), ring)
            for group, other in others:
                await self._send(group, other)

    async def _send(self, group: str, ring: Ring) -> bool:
        sealed = self._signer.seal(ring)
        if len(sealed) > MAX_RING_BYTES and isinstance(ring, Committed):
            sealed = self._signer.seal(Moved(ring.room, ring.v))
        message = {"type": EVENT, "from": self._process, "ring": sealed}
        if await self._try(self._layer.group_send(group, message)):
            self.counters.rung += 1
            return True
        self.counters.unsent += 1
        self._suspect()
        return False

    async def _receive(self, channel: str) -> None:
        while True:
            try:
                self._hear(await self._layer.receive(channel))
            # Each layer fails in its own way; deafness is not the end of the process.
            except Exception as error:  # noqa: BLE001
                log.warning("the bell fell silent error=%s", type(error).__name__)
                self._suspect()
                await asyncio.sleep(REOPEN_S)

    def _hear(self, message: dict[str, Any]) -> None:
        ring = self._signer.open(message.get("ring"))
        if ring is None:
            self.counters.forged += 1
            log.warning("a forged ring was dropped")
            return
        is_own = message.get("from") == self._process
        if isinstance(ring, Heartbeat):
            # Other processes count from 1 as well: their echo proves nothing here.
            if is_own:
                self._heartbeat(ring.token)
        elif not is_own and self._listener is not None:
            # Our own hub knew before we rang.
            _tell(self._listener, ring)

    def _heartbeat(self, token: int) -> None:
        echo = self._echoes.get(token)
        if echo is not None and not echo.done():
            echo.set_result(None)
        if token == 0:
            self._heard_at = _now()
            # A beat from before says nothing of a group that could not be joined.
            if self.is_suspect and not self._is_reopening_due:
                log.info("the bell is heard again")
                self.suspected.clear()

    async def _watch(self) -> None:
        while True:
            message = {
                "type": EVENT,
                "from": self._process,
                "ring": self._signer.seal(Heartbeat(0)),
            }
            await self._try(self._layer.send(self._channel, message))
            await asyncio.sleep(REOPEN_S if self.is_suspect else BEAT_S)
            if _now() - self._heard_at > SUSPECT_AFTER_S:
                self._suspect()
            if self.is_suspect:
                await self._reopen()

    def _suspect(self) -> None:
        self._is_reopening_due = True
        if not self.is_suspect:
            self.suspected.set()
            self.counters.suspicions += 1
            log.warning("the bell is suspect: sweeping the log instead")

    async def _reopen(self) -> None:
        # A new channel and all groups again: what the layer remembers of us, or Redis
        # of the layer, is not worth anything now. Flush comes first, because a
        # cancelled receive would otherwise tidy up over the dead connection.
        self._is_reopening_due = False
        if self._receiving is not None:
            await self._try(self._layer.flush())
            await end(self._receiving)
        opened = asyncio.ensure_future(self._layer.new_channel("rai."))
        if not await self._try(opened):
            self._suspect()
            return
        self._channel = opened.result()
        self._receiving = asyncio.create_task(
            self._receive(self._channel), name="bell-receive"
        )
        for group in list(self._groups):
            if not await self._try(self._layer.group_add(group, self._channel)):
                self._suspect()
                return

    async def _try(self, call: Awaitable[Any]) -> bool:
        try:
            # In a task of its own: some clients of Redis swallow a cancellation.
            await asyncio.wait_for(call, LAYER_TIMEOUT_S)
        # Each layer fails in its own way; none of them may reach a room.
        except Exception as error:  # noqa: BLE001
            log.debug("layer call failed error=%s", type(error).__name__)
            return False
        return True


def _now() -> float:
    return asyncio.get_running_loop().time()


def _tell(listener: Listener, ring: Committed | Moved | Born | Types) -> None:
    match ring:
        case Committed():
            listener.heard(
                Batch(
                    RoomId(ring.room),
                    ring.pv,
                    ring.ptok,
                    ring.v,
                    ring.tok,
                    ring.seq,
                    ring.changes,
                )
            )
        case Moved():
            listener.heard_head(RoomId(ring.room), ring.v)
        case Born():
            listener.heard_born(ring.slug, RoomId(ring.room))
        case Types():
            listener.heard_typing(RoomId(ring.room), ring.by)
        case _:
            assert_never(ring)


def _group(room: RoomId) -> str:
    # Names of rooms are Unicode, names of groups are ASCII: never the name.
    return f"r.{room}"
