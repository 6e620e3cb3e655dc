"""System checks: what an operator should hear about before strangers do."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register

from realtime.options import Options
from realtime.values import is_loopback


def register_all() -> None:
    """Register every check of this module; those on exposure run on --deploy."""
    register(check_limits)
    register(check_https, Tags.security, deploy=True)
    register(check_redis, Tags.security, deploy=True)


def check_limits(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Say that a server without limits must not meet strangers."""
    if _options().limits:
        return []
    return [
        Warning("LIMITS=off: rate and connection limits are lifted.", id="rai.W001")
    ]


def check_https(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Say when the public address is missing, plain, or behind an unknown proxy."""
    options = _options()
    if not options.is_https:
        return [
            Warning(
                "BASE_URL is not https: cookies travel in the clear.",
                hint="Set BASE_URL=https://… to the address people type.",
                id="rai.W002",
            )
        ]
    if not options.trusted_proxies:
        return [
            Warning(
                "BASE_URL is https, but no proxy is trusted: every visitor seems to "
                "come from the proxy, over plain http.",
                hint="Set TRUSTED_PROXIES to the address of the reverse proxy.",
                id="rai.W003",
            )
        ]
    return []


def check_redis(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Say when a Redis across the network is open to whoever reaches it."""
    return [
        Warning(
            "REDIS_URL names another machine and no password.",
            hint="Use redis://:password@host or a unix socket.",
            id="rai.W004",
        )
        for url in _options().redis_urls
        if _is_open(url)
    ]


def _is_open(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme != "unix" and not (
        parts.password or is_loopback(parts.hostname or "")
    )


def _options() -> Options:
    options = settings.RAI_OPTIONS
    assert isinstance(options, Options)
    return options
