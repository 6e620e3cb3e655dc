"""`./rai` on a machine that has Python and pip and nothing else."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from realtime.values import PROJECT

pytestmark = pytest.mark.processes

FILES = ("rai", "uv.req", "requirements.lock", "requirements-dev.lock", "realtime")
LOCK = """\
asgiref==3.13.0 \\
    --hash=sha256:f9596a2434512686473d50f96ff6207fbba49ae1a785dfac614df4aeb085674d
"""


@pytest.fixture(scope="module")
def fetched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout where `./rai` ran once."""
    folder = make_checkout(tmp_path_factory.mktemp("fetched") / "checkout")
    rai(folder, "options")  # Ends in an import error: the lock holds no Django.
    return folder


@pytest.fixture
def checkout(tmp_path: Path, fetched: Path) -> Path:
    """The files that installing needs, a lock of one small package, and uv."""
    folder = make_checkout(tmp_path / "checkout with spaces")
    shutil.copytree(
        fetched / ".rai" / "uv", folder / ".rai" / "uv", copy_function=os.link
    )
    return folder


def make_checkout(folder: Path) -> Path:
    folder.mkdir()
    for name in FILES:
        source = PROJECT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, folder / name)
    (folder / "requirements.lock").write_text(LOCK)
    return folder


def rai(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    # Only the interpreter itself: no uv, no node, no tools of ours.
    tools = folder.parent / "bin"
    if not tools.exists():
        tools.mkdir()
        (tools / "python3").symlink_to(getattr(sys, "_base_executable", sys.executable))
    keep = ("PIP_", "SSL_", "UV_", "HTTP")
    environ = {k: v for k, v in os.environ.items() if k.upper().startswith(keep)}
    return subprocess.run(
        [folder / "rai", *arguments],
        env={"PATH": f"{tools}:/usr/bin:/bin", **environ, **more},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


def test_a_tampered_hash_stops_the_install(checkout: Path) -> None:
    """Somebody on the way, or at the registry, swapped the file."""
    lock = checkout / "requirements.lock"
    lock.write_text(LOCK.replace("sha256:f9596a24", "sha256:00000000"))

    done = rai(checkout, "options")

    assert done.returncode == 1
    assert "Hash mismatch for `asgiref==3.13.0`" in done.stderr
    assert done.stderr.splitlines()[-1] == (
        "rai: install stopped: a package could not be fetched, "
        "or does not match its hash in requirements.lock."
    )
    assert not list(checkout.glob(".rai/venv/lib/*/site-packages/asgiref"))


def test_a_tampered_hash_of_uv_itself_stops_before_anything(checkout: Path) -> None:
    """It runs on our machine before it checks anything for us."""
    zeros = "0" * 64
    (checkout / "uv.req").write_text(f"uv==0.13.9 --hash=sha256:{zeros}\n")

    done = rai(checkout, "options")

    assert done.returncode == 1
    assert "does not match the hashes in uv.req" in done.stderr
    assert not (checkout / ".rai" / "uv" / "bin" / "uv").exists()


def test_what_is_installed_is_not_installed_twice(fetched: Path) -> None:
    assert (fetched / ".rai" / "venv" / "rai-stamp").exists()

    again = rai(fetched, "options")

    assert "installing" not in again.stderr


def test_the_tools_for_developing_leave_the_product_alone(checkout: Path) -> None:
    """`./rai test` beside a running server must not change a file under it."""
    (checkout / "requirements-dev.lock").write_text(LOCK)

    done = rai(checkout, "check")

    assert "installing from requirements-dev.lock" in done.stderr
    assert (checkout / ".venv" / "rai-stamp").exists()
    assert not (checkout / ".rai" / "venv").exists()


def test_an_interrupted_install_is_taken_up_again(checkout: Path) -> None:
    rai(checkout, "options")
    (checkout / ".rai" / "venv" / "rai-stamp").unlink()

    again = rai(checkout, "options")

    assert "installing from requirements.lock" in again.stderr
    assert (checkout / ".rai" / "venv" / "rai-stamp").exists()


def test_packages_come_from_where_pip_is_told_to_look(checkout: Path) -> None:
    """A company's mirror stands in pip's configuration, which uv does not read."""
    lock = checkout / "requirements.lock"
    lock.write_text(LOCK.replace("asgiref==3.13.0", "asgiref==3.12.9"))

    done = rai(
        checkout,
        "options",
        PIP_INDEX_URL="http://127.0.0.1:9/simple",
        UV_HTTP_RETRIES="0",
    )

    assert done.returncode == 1
    assert "127.0.0.1:9" in done.stderr


def test_without_a_python_it_says_so(checkout: Path) -> None:
    done = subprocess.run(
        ["/bin/sh", checkout / "rai", "run"],
        env={"PATH": str(checkout / "nothing")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode != 0
    assert "Python 3.11 or newer was not found" in done.stderr
