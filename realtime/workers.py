"""Several processes on one listening socket, and the parent that minds them."""

import logging
import os
import pickle
import signal
import socket
import time

from uvicorn.config import STARTUP_FAILURE
from uvicorn.server import Server
from uvicorn.supervisors.multiprocess import Multiprocess, Process

from realtime.process import (
    DRAIN_S,
    EXIT_FORCED,
    LIFESPAN_S,
    POLL_S,
    Listening,
    RaiConfig,
    RaiServer,
)

log = logging.getLogger(__name__)

MIND_S = 0.25
START_S = 120.0
# A worker that answers its parent later than this is killed and replaced. On a
# starved machine a healthy one has needed more than uvicorn's 5 s.
HUNG_S = 30.0
# One that drains and then flushes may take this long before it is killed.
EXIT_S = DRAIN_S + LIFESPAN_S + 5.0


class Worker(Process):
    """A worker process that runs our server class."""

    has_started = False
    asked_at: float | None = None

    @property
    def server(self) -> Server:
        """Return the server of this worker, made in the worker's own process."""
        if self._server is None:
            assert isinstance(self.config, RaiConfig)
            self._server = RaiServer(self.config)
        return self._server

    def look(self) -> bool:
        """Ask for a sign of life, without waiting for it; False if dead or hung."""
        if not self.process.is_alive():
            return False
        try:
            if self.asked_at is None:
                self.parent_conn.send(b"ping")
                self.asked_at = time.monotonic()
            elif self.parent_conn.poll():
                self.has_started = bool(self.parent_conn.recv())
                self.asked_at = None
        except (OSError, EOFError, pickle.UnpicklingError):
            return False
        return self.asked_at is None or time.monotonic() < self.asked_at + HUNG_S


class Workers(Multiprocess):
    """Workers on one listening socket: the dead are replaced, all drain together."""

    def __init__(self, config: RaiConfig, listener: socket.socket) -> None:
        config.parent = os.getpid()
        super().__init__(config, [listener])
        self._workers: list[Worker] = []
        self._failed = False

    def serve(self, listening: Listening) -> int:
        """Serve until a signal; return the exit code."""
        self._workers = [self._start() for _ in range(self.processes_num)]
        announced = False
        while not self.should_exit.wait(MIND_S if announced else POLL_S):
            self.handle_signals()
            self._replace_dead()
            if not announced and all(worker.has_started for worker in self._workers):
                listening(self.sockets[0])
                announced = True
        # A connection must not wait in a backlog that nobody serves any more.
        for listener in self.sockets:
            listener.close()
        for worker in self._workers:
            worker.terminate()
        return self._join()

    def _start(self) -> Worker:
        worker = Worker(self.config, self.sockets)
        worker.start()
        return worker

    def _replace_dead(self) -> None:
        """Replace dead and hung workers; stop when one could not even start."""
        for index, worker in enumerate(self._workers):
            if self.should_exit.is_set() or worker.look():
                continue
            worker.kill()
            worker.join()
            if worker.exitcode == STARTUP_FAILURE:
                log.error("worker %s could not start", worker.pid)
                self._failed = True
                self.should_exit.set()
            else:
                log.warning("worker %s died (%s)", worker.pid, worker.exitcode)
                self._workers[index] = self._start()

    def handle_hup(self) -> None:
        """Replace the workers one by one, each after its successor serves."""
        for index, old in enumerate(self._workers):
            new = self._start()
            if not self._serves(new):
                new.kill()
                new.join()
                return
            self._workers[index] = new
            old.terminate()
            old.join()

    def _serves(self, worker: Worker) -> bool:
        """Wait until a worker serves; False if it dies or we are to stop."""
        until = time.monotonic() + START_S
        while worker.look() and time.monotonic() < until:
            if worker.has_started:
                return True
            if {signal.SIGINT, signal.SIGTERM} & set(self.signal_queue):
                return False
            time.sleep(POLL_S)
        return False

    def handle_ttin(self) -> None:
        """Do nothing: the number of workers is an option."""

    def handle_ttou(self) -> None:
        """Do nothing: the number of workers is an option."""

    def _join(self) -> int:
        """Wait for the workers to drain; kill the rest after a signal or too long."""
        until = time.monotonic() + EXIT_S
        self.signal_queue.clear()
        forced = False
        for worker in self._workers:
            while worker.process.is_alive():
                worker.process.join(POLL_S)
                if self.signal_queue or time.monotonic() > until:
                    forced = True
                    worker.process.kill()
        return EXIT_FORCED if forced or self._failed else 0
