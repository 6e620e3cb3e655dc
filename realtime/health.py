"""Two questions of an orchestrator: is the process alive, can it do its work."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from channels.layers import get_channel_layer
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from chat.db import in_db

log = logging.getLogger(__name__)

# Shorter than the 5 s after which probes commonly give up on us.
TIMEOUT_S = 3.0

OK, FAILED = "ok", "failed"


@require_safe
async def healthz(request: HttpRequest) -> HttpResponse:
    """Answer as long as this process answers at all; touches nothing."""
    return JsonResponse({"status": OK})


@require_safe
async def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when database, migrations and layer work, else 503; says which."""
    parts: dict[str, Callable[[], Awaitable[bool]]] = {
        "database": _database,
        "migrations": _migrations,
        "layer": _layer,
    }
    results = await asyncio.gather(*(_try(name, parts[name]) for name in parts))
    words = [OK if good else FAILED for good in results]
    ready = all(results)
    body = {"status": OK if ready else FAILED, **dict(zip(parts, words, strict=True))}
    return JsonResponse(body, status=200 if ready else 503)


async def _try(name: str, ask: Callable[[], Awaitable[bool]]) -> bool:
    """Ask one part, for `TIMEOUT_S` at most. What went wrong is for the log alone."""
    try:
        async with asyncio.timeout(TIMEOUT_S):
            return await ask()
    except Exception as error:  # noqa: BLE001 - whatever it is, the answer is no
        log.warning("not ready part=%s error=%s", name, type(error).__name__)
        return False


async def _database() -> bool:
    return await in_db(_select_one)


def _select_one() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


# Tables never lose a migration under a running process: once true is enough, and a
# probe each second must not read every migration file each time.
_known: set[str] = set()


async def _migrations() -> bool:
    if "migrated" not in _known and await in_db(_is_migrated):
        _known.add("migrated")
    return "migrated" in _known


def _is_migrated() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


# Tasks that nobody awaits live as long as something holds them.
_forgetting: set[asyncio.Task[None]] = set()


async def _layer() -> bool:
    """Send one message to ourselves through the channel layer and hear it."""
    layer: Any = get_channel_layer()
    channel = await layer.new_channel("health.")
    try:
        await layer.send(channel, {"type": "health"})
        heard = await layer.receive(channel)
    finally:
        task = asyncio.create_task(_forget(layer, channel), name="health")
        _forgetting.add(task)
        task.add_done_callback(_forgetting.discard)
    return bool(heard["type"] == "health")


async def _forget(layer: Any, channel: str) -> None:
    # The only way to leave a channel: a listener that is cancelled. Without it each
    # probe would leave a subscription behind.
    try:
        async with asyncio.timeout(0):
            await layer.receive(channel)
    except Exception as error:  # noqa: BLE001 - a broken layer has nothing to forget
        if not isinstance(error, TimeoutError):
            log.debug("health channel left behind error=%s", type(error).__name__)
