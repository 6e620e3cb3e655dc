"""The server is killed while people talk; nothing that was acked may be missing."""

import asyncio
import random
from functools import partial

import pytest

from tests.conftest import StartProduct
from tests.processes.conftest import people, stored, verdict
from tests.resuming import Client

pytestmark = pytest.mark.processes

ROOM = "cozinha"


@pytest.mark.parametrize("where", ["before_commit", "after_commit"])
async def test_a_server_that_dies_around_a_commit_stores_each_message_once(
    start_product: StartProduct, where: str
) -> None:
    """
    After the commit and before the ack nobody knows that it is stored.

    The client asks again with the same nonce, and is told where its message stands.
    """
    product = start_product(LIMITS="off", RAI_FAIL=f"{where}:3")
    ana, bia = await people(product, 2)
    async with (
        Client(product.url, ana, [ROOM]) as one,
        Client(product.url, bia, [ROOM]) as two,
    ):
        await one.ready()
        await two.ready()
        for number in range(20):
            one.post(ROOM, f"ana {number}")
            two.post(ROOM, f"bia {number}")

        assert product.process is not None
        assert await asyncio.to_thread(product.process.wait, 20) == 137
        del product.environ["RAI_FAIL"]
        await asyncio.to_thread(product.start)
        for client in (one, two):
            await client.settled()
            await client.holds(ROOM, 40)

        verdict(product, ROOM, [one, two])
        assert one.journal.connects == 2


async def test_kill_9_again_and_again_loses_nothing_doubles_nothing_turns_nothing(
    start_product: StartProduct,
) -> None:
    """Ten people write without a pause while their server dies three times."""
    product = start_product(LIMITS="off")
    guests = await people(product, 10)
    clients = [Client(product.url, guest, [ROOM]) for guest in guests]
    dice = random.Random(7)
    async with asyncio.TaskGroup() as group:
        for client in clients:
            await client.__aenter__()
        for client in clients:
            await client.ready()
        talk = group.create_task(_talk(clients, each=150))
        for round_ in range(3):
            goal = 100 + round_ * 300 + dice.randrange(150)
            await clients[0].holds(ROOM, goal)
            product.kill9()
            await asyncio.to_thread(product.start)
        await talk
    for client in clients:
        await client.settled()
    for client in clients:
        await client.holds(ROOM, 1500)

    verdict(product, ROOM, clients)
    assert len(stored(product, ROOM)) == 1500
    assert all(client.journal.connects == 4 for client in clients)
    for client in clients:
        await client.__aexit__()


async def _talk(clients: list[Client], each: int) -> None:
    # Each keeps a few on the way, so that every kill meets some in every state.
    for number in range(each):
        for client in clients:
            client.post(ROOM, f"{id(client)}: {number}")
        for client in clients:
            await client.until(partial(_has_room, client), 60)


def _has_room(client: Client) -> bool:
    return len(client.outbox) < 20


async def test_a_client_that_loses_its_connection_at_any_moment_ends_like_the_others(
    start_product: StartProduct,
) -> None:
    """A phone that changes from one network to the next, twenty times."""
    product = start_product(LIMITS="off")
    ana, bia = await people(product, 2)
    async with (
        Client(product.url, ana, [ROOM]) as walker,
        Client(product.url, bia, [ROOM]) as sitter,
    ):
        await walker.ready()
        await sitter.ready()
        for number in range(20):
            for part in range(10):
                walker.post(ROOM, f"ana {number}.{part}")
                sitter.post(ROOM, f"bia {number}.{part}")
            await sitter.holds(ROOM, 20 * number + 5)
            walker.drop()
        for client in (walker, sitter):
            await client.settled()
            await client.holds(ROOM, 400)

        verdict(product, ROOM, [walker, sitter])
        assert walker.journal.connects > 5
        assert walker.journal.windows == 0
