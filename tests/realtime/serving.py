"""The real server in a thread, a tiny application, and peers made of bare bytes."""

import asyncio
import contextlib
import queue
import socket
import struct
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

from realtime.guards import Guards
from realtime.process import RaiConfig, RaiServer
from realtime.scopes import Receive, Scope, Send
from realtime.server import configure, listen
from realtime.values import Network

WAIT_S = 10.0
KEY = "dGhlIHNhbXBsZSBub25jZQ=="
MASK = b"\x11\x22\x33\x44"

TEXT, BINARY, CONT, CLOSE, PING, PONG = 1, 2, 0, 8, 9, 10


@dataclass(frozen=True)
class Options:
    """The options the server reads."""

    host: str = "127.0.0.1"
    port: int = 0
    workers: int = 1
    limits: bool = True
    trusted_proxies: tuple[Network, ...] = ()


def server_frame(text: bytes, opcode: int = TEXT) -> bytes:
    """Frame a payload as a server does, without a mask."""
    size = len(text)
    if size < 126:
        return bytes((0x80 | opcode, size)) + text
    return bytes((0x80 | opcode, 126)) + size.to_bytes(2, "big") + text


def frame(
    payload: bytes = b"",
    opcode: int = TEXT,
    *,
    fin: bool = True,
    rsv: int = 0,
    masked: bool = True,
    claim: int | None = None,
) -> bytes:
    """Frame a payload as a client does, or badly; `claim` lies about its size."""
    size = len(payload) if claim is None else claim
    head = bytes(((0x80 if fin else 0) | rsv << 4 | opcode,))
    bit = 0x80 if masked else 0
    if size < 126:
        head += bytes((bit | size,))
    elif size < 65536:
        head += bytes((bit | 126,)) + size.to_bytes(2, "big")
    else:
        head += bytes((bit | 127,)) + size.to_bytes(8, "big")
    if not masked:
        return head + payload
    return head + MASK + bytes(c ^ MASK[i % 4] for i, c in enumerate(payload))


def close_frame(code: int, reason: bytes = b"") -> bytes:
    """Frame a close."""
    return frame(struct.pack("!H", code) + reason, CLOSE)


class Peer:
    """A client that is nothing but a socket: it may send any bytes, or read none."""

    def __init__(self, port: int, *, receive_buffer: int | None = None) -> None:
        self.sock = socket.socket()
        self.sock.settimeout(WAIT_S)
        if receive_buffer is not None:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        # What is sent in two parts shall arrive in two.
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self.sock.connect(("127.0.0.1", port))
        except OSError:
            self.sock.close()
            raise
        self.port = port
        self.rest = b""

    def __enter__(self) -> "Peer":
        return self

    def __exit__(self, *_: object) -> None:
        self.sock.close()

    def send(self, data: bytes) -> None:
        """Send bytes, whole."""
        self.sock.sendall(data)

    def head(self, path: str = "/echo", **headers: str) -> bytes:
        """Return the head of a handshake."""
        lines = {
            "Host": f"127.0.0.1:{self.port}",
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": KEY,
        } | {name.replace("_", "-"): value for name, value in headers.items()}
        text = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        return f"GET {path} HTTP/1.1\r\n{text}\r\n".encode()

    def get(self, path: str = "/", extra: str = "") -> bytes:
        """Return a plain GET request."""
        host = f"127.0.0.1:{self.port}"
        return f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{extra}\r\n".encode()

    def join(self, path: str = "/echo") -> "Peer":
        """Make the handshake."""
        self.send(self.head(path))
        assert self.response()[0] == 101
        return self

    def _more(self) -> bool:
        try:
            data = self.sock.recv(65536)
        except ConnectionResetError:
            data = b""
        self.rest += data
        return bool(data)

    def response(self) -> tuple[int, bytes]:
        """Read one response; status 0 if the connection ended without one."""
        while b"\r\n\r\n" not in self.rest:
            if not self._more():
                return 0, self.rest
        head, _, self.rest = self.rest.partition(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        lengths = [int(x[15:]) for x in lines if x.startswith(b"content-length:")]
        length = lengths[0] if lengths else 0
        while len(self.rest) < length:
            assert self._more()
        body, self.rest = self.rest[:length], self.rest[length:]
        return int(head[9:12]), body

    def read(self) -> tuple[int, bytes]:
        """Read one frame: opcode and payload; opcode -1 at the end of the stream."""
        start = need = 2
        while True:
            if len(self.rest) >= 2:
                size = self.rest[1] & 127
                start = {126: 4, 127: 10}.get(size, 2)
                if len(self.rest) >= start:
                    if size >= 126:
                        size = int.from_bytes(self.rest[2:start], "big")
                    need = start + size
                    if len(self.rest) >= need:
                        break
            if not self._more():
                return -1, self.rest
        opcode, payload = self.rest[0] & 15, self.rest[start:need]
        self.rest = self.rest[need:]
        return opcode, payload

    def closed(self) -> tuple[int, bytes]:
        """Read on to the close frame: code and reason; code 0 if there was none."""
        while True:
            opcode, payload = self.read()
            if opcode == -1:
                return 0, b""
            if opcode == CLOSE:
                return (
                    int.from_bytes(payload[:2], "big") if payload else 1005,
                    payload[2:],
                )

    def gone(self) -> bool:
        """Read to the end of the stream; True once the server has let go."""
        while self._more():
            self.rest = b""
        return True

    def echo(self, text: bytes = b"oi") -> bytes:
        """Send a text and return what comes back."""
        self.send(frame(text))
        while True:
            opcode, payload = self.read()
            if opcode in (TEXT, -1):
                return payload


Serve = Callable[[Scope, Receive, Send], Awaitable[None]]


Seen = queue.Queue[Any]


class Running:
    """A server that runs, and what its application has seen."""

    def __init__(self, server: RaiServer, port: int) -> None:
        self.server = server
        self.port = port
        # Of this test alone: a connection tells the queue that stood when it began.
        self.seen: Seen = queue.Queue()
        self.loop: asyncio.AbstractEventLoop | None = None

    def forget(self) -> "Running":
        """Begin a new test on the same server."""
        self.seen = queue.Queue()
        return self

    def peer(self, **options: Any) -> Peer:
        """Connect."""
        return Peer(self.port, **options)

    def next(self) -> Any:
        """Return what the application saw next."""
        return self.seen.get(timeout=WAIT_S)

    def do(self, call: Callable[..., Any], *args: Any) -> Any:
        """Call in the server's loop; return the result."""

        async def run() -> Any:
            return call(*args)

        assert self.loop is not None
        return asyncio.run_coroutine_threadsafe(run(), self.loop).result(WAIT_S)

    def connections(self) -> int:
        """Return how many connections the server holds."""
        return int(self.do(lambda: len(self.server.server_state.connections)))


@contextlib.contextmanager
def serving(
    application: Callable[[Running], Serve],
    *,
    guards: Guards | None = None,
    options: Options | None = None,
) -> Iterator[Running]:
    """Run our server, with its real loop and protocol classes, in a thread."""
    options = options or Options()
    listener = listen(options.host, options.port)
    config: RaiConfig
    running: Running

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await application(running)(scope, receive, send)

    config = configure(options, app)
    config.guards = guards or config.guards
    started = threading.Event()

    def listening(_: socket.socket) -> None:
        running.loop = asyncio.get_running_loop()
        started.set()

    server = RaiServer(config, listening)
    running = Running(server, listener.getsockname()[1])
    thread = threading.Thread(target=server.serve_on, args=(listener,))
    thread.start()
    assert started.wait(WAIT_S)
    try:
        yield running
    finally:
        server.should_exit = server.force_exit = True
        thread.join(WAIT_S)
        assert not thread.is_alive()


def house(running: Running) -> Serve:
    """Serve by path: what each test needs of an application."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        seen = running.seen
        if scope["type"] == "http":
            await _page(scope, receive, send)
        else:
            await receive()
            await _ROOMS[scope["path"]](seen, scope, receive, send)

    return serve


async def _page(scope: Scope, receive: Receive, send: Send) -> None:
    size, more = 0, True
    while more:
        event = await receive()
        if event["type"] == "http.disconnect":
            return
        size += len(event["body"])
        more = event["more_body"]
    names = b",".join(name for name, _ in scope["headers"])
    body = b"%d %s %s" % (size, scope["client"][0].encode(), names)
    start = {"type": "http.response.start", "status": 200}
    length = (b"content-length", b"%d" % len(body))
    await send(start | {"headers": [length]})
    await send({"type": "http.response.body", "body": body})


async def _until_gone(seen: Seen, receive: Receive) -> None:
    while True:
        event = await receive()
        if event["type"] == "websocket.disconnect":
            seen.put(event["code"])
            return
        seen.put(event.get("bytes", event.get("text")))


async def _echo(seen: Seen, scope: Scope, receive: Receive, send: Send) -> None:
    """Echo by the extension."""
    await send({"type": "websocket.accept"})
    link = scope["extensions"]["rai.transport"]
    link.take(lambda text: link.write(server_frame(text)))
    await _until_gone(seen, receive)


async def _asgi(seen: Seen, scope: Scope, receive: Receive, send: Send) -> None:
    """Echo by plain receive and send, as on any other server."""
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] == "websocket.receive":
        await send({**event, "type": "websocket.send"})
    seen.put(event["code"])


async def _link(seen: Seen, scope: Scope, receive: Receive, send: Send) -> None:
    """Give the test the extension itself; it calls it through the loop."""
    await send({"type": "websocket.accept"})
    seen.put(scope["extensions"]["rai.transport"])
    await _until_gone(seen, receive)


async def _bye(seen: Seen, scope: Scope, receive: Receive, send: Send) -> None:
    """Close at once."""
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": 4505, "reason": "not here"})
    await _until_gone(seen, receive)


async def _crash(seen: Seen, scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "websocket.accept"})
    raise RuntimeError("a bug of the application")


async def _leave(seen: Seen, scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "websocket.accept"})


async def _deny(seen: Seen, scope: Scope, receive: Receive, send: Send) -> None:
    start = {"type": "websocket.http.response.start", "status": 429, "headers": []}
    await send(start)
    await send({"type": "websocket.http.response.body", "body": b"later"})


async def _refuse(seen: Seen, scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "websocket.close", "code": 1008})


async def _mute(seen: Seen, scope: Scope, receive: Receive, send: Send) -> None:
    """Accept, and receive nothing until the test says so."""
    await send({"type": "websocket.accept"})
    wake = asyncio.Event()
    seen.put(wake)
    await wake.wait()
    await _until_gone(seen, receive)


async def _late(seen: Seen, scope: Scope, receive: Receive, send: Send) -> None:
    """Take the texts by callback only when the test says so."""
    await send({"type": "websocket.accept"})
    wake = asyncio.Event()
    seen.put(wake)
    await wake.wait()
    scope["extensions"]["rai.transport"].take(seen.put)
    await _until_gone(seen, receive)


async def _broken(seen: Seen, scope: Scope, receive: Receive, send: Send) -> None:
    """Take texts by a callback that fails."""
    await send({"type": "websocket.accept"})

    def fail(text: bytes) -> None:
        raise RuntimeError("a bug of the application")

    scope["extensions"]["rai.transport"].take(fail)
    await _until_gone(seen, receive)


async def _slow(seen: Seen, scope: Scope, receive: Receive, send: Send) -> None:
    """Take long over the handshake."""
    wake = asyncio.Event()
    seen.put(wake)
    await wake.wait()
    await send({"type": "websocket.accept"})
    await _until_gone(seen, receive)


Room = Callable[[Seen, Scope, Receive, Send], Awaitable[None]]

_ROOMS: dict[str, Room] = {
    "/echo": _echo,
    "/asgi": _asgi,
    "/link": _link,
    "/bye": _bye,
    "/crash": _crash,
    "/leave": _leave,
    "/deny": _deny,
    "/refuse": _refuse,
    "/mute": _mute,
    "/late": _late,
    "/broken": _broken,
    "/slow": _slow,
}
