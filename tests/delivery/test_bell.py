"""The doorbell: signed, coalescing, and never trusted for long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from channels.layers import InMemoryChannelLayer

from chat.core.frames import By, Msg
from chat.core.ids import RoomId
from chat.core.values import Batch
from chat.delivery import bell as bell_module
from chat.delivery.bell import Bell
from chat.delivery.rings import Moved, Signer
from tests.delivery.layers import FakeLayer, Hub
from tests.delivery.virtual import in_virtual_time

KEY = "a secret key"
COZINHA, SALA = RoomId(1), RoomId(2)
ANA = By("u1", "Ana", "a1b2")


def a_batch(v: int = 2, *, room: RoomId = COZINHA, body: str = "oi") -> Batch:
    message = Msg("m1", v, 1, 1, ANA, body, "nonce-0001")
    return Batch(room, v - 1, "0000000a", v, "0000000b", 1, [message])


@dataclass
class Ear:
    """Notes what a bell tells its process."""

    batches: list[Batch] = field(default_factory=list)
    heads: list[tuple[RoomId, int]] = field(default_factory=list)
    born: list[tuple[str, RoomId]] = field(default_factory=list)
    typing: list[tuple[RoomId, By]] = field(default_factory=list)

    def heard(self, batch: Batch) -> None:
        self.batches.append(batch)

    def heard_head(self, room: RoomId, v: int) -> None:
        self.heads.append((room, v))

    def heard_born(self, slug: str, room: RoomId) -> None:
        self.born.append((slug, room))

    def heard_typing(self, room: RoomId, by: By) -> None:
        self.typing.append((room, by))

    @property
    def is_empty(self) -> bool:
        return not (self.batches or self.heads or self.born or self.typing)


@dataclass
class Process:
    """A bell with its layer and its ear."""

    bell: Bell
    layer: FakeLayer
    ear: Ear


@asynccontextmanager
async def a_process(
    hub: Hub | None = None, key: str = KEY, fault: str = ""
) -> AsyncIterator[Process]:
    layer = FakeLayer(hub)
    layer.fault = fault
    process = Process(Bell(layer, key), layer, Ear())
    await process.bell.start(process.ear)
    try:
        yield process
    finally:
        await process.bell.stop()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        bells = [task for task in others if task.get_name().startswith("bell-")]
        mine = {*process.bell._tasks, process.bell._receiving}
        assert not mine & set(bells), "a bell that stopped has no task left"


@asynccontextmanager
async def two() -> AsyncIterator[tuple[Process, Process]]:
    hub = Hub()
    async with a_process(hub) as one, a_process(hub) as other:
        yield one, other


async def a_while(seconds: float = 0.1) -> None:
    """Let time go by; on a virtual clock that takes none."""
    await asyncio.sleep(seconds)


@in_virtual_time
async def test_a_commit_reaches_the_others_with_its_changes() -> None:
    async with two() as (one, other):
        await other.bell.join(COZINHA)

        one.bell.ring(a_batch())
        await a_while()

        assert other.ear.batches == [a_batch()]


@in_virtual_time
async def test_rooms_nobody_joined_are_not_heard() -> None:
    async with two() as (one, other):
        await other.bell.join(SALA)

        one.bell.ring(a_batch())
        await a_while()

        assert other.ear.is_empty


@in_virtual_time
async def test_a_room_that_was_left_is_not_heard_any_more() -> None:
    async with two() as (one, other):
        await other.bell.join(COZINHA)
        await other.bell.leave(COZINHA)

        one.bell.ring(a_batch())
        await a_while()

        assert other.ear.is_empty
        assert other.bell._groups == set()


@in_virtual_time
async def test_a_process_does_not_hear_its_own_rings() -> None:
    """Its hub knew before the bell rang."""
    async with a_process() as one:
        await one.bell.join(COZINHA)

        one.bell.ring(a_batch())
        await a_while()

        assert one.ear.is_empty


@in_virtual_time
async def test_only_the_newest_version_of_a_room_waits_to_be_rung() -> None:
    """A burst while the layer is slow must not pile up: the others read the log."""
    async with two() as (one, other):
        await other.bell.join(COZINHA)
        await other.bell.join(SALA)

        for v in range(2, 500):
            one.bell.ring(a_batch(v))
        one.bell.ring(a_batch(room=SALA))
        await a_while()

        assert other.ear.heads == [(COZINHA, 499)]
        assert [batch.room for batch in other.ear.batches] == [SALA]


@in_virtual_time
async def test_a_ring_that_would_be_too_large_says_only_how_far() -> None:
    async with two() as (one, other):
        await other.bell.join(COZINHA)

        one.bell.ring(a_batch(7, body="á" * bell_module.MAX_RING_BYTES))
        await a_while()

        assert other.ear.heads == [(COZINHA, 7)]
        for _group, message in one.layer.hub.sent:
            assert len(message["ring"]) <= bell_module.MAX_RING_BYTES + 16


@in_virtual_time
async def test_who_waits_for_a_name_hears_of_its_birth() -> None:
    async with two() as (one, other):
        await other.bell.watch_name("reunião")

        one.bell.ring_born("reunião", COZINHA)
        await a_while()

        assert other.ear.born == [("reunião", COZINHA)]


@in_virtual_time
async def test_typing_reaches_the_others() -> None:
    async with two() as (one, other):
        await other.bell.join(COZINHA)

        one.bell.ring_typing(COZINHA, ANA)
        await a_while()

        assert other.ear.typing == [(COZINHA, ANA)]


@in_virtual_time
async def test_a_flood_of_typing_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bell_module, "MAX_WAITING", 5)
    async with two() as (one, other):
        await other.bell.join(COZINHA)

        for _ in range(100):
            one.bell.ring_typing(COZINHA, ANA)
        await a_while()

        assert len(other.ear.typing) == 5


@in_virtual_time
async def test_whoever_reaches_redis_cannot_write_chat() -> None:
    async with two() as (one, other):
        await other.bell.join(COZINHA)
        forged = Signer("another key").seal(Moved(COZINHA, 9))
        sealed = Signer(KEY).seal(Moved(COZINHA, 9))

        for ring in (
            forged,
            sealed[:-1],
            sealed + b"x",
            b"",
            None,
            "text",
            7,
            b"\0" * 64,
        ):
            await one.layer.group_send("r.1", {"type": "rai.bell", "ring": ring})
        await one.layer.group_send("r.1", {"type": "rai.bell"})
        await a_while()

        assert other.ear.is_empty
        assert other.bell.counters.forged == 9
        assert not other.bell.is_suspect


@in_virtual_time
async def test_a_process_with_another_key_is_not_believed() -> None:
    hub = Hub()
    async with a_process(hub) as one, a_process(hub, key="another") as other:
        await other.bell.join(COZINHA)

        one.bell.ring(a_batch())
        await a_while()

        assert other.ear.is_empty


@in_virtual_time
async def test_a_quiet_bell_is_not_suspect() -> None:
    """An hour without a message: it hears itself."""
    async with a_process() as one:
        await a_while(3600)

        assert not one.bell.is_suspect
        assert one.bell.counters.suspicions == 0
        assert one.layer.opened == 1


@in_virtual_time
async def test_a_bell_gone_deaf_is_found_opened_anew_and_heard_again() -> None:
    """The transport says that it is connected; that is no evidence."""
    async with two() as (one, other):
        await other.bell.join(COZINHA)
        other.layer.fault = "deaf"

        async with asyncio.timeout(4 * bell_module.BEAT_S):
            await other.bell.suspected.wait()
        other.layer.fault = ""
        await a_while(2 * bell_module.REOPEN_S)
        one.bell.ring(a_batch())
        await a_while()

        assert not other.bell.is_suspect
        assert other.layer.opened > 1
        assert other.ear.batches == [a_batch()]


@in_virtual_time
async def test_a_bell_that_stays_deaf_stays_suspect() -> None:
    async with a_process() as one:
        one.layer.fault = "deaf"

        await a_while(60)

        assert one.bell.is_suspect
        assert one.bell.counters.suspicions == 1


@pytest.mark.parametrize("fault", ["broken", "hanging"])
@in_virtual_time
async def test_a_layer_that_fails_hurts_nobody_and_is_used_again(fault: str) -> None:
    async with two() as (one, other):
        await other.bell.join(COZINHA)
        one.layer.fault = fault

        one.bell.ring(a_batch())
        await a_while(30)
        failed = one.bell.is_suspect
        one.layer.fault = ""
        await a_while(30)
        one.bell.ring(a_batch(3))
        await a_while()

        assert failed
        assert not one.bell.is_suspect
        assert other.ear.batches[-1] == a_batch(3)


@pytest.mark.parametrize("fault", ["broken", "hanging"])
@in_virtual_time
async def test_a_process_starts_without_its_layer_and_finds_it_later(
    fault: str,
) -> None:
    async with a_process(fault=fault) as one:
        joining = one.bell.join(COZINHA)
        async with asyncio.timeout(30):
            await joining
        failed = one.bell.is_suspect

        one.layer.fault = ""
        await a_while(60)

        assert failed
        assert not one.bell.is_suspect
        assert one.layer.hub.groups["r.1"] == {one.layer.channel}


@in_virtual_time
async def test_a_group_that_was_not_joined_after_all_is_joined_anew() -> None:
    """The room's own echo did not come; that the process hears itself is no excuse."""
    async with a_process() as one:
        honest = one.layer.group_add

        async def forgetful(group: str, channel: str) -> None:
            one.layer.group_add = honest  # type: ignore[method-assign]

        one.layer.group_add = forgetful  # type: ignore[method-assign]
        await one.bell.join(COZINHA)
        suspected = one.bell.counters.suspicions
        await a_while(10)

        assert suspected == 1
        assert one.layer.hub.groups["r.1"] == {one.layer.channel}
        assert not one.bell.is_suspect


@in_virtual_time
async def test_another_process_joining_does_not_confirm_ours() -> None:
    """Both count their echoes from one: the other's must not pass for ours."""
    hub = Hub()
    async with a_process(hub) as one, a_process(hub) as other:
        await one.bell.join(SALA)
        honest, one.layer.group_add = one.layer.group_add, _nothing  # type: ignore[method-assign]

        joining = asyncio.create_task(one.bell.join(COZINHA))
        await a_while()
        await other.bell.join(SALA)
        await other.bell.join(SALA)
        early = joining.done()
        await joining
        one.layer.group_add = honest  # type: ignore[method-assign]

        assert not early
        assert one.bell.counters.suspicions == 1


@in_virtual_time
async def test_after_a_restart_of_redis_every_room_is_heard_again() -> None:
    async with two() as (one, other):
        for room in (COZINHA, SALA):
            await other.bell.join(room)
        await other.bell.watch_name("reunião")
        other.layer.forget()
        other.layer.fault = "deaf"

        await a_while(10)
        other.layer.fault = ""
        await a_while(10)
        one.bell.ring(a_batch())
        one.bell.ring_born("reunião", SALA)
        await a_while()

        assert other.ear.batches == [a_batch()]
        assert other.ear.born == [("reunião", SALA)]


@in_virtual_time
async def test_what_was_committed_last_is_rung_before_the_end() -> None:
    hub = Hub()
    async with a_process(hub) as other:
        await other.bell.join(COZINHA)
        async with a_process(hub) as one:
            one.bell.ring(a_batch())
        await a_while()

        assert other.ear.batches == [a_batch()]


@pytest.mark.parametrize("fault", ["broken", "hanging", "deaf"])
@in_virtual_time
async def test_a_bell_on_a_dead_layer_still_stops(fault: str) -> None:
    async with a_process() as one:
        one.bell.ring(a_batch())
        one.layer.fault = fault

        async with asyncio.timeout(30):
            await one.bell.stop()


async def test_it_rings_over_the_layer_of_one_process() -> None:
    """The in-memory layer of Channels, as the product uses it by default."""
    layer, ears = InMemoryChannelLayer(), [Ear(), Ear()]
    one, other = Bell(layer, KEY), Bell(layer, KEY)
    await one.start(ears[0])
    await other.start(ears[1])
    await other.join(COZINHA)

    one.ring(a_batch())
    await one.stop()
    await other.stop()

    assert ears[1].batches == [a_batch()]
    assert ears[0].is_empty
    assert not other.is_suspect


async def _nothing(group: str, channel: str) -> None:
    """Says yes and does nothing."""
