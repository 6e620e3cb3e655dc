"""The ASGI extension `rai.transport`: a socket without queues, tasks or awaits."""

from collections.abc import Callable
from typing import Protocol

EXTENSION = "rai.transport"


class Socket(Protocol):
    """What the extension asks of the protocol behind it."""

    on_pause: Callable[[], None] | None
    on_resume: Callable[[], None] | None

    def take(self, on_text: Callable[[bytes], None]) -> None:
        """Hand text messages to `on_text`."""

    def hold(self, *, reading: bool) -> None:
        """Stop or go on reading."""

    def buffered(self) -> int:
        """Return the size of the write buffer in bytes."""

    def abort(self) -> None:
        """Free the peer now."""


class RaiTransport:
    """
    What the app finds in `scope["extensions"]["rai.transport"]`.

    Methods are called in the loop's thread; they never raise and never wait, and
    after the end of the connection they do nothing.
    """

    __slots__ = ("_send", "_socket")

    def __init__(self, socket: Socket) -> None:
        self._socket: Socket | None = socket
        # None while nothing may be written: no 101 yet, closing, lost.
        self._send: Callable[[bytes], object] | None = None

    def write(self, frame: bytes) -> None:
        """Write framed bytes: one frame or several joined, unmasked."""
        if self._send is not None:
            self._send(frame)

    def take(self, on_text: Callable[[bytes], None]) -> None:
        """
        Hand whole text messages to `on_text` from now on, as bytes not yet UTF-8
        checked, and those already queued at once. Binary ones stay receive events.

        `on_text` must not raise: if it does, the socket is closed with 1011.
        """
        if self._socket is not None:
            self._socket.take(on_text)

    def watch(
        self, on_pause: Callable[[], None], on_resume: Callable[[], None]
    ) -> None:
        """
        Call back when the write buffer passes its high and then its low water mark.

        `on_pause` may be called from inside `write`.
        """
        if self._socket is not None:
            self._socket.on_pause, self._socket.on_resume = on_pause, on_resume

    def buffered(self) -> int:
        """Return how many bytes wait in the write buffer."""
        return 0 if self._socket is None else self._socket.buffered()

    def pause(self) -> None:
        """Stop reading from the peer: its own kernel pushes back."""
        if self._socket is not None:
            self._socket.hold(reading=False)

    def resume(self) -> None:
        """Read on after `pause`."""
        if self._socket is not None:
            self._socket.hold(reading=True)

    def abort(self) -> None:
        """Free the peer now, with a reset; what is buffered is lost."""
        if self._socket is not None:
            self._socket.abort()


def set_send(link: RaiTransport, send: Callable[[bytes], object] | None) -> None:
    """Let `link` write through `send`, or not at all. For the protocol alone."""
    link._send = send


def cut(link: RaiTransport) -> None:
    """Part `link` from its socket, which is gone. For the protocol alone."""
    link._socket = link._send = None
