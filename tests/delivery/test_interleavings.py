"""
The hub itself, in every order in which things can happen to it.

test_model.py explores the idea; this explores the code: the real subscribe, fill,
sweep and lag, on a stage where each read, join and ring waits for its turn.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator

import pytest

from chat.core.ids import RoomId
from chat.delivery import catchup as catchup_module
from chat.delivery import feed as feed_module
from chat.delivery import hub as hub_module
from chat.delivery.catchup import CatchUp
from chat.delivery.feed import Feed, Listener
from chat.delivery.hub import Hub
from tests.delivery.clients import visible
from tests.delivery.stage import ROOM, Script, Stage

Path = tuple[str, ...]


@pytest.fixture(autouse=True)
def small_world(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Pages of one change, so that a few commits show what many would."""
    monkeypatch.setattr(catchup_module, "PAGE", 1)
    monkeypatch.setattr(hub_module, "RETRY_S", 0)
    # Thousands of broken worlds have much to say.
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


async def explore(script: Script) -> int:
    """Play every order of events; return how many states there were."""
    seen: set[object] = set()
    todo: list[Path] = [()]
    with pytest.MonkeyPatch.context() as patch:
        if not script.has_ring:
            patch.setattr(feed_module, "RING", 0)
        while todo:
            await _play(script, todo.pop(), todo, seen)
    return len(seen)


async def _play(
    script: Script, path: Path, todo: list[Path], seen: set[object]
) -> None:
    """Repeat a story so far, then go on to the end, noting where it might fork."""
    stage = Stage(script)
    try:
        await stage.settle()
        for name in path:
            stage.moves()[name]()
            await stage.settle()
        while True:
            _check(stage, path)
            here = stage.fingerprint()
            if here in seen:
                return
            seen.add(here)
            moves = stage.moves()
            if not moves:
                _check_end(stage, path)
                return
            first, *others = moves
            todo.extend((*path, name) for name in others)
            moves[first]()
            path = (*path, first)
            await stage.settle()
    finally:
        await stage.close()


def _check(stage: Stage, path: Path) -> None:
    assert stage.client.faults == [], " > ".join(path)
    if stage.has_left:
        assert len(stage.client.frames) == stage.frames_when_left, " > ".join(path)


def _check_end(stage: Stage, path: Path) -> None:
    if stage.has_left:
        feed = stage.hub._feeds.get(ROOM)
        assert feed is None or feed.is_idle, " > ".join(path)
    else:
        told, stored = visible(stage.client.state), visible(stage.store.state(ROOM))
        assert told == stored, " > ".join(path)
    waiting = asyncio.all_tasks() - {asyncio.current_task()}
    assert not waiting, " > ".join(path)


SCRIPTS = {
    "a ring is lost": Script(before=0),
    "the client has a past": Script(has_past=True),
    "a ring comes twice": Script(commits=1, doubles=1),
    "the room moves while its head is read": Script(commits=1, has_slow_heads=True),
    "the client stops reading": Script(commits=1, pauses=1),
    "the database fails": Script(commits=1, failures=1),
    "the client leaves": Script(commits=1, leaves=1),
    "the client stops reading and leaves": Script(
        commits=1, pauses=1, leaves=1, losses=0
    ),
    "the database fails a client that stopped reading": Script(
        commits=1, pauses=1, failures=1, losses=0, has_past=True, has_ring=False
    ),
}


@pytest.mark.parametrize("name", SCRIPTS)
async def test_no_order_of_events_misses_doubles_or_leaves_behind(name: str) -> None:
    assert await explore(SCRIPTS[name]) > 100


async def test_it_would_be_seen_if_nothing_was_collected_while_pages_are_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(feed_module, "_collect", lambda *_: None)
    monkeypatch.setattr(Feed, "meets", lambda *_: True)

    with pytest.raises(AssertionError):
        await explore(Script(commits=1))


async def test_it_would_be_seen_if_a_client_ahead_of_the_hub_was_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def at_once(*_: object) -> bool:
        return True

    monkeypatch.setattr(CatchUp, "_reach", at_once)
    monkeypatch.setattr(Feed, "meets", lambda *_: True)

    with pytest.raises(AssertionError):
        await explore(Script(commits=1))


async def test_it_would_be_seen_if_a_failed_resume_was_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def once(hub: Hub, room: RoomId, listener: Listener) -> None:
        await hub.subscribe(room, listener, listener.at)

    monkeypatch.setattr(Hub, "_resume", once)

    with pytest.raises(AssertionError):
        await explore(SCRIPTS["the database fails a client that stopped reading"])
