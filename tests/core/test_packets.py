"""Framing: what every WebSocket client reads is what we put in."""

import pytest
from websockets.frames import Opcode
from websockets.protocol import CLIENT, Protocol

from chat.core.packets import Packet, text_frame

pytestmark = pytest.mark.pure


def read(wire: bytes) -> list[bytes]:
    """What a client of another making reads."""
    client = Protocol(CLIENT, max_size=None)
    client.receive_data(wire)
    frames = client.events_received()
    assert all(frame.opcode is Opcode.TEXT and frame.fin for frame in frames)  # type: ignore[union-attr]
    return [bytes(frame.data) for frame in frames]  # type: ignore[union-attr]


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65535, 65536, 70000])
def test_a_frame_of_any_length_arrives_whole(size: int) -> None:
    """The length has three spellings; each border is a chance to be wrong."""
    payload = b"x" * size

    assert read(text_frame(payload)) == [payload]


def test_a_packet_of_many_messages_is_read_one_by_one_in_order() -> None:
    packet = Packet(b"um", b"dois" * 100, "três".encode())

    assert read(packet.wire) == list(packet.payloads)
    assert len(packet) == len(packet.wire)


def test_a_packet_of_nothing_writes_nothing() -> None:
    assert Packet().wire == b""
