"""The end of a WebSocket: silence, refusals, closing, and peers that do not read."""

import asyncio
import logging
import random
from collections.abc import Callable
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import (
    WebSocketsSansIOProtocol,
)
from uvicorn.server import ServerState
from websockets.exceptions import InvalidState
from websockets.frames import CloseCode, Frame

from realtime.guards import Alarm, guards_of, reset, wheel_of
from realtime.inbox import Gate, Inbox
from realtime.link import RaiTransport, cut, set_send

log = logging.getLogger(__name__)

PING = b"\x89\x00"
NO_PONG = 4002


class MortalSocket(WebSocketsSansIOProtocol):
    """
    A WebSocket that always ends.

    A plain close waits for a buffer that a peer which does not read never drains. So
    whatever starts the end also arms a deadline, and that aborts. One alarm serves
    all deadlines: ping, pong, progress, close.
    """

    # All that uvicorn and we keep, without a dict of 1.5 KiB.
    __slots__ = (
        "alarm", "app", "app_state", "asgi_version", "client", "close_sent", "config",
        "conn", "connections", "curr_msg_data_type", "deaf", "default_headers",
        "disconnected", "forgotten_bytes", "frames", "guards", "handshake_complete",
        "handshake_initiated", "heard", "initial_response", "link", "logger", "loop",
        "on_pause", "on_resume", "on_text", "owed_bytes", "queue", "read_paused",
        "request", "response", "root_path", "scheme", "scope", "server", "tasks",
        "transport", "wheel", "writable",
    )  # fmt: skip

    link: RaiTransport

    def __init__(
        self, config: Config, state: ServerState, app_state: dict[str, Any]
    ) -> None:
        # All that uvicorn sets, but for its timers, without its queue and its event.
        loop = asyncio.get_running_loop()
        self.config, self.app, self.loop = config, config.loaded_app, loop
        self.logger = logging.getLogger("uvicorn.error")
        self.root_path, self.asgi_version = config.root_path, config.asgi_version
        self.app_state = app_state
        self.connections, self.tasks = state.connections, state.tasks
        self.default_headers = state.default_headers
        self.queue = Inbox(loop)  # type: ignore[assignment]
        self.writable = Gate(loop)  # type: ignore[assignment]
        self.handshake_initiated = self.handshake_complete = False
        self.close_sent = self.disconnected = self.read_paused = False
        self.initial_response = None
        self.frames = []
        self.curr_msg_data_type = "bytes"

        self.guards = guards_of(config)
        self.wheel = wheel_of(state, loop)
        self.alarm: Alarm | None = None
        self.on_text: Callable[[bytes], None] | None = None
        self.on_pause: Callable[[], None] | None = None
        self.on_resume: Callable[[], None] | None = None
        # Refused, closed or gone: what the peer still says is read and forgotten.
        self.deaf = False
        self.forgotten_bytes = 0
        # A frame came since the last ping.
        self.heard = False
        # What the write buffer would hold if the peer had taken nothing since.
        self.owed_bytes = 0

    def arm(self, delay_s: float, call: Callable[[], None]) -> None:
        """Set the one deadline of this connection, in place of the one before."""
        if self.alarm is not None:
            self.alarm.cancel()
        self.alarm = None if self.disconnected else self.wheel.after(delay_s, call)

    # Writing

    def write(self, data: bytes) -> None:
        """Write; abort a peer whose backlog passes the cap."""
        self.transport.write(data)
        self.owed_bytes += len(data)
        if not self.writable.is_set() and self.buffered() > self.guards.buffer_max:
            self.abort()

    def flush(self) -> None:
        """Write what the parser wants said: pongs and close frames."""
        self.write(b"".join(self.conn.data_to_send()))

    def buffered(self) -> int:
        """Return the size of the write buffer in bytes."""
        return 0 if self.disconnected else self.transport.get_write_buffer_size()

    def pause_writing(self) -> None:
        """Tell the app to lag this peer, and watch whether it takes anything."""
        super().pause_writing()
        if self.close_sent or self.disconnected:
            return
        # From here on each write looks at the cap; before, none had to.
        set_send(self.link, self.write)
        self.owed_bytes = self.buffered()
        self.arm(self.guards.progress_s, self._check_progress)
        if self.on_pause is not None:
            self.on_pause()

    def resume_writing(self) -> None:
        """Tell the app that the peer has caught up with its buffer."""
        super().resume_writing()
        if self.close_sent or self.disconnected:
            return
        set_send(self.link, self.transport.write)
        self._ping_later()
        if self.on_resume is not None:
            self.on_resume()

    def _check_progress(self) -> None:
        if self.buffered() >= self.owed_bytes:
            log.info("peer took nothing for %.0f s, aborted", self.guards.progress_s)
            self.abort()
        else:
            self.owed_bytes = self.buffered()
            self.arm(self.guards.progress_s, self._check_progress)

    # Signs of life

    def start_keepalive(self) -> None:
        """Let the app write and start to ping: the 101 has left."""
        # Of the handshake only the app keeps what it wants.
        del self.request, self.response, self.scope
        set_send(self.link, self.transport.write)
        self._ping_later(self.guards.ping_s)

    def stop_keepalive(self) -> None:
        """Do nothing: whatever comes next takes the alarm."""

    def _ping_later(self, delay_s: float = 0.0) -> None:
        # No secret: it keeps thousands of sockets from pinging in the same moment.
        jitter_s = random.random() * self.guards.ping_jitter_s  # noqa: S311
        self.arm(delay_s + jitter_s, self._ping)

    def _ping(self) -> None:
        self.heard = False
        self.owed_bytes = self.buffered()
        self.arm(self.guards.pong_s, self._check_pong)
        self.write(PING)

    def _check_pong(self) -> None:
        """Go on if the peer sent any frame, or took bytes queued before our ping."""
        if self.heard or not self.transport.is_reading():
            # While we do not read, its silence is ours.
            self._ping_later()
        elif 0 < self.buffered() < self.owed_bytes:
            self.owed_bytes = self.buffered()
            self.arm(self.guards.pong_s, self._check_pong)
        else:
            self.fail(NO_PONG, "no pong")

    # Closing

    def close(self, code: int, reason: str) -> bool:
        """Close, giving the peer `close_s` to answer. False if already closing."""
        try:
            self.conn.send_close(code, reason)
        except InvalidState:
            return False
        self._tell_app(code, reason)
        self._last_words()
        # The peer's answer must be heard, whoever stopped reading.
        self.read_paused = False
        self.transport.resume_reading()
        self.arm(self.guards.close_s, self.abort)
        return True

    def end(self) -> None:
        """Close the transport once its buffer is empty, or at the deadline."""
        self.transport.close()
        self.arm(self.guards.close_s, self.abort)

    def handle_close(self, event: Frame) -> None:
        """End what the peer has closed, or has agreed to close."""
        close = self.conn.close_rcvd
        if not self.close_sent and close is not None:
            self._tell_app(close.code, close.reason)
            self._last_words()
        self.deaf = True
        self.end()

    def handle_parser_exception(self) -> None:
        """Refuse what the parser could not read; it has framed the reason already."""
        close = self.conn.close_sent
        assert close is not None
        self._refuse(close.code, close.reason)

    def fail(self, code: int, reason: str) -> None:
        """End a connection that broke a rule."""
        self.conn.fail(code, reason)
        self._refuse(code, reason)

    def _refuse(self, code: int, reason: str) -> None:
        if not self.close_sent:
            self._tell_app(code, reason)
        self._last_words()
        self.deaf = True
        self.frames = []
        if not self.transport.is_closing():
            # Half-closed and still reading: a reset would overtake our close frame.
            self.transport.write_eof()
            self.transport.resume_reading()
            self.arm(self.guards.linger_s, self.abort)

    def forget(self, size_bytes: int) -> None:
        """Count bytes of a peer nobody listens to any more."""
        self.forgotten_bytes += size_bytes
        if self.forgotten_bytes > self.guards.linger_bytes:
            self.abort()

    def _last_words(self) -> None:
        self.close_sent = True
        set_send(self.link, None)
        self.flush()

    def _tell_app(self, code: int, reason: str) -> None:
        self.queue.put_nowait(
            {"type": "websocket.disconnect", "code": code, "reason": reason}
        )

    def abort(self) -> None:
        """Free the peer now, with a reset."""
        self.deaf = True
        set_send(self.link, None)
        if not self.disconnected:
            reset(self.transport)

    def shutdown(self) -> None:
        """Close for a server that stops."""
        if self.close_sent or self.disconnected:
            return
        if not self.handshake_complete:
            self.send_500_response()
            self.end()
        elif not self.close(CloseCode.SERVICE_RESTART, ""):
            self.end()

    def eof_received(self) -> None:
        """Give the transport, which closes itself now, a deadline for its buffer."""
        set_send(self.link, None)
        self.arm(self.guards.close_s, self.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the app, and cut every circle: the collector comes rarely."""
        if not self.close_sent:
            self._tell_app(CloseCode.ABNORMAL_CLOSURE, "")
        self.disconnected = self.deaf = self.handshake_complete = True
        if self.alarm is not None:
            self.alarm.cancel()
            self.alarm = None
        cut(self.link)
        self.conn.parser.close()
        self.on_text = self.on_pause = self.on_resume = None
        self.connections.discard(self)
        # Whoever waits to write learns now that nobody reads.
        self.writable.set()
