"""What the settings become under a public address, with workers, with nothing."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from realtime.values import PROJECT, TAKEN_PATHS

HTTPS = {"BASE_URL": "https://chat.example.org", "TRUSTED_PROXIES": "127.0.0.1"}

ASK = """
import json, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "realtime.settings"
from django.conf import settings
print(json.dumps([getattr(settings, name) for name in sys.argv[1:]], default=str))
"""


@pytest.fixture
def ask(tmp_path: Path) -> Any:
    """Ask a fresh process for settings, under an environment."""

    def ask(*names: str, **environ: str) -> Any:
        done = subprocess.run(
            [sys.executable, "-c", ASK, *names],
            cwd=PROJECT,
            env={"DATA_DIR": str(tmp_path / "data"), **environ},
            capture_output=True,
            text=True,
            check=True,
        )
        values = json.loads(done.stdout)
        return values[0] if len(names) == 1 else values

    return ask


def test_under_https_no_sibling_can_plant_a_cookie(ask: Any) -> None:
    """`__Host-` binds a cookie to this host, this path and TLS."""
    names = ask("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", **HTTPS)
    secure = ask("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", **HTTPS)

    assert names == ["__Host-rai_session", "__Host-rai_csrf"]
    assert secure == [True, True]


def test_over_plain_http_cookies_still_work(ask: Any) -> None:
    """Browsers refuse `__Host-` and Secure there."""
    names = ask("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME")

    assert names == ["rai_session", "rai_csrf"]
    assert ask("SESSION_COOKIE_SECURE") is False


def test_https_is_insisted_on_for_a_year(ask: Any) -> None:
    assert ask("SECURE_HSTS_SECONDS", **HTTPS) == 365 * 24 * 3600
    assert ask("SECURE_SSL_REDIRECT", **HTTPS) is True


def test_without_a_trusted_proxy_nobody_is_redirected_in_a_circle(ask: Any) -> None:
    """Every request would seem to be plain http, for ever."""
    assert ask("SECURE_SSL_REDIRECT", BASE_URL="https://chat.example.org") is False


def test_s25_nothing_of_a_development_setup_is_left(ask: Any) -> None:
    debug, key, hosts = ask("DEBUG", "SECRET_KEY", "ALLOWED_HOSTS")

    assert debug is False
    assert len(key) >= 50
    assert "insecure" not in key
    assert "*" not in hosts


def test_s26_there_is_no_admin_until_somebody_asks_for_one(ask: Any) -> None:
    assert "django.contrib.admin" not in ask("INSTALLED_APPS")
    assert "django.contrib.admin" in ask("INSTALLED_APPS", ADMIN_PATH="painel")


def test_acknowledged_means_on_disk(ask: Any) -> None:
    """SQLite's default in WAL mode is not: it may forget the last commits."""
    options = ask("DATABASES")["default"]["OPTIONS"]

    assert "PRAGMA synchronous=FULL" in options["init_command"]
    assert "PRAGMA journal_mode=WAL" in options["init_command"]
    assert options["transaction_mode"] == "IMMEDIATE"


def test_postgresql_connections_come_from_one_pool(ask: Any) -> None:
    """Kept by Django as well, each would be held twice."""
    url = "postgres://rai:p%23ss@db.example:6432/rai?sslmode=require"
    database = ask("DATABASES", DATABASE_URL=url)["default"]

    assert (database["HOST"], database["PORT"]) == ("db.example", 6432)
    assert database["PASSWORD"] == "p#ss"
    assert database["CONN_MAX_AGE"] == 0
    assert database["OPTIONS"]["sslmode"] == "require"
    assert database["OPTIONS"]["pool"]["max_size"] > 1


def test_s4_no_timeout_of_redis_is_as_short_as_a_silence(ask: Any) -> None:
    """redis-py 8 made it 5 s, the layer's own wait: every quiet socket died."""
    layer = ask("CHANNEL_LAYERS", REDIS_URL="redis://a:1/0,redis://b:2/0")["default"]

    assert layer["BACKEND"] == "channels_redis.pubsub.RedisPubSubChannelLayer"
    hosts = layer["CONFIG"]["hosts"]
    assert [host["address"] for host in hosts] == ["redis://a:1/0", "redis://b:2/0"]
    assert all(host["socket_timeout"] > 5 for host in hosts)


def test_s24_a_redis_for_everybody_on_the_network_is_warned_about(
    tmp_path: Path,
) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy"],
        cwd=PROJECT,
        env={
            "DATA_DIR": str(tmp_path),
            "REDIS_URL": "redis://10.0.0.5:6379/0",
            **HTTPS,
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert "rai.W004" in done.stderr
    assert done.stderr.count("?:") == 1


def test_the_admin_can_take_no_path_that_is_taken() -> None:
    """A room called `login` would else be the way in, or shut it."""
    known = {str(route.pattern).split("/", maxsplit=1)[0] for route in routes()}

    assert known - {""} <= TAKEN_PATHS


def routes() -> Iterator[URLPattern | URLResolver]:
    for route in get_resolver().url_patterns:
        if isinstance(route, URLResolver) and str(route.pattern) == "":
            yield from route.url_patterns
        else:
            yield route
