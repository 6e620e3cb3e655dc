"""The short way between the application and the socket."""

import time
from collections.abc import Iterator

import pytest

from realtime.guards import Guards
from realtime.link import RaiTransport
from tests.realtime.serving import (
    TEXT,
    Running,
    close_frame,
    frame,
    house,
    server_frame,
    serving,
)


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with serving(house) as it:
        yield it


@pytest.fixture
def running(server: Running) -> Running:
    return server.forget()


def test_joined_frames_are_written_as_they_are(running: Running) -> None:
    with running.peer().join("/link") as peer:
        link = running.next()
        running.do(link.write, server_frame(b"um") + server_frame(b"dois"))

        assert peer.read() == (TEXT, b"um")
        assert peer.read() == (TEXT, b"dois")


def test_writing_after_our_close_does_nothing(running: Running) -> None:
    with running.peer().join("/link") as peer:
        link = running.next()
        socket = next(iter(running.server.server_state.connections))

        def close_and_write() -> None:
            socket.close(4000, "")  # type: ignore[union-attr]
            link.write(server_frame(b"late"))

        running.do(close_and_write)

        assert peer.read()[0] == 8
        peer.send(close_frame(4000))
        assert peer.read() == (-1, b"")


def test_a_lost_connection_turns_all_methods_into_nothing(running: Running) -> None:
    with running.peer().join("/link") as peer:
        link = running.next()
        peer.send(close_frame(1000))
        assert running.next() == 1000
        assert peer.gone()

    def use() -> int:
        link.write(server_frame(b"late"))
        link.take(print)
        link.watch(print, print)
        link.pause()
        link.resume()
        link.abort()
        return int(link.buffered())

    assert running.do(use) == 0


def test_texts_that_came_before_the_callback_are_handed_over_first(
    running: Running,
) -> None:
    with running.peer().join("/late") as peer:
        wake = running.next()
        peer.send(frame(b"um") + frame(b"dois"))
        peer.send(frame(b"tres"))
        running.do(wake.set)

        assert [running.next() for _ in range(3)] == [b"um", b"dois", b"tres"]


def test_a_callback_that_fails_closes_with_1011_and_is_logged_once(
    running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    with running.peer().join("/broken") as peer:
        peer.send(frame(b"um") + frame(b"dois") + frame(b"tres"))

        assert peer.closed()[0] == 1011
        assert len([record for record in caplog.records if record.exc_info]) == 1


def test_text_after_our_close_is_ignored(running: Running) -> None:
    with running.peer().join("/bye") as peer:
        assert peer.closed() == (4505, b"not here")
        peer.send(frame(b"still here") * 3)
        peer.send(close_frame(4505))

        assert peer.gone()
        assert running.next() == 4505


def test_an_abort_resets_the_peer(running: Running) -> None:
    with running.peer().join("/link") as peer:
        link: RaiTransport = running.next()
        running.do(link.abort)

        with pytest.raises(ConnectionResetError):
            peer.sock.recv(1)
        assert running.next() == 1006


def test_a_paused_peer_is_read_again_after_resume(running: Running) -> None:
    with running.peer().join("/link") as peer:
        link = running.next()
        running.do(link.take, running.seen.put)
        running.do(link.pause)
        peer.send(frame(b"um"))
        assert running.connections() == 1
        assert running.seen.empty()
        running.do(link.resume)

        assert running.next() == b"um"


def test_a_paused_peer_is_heard_when_it_answers_our_close(running: Running) -> None:
    with running.peer().join("/link") as peer:
        link = running.next()
        running.do(link.pause)
        socket = next(iter(running.server.server_state.connections))
        running.do(socket.close, 4000, "")  # type: ignore[union-attr]
        assert peer.closed()[0] == 4000
        start = time.monotonic()
        peer.send(close_frame(4000))

        assert peer.gone()
        assert time.monotonic() - start < Guards().close_s / 2
