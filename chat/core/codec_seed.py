"""The tutorial's wire, for ever: ``{"mensagem": "..."}`` both ways, nothing else."""

from __future__ import annotations

import msgspec


class _Seed(msgspec.Struct):
    mensagem: str


_decoder = msgspec.json.Decoder(_Seed)
_encoder = msgspec.json.Encoder()


def decode(data: bytes | str) -> str | None:
    """The text of a frame; None for anything that is not one (it is ignored)."""
    try:
        return _decoder.decode(data).mensagem
    except (ValueError, RecursionError):
        return None


def encode(body: str) -> bytes:
    """The frame as UTF-8 JSON, spelled as the tutorial's server spells it."""
    return b'{"mensagem": ' + _encoder.encode(body) + b"}"
