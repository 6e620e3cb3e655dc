"""Bytes to frames and back, for ``rai.v1``. Everything above works on typed frames."""

from __future__ import annotations

import msgspec

from chat.core.errors import BadFrame, ChatError, UnknownType
from chat.core.frames import Change, ClientFrame, ServerFrame

_decoder: msgspec.json.Decoder[ClientFrame] = msgspec.json.Decoder(ClientFrame)
_encoder = msgspec.json.Encoder()


class _Envelope(msgspec.Struct):
    t: str = ""
    id: int = 0


_envelope = msgspec.json.Decoder(_Envelope)
_KNOWN = frozenset(
    # The tags of the union's own structs, so that the two cannot drift apart.
    struct.__struct_config__.tag
    for struct in ClientFrame.__args__
)


class Refused(Exception):
    """A frame that could not be read: the error to answer, and the id it carried."""

    def __init__(self, error: ChatError, frame_id: int) -> None:
        super().__init__(str(error))
        self.error = error
        self.frame_id = frame_id


def decode(data: bytes | str) -> ClientFrame:
    """
    Read one client frame.

    Raises:
        Refused: Not JSON, not a known frame, or a field of a wrong type or size.
    """
    try:
        return _decoder.decode(data)
    # Deep nesting of unknown keys ends as RecursionError, not as a decode error.
    except (ValueError, RecursionError) as error:
        raise _refusal(data, error) from None


def encode(frame: ServerFrame) -> bytes:
    """The frame as UTF-8 JSON."""
    return _encoder.encode(frame)


def encode_changes(changes: list[Change]) -> bytes:
    """Changes alone, for tests and tools that compare them."""
    return _encoder.encode(changes)


def _refusal(data: bytes | str, error: Exception) -> Refused:
    try:
        envelope = _envelope.decode(data)
    except (ValueError, RecursionError):
        return Refused(BadFrame(str(error)), 0)
    frame_id = envelope.id if 0 <= envelope.id <= 2**53 else 0
    if envelope.t and envelope.t not in _KNOWN:
        return Refused(UnknownType(envelope.t[:32]), frame_id)
    return Refused(BadFrame(str(error)), frame_id)
