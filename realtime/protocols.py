"""uvicorn's HTTP protocol with limits on heads and bodies, and the way to sockets."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, NoReturn

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from realtime.guards import Alarm, guards_of, reset, wheel_of
from realtime.wire import RaiWebSocket

__all__ = ["RaiHttp", "RaiWebSocket"]

ONCE = (b"host", b"origin", b"content-length")


class Refused(Exception):
    """Raised in a callback of the parser to stop it; `RaiHttp.fault` says why."""


class RaiHttp(HttpToolsProtocol):
    """One HTTP connection: heads whole in time and small, or an answer and the end."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.guards = guards_of(config)
        self.wheel = wheel_of(server_state, self.loop)
        self.alarm: Alarm | None = None
        self.fault = HTTPStatus.BAD_REQUEST
        self.refused = False
        self.is_last = False
        self.forgotten_bytes = 0
        # Where in a message the parser stands.
        self.in_head = False
        self.in_body = False
        self.has_body = False
        self.began = False
        self.head_bytes = 0
        self.head_lines = 0
        self.line_bytes = 0
        self.body_bytes = 0
        self.raw_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.arm(self.guards.head_s, self.head_late)

    def connection_lost(self, exc: Exception | None) -> None:
        self.disarm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.refused:
            self.forget(len(data))
            return
        self._unset_keepalive_if_required()
        idle = self.is_idle()
        if idle and self.alarm is None:
            # Also for bytes that begin no request: a lone CRLF would otherwise turn
            # the idle timeout off for good.
            self.arm(self.guards.head_s, self.head_late)
        if self.in_body:
            self.raw_bytes += len(data)
        self.began = False
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self.upgrade(early=data[upgrade.args[0] :])
        except httptools.HttpParserError:
            self.refuse(self.fault)
        else:
            self.check_rest(len(data) if idle or not self.began else 0)

    def is_idle(self) -> bool:
        """Say whether no request is being read or answered."""
        answered = self.cycle is None or self.cycle.response_complete
        return answered and not self.in_head and not self.in_body

    def check_rest(self, size_bytes: int) -> None:
        """Bound what the parser keeps of an unfinished head or of chunk overhead."""
        if self.in_head:
            self.head_bytes += size_bytes
            if self.head_bytes > self.guards.head_bytes:
                self.refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        elif self.raw_bytes > 2 * self.guards.body_bytes:
            self.refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)

    # Parser callbacks

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.in_head = self.began = True
        self.has_body = False
        self.head_bytes = self.head_lines = self.line_bytes = 0
        self.body_bytes = self.raw_bytes = 0
        if self.alarm is None:
            self.arm(self.guards.head_s, self.head_late)

    def on_url(self, url: bytes) -> None:
        # A URL torn by the network comes in pieces.
        super().on_url(url)
        self.count_line(len(url), line=len(self.url))

    def on_header(self, name: bytes, value: bytes) -> None:
        self.head_lines += 1
        size_bytes = len(name) + len(value) + len(b": \r\n")
        self.count_line(size_bytes, line=size_bytes)
        if self.head_lines > self.guards.headers:
            self.stop(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        # Trailers are counted and dropped. So are names with "_", which WSGI's way
        # of naming cannot tell from "-": X_Forwarded_For would pass for the real one.
        if not self.in_body and b"_" not in name:
            super().on_header(name, value)

    def count_line(self, size_bytes: int, *, line: int) -> None:
        self.line_bytes += size_bytes
        guards = self.guards
        if line > guards.line_bytes or self.line_bytes > guards.head_bytes:
            self.stop(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def on_headers_complete(self) -> None:
        self.disarm()
        self.in_head = False
        self.check_head()
        if len(self.pipeline) >= self.guards.pipelined:
            self.stop(HTTPStatus.BAD_REQUEST)
        super().on_headers_complete()
        if self.is_last and self.cycle is not None:
            self.cycle.keep_alive = False

    def check_head(self) -> None:
        """Refuse heads that two readers could understand in two ways."""
        found = dict.fromkeys(ONCE, 0)
        length = 0
        for name, value in self.headers:
            if name in found:
                found[name] += 1
                if name == b"content-length" and value.isdigit():
                    length = int(value[:20])
            elif name == b"transfer-encoding":
                length = max(length, 1)
        has_host = found[b"host"] == 1 or self.parser.get_http_version() == "1.0"
        if not has_host or any(count > 1 for count in found.values()):
            self.stop(HTTPStatus.BAD_REQUEST)
        if length > self.guards.body_bytes:
            self.stop(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if length:
            self.in_body = self.has_body = True
            self.arm(self.guards.body_s, self.body_late)

    def on_body(self, body: bytes) -> None:
        self.body_bytes += len(body)
        if self.body_bytes > self.guards.body_bytes:
            self.stop(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self.in_body = False
        self.disarm()
        super().on_message_complete()

    # Upgrade

    def upgrade(self, *, early: bytes) -> None:
        """Hand the connection over to a WebSocket, or go on as plain HTTP."""
        if not self._should_upgrade():
            # h2c and the like: the request is answered as it is, the last one here.
            self.cycle.keep_alive = False
            return
        busy = self.cycle is not None and not self.cycle.response_complete
        if self.is_last:
            self.refuse(HTTPStatus.SERVICE_UNAVAILABLE)
        elif busy or early or self.has_body:
            # A client must wait for the 101, and a handshake has no body.
            self.refuse(HTTPStatus.BAD_REQUEST)
        else:
            self.handle_websocket_upgrade()

    def handle_websocket_upgrade(self) -> None:
        self.disarm()
        self.connections.discard(self)
        socket = RaiWebSocket(self.config, self.server_state, self.app_state)
        self.transport.set_protocol(socket)
        socket.adopt(self)
        # A circle, cut here: the parser refers back to us.
        self.parser = None  # type: ignore[assignment]

    def shutdown(self) -> None:
        """Answer what is asked and nothing more; the server stops."""
        self.is_last = True
        answered = self.cycle is not None and self.cycle.response_complete
        if self.refused or (answered and not self.in_head):
            self.transport.close()
        elif self.cycle is not None and not answered:
            self.cycle.keep_alive = False
        else:
            # Accepted a moment ago: its request may be on the way, or half here.
            self.arm(self.guards.last_s, self.head_late)

    # Refusals

    def stop(self, status: HTTPStatus) -> NoReturn:
        """Stop the parser from inside one of its callbacks."""
        self.fault = status
        raise Refused

    def refuse(self, status: HTTPStatus) -> None:
        """Answer once, half-close, then read and forget until the peer goes."""
        self.refused = True
        self.disarm()
        cycle, mine = self.cycle, self.in_body
        if cycle is not None and not cycle.response_complete:
            cycle.disconnected = True
            cycle.message_event.set()
            if cycle.response_started or not mine:
                # Our answer would be taken for the one under way.
                reset(self.transport)
                return
        if self.transport.is_closing():
            return
        body = f"{status.value} {status.phrase}\n".encode()
        self.transport.write(
            b"HTTP/1.1 %d %s\r\nContent-Type: text/plain; charset=utf-8\r\n"
            b"Content-Length: %d\r\nConnection: close\r\n\r\n%s"
            % (status.value, status.phrase.encode(), len(body), body)
        )
        self.transport.write_eof()
        self.arm(self.guards.linger_s, self.drop)

    def forget(self, size_bytes: int) -> None:
        self.forgotten_bytes += size_bytes
        if self.forgotten_bytes > self.guards.linger_bytes:
            self.drop()

    def drop(self) -> None:
        """Close without a word."""
        reset(self.transport)

    def head_late(self) -> None:
        self.alarm = None
        if self.in_head:
            self.refuse(HTTPStatus.REQUEST_TIMEOUT)
        else:
            # Nothing was asked, so there is nothing to answer.
            self.transport.close()

    def body_late(self) -> None:
        self.alarm = None
        self.refuse(HTTPStatus.REQUEST_TIMEOUT)

    def arm(self, delay_s: float, call: Callable[[], None]) -> None:
        self.disarm()
        self.alarm = self.wheel.after(delay_s, call)

    def disarm(self) -> None:
        if self.alarm is not None:
            self.alarm.cancel()
            self.alarm = None
