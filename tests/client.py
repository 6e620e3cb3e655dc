"""
Clients for tests over real sockets; every wait has a deadline and nothing sleeps.

`Seed` speaks the tutorial's wire and `Line` rai.v1, frame by frame. `Client`, which
never gives up, is in tests/resuming.py.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from email.message import Message
from itertools import count
from typing import NewType, Self, TypeVar
from urllib.parse import quote

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

from chat.core.frames import (
    ClientFrame,
    Err,
    Hello,
    HelloOk,
    HistPage,
    Ok,
    Ping,
    Pong,
    Send,
    ServerFrame,
    Sub,
    SyncPage,
)

#: Far more than anything here takes, far less than a hung run would.
WAIT_S = 15.0
SUBPROTOCOL = Subprotocol("rai.v1.json")
#: A script may choose its own: the cookie and the header only have to agree.
CSRF = "c" * 32
#: How a message begins that only finds out whether we are in the room.
MARK = '{"mensagem": "entrei-'

Nonce = NewType("Nonce", str)
F = TypeVar("F", bound=ServerFrame)
Answer = Ok | Err | Pong | HistPage | HelloOk | SyncPage

_frames: msgspec.json.Decoder[ServerFrame] = msgspec.json.Decoder(ServerFrame)
_encoder = msgspec.json.Encoder()
_nonces = count(1)
_people = count(1)


def nonce() -> str:
    """Return a nonce that no other test has used."""
    return f"nonce-{next(_nonces):010}"


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody with a nickname, and the cookie that proves it."""

    id: str
    name: str
    mark: str
    cookie: str


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer."""

    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    def frame(self) -> ServerFrame:
        """The body as a frame of rai.v1."""
        return _frames.decode(self.body)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object, **_kwargs: object) -> None:
        return None


# No proxy of the environment may stand between us and our own machine.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Stay())


def http(
    url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> Reply:
    """GET, or POST a body; any status is an answer, and redirects are not followed."""
    request = urllib.request.Request(url, data=body, headers=dict(headers or {}))
    try:
        with _opener.open(request, timeout=WAIT_S * 2) as answer:
            return Reply(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as refusal:
        with refusal:
            return Reply(refusal.code, refusal.headers, refusal.read())


async def get(url: str, **headers: str) -> Reply:
    """GET without stopping the other clients of the test."""
    return await asyncio.to_thread(http, url, None, headers)


async def post(
    url: str, body: object, guest: Guest | None = None, **headers: str
) -> Reply:
    """POST JSON (or bytes as they are) as a page of ours does it, with its token."""
    cookie = f"rai_csrf={CSRF}" + (f"; {guest.cookie}" if guest else "")
    names = {"content_type": "Content-Type", "csrf": "X-CSRFToken"}
    given = {names.get(key, key): value for key, value in headers.items()}
    usual = {
        "Cookie": cookie,
        "X-CSRFToken": CSRF,
        "Content-Type": "application/json",
        "Accept": "application/json",
    }
    data = body if isinstance(body, bytes) else _encoder.encode(body)
    return await asyncio.to_thread(http, url, data, usual | given)


async def join(url: str, nickname: str) -> Guest:
    """Choose a nickname, as the page's form does."""
    reply = await post(f"{url}/apelido/", {"apelido": nickname})
    assert reply.status == 200, reply.text
    me = json.loads(reply.body)["me"]
    cookie = str(reply.headers["Set-Cookie"]).partition(";")[0]
    return Guest(me["id"], me["name"], me["mark"], cookie)


async def dial(
    url: str, path: str, *, guest: Guest | None = None, anonymous: bool = False
) -> ClientConnection:
    """Open a socket as a page of ours does; anonymous: as a script, without Origin."""
    return await connect(
        url.replace("http", "ws", 1) + quote(path, safe="/%"),
        origin=None if anonymous else Origin(url),
        additional_headers={"Cookie": guest.cookie} if guest else {},
        subprotocols=[SUBPROTOCOL] if path == "/ws/v1" else None,
        compression=None,
        ping_interval=None,
        close_timeout=1,
        proxy=None,
        max_queue=None,
    )


class Socket:
    """What both wires share."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def raw(self, data: str | bytes, *, text: bool = True) -> None:
        """Send one message as it is, also one that is no text at all."""
        await self.socket.send(data, text=text)

    def burst(self, texts: Iterable[str]) -> None:
        """Send many messages in one write, as a network that was stuck lets go."""
        for text in texts:
            self.socket.protocol.send_text(text.encode())
        self.socket.send_data()

    async def close_code(self) -> int:
        """Read on until the server closes; return its code."""
        async with asyncio.timeout(WAIT_S):
            with contextlib.suppress(ConnectionClosed):
                while True:
                    await self.socket.recv()
            return self.socket.close_code or 0

    async def leave(self) -> None:
        """Close."""
        await self.socket.close()

    def vanish(self) -> None:
        """Be gone without a word, as a phone in a tunnel."""
        self.socket.transport.abort()


class Seed(Socket):
    """A client of the tutorial: ``{"mensagem": "..."}`` both ways."""

    async def say(self, text: str) -> None:
        """Send as the tutorial's page does."""
        await self.raw(json.dumps({"mensagem": text}))

    async def hear_raw(self) -> str:
        """Return the next message as it came; what ``entered`` says is passed over."""
        while (message := await self._next()).startswith(MARK):
            pass
        return message

    async def hear(self) -> str:
        """Return what the tutorial's page would show next."""
        dados = json.loads(await self.hear_raw())
        assert list(dados) == ["mensagem"]
        text: str = dados["mensagem"]
        return text

    async def hear_many(self, how_many: int) -> list[str]:
        """Return the next so many."""
        return [await self.hear() for _ in range(how_many)]

    async def entered(self) -> None:
        """Return once the server has us in the room: what we say comes back."""
        mark = f"{MARK}{next(_nonces)}" + '"}'
        await self.raw(mark)
        while await self._next() != mark:
            pass

    async def _next(self) -> str:
        async with asyncio.timeout(WAIT_S):
            message = await self.socket.recv()
        assert isinstance(message, str)
        return message


class Line(Socket):
    """A connection of rai.v1. Frames that nobody took yet wait in ``heard``."""

    def __init__(self, socket: ClientConnection) -> None:
        super().__init__(socket)
        self.heard: list[ServerFrame] = []
        self._ids = count(1)

    def id(self) -> int:
        """Return the next frame's id."""
        return next(self._ids)

    async def say(self, frame: ClientFrame) -> None:
        """Send a frame."""
        await self.raw(_encoder.encode(frame))

    async def take(
        self, kind: type[F], where: Callable[[F], bool] = lambda _: True
    ) -> F:
        """Return the first such frame; those before it stay to be taken later."""
        for place, frame in enumerate(self.heard):
            if isinstance(frame, kind) and where(frame):
                del self.heard[place]
                return frame
        async with asyncio.timeout(WAIT_S):
            while True:
                frame = _frames.decode(await self.socket.recv())
                if isinstance(frame, kind) and where(frame):
                    return frame
                self.heard.append(frame)

    async def answer(self, frame_id: int) -> Answer:
        """Return the answer to the frame of this id."""
        return await self.take(Answer, lambda frame: frame.id == frame_id)  # type: ignore[arg-type]

    async def ask(self, frame: ClientFrame) -> Answer:
        """Send a frame and return its answer."""
        await self.say(frame)
        return await self.answer(frame.id)

    async def refused(self, frame: ClientFrame) -> str:
        """Send a frame that must be refused; return the error's code."""
        answer = await self.ask(frame)
        assert isinstance(answer, Err), answer
        return answer.code

    async def quiet(self) -> list[ServerFrame]:
        """Return all that was written to us before the server reads this."""
        await self.ask(Ping(id=self.id()))
        heard, self.heard = self.heard, []
        return heard

    async def send(self, *, body: str, room: str | None = None, **more: str) -> Ok:
        """Send a message that must be stored; ``name=`` makes its room."""
        more.setdefault("nonce", nonce())
        answer = await self.ask(Send(id=self.id(), room=room, body=body, **more))
        assert isinstance(answer, Ok), answer
        return answer

    async def sub(self, room: str | None = None, **more: object) -> SyncPage:
        """Listen to a room that exists; return the last page."""
        frame = Sub(id=self.id(), room=room, **more)  # type: ignore[arg-type]
        await self.say(frame)
        return await self.take(SyncPage, lambda p: p.id == frame.id and not p.more)


class Visit:
    """The ways into one server. Closes at the end what it has opened."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._opened: list[Socket] = []

    async def seed(
        self, sala: str, *, guest: Guest | None = None, anonymous: bool = False
    ) -> Seed:
        """Open the tutorial's socket of a room."""
        path = f"/ws/chat/{sala}/"
        socket = await dial(self.url, path, guest=guest, anonymous=anonymous)
        opened = Seed(socket)
        self._opened.append(opened)
        return opened

    async def line(
        self,
        guest: Guest | None = None,
        *,
        greet: bool = True,
        since: Mapping[str, tuple[int, str]] | None = None,
        anonymous: bool = False,
    ) -> Line:
        """Open rai.v1 and say hello."""
        socket = await dial(self.url, "/ws/v1", guest=guest, anonymous=anonymous)
        opened = Line(socket)
        self._opened.append(opened)
        if greet:
            hello = Hello(id=opened.id(), v=1, since=dict(since or {}))
            assert isinstance(await opened.ask(hello), HelloOk)
        return opened

    async def person(self, nickname: str) -> Guest:
        """Choose a nickname that nobody has yet."""
        return await join(self.url, f"{nickname} {next(_people)}")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.gather(*(socket.leave() for socket in self._opened))
