"""Listening: one line with the address, or one line with the reason why not."""

import errno
import resource
import socket

import pytest

from realtime.guards import USER_TIMEOUT_MS, Guards
from realtime.server import (
    announce,
    configure,
    listen,
    raise_file_limit,
    refusal,
)
from tests.realtime.programs import READY, program
from tests.realtime.serving import Options


@pytest.mark.parametrize("workers", [1, 2])
def test_the_address_is_printed_once(workers: int) -> None:
    with program(workers) as server:
        assert server.ready().pid()
        assert server.stop() == 0
        rest = list(iter(server.line, ""))

        assert not [line for line in rest if line.startswith(READY)]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_port_in_use_is_one_line_and_exit_code_2(workers: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with program(workers, port=port) as server:
            assert server.wait() == 2
            assert server.errors() == (
                f"rai: PORT: 127.0.0.1:{port} is in use by another program\n"
            )
            assert server.line() == ""


def test_a_port_just_left_can_be_taken_again() -> None:
    """Connections of the run before still linger in the kernel."""
    with program() as server:
        port = server.ready().port
        with server.peer() as peer:
            peer.send(peer.get())
            assert peer.response()[0] == 200
            assert server.stop() == 0
    with program(port=port) as server:
        assert server.ready().port == port


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.EADDRINUSE, "in use"),
        (errno.EACCES, "more rights"),
        (errno.EADDRNOTAVAIL, "cannot listen"),
    ],
)
def test_each_reason_is_one_line(number: int, words: str) -> None:
    line = refusal("192.0.2.1", 80, OSError(number, "as the system says"))

    assert words in line
    assert "192.0.2.1:80" in line
    assert "\n" not in line


def test_a_name_that_is_none_is_an_error_of_the_system() -> None:
    with pytest.raises(socket.gaierror):
        listen("no-such-host.invalid", 0)


@pytest.mark.parametrize(
    ("host", "shown"),
    [("127.0.0.1", "http://127.0.0.1:"), ("0.0.0.0", "http://127.0.0.1:")],
)
def test_the_line_can_be_typed_into_a_browser(
    host: str, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with listen(host, 0) as listener:
        announce(listener)

    assert capsys.readouterr().out.startswith(f"Rai Chat: {shown}")


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6")
def test_an_ipv6_address_is_shown_in_brackets(
    capsys: pytest.CaptureFixture[str],
) -> None:
    try:
        listener = listen("::1", 0)
    except OSError:
        pytest.skip("no IPv6 loopback")
    with listener:
        announce(listener)

    assert capsys.readouterr().out.startswith("Rai Chat: http://[::1]:")


def test_what_is_accepted_has_a_deadline_for_unread_bytes() -> None:
    with listen("127.0.0.1", 0) as listener:
        client = socket.create_connection(listener.getsockname())
        accepted, _ = listener.accept()
        with client, accepted:
            option = (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)

            assert accepted.getsockopt(*option) == USER_TIMEOUT_MS


def test_limits_off_lifts_the_rate_alone() -> None:
    on = configure(Options(limits=True), "app").guards
    off = configure(Options(limits=False), "app").guards

    assert on == Guards()
    assert off.frames is None
    assert off.fragments == on.fragments
    assert off.head_bytes == on.head_bytes


def test_uvicorn_believes_no_header_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    monkeypatch.setenv("WEB_CONCURRENCY", "7")
    config = configure(Options(), "app")

    assert config.proxy_headers is False
    assert config.workers == 1
    assert config.ws_per_message_deflate is False


def test_as_many_files_as_the_system_allows() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 256), hard))
    try:
        raise_file_limit()

        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
