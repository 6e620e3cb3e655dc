"""
The tutorial's socket, and the answer for paths that lead nowhere.

Only glue: read a frame, call one action. rai.v1 is spoken in ``chat.conversation``.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections import deque
from functools import partial

from accounts import guests
from accounts.rates import Buckets
from chat.actions import rooms
from chat.actions.send import send, send_named
from chat.actions.speaker import Speaker
from chat.core import codec_seed
from chat.core.errors import ChatError, Close, NotFound
from chat.core.ids import RoomId
from chat.core.limits import BAD_FRAMES
from chat.core.names import RoomName
from chat.core.values import Head
from chat.db import in_writer
from chat.delivery.feed import Listener, Wire
from chat.doors import Door
from chat.log.append import Answer

#: Bytes of a client that may wait for its guest and its room to be made.
MAX_WAITING_BYTES = 1024 * 1024


class ChatConsumer(Door):
    """``/ws/chat/<nome_sala>/``: ``{"mensagem": "..."}`` both ways, for ever."""

    wire = Wire.SEED

    async def connect(self) -> None:
        """Let in those who name a possible room."""
        self._name: RoomName | None = None
        self._standing: tuple[RoomId, Head] | None = None
        self._room: RoomId | None = None
        self._waiting: deque[str] = deque()
        self._waiting_bytes = 0
        self._settling: asyncio.Task[None] | None = None
        self._bad = Buckets(BAD_FRAMES, capacity=1)
        await super().connect()

    async def prepare(self) -> None:
        """Look where the room stands: once the door is open everything is heard."""
        with contextlib.suppress(NotFound):
            self._name = rooms.named(self.room_argument())
            self._standing = await rooms.standing(self._name.slug)

    async def entered(self) -> None:
        """Join the room live: this wire has no past."""
        if self._name is None:
            await self.hang_up(Close.NOT_FOUND)
            return
        self._listener = Listener(self.outlet, self.wire, name=self._name.slug)
        hub = self.house.hub
        self.outlet.on_lag = partial(hub.lag, self._listener)
        self.outlet.on_drain = partial(hub.unlag, self._listener)
        if self._standing is None:
            await hub.wait_for(self._name.slug, self._listener)
        else:
            self._room, head = self._standing
            await hub.join_live(self._room, self._listener, head)

    def left(self) -> None:
        """Listen no more."""
        if hasattr(self, "_listener"):
            self.house.hub.leave(self._listener)

    def on_text(self, data: bytes | str) -> None:
        """A message to the room; anything else is ignored, as far as it stays rare."""
        body = codec_seed.decode(data)
        if body is None:
            self.on_binary()
        elif self.speaker is None or self._room is None or self._settling is not None:
            self._wait(body, len(data))
        else:
            self._say(self._room, self.speaker, body)

    def on_binary(self) -> None:
        """Nothing this wire knows; the tutorial's server ended the connection here."""
        if self._bad.take("", time.monotonic()):
            self.spawn(self.hang_up(Close.POLICY))

    def _say(self, room: RoomId, speaker: Speaker, body: str) -> None:
        try:
            answer = send(self.house, speaker, room, nonce=_nonce(), body=body)
        except ChatError:
            # This wire has no way to say no; its own page would print "undefined".
            return
        answer.add_done_callback(_look_away)

    def _wait(self, body: str, size_bytes: int) -> None:
        self._waiting.append(body)
        self._waiting_bytes += size_bytes
        if self._waiting_bytes > MAX_WAITING_BYTES:
            # This wire cannot say that something was lost, so it must not go on.
            self.spawn(self.hang_up(Close.TOO_MANY_FRAMES))
        elif self._settling is None:
            self._settling = self.spawn(self._settle())

    async def _settle(self) -> None:
        """Make the guest and the room that the first message needs, then say it."""
        try:
            while self._waiting:
                await self._say_first(self._waiting.popleft())
        finally:
            self._settling = None
            self._waiting_bytes = 0

    async def _say_first(self, body: str) -> None:
        if self.speaker is None:
            self.sit_down(await in_writer(guests.anonymous))
        speaker = self.speaker
        if speaker is None or self._name is None:
            return
        if self._room is not None:
            self._say(self._room, speaker, body)
            return
        try:
            self._room, answer = await send_named(
                self.house, speaker, self._name, nonce=_nonce(), body=body
            )
        except ChatError:
            return
        answer.add_done_callback(_look_away)


class NowhereConsumer(Door):
    """Any other path: a close code that says so, instead of a traceback (S11)."""

    wire = Wire.V1

    async def entered(self) -> None:
        """There is nothing here."""
        await self.hang_up(Close.NOT_FOUND)


def _nonce() -> str:
    return secrets.token_urlsafe(16)


def _look_away(answer: asyncio.Future[Answer]) -> None:
    if not answer.cancelled():
        answer.exception()
