"""Bytes nobody meant: no traceback, no hang, no harm to the next peer."""

import random
from collections.abc import Iterator

import pytest

from tests.realtime.serving import (
    BINARY,
    CONT,
    PING,
    Peer,
    Running,
    close_frame,
    frame,
    house,
    serving,
)

ROUNDS = 60


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with serving(house) as it:
        yield it


@pytest.fixture
def running(server: Running) -> Running:
    return server.forget()


def spoil(chance: random.Random, data: bytes) -> bytes:
    """Change, drop, double and cut some bytes."""
    spoilt = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(spoilt))
        match chance.randrange(4):
            case 0:
                spoilt[at] = chance.randrange(256)
            case 1:
                del spoilt[at : at + chance.randint(1, 4)]
            case 2:
                spoilt[at:at] = spoilt[at : at + chance.randint(1, 8)]
            case _:
                spoilt[at:at] = chance.randbytes(chance.randint(1, 4))
        spoilt = spoilt or bytearray(b"\x00")
    return bytes(spoilt)


def say(peer: Peer, chance: random.Random, data: bytes) -> None:
    """Send in pieces, end the sending, and hear the server out."""
    try:
        while data:
            cut = chance.randint(1, len(data))
            peer.send(data[:cut])
            data = data[cut:]
        peer.sock.shutdown(1)
    except OSError:
        return
    assert peer.gone()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("path", ["/echo", "/asgi"])
def test_noise_on_a_socket(
    running: Running, path: str, seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    chance = random.Random(f"socket {path} {seed}")
    talk = (
        frame("olá".encode())
        + frame(b"a", fin=False)
        + frame(b"", PING)
        + frame(b"b" * 200, CONT)
        + frame(b"\x00\x01", BINARY)
        + close_frame(1000, b"bye")
    )
    for _ in range(ROUNDS):
        with running.peer().join(path) as peer:
            say(peer, chance, spoil(chance, talk))
    with running.peer().join(path) as peer:
        assert peer.echo() == b"oi"

    assert not [record for record in caplog.records if record.exc_info]


@pytest.mark.parametrize("seed", range(4))
def test_noise_in_a_head(
    running: Running, seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    chance = random.Random(f"head {seed}")
    for _ in range(ROUNDS):
        with running.peer() as peer:
            kinds = (
                peer.get(),
                peer.head("/echo"),
                b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                b"3\r\nabc\r\n0\r\nX: y\r\n\r\n",
            )
            say(peer, chance, spoil(chance, chance.choice(kinds)))
    with running.peer() as peer:
        peer.send(peer.get())
        assert peer.response()[0] == 200

    # A path that noise invented is the application's business.
    ours = [r for r in caplog.records if r.exc_info and "ASGI" not in r.message]
    assert not ours
