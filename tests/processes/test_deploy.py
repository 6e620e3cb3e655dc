"""The server is told to stop: goodbyes, acks, and a return spread over time."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator

import pytest

from chat.core.frames import Bye, Ok, Send, SyncPage
from tests.client import Visit, get, nonce
from tests.conftest import StartProduct
from tests.processes.conftest import people, stored, verdict
from tests.resuming import Client
from tests.services import Product

pytestmark = pytest.mark.processes

ROOM = "cozinha"

Deployed = tuple[Product, Visit]


@pytest.fixture
async def deployed(start_product: StartProduct) -> AsyncIterator[Deployed]:
    product = start_product(LIMITS="off")
    async with Visit(product.url) as visit:
        yield product, visit


async def test_a_deploy_says_goodbye_to_each_with_a_time_of_its_own(
    deployed: Deployed,
) -> None:
    """A hundred pages that come back in one second are an attack on oneself."""
    product, visit = deployed
    [ana] = await people(product, 1)
    lines = [await visit.line(ana) for _ in range(100)]
    old = await visit.seed(ROOM)
    await old.entered()

    assert product.process is not None
    product.process.send_signal(signal.SIGTERM)
    byes = [await line.take(Bye) for line in lines]
    codes = {await line.close_code() for line in lines}
    code = await asyncio.to_thread(product.process.wait, 25)

    assert (codes, await old.close_code(), code) == ({4000}, 4000, 0)
    waits = [bye.retry_ms for bye in byes]
    assert {bye.code for bye in byes} == {4000}
    assert 0 <= min(waits) < 5000
    assert 15_000 < max(waits) <= 20_000


async def test_what_was_stored_before_the_goodbye_was_acked_before_it(
    deployed: Deployed,
) -> None:
    """In-flight commits finish, and their acks leave first."""
    product, visit = deployed
    [ana] = await people(product, 1)
    line = await visit.line(ana)
    room = (await line.send(name=ROOM, body="primeira")).room
    frames = [
        Send(id=100 + n, room=room, nonce=nonce(), body=str(n)) for n in range(16)
    ]

    for frame in frames:
        await line.say(frame)
    assert product.process is not None
    product.process.send_signal(signal.SIGTERM)
    await line.take(Bye)
    acked = [frame.nonce for frame in line.heard if isinstance(frame, Ok)]
    await asyncio.to_thread(product.process.wait, 25)

    assert [row.nonce for row in stored(product, ROOM)[1:]] == acked


async def test_whoever_waits_over_http_is_answered_and_not_held(
    deployed: Deployed,
) -> None:
    """A long poll of 25 s must not make every deploy last 25 s."""
    product, visit = deployed
    [ana] = await people(product, 1)
    line = await visit.line(ana)
    room = (await line.send(name=ROOM, body="oi")).room
    page = await line.sub(room)
    await line.leave()
    query = f"room={room}&since={page.to}&tok={page.tok}&wait=25"
    poll = asyncio.create_task(get(f"{product.url}/api/v1/sync?{query}"))
    await get(f"{product.url}/api/v1/sync?{query.removesuffix('&wait=25')}")

    begun = time.monotonic()
    assert product.process is not None
    product.process.send_signal(signal.SIGTERM)
    answer = (await poll).frame()
    await asyncio.to_thread(product.process.wait, 25)

    assert isinstance(answer, SyncPage)
    assert answer.c == []
    assert time.monotonic() - begun < 10


async def test_people_who_talk_through_a_deploy_miss_nothing(
    start_product: StartProduct,
) -> None:
    product = start_product(LIMITS="off")
    ana, bia = await people(product, 2)
    async with (
        Client(product.url, ana, [ROOM]) as one,
        Client(product.url, bia, [ROOM]) as two,
    ):
        await one.ready()
        await two.ready()
        for round_ in range(3):
            for number in range(30):
                one.post(ROOM, f"ana {round_}.{number}")
                two.post(ROOM, f"bia {round_}.{number}")
            await asyncio.to_thread(product.restart)
        for client in (one, two):
            await client.settled()
            await client.holds(ROOM, 180)

        verdict(product, ROOM, [one, two])
        assert 4000 in one.journal.closes
        assert len(one.journal.byes) >= 1
