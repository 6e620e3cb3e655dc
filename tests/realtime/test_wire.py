"""Attacks by frames, and the plain way of ASGI that stays open beside the short one."""

import inspect
import re
import time
from collections.abc import Iterator

import pytest
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import (
    WebSocketsSansIOProtocol,
)
from websockets.protocol import OPEN
from websockets.server import ServerProtocol
from websockets.version import version as websockets_version

from realtime.ending import MortalSocket
from realtime.guards import Guards
from realtime.wire import RaiWebSocket
from tests.realtime.serving import (
    BINARY,
    CLOSE,
    CONT,
    PING,
    PONG,
    TEXT,
    WAIT_S,
    Running,
    close_frame,
    frame,
    house,
    serving,
)

# A second client never waits longer, whatever the first one sends.
NEIGHBOUR_S = 0.5

SOURCE_OF_INIT = inspect.getsource(WebSocketsSansIOProtocol.__init__)


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with serving(house) as it:
        yield it


@pytest.fixture
def running(server: Running) -> Running:
    return server.forget()


@pytest.fixture(scope="module")
def unlimited() -> Iterator[Running]:
    """LIMITS=off."""
    with serving(house, guards=Guards(frames=None)) as it:
        yield it


@pytest.mark.parametrize("path", ["/echo", "/asgi"])
@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535])
def test_a_text_comes_back(running: Running, path: str, size: int) -> None:
    with running.peer().join(path) as peer:
        assert peer.echo(b"x" * size) == b"x" * size


@pytest.mark.parametrize("path", ["/echo", "/asgi"])
def test_a_frame_torn_at_each_byte_is_read(running: Running, path: str) -> None:
    text = "olá".encode() * 32  # Long enough for a size of two bytes.
    whole = frame(text)
    with running.peer().join(path) as peer:
        for cut in range(1, len(whole)):
            peer.send(whole[:cut])
            peer.send(whole[cut:])

            assert peer.read() == (TEXT, text)


@pytest.mark.parametrize("path", ["/echo", "/asgi"])
def test_fragments_make_one_message_around_a_ping(running: Running, path: str) -> None:
    with running.peer().join(path) as peer:
        peer.send(frame(b"a", fin=False) + frame(b"?", PING))
        peer.send(frame(b"b", CONT, fin=False) + frame(b"c", CONT))

        assert {peer.read(), peer.read()} == {(PONG, b"?"), (TEXT, b"abc")}


def test_many_texts_in_one_packet_all_arrive_in_order(running: Running) -> None:
    with running.peer().join() as peer:
        peer.send(b"".join(frame(b"%d" % i) for i in range(150)))

        assert [peer.read()[1] for _ in range(150)] == [b"%d" % i for i in range(150)]


def parts(first: int, *sizes: int) -> bytes:
    """Return a message in fragments, never finished."""
    return frame(b"x" * first, fin=False) + b"".join(
        frame(b"x" * size, CONT, fin=False) for size in sizes
    )


MALFORMED = {
    "unmasked": (frame(b"oi", masked=False), 1002),
    "rsv1": (frame(b"oi", rsv=4), 1002),
    "rsv2": (frame(b"oi", rsv=2), 1002),
    "rsv3": (frame(b"oi", rsv=1), 1002),
    "opcode 3": (frame(b"oi", 3), 1002),
    "opcode 7": (frame(b"oi", 7), 1002),
    "opcode 11": (frame(b"oi", 11), 1002),
    "opcode 15": (frame(b"oi", 15), 1002),
    "torn ping": (frame(b"", PING, fin=False), 1002),
    "torn close": (frame(b"", CLOSE, fin=False), 1002),
    "long ping": (frame(b"x" * 126, PING), 1002),
    "long pong": (frame(b"x" * 126, PONG), 1002),
    "long close": (frame(b"\x03\xe8" + b"x" * 124, CLOSE), 1002),
    "continues nothing": (frame(b"x", CONT), 1002),
    "text inside a text": (frame(b"x", fin=False) + frame(b"y"), 1002),
    "binary inside a text": (frame(b"x", fin=False) + frame(b"y", BINARY), 1002),
    "close inside a text": (frame(b"x", fin=False) + close_frame(1000), 1002),
    "close of one byte": (frame(b"x", CLOSE), 1002),
    "close code 0": (close_frame(0), 1002),
    "close code 999": (close_frame(999), 1002),
    "close code 1004": (close_frame(1004), 1002),
    "close code 1005": (close_frame(1005), 1002),
    "close code 1006": (close_frame(1006), 1002),
    "close code 1015": (close_frame(1015), 1002),
    "close code 5000": (close_frame(5000), 1002),
    "close reason not UTF-8": (close_frame(1000, b"\xff"), 1007),
    "too big": (frame(b"x" * 65_537), 1009),
    "too big by its word": (frame(claim=65_537), 1009),
    "2^32 by its word": (frame(claim=2**32), 1009),
    "2^63 - 1 by its word": (frame(claim=2**63 - 1), 1009),
    "2^64 - 1 by its word": (frame(claim=2**64 - 1), 1009),
    "binary too big": (frame(b"x" * 65_537, BINARY), 1009),
    "fragments too big": (parts(40_000, 25_537), 1009),
    "17 fragments": (parts(1, *[1] * 16), 1009),
    "17 empty fragments": (parts(0, *[0] * 16), 1009),
    "201 texts": (frame(b"x") * 201, 1008),
    "201 pings": (frame(b"", PING) * 201, 1008),
    "201 pongs": (frame(b"", PONG) * 201, 1008),
    "201 empty texts": (frame(b"") * 201, 1008),
}


@pytest.mark.parametrize("path", ["/echo", "/asgi"])
@pytest.mark.parametrize("kind", MALFORMED)
def test_a_malformed_frame_gets_its_exact_code(
    running: Running, path: str, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    """No reset overtakes the close frame, and no task ends with a traceback."""
    attack, code = MALFORMED[kind]
    with running.peer().join(path) as peer:
        peer.send(attack)

        assert peer.closed()[0] == code
        assert peer.gone()
    assert running.next() is not None
    assert not [record for record in caplog.records if record.exc_info]


def test_text_that_is_not_utf8_closes_the_plain_way(running: Running) -> None:
    with running.peer().join("/asgi") as peer:
        peer.send(frame(b"\xff\xfe"))

        assert peer.closed()[0] == 1007


def test_text_that_is_not_utf8_is_handed_over_as_it_came(running: Running) -> None:
    """The decoder of the application refuses it, in its own words."""
    with running.peer().join("/echo") as peer:
        assert peer.echo(b"\xff\xfe") == b"\xff\xfe"


def test_two_hundred_frames_pass(running: Running) -> None:
    with running.peer().join() as peer:
        peer.send(frame(b"x") * 200)

        assert [peer.read() for _ in range(200)] == [(TEXT, b"x")] * 200


def test_sixteen_fragments_pass(running: Running) -> None:
    with running.peer().join() as peer:
        peer.send(parts(1, *[1] * 14) + frame(b"!", CONT))

        assert peer.read() == (TEXT, b"x" * 15 + b"!")


def test_the_rate_is_forgotten_when_its_window_ends() -> None:
    with (
        serving(house, guards=Guards(frames=3, frames_window_s=0.05)) as running,
        running.peer().join() as peer,
    ):
        for _ in range(3):
            assert [peer.echo() for _ in range(3)] == [b"oi"] * 3
            running.do(time.sleep, 0.06)


@pytest.mark.parametrize(
    "attack",
    [
        frame(b"", fin=False) + frame(b"", CONT, fin=False) * 400_000,
        frame(b"", PING) * 400_000,
        frame(b"", PONG) * 400_000,
        frame(b"") * 400_000,
    ],
    ids=["fragments", "pings", "pongs", "texts"],
)
def test_s23_a_burst_of_empty_frames_holds_nobody_up(
    running: Running, attack: bytes
) -> None:
    """2.4 MB of them froze the process for 7 s."""
    with running.peer().join() as peer, running.peer().join() as neighbour:
        start = time.monotonic()
        peer.send(attack)
        assert neighbour.echo() == b"oi"
        waited_s = time.monotonic() - start

        assert peer.closed()[0] in (1008, 1009)
        assert waited_s < NEIGHBOUR_S


def test_without_limits_many_frames_pass(unlimited: Running) -> None:
    with unlimited.forget().peer().join() as peer:
        for _ in range(10):
            peer.send(frame(b"x") * 200)
            assert [peer.read() for _ in range(200)] == [(TEXT, b"x")] * 200


def test_without_limits_fragments_are_still_counted(unlimited: Running) -> None:
    with unlimited.forget().peer().join() as peer:
        peer.send(frame(b"", fin=False) + frame(b"", CONT, fin=False) * 400_000)

        assert peer.closed()[0] == 1009


def test_pongs_for_a_peer_that_reads_none_are_bounded(unlimited: Running) -> None:
    """Without a cap 407,000 pings left 44 MB in the process."""
    with unlimited.forget().peer(receive_buffer=4096).join() as peer:
        with pytest.raises(ConnectionError):
            peer.send(frame(b"x" * 125, PING) * 100_000)

        assert unlimited.next() == 1006


def test_binary_goes_to_the_queue_beside_the_callback(running: Running) -> None:
    with running.peer().join("/echo") as peer:
        peer.send(frame(b"\x00\x01", BINARY) + frame(b"\x02", BINARY))

        assert running.next() == b"\x00\x01"
        assert running.next() == b"\x02"
        assert peer.echo() == b"oi"


def test_the_plain_way_carries_binary(running: Running) -> None:
    with running.peer().join("/asgi") as peer:
        peer.send(frame(b"\x00\xff", BINARY))

        assert peer.read() == (BINARY, b"\x00\xff")


def test_the_plain_way_pushes_back(running: Running) -> None:
    """An application that receives nothing is not buried: reading stops."""
    with running.peer().join("/mute") as peer:
        wake = running.next()
        peer.sock.settimeout(0.3)
        with pytest.raises(TimeoutError):
            peer.send(frame(b"x" * 60_000) * 190)
        peer.sock.settimeout(WAIT_S)
        running.do(wake.set)

        assert running.next() == "x" * 60_000


def test_an_application_may_refuse_with_a_page(running: Running) -> None:
    with running.peer() as peer:
        peer.send(peer.head("/deny"))

        assert peer.response() == (429, b"later")
        assert peer.gone()


def test_an_application_may_refuse_without_one(running: Running) -> None:
    with running.peer() as peer:
        peer.send(peer.head("/refuse"))

        assert peer.response()[0] == 403
        assert peer.gone()


def test_a_crash_closes_with_1011(running: Running) -> None:
    with running.peer().join("/crash") as peer:
        assert peer.closed()[0] == 1011
        peer.send(close_frame(1011))
        assert peer.gone()


def test_a_crash_before_the_handshake_is_a_500(running: Running) -> None:
    with running.peer() as peer:
        peer.send(peer.head("/no-such-room"))

        assert peer.response()[0] == 500
        assert peer.gone()


def test_an_application_that_leaves_closes(running: Running) -> None:
    with running.peer().join("/leave") as peer:
        assert peer.closed()[0] == 1000


def test_no_compression_is_agreed_on(running: Running) -> None:
    """It costs memory for each socket, and leaks secrets by length (R-34)."""
    with running.peer() as peer:
        offer = peer.head(Sec_WebSocket_Extensions="permessage-deflate")
        peer.send(offer)
        assert peer.response()[0] == 101

        peer.send(frame(b"oi", rsv=4))
        assert peer.closed()[0] == 1002


def test_a_peer_that_closes_hears_its_own_code(running: Running) -> None:
    with running.peer().join() as peer:
        peer.send(close_frame(4321, b"bye"))

        assert peer.closed() == (4321, b"bye")
        assert peer.gone()
        assert running.next() == 4321


def test_uvicorn_still_has_what_we_stand_on() -> None:
    """We use its private surface: an upgrade must be read, not hoped for."""
    assert uvicorn.__version__.startswith("0.54.")
    assert websockets_version.startswith("17.")
    # Our __init__ takes the place of its own.
    made = set(re.findall(r"self\.(\w+)[:,]? ?", SOURCE_OF_INIT))
    timers = {
        "close_timer", "close_timeout", "last_ping_rtt", "pending_ping_payload",
        "ping_interval", "ping_sent_at", "ping_timeout", "ping_timer", "pong_timer",
    }  # fmt: skip
    assert made - timers <= set(MortalSocket.__slots__)
    for name in (
        "handle_connect", "handle_close", "handle_parser_exception", "run_asgi",
        "send_receive_event_to_app", "send_500_response", "start_keepalive",
        "stop_keepalive", "shutdown", "pause_writing", "resume_writing", "receive",
    ):  # fmt: skip
        assert callable(getattr(WebSocketsSansIOProtocol, name)), name
    for name in (
        "handle_websocket_upgrade", "_should_upgrade", "_unset_keepalive_if_required",
        "on_message_begin", "on_url", "on_header", "on_headers_complete", "on_body",
        "on_message_complete", "timeout_keep_alive_handler",
    ):  # fmt: skip
        assert callable(getattr(HttpToolsProtocol, name)), name
    conn = ServerProtocol(state=OPEN)
    for name in ("events", "writes", "parser", "parser_exc", "close_rcvd"):
        assert hasattr(conn, name), name


def test_an_open_socket_keeps_little(running: Running) -> None:
    """Nothing of the handshake stays, and no attribute outside the slots."""
    with running.peer().join():
        socket = next(
            found
            for found in running.server.server_state.connections
            if isinstance(found, RaiWebSocket)
        )

        assert vars(socket) == {}
        assert not hasattr(socket, "scope")
