"""The options: what is refused, how it is said, and what belongs together."""

import subprocess
import sys
from pathlib import Path

import pytest

from realtime import listing
from realtime.options import BadOption, Options, read, rows
from realtime.values import PROJECT

REDIS = {"REDIS_URL": "redis://127.0.0.1:6379/0"}
POSTGRES = {"DATABASE_URL": "postgres://rai:secret@127.0.0.1/rai"}


def test_nothing_has_to_be_set() -> None:
    options = read({})

    assert (options.host, options.port) == ("127.0.0.1", 8000)
    assert options.data_dir == PROJECT / "data"
    assert options.is_sqlite
    assert options.limits
    assert not options.is_https


def test_an_empty_value_means_the_default() -> None:
    """Compose files hand over `PORT=` when nobody filled it in."""
    assert read(dict.fromkeys((row["name"] for row in rows()), " ")) == read({})


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("HOST", "http://x"),
        ("HOST", "*"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "99999999999999999999"),
        ("PORT", "80O0"),
        ("PORT", "８０００"),
        ("PORT", "-1"),
        ("DATA_DIR", str(PROJECT / "manage.py")),
        ("DATABASE_URL", "mysql://x/y"),
        ("DATABASE_URL", "postgres://host"),
        ("DATABASE_URL", "postgres://[::1/x"),
        ("DATABASE_URL", "postgres://host:port/x"),
        ("REDIS_URL", "127.0.0.1:6379"),
        ("REDIS_URL", "redis://"),
        ("REDIS_URL", "redis://a, http://b"),
        ("BASE_URL", "chat.example.org"),
        ("BASE_URL", "https://chat.example.org/chat"),
        ("BASE_URL", "https://u:p@chat.example.org"),
        ("BASE_URL", "ftp://chat.example.org"),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY_FILE", "/nowhere/at/all"),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", "a.example,*.example"),
        ("ALLOWED_HOSTS", "https://a.example"),
        ("TRUSTED_PROXIES", "*"),
        ("TRUSTED_PROXIES", "0.0.0.0/0"),
        ("TRUSTED_PROXIES", "::/0"),
        ("TRUSTED_PROXIES", "proxy.local"),
        ("WEB_CONCURRENCY", "0"),
        ("WEB_CONCURRENCY", "65"),
        ("LIMITS", "maybe"),
        ("LOG_LEVEL", "loud"),
        ("LOG_FORMAT", "xml"),
        ("LANGUAGE_CODE", "tlh"),
        ("TZ", "Mars/Olympus"),
        ("TZ", "../../etc/passwd"),
        ("ADMIN_PATH", "a/b"),
        ("ADMIN_PATH", "/chat/"),
        ("DEBUG", "sure"),
    ],
)
def test_a_bad_value_is_told_by_its_name_in_one_line(name: str, raw: str) -> None:
    with pytest.raises(BadOption) as caught:
        read({name: raw})

    assert str(caught.value).startswith(f"{name}: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", [row["name"] for row in rows() if row["secret"]])
def test_the_complaint_never_repeats_a_secret(name: str) -> None:
    """What is printed at start ends up in logs."""
    with pytest.raises(BadOption) as caught:
        read({name: "ftp://user:hunter2@host"})

    assert "hunter2" not in str(caught.value)


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("k" * 64 + "\n")

    assert read({"SECRET_KEY_FILE": str(file)}).secret_key == "k" * 64


def test_more_than_one_worker_needs_redis() -> None:
    """Without it rooms would split: each worker hears only its own half."""
    with pytest.raises(BadOption, match="needs REDIS_URL"):
        read({"WEB_CONCURRENCY": "2", **POSTGRES})


def test_more_than_one_worker_needs_postgresql() -> None:
    with pytest.raises(BadOption, match="DATABASE_URL"):
        read({"WEB_CONCURRENCY": "2", **REDIS})


def test_workers_with_both_are_fine() -> None:
    assert read({"WEB_CONCURRENCY": "2", **REDIS, **POSTGRES}).workers == 2


def test_debug_pages_are_never_shown_to_the_network() -> None:
    with pytest.raises(BadOption, match="loopback"):
        read({"DEBUG": "on", "HOST": "0.0.0.0"})


def test_several_redis_addresses_are_shards() -> None:
    urls = read({"REDIS_URL": "redis://a:1/0, redis://b:2/0"}).redis_urls

    assert urls == ("redis://a:1/0", "redis://b:2/0")


def test_the_list_of_options_shows_no_secret() -> None:
    shown = listing.terminal({"SECRET_KEY": "s3cr3t" * 10, "PORT": "9000"})

    assert "s3cr3t" not in shown
    assert "PORT=9000" in shown


def test_the_docs_page_is_the_table() -> None:
    """`./rai options --markdown >docs/options.md` brings it up to date."""
    assert (PROJECT / "docs" / "options.md").read_text() == listing.markdown()


@pytest.mark.parametrize("command", ["run", "options", "check", "migrate"])
def test_every_command_ends_with_one_line_and_2_on_a_bad_value(command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "realtime", command],
        cwd=PROJECT,
        env={"PORT": "many"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert done.stderr == "rai: PORT: must be a whole number from 1 to 65535\n"
    assert done.stdout == ""


def test_options_are_typed() -> None:
    assert isinstance(read({}), Options)
