"""Starting the product in every way people do, and the ways that are refused."""

import json
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import ExitStack
from pathlib import Path

import pytest
from websockets.sync.client import connect

from tests import services
from tests.conftest import StartProduct

pytestmark = pytest.mark.processes


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return str(answer.read().decode())


def echo(ws_url: str, room: str = "cozinha") -> object:
    """Say something over the seed's socket; return what comes back."""
    with connect(f"{ws_url}/ws/chat/{room}/", open_timeout=10) as socket:
        socket.send(json.dumps({"mensagem": "oi"}))
        return json.loads(socket.recv(timeout=10))


def test_the_first_start_makes_what_it_needs_and_prints_the_address(
    product: services.Product,
) -> None:
    assert f"Rai Chat: {product.url}\n" in product.output()
    assert "Rai Chat" in get(product.url)
    assert stat.S_IMODE(product.data_dir.stat().st_mode) == 0o700
    assert {path.name for path in product.data_dir.iterdir()} >= {
        "rai.sqlite3",
        "secret_key",
        "static",
    }


def test_the_second_start_has_nothing_left_to_do(product: services.Product) -> None:
    """It is what people wait for: no migration, no collecting."""
    before = len(product.output())

    product.restart()

    assert product.output()[before:] == f"Rai Chat: {product.url}\n"


def test_the_second_start_asks_less_than_two_seconds_of_a_processor(
    product: services.Product,
) -> None:
    """Two seconds to the first page; a busy machine must not fail this test."""
    product.restart()
    get(product.url)

    ticks = Path(f"/proc/{product.pid}/stat").read_text().rsplit(")", 1)[1].split()
    used_s = (int(ticks[11]) + int(ticks[12])) / 100
    assert used_s < 2.0


def test_a_stop_is_quick_and_clean(product: services.Product) -> None:
    assert product.stop() == 0


def test_workers_without_redis_are_refused(tmp_path: Path) -> None:
    """Each would be a chat of its own, and nobody would see why."""
    product = services.Product(tmp_path / "data", {"WEB_CONCURRENCY": "2"})
    product.launch()
    assert product.process is not None

    assert product.process.wait(20) == 2
    assert product.output() == (
        "rai: WEB_CONCURRENCY: more than one worker needs REDIS_URL\n"
    )


def test_a_port_in_use_is_told_in_one_line(
    product: services.Product, tmp_path: Path
) -> None:
    second = services.Product(tmp_path / "other", {"PORT": str(product.port)})
    second.launch()
    assert second.process is not None

    assert second.process.wait(60) == 2
    assert second.output().splitlines()[-1] == (
        f"rai: PORT: 127.0.0.1:{product.port} is in use by another program"
    )


def test_a_second_server_on_the_same_data_is_refused(
    product: services.Product,
) -> None:
    """Without Redis they would be two chats in one database."""
    second = services.Product(product.data_dir)
    second.log = product.log.with_suffix(".second")
    second.launch()
    assert second.process is not None

    assert second.process.wait(20) == 2
    assert second.output() == (
        "rai: DATA_DIR: another Rai Chat is running on it; see REDIS_URL\n"
    )


def test_a_killed_server_leaves_the_data_free(product: services.Product) -> None:
    product.kill9()

    product.start()


def test_s26_the_admin_answers_where_it_was_put_and_nowhere_else(
    start_product: StartProduct,
) -> None:
    product = start_product(ADMIN_PATH="painel")

    assert "admin/css/base" in get(f"{product.url}/painel/login/")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        get(f"{product.url}/admin/")


def test_limits_lifted_are_announced(start_product: StartProduct) -> None:
    """Nobody should run like that without knowing."""
    assert "LIMITS=off" in start_product(LIMITS="off").output()


def test_two_workers_share_a_room(
    start_product: StartProduct, fresh_database: str, redis_url: str
) -> None:
    product = start_product(
        DATABASE_URL=fresh_database, REDIS_URL=redis_url, WEB_CONCURRENCY="2"
    )
    with ExitStack() as stack:
        door = f"{product.ws_url}/ws/chat/sala/"
        sockets = [stack.enter_context(connect(door)) for _ in range(6)]

        sockets[0].send(json.dumps({"mensagem": "oi"}))

        heard = [json.loads(socket.recv(timeout=10)) for socket in sockets]
    assert heard == [{"mensagem": "oi"}] * 6


def test_hosts_that_start_together_make_the_tables_once(
    tmp_path: Path, fresh_database: str, redis_url: str
) -> None:
    """Both see that they are missing; the second must wait, not fail."""
    environ = {"DATABASE_URL": fresh_database, "REDIS_URL": redis_url}
    hosts = [services.Product(tmp_path / name, environ) for name in ("a", "b")]
    try:
        for host in hosts:
            host.launch()
        for host in hosts:
            host.wait_until_ready()

        assert [echo(host.ws_url) for host in hosts] == [{"mensagem": "oi"}] * 2
    finally:
        for host in hosts:
            host.kill9()


class Other(services.Product):
    """The product under another program than ours."""

    command: list[str]

    def launch(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=services.PROJECT,
                env=self.environ,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


def migrated(data_dir: Path) -> Other:
    other = Other(data_dir)
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity=0"],
        cwd=services.PROJECT,
        env=other.environ,
        check=True,
    )
    return other


def test_s2_a_plain_uvicorn_serves_pages_and_sockets(tmp_path: Path) -> None:
    """The seed's ASGI module set no settings: every socket answered 500."""
    other = migrated(tmp_path / "data")
    other.command = [sys.executable, "-m", "uvicorn", "--port", str(other.port)]
    other.command += ["--log-level", "warning", "realtime.routing:application"]
    try:
        other.start()

        assert "Rai Chat" in get(other.url)
        assert echo(other.ws_url) == {"mensagem": "oi"}
    finally:
        other.kill9()


@pytest.mark.parametrize("more", [[], ["--noreload"]], ids=["reload", "noreload"])
def test_s3_runserver_serves_sockets_too(tmp_path: Path, more: list[str]) -> None:
    """Django's own answers 404 to every handshake."""
    other = migrated(tmp_path / "data")
    other.command = [sys.executable, "manage.py", "runserver", str(other.port), *more]
    try:
        other.start()

        assert "Rai Chat" in get(other.url)
        assert "/static/chat/css/base.css" in get(other.url)
        assert "--" in get(f"{other.url}/static/chat/css/tokens.css")
        assert echo(other.ws_url) == {"mensagem": "oi"}
    finally:
        other.kill9()


def test_s4_a_silence_of_seven_seconds_ends_no_socket(
    start_product: StartProduct, redis_url: str
) -> None:
    """redis-py 8 gave up after 5 s of silence, and every quiet socket with it."""
    product = start_product(REDIS_URL=redis_url)
    with connect(f"{product.ws_url}/ws/chat/sala/") as socket:
        with pytest.raises(TimeoutError):
            socket.recv(timeout=7)

        socket.send(json.dumps({"mensagem": "ainda aqui"}))

        assert json.loads(socket.recv(timeout=10)) == {"mensagem": "ainda aqui"}
