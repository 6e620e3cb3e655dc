"""
The instance's epoch: a coarse guard against a history that forked.

The exact guard is each change's ``tok``. The epoch tells clients at once that a backup
was restored or another server was promoted, so that they ask for every room anew.
"""

from __future__ import annotations

import json
import logging
import secrets
from pathlib import Path

from django.db import connection, transaction

from chat.models import Site

log = logging.getLogger(__name__)

EPOCH_BYTES = 6


def current() -> str:
    """
    The epoch, renewed if the database is not the one that was last used here.

    Call once at the start of a process, on a writing thread.
    """
    with transaction.atomic():
        # One row by its key: processes that start together must agree on it.
        Site.objects.get_or_create(pk=1, defaults={"epoch": _new()})
        site = Site.objects.select_for_update().get(pk=1)
        if connection.vendor == "postgresql":
            _compare_origin(site)
        else:
            _compare_lease(site)
        if connection.vendor == "postgresql":
            site.origin = _postgres_origin()
        site.starts += 1
        site.save()
    if connection.vendor != "postgresql":
        _write_lease(site.starts)
    return site.epoch


def _compare_origin(site: Site) -> None:
    if site.origin and site.origin != _postgres_origin():
        _renew(site)


def _compare_lease(site: Site) -> None:
    # The file beside the database has seen more starts than the database itself:
    # an older copy was put in its place.
    if site.starts < _read_lease():
        _renew(site)


def _renew(site: Site) -> None:
    site.epoch = _new()
    log.warning("the database's history is another one: new epoch=%s", site.epoch)


def _postgres_origin() -> str:
    # A promoted replica has the next timeline, a restored cluster another identifier.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT system_identifier FROM pg_control_system()),"
            " (SELECT timeline_id FROM pg_control_checkpoint())"
        )
        system, timeline = cursor.fetchone()
    return f"{system}/{timeline}"


def _lease() -> Path | None:
    name = str(connection.settings_dict["NAME"])
    if ":memory:" in name or "mode=memory" in name:
        return None
    return Path(name + ".lease")


def _read_lease() -> int:
    lease = _lease()
    if lease is None or not lease.exists():
        return 0
    try:
        return int(json.loads(lease.read_text())["starts"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0


def _write_lease(starts: int) -> None:
    lease = _lease()
    if lease is not None:
        # A name of its own: processes that start together must not rename each
        # other's away.
        scratch = lease.with_suffix(f".lease-{secrets.token_hex(4)}")
        scratch.write_text(json.dumps({"starts": starts}))
        scratch.replace(lease)


def _new() -> str:
    return secrets.token_urlsafe(EPOCH_BYTES)
