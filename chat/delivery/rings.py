"""
What travels over the doorbell, signed.

Whoever reaches Redis must not be able to write chat: each ring carries a BLAKE2b-128
of its bytes under a key derived from SECRET_KEY, and one that does not verify is
dropped. Kinds come from the fixed union below, never from the message.
"""

from __future__ import annotations

import hashlib
import hmac

import msgspec
from msgspec import Struct

from chat.core.frames import By, Change

SIGNATURE_BYTES = 16


class Committed(Struct, frozen=True, tag="c", array_like=True):
    """A commit with its changes, small enough to travel along."""

    room: int
    pv: int
    ptok: str
    v: int
    tok: str
    seq: int
    changes: list[Change]


class Moved(Struct, frozen=True, tag="m", array_like=True):
    """A room has reached this version; read the log."""

    room: int
    v: int


class Born(Struct, frozen=True, tag="b", array_like=True):
    """The room of this name exists now."""

    slug: str
    room: int


class Types(Struct, frozen=True, tag="t", array_like=True):
    """Somebody is typing."""

    room: int
    by: By


class Heartbeat(Struct, frozen=True, tag="h", array_like=True):
    """A process hears itself: the bell works. ``token`` says which ring came back."""

    token: int


Ring = Committed | Moved | Born | Types | Heartbeat

_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[Ring] = msgspec.msgpack.Decoder(Ring)


class Signer:
    """Seals rings and opens sealed ones."""

    def __init__(self, secret_key: str) -> None:
        self._key = hashlib.blake2b(
            secret_key.encode(), person=b"rai.bell", digest_size=32
        ).digest()

    def seal(self, ring: Ring) -> bytes:
        """The ring's bytes with their signature in front."""
        body = _encoder.encode(ring)
        return self._sign(body) + body

    def open(self, sealed: object) -> Ring | None:
        """The ring, or None where it is not one of ours."""
        if not isinstance(sealed, bytes) or len(sealed) <= SIGNATURE_BYTES:
            return None
        signature, body = sealed[:SIGNATURE_BYTES], sealed[SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._sign(body)):
            return None
        try:
            return _decoder.decode(body)
        except (msgspec.MsgspecError, RecursionError):
            return None

    def _sign(self, body: bytes) -> bytes:
        return hashlib.blake2b(
            body, key=self._key, digest_size=SIGNATURE_BYTES
        ).digest()
