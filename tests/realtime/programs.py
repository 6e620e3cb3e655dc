"""The server as a process of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from signal import SIGTERM, Signals

from tests.realtime.serving import WAIT_S, Peer

READY = "Rai Chat: http://127.0.0.1:"


class Program:
    """One run of `serve_main`."""

    def __init__(self, workers: int, port: int, environ: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.realtime.serve_main",
                str(port),
                str(workers),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | environ,
        )
        self.port = 0

    def line(self) -> str:
        """Return the next line it prints; empty at the end."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def ready(self) -> "Program":
        """Wait for the line with the address."""
        line = self.line()
        assert line.startswith(READY), (line, self.errors())
        self.port = int(line.removeprefix(READY))
        return self

    def signal(self, sig: Signals) -> None:
        """Send a signal."""
        self.process.send_signal(sig)

    def stop(self, sig: Signals = SIGTERM) -> int:
        """Send a signal and return the exit code."""
        self.signal(sig)
        return self.wait()

    def wait(self) -> int:
        """Return the exit code."""
        return self.process.wait(WAIT_S * 3)

    def errors(self) -> str:
        """Return what it wrote to stderr, up to its end."""
        assert self.process.stderr is not None
        return self.process.stderr.read()

    def peer(self) -> Peer:
        """Connect."""
        return Peer(self.port)

    def pid(self) -> int:
        """Return the id of the process that answered."""
        with self.peer() as peer:
            peer.send(peer.get())
            status, body = peer.response()
            return int(body) if status == 200 else 0

    def pids(self) -> set[int]:
        """Return the ids of the processes that answer."""
        return {self.pid() for _ in range(50)}


@contextmanager
def program(
    workers: int = 1, *, port: int = 0, environ: dict[str, str] | None = None
) -> Iterator[Program]:
    """Start the server; end it, whatever happens."""
    it = Program(workers, port, environ or {})
    try:
        yield it
    finally:
        it.process.kill()
        it.process.communicate()
