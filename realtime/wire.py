"""uvicorn's WebSocket protocol with our guards and a short way to the transport.

RFC 6455 stays the business of `websockets`. Nothing of the chat lives here.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Protocol

from uvicorn._types import ASGISendEvent
from uvicorn.config import Config
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.server import ServerState
from websockets.datastructures import Headers
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import CONNECTING, OPEN
from websockets.server import ServerProtocol

from realtime.ending import MortalSocket
from realtime.guards import tune
from realtime.inbox import Inbox
from realtime.link import EXTENSION, RaiTransport

log = logging.getLogger(__name__)

# The parser is fed in slices: 4 KiB hold at most some 680 frames (a few ms), and
# after each the limits are looked at. Fed at once, 2.4 MB of empty fragments froze
# the process for 7 s.
SLICE_BYTES = 4096


class Door(Protocol):
    """What the HTTP protocol hands over with a connection."""

    transport: asyncio.Transport
    server: tuple[str, int | None] | None
    client: tuple[str, int] | None
    headers: list[tuple[bytes, bytes]]
    scheme: Any
    scope: Any
    url: bytes


# What the handshake of RFC 6455 is made of; the other headers are the app's business.
HANDSHAKE = {
    b"connection": "Connection",
    b"upgrade": "Upgrade",
    b"origin": "Origin",
    b"sec-websocket-key": "Sec-WebSocket-Key",
    b"sec-websocket-version": "Sec-WebSocket-Version",
    b"sec-websocket-extensions": "Sec-WebSocket-Extensions",
    b"sec-websocket-protocol": "Sec-WebSocket-Protocol",
}


class RaiWebSocket(MortalSocket):
    """One WebSocket. Made by `RaiHttp`, which has already read the head."""

    __slots__ = ("fragments", "window_ends", "window_frames")

    def __init__(
        self, config: Config, state: ServerState, app_state: dict[str, Any]
    ) -> None:
        super().__init__(config, state, app_state)
        self.link = RaiTransport(self)
        self.fragments = 0
        self.window_ends = 0.0
        self.window_frames = 0
        # The parser starts with frames: the head was read by llhttp, once and within
        # its limits. That of `websockets` leaves what it cannot read without answer.
        self.conn = ServerProtocol(
            state=OPEN, max_size=config.ws_max_size, logger=self.logger
        )
        self.conn.state = CONNECTING

    # Handshake

    def adopt(self, door: Door) -> None:
        """Take the connection over from HTTP, with the head it has read."""
        self.transport = door.transport
        self.server, self.client = door.server, door.client
        self.scheme = "wss" if door.scheme == "https" else "ws"
        self.connections.add(self)
        tune(self.transport)
        self.transport.set_write_buffer_limits(
            high=self.guards.buffer_high, low=self.guards.buffer_low
        )
        headers = Headers()
        for name, value in door.headers:
            if name in HANDSHAKE:
                headers.set_insecure(HANDSHAKE[name], value.decode("latin-1"))
        version = f"HTTP/{door.scope['http_version']}"
        request = Request(
            door.url.decode("ascii"), headers, door.scope["method"], version
        )
        self.handle_connect(request)
        if self.close_sent:
            self.end()
        else:
            scope: dict[str, Any] = self.scope  # type: ignore[assignment]
            scope["headers"] = door.headers
            scope["extensions"][EXTENSION] = self.link

    async def run_asgi(self) -> None:
        """Run the app; however it ends, the connection ends too."""
        try:
            await self.app(self.scope, self.receive, self.send)
        except ClientDisconnected:
            self._leave(CloseCode.NORMAL_CLOSURE)
        except asyncio.CancelledError:
            self.abort()
            raise
        except Exception:
            self.logger.exception("Exception in ASGI application\n")
            self._leave(CloseCode.INTERNAL_ERROR)
        else:
            self._leave(CloseCode.NORMAL_CLOSURE)

    def _leave(self, code: int) -> None:
        if self.disconnected or self.close_sent:
            return
        if self.handshake_complete:
            self.close(code, "")
        else:
            self.send_500_response()
            self.end()

    async def send(self, message: ASGISendEvent) -> None:
        """Send one ASGI event. A close never waits for a peer that does not read."""
        if self.close_sent:
            # By us, or because the peer went or broke a rule: no fault of the app's.
            raise ClientDisconnected
        if self.handshake_complete and message["type"] == "websocket.close":
            code, reason = message.get("code", 1000), message.get("reason") or ""
            if self.disconnected or not self.close(code, reason):
                raise ClientDisconnected
            return
        await super().send(message)
        if self.transport.is_closing() and not self.disconnected:
            self.end()

    # Bytes in

    def data_received(self, data: bytes) -> None:
        """Feed the parser, within limits, and act on what it finds."""
        if self.deaf:
            self.forget(len(data))
        elif not self.handshake_complete:
            # RFC 6455 4.1: a client must wait for the 101.
            self.abort()
        elif len(data) <= SLICE_BYTES:
            self._feed(data)
        else:
            self._feed_slices(memoryview(data))

    def _feed_slices(self, view: memoryview) -> None:
        for start in range(0, len(view), SLICE_BYTES):
            if self.deaf:
                self.forget(len(view) - start)
                return
            self._feed(view[start : start + SLICE_BYTES])

    def _feed(self, data: bytes | memoryview) -> None:
        conn = self.conn
        conn.receive_data(data)  # type: ignore[arg-type]
        events = conn.events
        if events:
            conn.events = []
            self.heard = True
            if not self._is_within_rate(len(events)):
                self.fail(CloseCode.POLICY_VIOLATION, "too many frames")
                return
            for event in events:
                assert isinstance(event, Frame)
                self._handle_frame(event)
                if self.deaf:
                    return
        if conn.parser_exc is not None:
            self.handle_parser_exception()
        elif conn.writes:
            self.flush()

    def _is_within_rate(self, frames: int) -> bool:
        """Count frames of every kind; say whether the peer may go on."""
        limit = self.guards.frames
        if limit is None:
            return True
        now = self.loop.time()
        if now >= self.window_ends:
            self.window_ends = now + self.guards.frames_window_s
            self.window_frames = 0
        self.window_frames += frames
        return self.window_frames <= limit

    def _handle_frame(self, event: Frame) -> None:
        # Pings are answered already, by the parser; a pong only proves life.
        opcode = event.opcode
        if opcode is Opcode.TEXT or opcode is Opcode.BINARY:
            self.curr_msg_data_type = "text" if opcode is Opcode.TEXT else "bytes"
            self.frames = [bytes(event.data)]
            self.fragments = 1
            if event.fin:
                self.send_receive_event_to_app()
        elif opcode is Opcode.CONT:
            self.frames.append(bytes(event.data))
            self.fragments += 1
            # Empty fragments never count towards the size of a message.
            if self.fragments > self.guards.fragments:
                self.fail(CloseCode.MESSAGE_TOO_BIG, "too many fragments")
            elif event.fin:
                self.send_receive_event_to_app()
        elif opcode is Opcode.CLOSE:
            self.handle_close(event)

    def send_receive_event_to_app(self) -> None:
        """Hand a whole message to the app: its callback, or the queue of events."""
        data = self.frames[0] if len(self.frames) == 1 else b"".join(self.frames)
        self.frames = []
        if self.close_sent:
            return
        if self.curr_msg_data_type != "text":
            self.queue.put_nowait({"type": "websocket.receive", "bytes": data})
        elif self.on_text is not None:
            self._hand_over(data)
            return
        else:
            try:
                text = data.decode()
            except UnicodeDecodeError:
                self.fail(CloseCode.INVALID_DATA, "not UTF-8")
                return
            self.queue.put_nowait({"type": "websocket.receive", "text": text})
        if not self.read_paused:
            self.read_paused = True
            self.transport.pause_reading()

    def _hand_over(self, data: bytes) -> None:
        if self.on_text is None:
            return
        try:
            self.on_text(data)
        except Exception:
            self.on_text = None
            log.exception("the app's text callback failed")
            self.close(CloseCode.INTERNAL_ERROR, "")

    # Called by the extension

    def take(self, on_text: Callable[[bytes], None]) -> None:
        """Hand texts to `on_text`, the queued ones first."""
        self.on_text = on_text
        queue: Inbox[Any] = self.queue  # type: ignore[assignment]
        for event in queue.take_all():
            text = event.get("text") if event["type"] == "websocket.receive" else None
            if isinstance(text, str):
                self._hand_over(text.encode())
            else:
                queue.put_nowait(event)
        if self.read_paused and queue.empty():
            self.read_paused = False
            self.transport.resume_reading()

    def hold(self, *, reading: bool) -> None:
        """Stop or go on reading from the peer."""
        if self.disconnected or self.deaf:
            return
        if not reading:
            self.transport.pause_reading()
        elif not self.read_paused:
            self.transport.resume_reading()
