"""
A client of rai.v1 that never gives up: the rules of docs/protocol.md in Python.

It reconnects, resumes from its cursors, keeps an outbox and writes a journal that no
killed server can edit. What it does not do is spread its returns over time: tests have
none to waste.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import Self

import msgspec
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import InvalidHandshake, WebSocketException

from chat.core.errors import RETRYABLE, Code
from chat.core.fold import RoomState, fold_ev, fold_sync
from chat.core.frames import (
    Bye,
    ClientFrame,
    Err,
    Ev,
    Hello,
    HelloOk,
    Msg,
    Ok,
    Ping,
    Pong,
    Send,
    ServerFrame,
    Stored,
    Sub,
    Sync,
    SyncPage,
)
from tests.client import WAIT_S, Guest, dial, nonce

#: Between two attempts to connect (s).
AGAIN_S = 0.05
FLIGHT = 16

_frames: msgspec.json.Decoder[ServerFrame] = msgspec.json.Decoder(ServerFrame)
_encoder = msgspec.json.Encoder()


@dataclass(slots=True)
class Journal:
    """What one client did and saw. ``seen`` is each message once, as it first came."""

    sent: dict[str, str] = field(default_factory=dict)
    acked: dict[str, Stored] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    seen: dict[str, list[Msg]] = field(default_factory=dict)
    byes: list[Bye] = field(default_factory=list)
    closes: list[int] = field(default_factory=list)
    connects: int = 0
    dups: int = 0
    windows: int = 0
    holes: int = 0


class Client:
    """One person on some rooms, through whatever happens to the server."""

    def __init__(self, url: str, guest: Guest | None, rooms: Iterable[str]) -> None:
        self.url = url
        self.guest = guest
        self.journal = Journal()
        self.state: dict[str, RoomState] = {name: RoomState() for name in rooms}
        self.outbox: dict[str, Send] = {}
        self.greeted = False
        self._refs: dict[str, str] = {}
        self._socket: ClientConnection | None = None
        self._out: asyncio.Queue[bytes] = asyncio.Queue()
        self._flying: dict[int, str] = {}
        self._must_wait = False
        self._retry_s = 0.0
        # Frame id → room: asked on this connection, and of those, not live yet.
        self._asked: dict[int, str] = {}
        self._subs: set[int] = set()
        self._ids = count(1)
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._live())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.wait([self._task])
        if not self._task.cancelled() and self._task.exception() is not None:
            self._task.result()

    def post(self, room: str, body: str) -> str:
        """Write a message; it leaves when it can. Return its nonce."""
        mine = nonce()
        self.outbox[mine] = Send(id=0, name=room, nonce=mine, body=body)
        self.journal.sent[mine] = body
        self._pump()
        return mine

    async def until(self, claim: Callable[[], bool], timeout_s: float = WAIT_S) -> None:
        """Wait until the claim about this client holds."""
        assert self._task is not None
        async with asyncio.timeout(timeout_s):
            while not claim():
                if self._task.done():
                    self._task.result()
                self._news.clear()
                await self._news.wait()

    async def ready(self) -> None:
        """Wait until every room is live, or waited for."""
        await self.until(lambda: self.greeted and not self._subs)

    async def settled(self, timeout_s: float = WAIT_S) -> None:
        """Wait until all that was written is stored."""
        await self.until(lambda: not self.outbox, timeout_s)

    async def holds(self, room: str, how_many: int, timeout_s: float = WAIT_S) -> None:
        """Wait until the room has so many messages here."""
        state = self.state[room]
        await self.until(lambda: len(state.msgs) >= how_many, timeout_s)

    def shown(self, room: str) -> list[str]:
        """The texts of a room as a page shows them."""
        messages = self.state[room].msgs.values()
        return [m.body for m in sorted(messages, key=lambda m: m.seq)]

    @property
    def connection(self) -> ClientConnection | None:
        """The socket of this moment."""
        return self._socket

    def drop(self) -> None:
        """Lose the connection, as in a tunnel."""
        if self._socket is not None:
            self._socket.transport.abort()

    # One life after the other

    async def _live(self) -> None:
        while True:
            with contextlib.suppress(OSError, WebSocketException, TimeoutError):
                await self._connect()
            if self._socket is not None:
                self.journal.closes.append(self._socket.close_code or 0)
            self._socket, self.greeted = None, False
            self._news.set()
            await asyncio.sleep(AGAIN_S)

    async def _connect(self) -> None:
        try:
            socket = await asyncio.wait_for(
                dial(self.url, "/ws/v1", guest=self.guest), WAIT_S
            )
        except InvalidHandshake:
            return
        async with socket:
            self._socket, self._out = socket, asyncio.Queue()
            self.journal.connects += 1
            self._flying, self._asked, self._subs = {}, {}, set()
            writing = asyncio.create_task(self._write(socket))
            try:
                self._say(Hello(id=next(self._ids), v=1))
                async for data in socket:
                    self._take(_frames.decode(data))
                    self._news.set()
            finally:
                writing.cancel()
                await asyncio.wait([writing])

    async def _write(self, socket: ClientConnection) -> None:
        with contextlib.suppress(WebSocketException):
            while True:
                await socket.send(await self._out.get(), text=True)

    def _say(self, frame: ClientFrame) -> None:
        self._out.put_nowait(_encoder.encode(frame))

    def _take(self, frame: ServerFrame) -> None:
        match frame:
            case HelloOk():
                self._greet()
            case Ev():
                self._fold_ev(frame)
            case SyncPage():
                self._fold_sync(frame)
            case Ok():
                self._ok(frame)
            case Err():
                self._err(frame)
            case Bye():
                self.journal.byes.append(frame)
            case Pong():
                for ref in frame.fix:
                    self._sync(self._name(ref))
            case _:
                pass

    def _greet(self) -> None:
        self.greeted = True
        self._must_wait = False
        for name, state in self.state.items():
            since = (state.pos, state.tok) if state.pos else None
            ref = self._refs.get(name)
            unborn = None if ref else name
            self._say(Sub(id=self._ask(name), room=ref, name=unborn, since=since))
        self._pump()

    # Rooms

    def _fold_ev(self, ev: Ev) -> None:
        name = self._name(ev.room)
        state = self.state[name]
        if ev.v <= state.pos:
            self.journal.dups += 1
        self._note(name, ev)
        if not fold_ev(state, ev):
            self.journal.holes += 1
            self._sync(name)

    def _fold_sync(self, page: SyncPage) -> None:
        name = self._asked[page.id]
        self._refs[name] = page.room
        if page.mode == "window" and self.state[name].pos:
            self.journal.windows += 1
        self._note(name, page)
        fold_sync(self.state[name], page)
        if not page.more:
            self._subs.discard(page.id)

    def _note(self, name: str, frame: Ev | SyncPage) -> None:
        if isinstance(frame, Ev) and frame.pv > self.state[name].pos:
            return
        seen = self.journal.seen.setdefault(name, [])
        known = self.state[name].msgs
        seen += [c for c in frame.c if isinstance(c, Msg) and c.id not in known]

    def _sync(self, name: str) -> None:
        state, ref = self.state[name], self._refs[name]
        self._say(Sync(id=self._ask(name), room=ref, since=(state.pos, state.tok)))

    def _ask(self, name: str) -> int:
        frame_id = next(self._ids)
        self._asked[frame_id] = name
        self._subs.add(frame_id)
        return frame_id

    def _name(self, ref: str) -> str:
        return next(name for name, known in self._refs.items() if known == ref)

    def audit(self) -> None:
        """Tell the server where we stand; it says what we lost."""
        pos = {self._refs[n]: s.pos for n, s in self.state.items() if n in self._refs}
        self._say(Ping(id=next(self._ids), pos=pos))

    # Outbox: in order, at most so many at once; after a refusal, all answers first.

    def _pump(self) -> None:
        if not self.greeted or self._must_wait or self._socket is None:
            return
        flying = set(self._flying.values())
        for mine, send in self.outbox.items():
            if len(self._flying) >= FLIGHT:
                return
            if mine not in flying:
                frame_id = next(self._ids)
                self._flying[frame_id] = mine
                self._say(msgspec.structs.replace(send, id=frame_id))

    def _ok(self, ok: Ok) -> None:
        if ok.waiting:
            self._subs.discard(ok.id)
        mine = self._flying.pop(ok.id, None)
        if mine is not None and ok.m is not None:
            self.journal.acked[mine] = ok.m
            del self.outbox[mine]
            self._answered()

    def _err(self, err: Err) -> None:
        self._subs.discard(err.id)
        mine = self._flying.pop(err.id, None)
        if mine is None:
            return
        if Code(err.code) in RETRYABLE:
            self._must_wait = True
            self._retry_s = (err.retry or 0) / 1000
        else:
            self.journal.refused[mine] = err.code
            del self.outbox[mine]
        self._answered()

    def _answered(self) -> None:
        if self._must_wait and not self._flying:
            asyncio.get_running_loop().call_later(self._retry_s, self._go_on)
        self._pump()

    def _go_on(self) -> None:
        self._must_wait = False
        self._pump()
