"""Probes: what they answer, and what they leave behind."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from channels.layers import InMemoryChannelLayer, channel_layers
from django.test import AsyncClient

from realtime import health

pytestmark = pytest.mark.django_db(transaction=True)


class DeafLayer(InMemoryChannelLayer):
    """A layer whose other side is gone: sending fails."""

    async def send(self, channel: str, message: Any) -> None:
        raise ConnectionError


UseLayer = Callable[[InMemoryChannelLayer], InMemoryChannelLayer]


@pytest.fixture
def use_layer(monkeypatch: pytest.MonkeyPatch) -> UseLayer:
    """Let the process have another channel layer for this test."""

    def use(layer: InMemoryChannelLayer) -> InMemoryChannelLayer:
        monkeypatch.setitem(channel_layers.backends, "default", layer)
        return layer

    return use


@pytest.fixture(autouse=True)
def _nothing_known() -> Iterator[None]:
    health._known.clear()
    yield
    health._known.clear()


async def test_a_living_process_says_so(async_client: AsyncClient) -> None:
    answer = await async_client.get("/healthz")

    assert (answer.status_code, json.loads(answer.content)) == (200, {"status": "ok"})


async def test_ready_means_database_migrations_and_layer(
    async_client: AsyncClient,
) -> None:
    answer = await async_client.get("/readyz")

    assert answer.status_code == 200
    assert json.loads(answer.content) == {
        "status": "ok",
        "database": "ok",
        "migrations": "ok",
        "layer": "ok",
    }


async def test_a_broken_layer_is_named_and_nothing_else_is_told(
    async_client: AsyncClient, use_layer: UseLayer
) -> None:
    """Strangers may read this page."""
    use_layer(DeafLayer())

    answer = await async_client.get("/readyz")

    assert answer.status_code == 503
    assert json.loads(answer.content) == {
        "status": "failed",
        "database": "ok",
        "migrations": "ok",
        "layer": "failed",
    }


async def test_a_probe_each_second_leaves_no_channel_behind(
    async_client: AsyncClient, use_layer: UseLayer
) -> None:
    layer = use_layer(InMemoryChannelLayer())

    for _ in range(3):
        await async_client.get("/readyz")
    while health._forgetting:
        await next(iter(health._forgetting))

    assert layer.channels == {}


async def test_a_probe_changes_nothing(async_client: AsyncClient) -> None:
    assert (await async_client.post("/readyz")).status_code == 405
