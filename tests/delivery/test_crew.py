"""Tasks with an owner."""

from __future__ import annotations

import asyncio

import pytest

from chat.delivery.crew import Crew
from tests.delivery.virtual import in_virtual_time


async def test_a_failure_is_logged_once_and_hurts_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    crew = Crew()

    async def fail() -> None:
        raise ValueError("oi")

    task = crew.spawn(fail())
    await asyncio.wait([task])
    await asyncio.sleep(0)

    assert len(crew) == 0
    assert [record.message for record in caplog.records] == ["delivery task failed"]


async def test_at_the_end_nothing_runs_any_more() -> None:
    crew = Crew()
    ended: list[str] = []

    async def last_words() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("depois")

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("antes")
            crew.spawn(last_words())
            await asyncio.sleep(0)

    crew.spawn(work())
    await asyncio.sleep(0)
    await crew.end()

    assert len(crew) == 0
    assert ended[0] == "antes"


@in_virtual_time
async def test_a_task_that_did_not_hear_is_told_again() -> None:
    """A wait that ends at the very moment of its cancelling may swallow it."""
    crew, deaf = Crew(), 2

    async def stubborn() -> None:
        nonlocal deaf
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                if not deaf:
                    raise
                deaf -= 1

    crew.spawn(stubborn())
    await asyncio.sleep(0)
    await crew.end()

    assert len(crew) == 0
