"""
``/ws/v1``: one connection that speaks rai.v1 (docs/protocol.md), many rooms at once.

Only glue: read a frame, ask the session, call one action, write the answer.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from accounts import tickets
from chat import queries
from chat.actions import rooms
from chat.actions.edit import delete, edit
from chat.actions.send import send, send_named
from chat.actions.speaker import Speaker
from chat.actions.typing import typing
from chat.core import codec_v1, frames
from chat.core.errors import (
    AuthExpired,
    AuthRequired,
    BadFrame,
    ChatError,
    Close,
    NotFound,
)
from chat.core.ids import (
    MessageId,
    RoomId,
    message_ref,
    parse_message,
    parse_room,
    room_ref,
)
from chat.core.names import RoomName
from chat.core.packets import Packet
from chat.core.session import Do, Effect, Hangup, Refuse, Session
from chat.core.values import At, Posted
from chat.db import in_db, in_writer
from chat.delivery.feed import Wire
from chat.doors import Door, as_chat_error
from chat.log.append import Answer
from chat.refusals import language_of, text_of
from chat.subscriptions import Subscriptions

#: A connection must say hello within this time (s).
HELLO_S = 10.0
#: Clients send a life sign this often (ms).
HEARTBEAT_MS = 25_000
#: Messages in a window, unless the client asks for another number.
WINDOW = 50


class RaiConsumer(Door):
    """The socket of our own page, and of every client that wants nothing lost."""

    wire = Wire.V1
    subprotocol = "rai.v1.json"

    _impatience: asyncio.TimerHandle | None = None
    _rooms: Subscriptions | None = None

    async def connect(self) -> None:
        """Let in; what follows is the session's."""
        self._session = Session()
        self._queue: deque[frames.ClientFrame] = deque()
        self._working: asyncio.Task[None] | None = None
        self._language = language_of(self.headers)
        await super().connect()

    async def entered(self) -> None:
        """Wait for hello, but not for ever."""
        self._rooms = Subscriptions(self, self._session.unsubscribed)
        self.outlet.on_lag = self._rooms.lag
        self.outlet.on_drain = self._rooms.unlag
        loop = asyncio.get_running_loop()
        self._impatience = loop.call_later(HELLO_S, self._expect_hello)

    def left(self) -> None:
        """Listen no more."""
        if self._impatience is not None:
            self._impatience.cancel()
        if self._rooms is not None:
            self._rooms.end_all()

    def on_text(self, data: bytes | str) -> None:
        """One frame: decide now, carry out in turn."""
        try:
            effect = self._session.feed(codec_v1.decode(data))
        except codec_v1.Refused as refused:
            effect = self._session.bad(
                refused.frame_id, refused.error, time.monotonic()
            )
        self._heed(effect)

    def on_binary(self) -> None:
        """Frames are text."""
        self._heed(self._session.bad(0, BadFrame("binary"), time.monotonic()))

    def _heed(self, effect: Effect) -> None:
        match effect:
            case Do(frame):
                self._queue.append(frame)
                if self._working is None:
                    self._working = self.spawn(self._work())
            case Refuse(frame_id, error, nonce):
                self._refuse(frame_id, error, nonce)
            case Hangup(code):
                self.spawn(self.hang_up(code))

    # In turn

    async def _work(self) -> None:
        while self._queue:
            frame = self._queue.popleft()
            try:
                await self._carry_out(frame)
            # Whatever a request runs into is answered; the connection goes on.
            except Exception as error:  # noqa: BLE001
                self._failed(frame, error)
        self._working = None

    async def _carry_out(self, frame: frames.ClientFrame) -> None:
        match frame:
            case frames.Hello():
                await self._hello(frame)
            case frames.Sub():
                self._subscribe(frame)
            case frames.Sync():
                self._follow(frame.room, _room(frame.room), frame, At(*frame.since))
            case frames.Unsub():
                self._subscriptions().end(frame.room)
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
                fix = self._subscriptions().astray(frame.pos)
                self._done(frame, frames.Pong(id=frame.id, now=_now_ms(), fix=fix))

    async def _hello(self, frame: frames.Hello) -> None:
        if self._impatience is not None:
            self._impatience.cancel()
        if frame.ticket is not None and self.speaker is None:
            person = await in_writer(tickets.redeem, frame.ticket, self.origin)
            if person is None:
                raise AuthExpired
            self.sit_down(person)
        answer = frames.HelloOk(
            id=frame.id,
            epoch=self.house.epoch,
            now=_now_ms(),
            user=None if self.speaker is None else self.speaker.by(),
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
                self._subscriptions().begin(
                    ref, self._resume(ref, room, frame.id, At(*since))
                )

    async def _resume(self, ref: str, room: RoomId, frame_id: int, since: At) -> None:
        """One of the rooms that came with hello; what fails ends that room alone."""
        try:
            await self._subscriptions().follow(ref, room, frame_id, since, WINDOW)
        except Exception as error:  # noqa: BLE001
            code = as_chat_error(error).code.value
            self._write(frames.End(room=ref, code=code))

    def _subscribe(self, frame: frames.Sub) -> None:
        since = None if frame.since is None else At(*frame.since)
        if frame.mode == "head":
            if frame.room is None:
                raise BadFrame("mode head is for a room's reference")
            self._begin(frame.room, frame, partial(self._watch, frame.room, frame))
        elif frame.room is not None:
            self._follow(frame.room, _room(frame.room), frame, since, frame.window)
        else:
            name = rooms.named(frame.name or "")
            key = f"name:{frame.name}"
            self._begin(key, frame, partial(self._enter_named, key, name, frame, since))

    def _follow(
        self,
        key: str,
        room: RoomId,
        frame: frames.Sub | frames.Sync,
        since: At | None,
        window: int = WINDOW,
    ) -> None:
        self._begin(key, frame, partial(self._enter, key, room, frame, since, window))

    def _begin(
        self,
        key: str,
        frame: frames.Sub | frames.Sync,
        work: Callable[[], Coroutine[Any, Any, None]],
    ) -> None:
        task = self._subscriptions().begin(key, self._catch(frame, work))
        # Overtaken by another one it ends without a word, even before it began.
        task.add_done_callback(lambda _: self._session.done(frame))

    async def _enter(
        self,
        key: str,
        room: RoomId,
        frame: frames.Sub | frames.Sync,
        since: At | None,
        window: int,
    ) -> None:
        self._read_pace()
        await self._subscriptions().follow(key, room, frame.id, since, window)
        self._session.done(frame)

    async def _watch(self, ref: str, frame: frames.Sub) -> None:
        await self._subscriptions().follow_head(ref, _room(ref))
        self._done(frame, frames.Ok(id=frame.id, room=ref))

    async def _enter_named(
        self, key: str, name: RoomName, frame: frames.Sub, since: At | None
    ) -> None:
        self._read_pace()
        subscriptions = self._subscriptions()
        if await subscriptions.follow_name(key, name, frame.id, since, frame.window):
            self._session.done(frame)
        else:
            self._done(frame, frames.Ok(id=frame.id, waiting=True))
            await subscriptions.wait(key)

    async def _catch(
        self,
        frame: frames.ClientFrame,
        work: Callable[[], Coroutine[Any, Any, None]],
    ) -> None:
        try:
            await work()
        except Exception as error:  # noqa: BLE001
            self._failed(frame, error)

    async def _send(self, frame: frames.Send) -> None:
        blocked = self._session.start_send(frame)
        if blocked is not None:
            raise blocked
        speaker, nonce, body = self._speaking(), frame.nonce, frame.body
        reply_to = None if frame.reply_to is None else _message(frame.reply_to)
        if frame.room is not None:
            room = _room(frame.room)
            answer = send(
                self.house, speaker, room, nonce=nonce, body=body, reply_to=reply_to
            )
        else:
            name = rooms.named(frame.name or "")
            _new, answer = await send_named(
                self.house,
                speaker,
                name,
                nonce=nonce,
                body=body,
                reply_to=reply_to,
                check_turn=partial(self._session.check_turn, frame),
            )
        answer.add_done_callback(partial(self._sent, frame))

    def _sent(self, frame: frames.Send, answer: asyncio.Future[Answer]) -> None:
        error = answer.exception()
        if error is not None:
            self._failed(frame, error)
            return
        posted = answer.result()
        if isinstance(posted, Posted):
            self._session.met(frame, room_ref(posted.room))
            self._done(frame, stored(posted, frame.id, frame.nonce))

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
        page = frames.HistPage(frame.id, frame.room, found.msgs, found.at_v, found.more)
        self._done(frame, page)

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
        self._write(frames.Err(frame_id, error.code.value, text, error.retry_ms, nonce))

    def _write(self, frame: frames.ServerFrame) -> None:
        self.outlet.write(Packet(codec_v1.encode(frame)))

    def _speaking(self) -> Speaker:
        if self.speaker is None:
            raise AuthRequired
        return self.speaker

    def _subscriptions(self) -> Subscriptions:
        assert self._rooms is not None, "frames come after the handshake"
        return self._rooms

    def _read_pace(self) -> None:
        person = None if self.speaker is None else self.speaker.person.id
        self.house.pace.read(person, self.address)

    def _expect_hello(self) -> None:
        if not self._session.greeted:
            self.spawn(self.hang_up(Close.BAD_PROTOCOL))


def stored(posted: Posted, frame_id: int, nonce: str) -> frames.Ok:
    """The answer to a send: where its message stands."""
    where = frames.Stored(message_ref(posted.message), posted.seq, posted.v, posted.at)
    return frames.Ok(
        id=frame_id, room=room_ref(posted.room), nonce=nonce, m=where, dup=posted.dup
    )


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


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
