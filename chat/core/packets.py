"""
Text ready for a socket: the payloads, and the same as joined WebSocket frames.

Framing here is RFC 6455 section 5.2 for unmasked, final text frames: what a server
sends. It is built once and written to every socket of a room as it is.
"""

from __future__ import annotations


class Packet:
    """One or more text messages for one socket, in order."""

    __slots__ = ("payloads", "wire")

    def __init__(self, *payloads: bytes) -> None:
        self.payloads = payloads
        self.wire = b"".join([text_frame(payload) for payload in payloads])

    def __len__(self) -> int:
        return len(self.wire)


def text_frame(payload: bytes) -> bytes:
    """The payload (UTF-8) as one final, unmasked text frame."""
    size = len(payload)
    if size < 126:
        head = bytes((0x81, size))
    elif size < 65536:
        head = b"\x81\x7e" + size.to_bytes(2, "big")
    else:
        head = b"\x81\x7f" + size.to_bytes(8, "big")
    return head + payload
