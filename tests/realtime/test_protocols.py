"""Attacks on the head and the body of a request, which no application ever sees."""

from collections.abc import Iterator

import pytest

from realtime.guards import Guards
from tests.realtime.serving import (
    Peer,
    Running,
    close_frame,
    frame,
    house,
    serving,
)

HURRIED = Guards(head_s=0.3, body_s=0.3, linger_s=0.3)


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with serving(house) as it:
        yield it


@pytest.fixture
def running(server: Running) -> Running:
    return server.forget()


@pytest.fixture(scope="module")
def hurried() -> Iterator[Running]:
    with serving(house, guards=HURRIED) as it:
        yield it


def test_a_page_is_served_and_the_connection_kept(running: Running) -> None:
    with running.peer() as peer:
        for _ in range(3):
            peer.send(peer.get())

            assert peer.response()[0] == 200


def test_a_head_torn_at_each_byte_is_read(running: Running) -> None:
    with running.peer() as peer:
        for byte in peer.get("/torn?q=1", "Cookie: a=b\r\n"):
            peer.send(bytes((byte,)))

        assert peer.response()[0] == 200


def test_a_handshake_torn_at_each_byte_is_read(running: Running) -> None:
    with running.peer() as peer:
        for byte in peer.head():
            peer.send(bytes((byte,)))

        assert peer.response()[0] == 101
        assert peer.echo(b"oi") == b"oi"


def oversized(kind: str) -> str:
    return {
        "one line": "X: " + "y" * 8000 + "\r\n",
        "many lines": "".join(f"X{i}: y\r\n" for i in range(64)),
        "many bytes": "".join(f"X{i}: {'y' * 4000}\r\n" for i in range(5)),
        "cookie": "Cookie: " + "y" * 10_000 + "\r\n",
    }[kind]


@pytest.mark.parametrize("kind", ["one line", "many lines", "many bytes", "cookie"])
def test_s23_a_large_head_is_answered(running: Running, kind: str) -> None:
    with running.peer() as peer:
        peer.send(peer.get("/", oversized(kind)))

        assert peer.response()[0] == 431
        assert peer.gone()


@pytest.mark.parametrize("kind", ["one line", "many lines", "many bytes", "cookie"])
def test_s23_a_large_handshake_is_answered(running: Running, kind: str) -> None:
    """The parser of websockets leaves it without answer and leaks the socket."""
    with running.peer() as peer:
        peer.send(peer.head()[:-2] + oversized(kind).encode() + b"\r\n")

        assert peer.response()[0] == 431
        assert peer.gone()


@pytest.mark.parametrize("path", ["/" + "x" * 8001, "/?" + "x" * 8001])
def test_a_long_path_is_answered(running: Running, path: str) -> None:
    with running.peer() as peer:
        peer.send(peer.head(path))

        assert peer.response()[0] == 431
        assert peer.gone()


def test_a_head_that_never_ends_is_answered(running: Running) -> None:
    """One header without its end, kept by the parser byte for byte."""
    with running.peer() as peer:
        peer.send(peer.get()[:-2] + b"X: " + b"y" * 20_000)

        assert peer.response()[0] == 431
        assert peer.gone()


def test_the_largest_heads_pass(running: Running) -> None:
    with running.peer() as peer:
        lines = "".join(f"X{i}: {'y' * 7900}\r\n" for i in range(2))
        peer.send(peer.get("/", lines))

        assert peer.response()[0] == 200


def test_s23_half_a_head_is_given_up(hurried: Running) -> None:
    with hurried.peer() as peer:
        peer.send(b"GET / HTTP/1.1\r\nHost: x\r\n")

        assert peer.response()[0] == 408
        assert peer.gone()


def test_s23_a_head_dripped_byte_by_byte_is_given_up(hurried: Running) -> None:
    """A deadline that each byte put off would never come."""
    with hurried.peer() as peer:
        peer.sock.settimeout(0.05)
        answer = b""
        for byte in peer.get() * 20:
            peer.send(bytes((byte,)))
            try:
                answer = peer.sock.recv(100)
            except TimeoutError:
                continue
            break

        assert answer.startswith(b"HTTP/1.1 408")


def test_a_connection_that_asks_nothing_is_closed(hurried: Running) -> None:
    with hurried.peer() as peer:
        assert peer.gone()
        assert peer.rest == b""


def test_a_lone_crlf_after_an_answer_holds_no_connection(hurried: Running) -> None:
    """It ends the idle timeout and begins no request: nothing would ever close it."""
    with hurried.peer() as peer:
        peer.send(peer.get())
        assert peer.response()[0] == 200
        peer.send(b"\r\n")

        assert peer.gone()


@pytest.mark.parametrize(
    "extra",
    [
        "Host: other\r\n",
        "Origin: http://a\r\nOrigin: http://b\r\n",
        "Content-Length: 3\r\nContent-Length: 4\r\n",
        "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: 3x\r\n",
        "Bad Name: x\r\n",
        "X: a\x00b\r\n",
        ": x\r\n",
    ],
)
def test_a_head_of_two_meanings_is_refused(running: Running, extra: str) -> None:
    with running.peer() as peer:
        peer.send(peer.get("/", extra))

        assert peer.response()[0] == 400
        assert peer.gone()


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET http:// HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET \xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
        b"CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
def test_what_is_no_request_is_refused(running: Running, head: bytes) -> None:
    with running.peer() as peer:
        peer.send(head)

        assert peer.response()[0] == 400
        assert peer.gone()


def test_headers_with_underscores_do_not_reach_the_application(
    running: Running,
) -> None:
    """WSGI's names cannot tell X_Forwarded_For from the header a proxy sets."""
    with running.peer() as peer:
        peer.send(peer.get("/", "X_Forwarded_For: 1.2.3.4\r\nX-Kept: y\r\n"))
        _, body = peer.response()

        assert b"x-kept" in body
        assert b"forwarded" not in body


def post(size: int | None, body: bytes, extra: str = "") -> bytes:
    length = f"Content-Length: {size}" if size is not None else ""
    line = length or "Transfer-Encoding: chunked"
    return f"POST / HTTP/1.1\r\nHost: x\r\n{line}\r\n{extra}\r\n".encode() + body


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def test_a_body_of_the_largest_size_passes(running: Running) -> None:
    with running.peer() as peer:
        size = Guards().body_bytes
        peer.send(post(size, b"x" * size))
        status, body = peer.response()

        assert status == 200
        assert body.split()[0] == b"%d" % size


def test_r55_a_large_body_is_refused_by_its_length(running: Running) -> None:
    with running.peer() as peer:
        peer.send(post(Guards().body_bytes + 1, b""))

        assert peer.response()[0] == 413
        assert peer.gone()


def test_r55_a_large_chunked_body_is_refused(running: Running) -> None:
    """The answer arrives although the peer was still sending."""
    with running.peer() as peer:
        peer.send(post(None, chunk(b"x" * 65_536) * 6))

        assert peer.response()[0] == 413
        assert peer.gone()


def test_endless_trailers_are_refused(running: Running) -> None:
    with running.peer() as peer:
        trailers = b"".join(b"X%d: y\r\n" % i for i in range(70))
        peer.send(post(None, chunk(b"x") + b"0\r\n" + trailers + b"\r\n"))

        assert peer.response()[0] in (200, 431)
        assert peer.gone()


def test_a_body_in_tiny_chunks_is_bounded(running: Running) -> None:
    with running.peer() as peer:
        peer.send(post(None, (b"1;" + b"e" * 200 + b"\r\nx\r\n") * 6000))

        assert peer.response()[0] == 413


def test_a_dripped_body_is_given_up(hurried: Running) -> None:
    """Each one holds a task of the application."""
    with hurried.peer() as peer:
        peer.send(post(10, b"x"))

        assert peer.response()[0] == 408
        assert peer.gone()


def test_a_flood_of_pipelined_requests_is_cut(running: Running) -> None:
    with running.peer() as peer:
        peer.send(peer.get() * 2000)

        assert peer.gone()


def test_a_few_pipelined_requests_are_answered_in_order(running: Running) -> None:
    with running.peer() as peer:
        peer.send(peer.get() * 5)

        assert [peer.response()[0] for _ in range(5)] == [200] * 5


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ((b"GET", b"PUT"), 405),
        ((b"HTTP/1.1", b"HTTP/1.0"), 505),
        ((b"Version: 13", b"Version: 12"), 400),
        ((b"Key: dGhl", b"Key: ...."), 400),
        ((b"Key: dGhl", b"Key: dGhldGhl"), 400),
        ((b"Sec-WebSocket-Key", b"X"), 400),
        ((b"Upgrade: websocket", b"Upgrade: websocket, other"), 200),
        ((b"Connection: Upgrade", b"Connection: close"), 200),
        ((b"Version: 13", b"Version: 13\r\nContent-Length: 3"), 400),
        ((b"Version: 13", b"Version: 13\r\nTransfer-Encoding: chunked"), 400),
    ],
)
def test_a_bad_handshake_is_answered(
    running: Running, change: tuple[bytes, bytes], status: int
) -> None:
    with running.peer() as peer:
        peer.send(peer.head().replace(*change))

        assert peer.response()[0] == status
        if status != 200:
            assert peer.gone()


def test_an_upgrade_to_something_else_is_answered_as_a_page(running: Running) -> None:
    with running.peer() as peer:
        peer.send(peer.get("/", "Connection: Upgrade\r\nUpgrade: h2c\r\n"))

        assert peer.response()[0] == 200
        assert peer.gone()


def test_frames_before_the_handshake_is_answered_are_refused(running: Running) -> None:
    with running.peer() as peer:
        peer.send(peer.head() + frame(b"oi"))

        assert peer.response()[0] == 400
        assert peer.gone()


def test_frames_while_the_application_makes_up_its_mind_end_it(
    running: Running,
) -> None:
    with running.peer() as peer:
        peer.send(peer.head("/slow"))
        wake = running.next()
        peer.send(close_frame(999))

        assert peer.gone()
        running.do(wake.set)


def test_a_handshake_behind_an_unanswered_request_is_refused(
    running: Running,
) -> None:
    """Its answer could be taken for that of the other."""
    with running.peer() as peer:
        peer.send(post(10, b"") + peer.head())

        assert peer.gone()


def test_a_burst_of_connections_is_served(running: Running) -> None:
    peers = [Peer(running.port) for _ in range(100)]
    for peer in peers:
        peer.send(peer.head())

    assert [peer.response()[0] for peer in peers] == [101] * 100
    for peer in peers:
        peer.sock.close()


def test_a_refused_peer_that_goes_on_talking_is_dropped(running: Running) -> None:
    with running.peer() as peer:
        peer.send(b"no request\r\n\r\n")

        with pytest.raises(ConnectionError):
            peer.send(b"x" * 50_000_000)
