"""
The two sockets: the tutorial's ``ChatConsumer`` and ``RaiConsumer`` for rai.v1.

Only glue: read a frame, ask the session, call one action, write the answer.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import deque
from functools import partial
from typing import Any

from accounts import guests
from chat import queries
from chat.actions import rooms
from chat.actions.edit import delete, edit
from chat.actions.send import checked, send
from chat.actions.speaker import Speaker
from chat.actions.typing import typing
from chat.core import codec_seed, codec_v1, frames
from chat.core.errors import (
    AuthRequired,
    BadFrame,
    ChatError,
    Close,
    NotFound,
)
from chat.core.ids import MessageId, RoomId, message_ref, parse_message, parse_room, room_ref
from chat.core.limits import BAD_FRAMES, Buckets
from chat.core.names import RoomName
from chat.core.packets import Packet
from chat.core.session import Do, Hangup, Refuse, Session
from chat.core.values import At, Posted
from chat.db import in_db, in_writer
from chat.delivery.feed import Listener, Wire
from chat.doors import Door, as_chat_error
from chat.log.append import Answer
from chat.refusals import language_of, text_of

#: A connection must say hello within this time (s).
HELLO_S = 10.0
#: Clients send a life sign this often (ms).
HEARTBEAT_MS = 25_000
#: Messages of a seed client that may wait for its guest or its room to be made.
MAX_SEED_WAITING = 32


class ChatConsumer(Door):
    """``/ws/chat/<nome_sala>/``: ``{"mensagem": "..."}`` both ways, for ever."""

    wire = Wire.SEED

    async def connect(self) -> None:
        """Let in those who name a possible room."""
        self._room: RoomId | None = None
        self._waiting: deque[str] = deque(maxlen=MAX_SEED_WAITING)
        self._settling: asyncio.Task[None] | None = None
        self._bad = Buckets(BAD_FRAMES, capacity=1)
        await super().connect()

    async def entered(self) -> None:
        """Join the room live: this wire has no past."""
        try:
            self._name = rooms.named(self.scope["url_route"]["kwargs"]["nome_sala"])
        except NotFound:
            await self.hang_up(Close.NOT_FOUND)
            return
        self._listener = Listener(self.outlet, self.wire, name=self._name.slug)
        hub = self.house.hub
        self.outlet.on_lag = partial(hub.lag, self._listener)
        self.outlet.on_drain = partial(hub.unlag, self._listener)
        self._room = await rooms.find(self._name.slug)
        if self._room is None:
            await hub.wait_for(self._name.slug, self._listener)
        else:
            await hub.join_live(self._room, self._listener)

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
            self._waiting.append(body)
            self._settling = self._settling or self.spawn(self._settle())
        else:
            self._say(self._room, self.speaker, body)

    def on_binary(self) -> None:
        """Nothing this wire knows; the tutorial's server ended the connection here."""
        if self._bad.take("", time.monotonic()):
            self.spawn(self.hang_up(Close.POLICY))

    def _say(self, room: RoomId, speaker: Speaker, body: str) -> None:
        try:
            answer = send(self.house, speaker, room, nonce=secrets.token_urlsafe(16), body=body)
        except ChatError:
            # This wire has no way to say no; its own page would print "undefined".
            return
        answer.add_done_callback(_look_away)

    async def _settle(self) -> None:
        """Make the guest and the room that the first message needs, then say it."""
        if self.speaker is None:
            self.sit_down(await in_writer(guests.anonymous))
        while self._waiting:
            body = self._waiting.popleft()
            speaker = self.speaker
            if speaker is None:
                return
            try:
                if self._room is None:
                    checked(self.house, speaker, self._name.slug, body)
                    self._room = await rooms.find_or_make(
                        self.house, speaker, self._name
                    )
                self._say(self._room, speaker, body)
            except ChatError:
                continue
        self._settling = None


class RaiConsumer(Door):
    """``/ws/v1``: rai.v1 (docs/protocol.md), many rooms over one socket."""

    wire = Wire.V1
    subprotocol = "rai.v1.json"

    async def connect(self) -> None:
        """Let in; what follows is the session's."""
        self._session = Session()
        self._listeners: dict[str, Listener] = {}
        self._subscribing: dict[str, asyncio.Task[None]] = {}
        self._queue: deque[frames.ClientFrame] = deque()
        self._working: asyncio.Task[None] | None = None
        self._language = language_of(self.scope["headers"])
        await super().connect()

    async def entered(self) -> None:
        """Wait for hello, but not for ever."""
        self.outlet.on_lag = self._lag
        self.outlet.on_drain = self._unlag
        loop = asyncio.get_running_loop()
        self._impatience = loop.call_later(HELLO_S, self._expect_hello)

    def left(self) -> None:
        """Listen no more."""
        if hasattr(self, "_impatience"):
            self._impatience.cancel()
        for listener in self._listeners.values():
            self.house.hub.leave(listener)

    def on_text(self, data: bytes | str) -> None:
        """One frame: decide now, carry out in turn."""
        try:
            effect = self._session.feed(codec_v1.decode(data))
        except codec_v1.Refused as refused:
            effect = self._session.bad(
                refused.frame_id, refused.error, time.monotonic()
            )
        match effect:
            case Do(frame):
                self._queue.append(frame)
                if self._working is None:
                    self._working = self.spawn(self._work())
            case Refuse(frame_id, error, nonce):
                self._refuse(frame_id, error, nonce)
            case Hangup(code):
                self.spawn(self.hang_up(code))

    def on_binary(self) -> None:
        """Frames are text."""
        effect = self._session.bad(0, BadFrame("binary"), time.monotonic())
        if isinstance(effect, Refuse):
            self._refuse(effect.frame_id, effect.error, None)
        elif isinstance(effect, Hangup):
            self.spawn(self.hang_up(effect.code))

    # In turn

    async def _work(self) -> None:
        while self._queue:
            frame = self._queue.popleft()
            try:
                await self._carry_out(frame)
            except Exception as error:
                self._failed(frame, error)
        self._working = None

    async def _carry_out(self, frame: frames.ClientFrame) -> None:
        match frame:
            case frames.Hello():
                self._hello(frame)
            case frames.Sub():
                self._subscribe(frame)
            case frames.Sync():
                since = At(*frame.since)
                self._serve(frame.room, _room(frame.room), frame, since, 50)
            case frames.Unsub():
                self._unsubscribe(frame.room)
                self._done(frame, frames.Ok(id=frame.id, room=frame.room))
            case frames.Send():
                await self._send(frame)
            case frames.Edit() | frames.Delete():
                self._change(frame)
            case frames.Hist():
                await self._history(frame)
            case frames.Typing():
                typing(self.house, self._speaking(), _room(frame.room))
                self._session.done(frame)
            case frames.Ping():
                self._ping(frame)

    def _hello(self, frame: frames.Hello) -> None:
        self._impatience.cancel()
        user = None if self.speaker is None else self.speaker.by()
        answer = frames.HelloOk(
            id=frame.id,
            epoch=self.house.epoch,
            now=_now_ms(),
            user=user,
            hb=HEARTBEAT_MS,
            limits=frames.Limits(),
            caps=[],
        )
        self._done(frame, answer)
        for ref, since in frame.since.items():
            room = parse_room(ref)
            if room is None:
                self._write(frames.End(room=ref, code=NotFound.code.value))
            else:
                self._serve(ref, room, frame, At(*since), 50)

    def _subscribe(self, frame: frames.Sub) -> None:
        since = None if frame.since is None else At(*frame.since)
        if frame.room is not None:
            room = _room(frame.room)
            self._serve(frame.room, room, frame, since, frame.window)
        else:
            name = rooms.named(frame.name or "")
            key = f"name:{frame.name}"
            self._begin(key, self._wait_for(key, name, frame, since))

    async def _wait_for(
        self, key: str, name: RoomName, frame: frames.Sub, since: At | None
    ) -> None:
        listener = Listener(self.outlet, self.wire, frame.id, name.slug)
        self._listeners[key] = listener
        try:
            room = await rooms.find(name.slug)
            if room is None:
                self._done(frame, frames.Ok(id=frame.id, waiting=True))
                await self.house.hub.wait_for(name.slug, listener)
            else:
                hub = self.house.hub
                await hub.subscribe(room, listener, since, frame.window)
                self._session.done(frame)
        except Exception as error:
            self._failed(frame, error)

    def _serve(
        self,
        key: str,
        room: RoomId,
        frame: frames.Sub | frames.Sync | frames.Hello,
        since: At | None,
        window: int,
    ) -> None:
        self._begin(key, self._follow(key, room, frame, since, window))

    def _begin(self, key: str, work: Any) -> None:
        self._unsubscribe(key)
        self._subscribing[key] = self.spawn(work)

    async def _follow(
        self,
        key: str,
        room: RoomId,
        frame: frames.Sub | frames.Sync | frames.Hello,
        since: At | None,
        window: int,
    ) -> None:
        listener = Listener(self.outlet, self.wire, frame.id)
        self._listeners[key] = listener
        try:
            self._read_pace()
            await self.house.hub.subscribe(room, listener, since, window)
            if not isinstance(frame, frames.Hello):
                self._session.done(frame)
        except Exception as error:
            if isinstance(frame, frames.Hello):
                code = as_chat_error(error).code.value
                self._write(frames.End(room=key, code=code))
            else:
                self._failed(frame, error)

    def _unsubscribe(self, key: str) -> None:
        task = self._subscribing.pop(key, None)
        if task is not None:
            task.cancel()
        listener = self._listeners.pop(key, None)
        if listener is not None:
            self.house.hub.leave(listener)

    async def _send(self, frame: frames.Send) -> None:
        blocked = self._session.start_send(frame)
        if blocked is not None:
            raise blocked
        speaker = self._speaking()
        if frame.room is not None:
            room = _room(frame.room)
        else:
            name = rooms.named(frame.name or "")
            room = await self._room_for(speaker, name, frame.body)
        answer = send(
            self.house,
            speaker,
            room,
            nonce=frame.nonce,
            body=frame.body,
            reply_to=None if frame.reply_to is None else _message(frame.reply_to),
        )
        answer.add_done_callback(partial(self._sent, frame))

    async def _room_for(self, speaker: Speaker, name: RoomName, body: str) -> RoomId:
        room = await rooms.find(name.slug)
        if room is None:
            # Nothing is made for a message that will not be taken.
            checked(self.house, speaker, name.slug, body)
            room = await rooms.find_or_make(self.house, speaker, name)
        return room

    def _sent(self, frame: frames.Send, answer: asyncio.Future[Answer]) -> None:
        error = answer.exception()
        if error is not None:
            self._failed(frame, error)
            return
        posted = answer.result()
        if isinstance(posted, Posted):
            stored = frames.Stored(
                message_ref(posted.message), posted.seq, posted.v, posted.at
            )
            self._done(
                frame,
                frames.Ok(
                    id=frame.id,
                    room=room_ref(posted.room),
                    nonce=frame.nonce,
                    m=stored,
                    dup=posted.dup,
                ),
            )

    def _change(self, frame: frames.Edit | frames.Delete) -> None:
        speaker, room, message = self._speaking(), _room(frame.room), _message(frame.m)
        if isinstance(frame, frames.Edit):
            answer = edit(
                self.house, speaker, room, message, body=frame.body, if_v=frame.if_v
            )
        else:
            answer = delete(self.house, speaker, room, message)
        answer.add_done_callback(partial(self._changed, frame))

    def _changed(
        self, frame: frames.Edit | frames.Delete, answer: asyncio.Future[Answer]
    ) -> None:
        error = answer.exception()
        if error is not None:
            self._failed(frame, error)
        else:
            version = answer.result()
            v = version if isinstance(version, int) else version.v
            self._done(frame, frames.Ok(id=frame.id, room=frame.room, v=v))

    async def _history(self, frame: frames.Hist) -> None:
        asked = [frame.before, frame.after, frame.around]
        if sum(seq is not None for seq in asked) != 1:
            raise BadFrame("give one of before, after, around")
        self._read_pace()
        found = await in_db(
            queries.history,
            _room(frame.room),
            before=frame.before,
            after=frame.after,
            around=frame.around,
            limit=frame.limit,
        )
        if found is None:
            raise NotFound
        page = frames.HistPage(
            frame.id, frame.room, found.msgs, found.at_v, found.more
        )
        self._done(frame, page)

    def _ping(self, frame: frames.Ping) -> None:
        hub = self.house.hub
        by_room = {
            room_ref(listener.room): listener
            for listener in self._listeners.values()
            if listener.room is not None
        }
        fix = [
            ref
            for ref, pos in frame.pos.items()
            # A room we do not know of is one whose subscription was lost.
            if ref not in by_room or hub.needs_fix(by_room[ref], pos)
        ]
        self._done(frame, frames.Pong(id=frame.id, now=_now_ms(), fix=fix))

    # Answers

    def _done(self, frame: frames.ClientFrame, answer: frames.ServerFrame) -> None:
        self._session.done(frame)
        self._write(answer)

    def _failed(self, frame: frames.ClientFrame, error: BaseException) -> None:
        refusal = as_chat_error(error)
        self._session.done(frame, refusal)
        nonce = frame.nonce if isinstance(frame, frames.Send) else None
        self._refuse(frame.id, refusal, nonce)

    def _refuse(self, frame_id: int, error: ChatError, nonce: str | None) -> None:
        text = text_of(error, self._language)
        self._write(
            frames.Err(frame_id, error.code.value, text, error.retry_ms, nonce)
        )

    def _write(self, frame: frames.ServerFrame) -> None:
        self.outlet.write(Packet(codec_v1.encode(frame)))

    def _speaking(self) -> Speaker:
        if self.speaker is None:
            raise AuthRequired
        return self.speaker

    def _read_pace(self) -> None:
        speaker = self.speaker
        self.house.pace.read(self.address if speaker is None else speaker.person.id)

    def _lag(self) -> None:
        for listener in self._listeners.values():
            self.house.hub.lag(listener)

    def _unlag(self) -> None:
        for listener in self._listeners.values():
            self.house.hub.unlag(listener)

    def _expect_hello(self) -> None:
        if not self._session.greeted:
            self.spawn(self.hang_up(Close.BAD_PROTOCOL))


class NowhereConsumer(Door):
    """Any other path: a close code that says so, instead of a traceback (S11)."""

    wire = Wire.V1

    async def entered(self) -> None:
        """There is nothing here."""
        await self.hang_up(Close.NOT_FOUND)


def _room(ref: str) -> RoomId:
    room = parse_room(ref)
    if room is None:
        raise NotFound(ref)
    return room


def _message(ref: str) -> MessageId:
    message = parse_message(ref)
    if message is None:
        raise NotFound(ref)
    return message


def _look_away(answer: asyncio.Future[Answer]) -> None:
    if not answer.cancelled():
        answer.exception()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
