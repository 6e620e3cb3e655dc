"""Coming back: from the ring, in pages, by an audit, and with a foreign cursor."""

import pytest

from chat.core.fold import RoomState, fold_ev, fold_sync
from chat.core.frames import (
    Delete,
    Edit,
    End,
    Ev,
    Msg,
    Ping,
    Pong,
    Sub,
    Sync,
    SyncPage,
    Unsub,
)
from tests.client import Guest, Line, Visit
from tests.doors.telling import bodies, born

At = tuple[int, str]


async def test_a_short_absence_is_made_up_from_the_ring(
    visit: Visit, ana: Guest, bia: Guest, cozinha: str
) -> None:
    one, two = await visit.line(ana), await visit.line(bia)
    room = await born(one, cozinha)
    page = await two.sub(room)
    await two.leave()
    for number in range(5):
        await one.send(room=room, body=str(number))

    back = await visit.line(bia, since={room: (page.to, page.tok)})

    state = await caught_up(back, page, "4")
    assert [m.body for m in state.msgs.values()] == ["oi", "0", "1", "2", "3", "4"]


async def caught_up(line: Line, before: SyncPage, last: str) -> RoomState:
    """Fold what comes until this text is there; nothing may come twice."""
    state = RoomState()
    fold_sync(state, before)
    page = await line.take(SyncPage)
    assert page.mode == "delta"
    assert page.from_ == before.to
    fold_sync(state, page)
    while last not in [m.body for m in state.msgs.values()]:
        ev = await line.take(Ev)
        assert ev.pv == state.pos
        fold_ev(state, ev)
    return state


async def test_a_long_absence_is_made_up_in_pages(
    visit: Visit, ana: Guest, cozinha: str
) -> None:
    """More than a page and more than the ring holds, but still no window."""
    line = await visit.line(ana)
    room = await born(line, cozinha)
    start = await line.sub(room)
    await line.ask(Unsub(id=line.id(), room=room))
    for number in range(450):
        await line.send(room=room, body=str(number))

    await line.say(Sub(id=900, room=room, since=(start.to, start.tok)))
    pages = [await line.take(SyncPage)]
    while pages[-1].more:
        pages.append(await line.take(SyncPage))

    assert [page.mode for page in pages] == ["delta"] * len(pages)
    assert len(pages) >= 3
    spoken = [text for page in pages for text in bodies(page)]
    assert spoken == [str(number) for number in range(450)]
    assert [page.from_ for page in pages[1:]] == [page.to for page in pages[:-1]]


@pytest.mark.parametrize("cursor", [(1, "00000000"), (2**53, "00000000"), (2, "")])
async def test_a_cursor_of_another_history_gives_a_window(
    visit: Visit, ana: Guest, cozinha: str, cursor: At
) -> None:
    """A restored backup grows the same numbers again; only the token tells."""
    line = await visit.line(ana)
    room = await born(line, cozinha, "a", "b")

    page = await line.sub(room, since=cursor)

    assert page.mode == "window"
    assert bodies(page) == ["a", "b"]


async def test_coming_back_twice_without_news_brings_nothing(
    visit: Visit, ana: Guest, cozinha: str
) -> None:
    """Each idle reconnect of another project's adapter repeated the last message."""
    line = await visit.line(ana)
    room = await born(line, cozinha)
    page = await line.sub(room)
    cursor = (page.to, page.tok)

    for _ in range(2):
        back = await visit.line(ana, since={room: cursor})
        again = await back.take(SyncPage)
        cursor = (again.to, again.tok)

        assert (again.mode, again.c, again.to) == ("delta", [], page.to)
        assert await back.quiet() == []
        await back.leave()


async def test_a_cursor_that_came_before_anything_happened_is_good(
    visit: Visit, ana: Guest, cozinha: str
) -> None:
    """Elsewhere resuming was impossible if nothing was received before the drop."""
    line = await visit.line(ana)
    room = await born(line, cozinha)
    page = await line.sub(room, window=1)
    await line.ask(Unsub(id=line.id(), room=room))
    await line.send(room=room, body="depois")

    delta = await line.sub(room, since=(page.to, page.tok))

    assert delta.mode == "delta"


async def test_an_edit_and_a_deletion_missed_are_made_up_too(
    visit: Visit, ana: Guest, bia: Guest, cozinha: str
) -> None:
    """Catching up by creation time missed them elsewhere."""
    one, two = await visit.line(ana), await visit.line(bia)
    room = await born(one, cozinha, "a", "b", "c")
    page = await two.sub(room)
    first, second, _ = [c for c in page.c if isinstance(c, Msg)]
    await two.leave()
    await one.ask(Edit(id=one.id(), room=room, m=first.id, body="A"))
    await one.ask(Delete(id=one.id(), room=room, m=second.id))

    back = await visit.line(bia, since={room: (page.to, page.tok)})
    state = RoomState()
    fold_sync(state, page)
    fold_sync(state, await back.take(SyncPage))
    for ev in await back.quiet():
        assert isinstance(ev, Ev)
        fold_ev(state, ev)

    fresh = RoomState()
    fold_sync(fresh, await one.sub(room))
    assert (state.msgs, state.pos, state.tok) == (fresh.msgs, fresh.pos, fresh.tok)
    assert [(m.body, m.deleted) for m in state.msgs.values()] == [
        ("A", None),
        ("", "author"),
        ("c", None),
    ]


async def test_sync_makes_up_a_hole_that_the_client_saw(
    visit: Visit, ana: Guest, cozinha: str
) -> None:
    line = await visit.line(ana)
    room = await born(line, cozinha)
    page = await line.sub(room)
    await line.send(room=room, body="um")
    await line.send(room=room, body="dois")
    line.heard.clear()

    frame_id = line.id()
    await line.say(Sync(id=frame_id, room=room, since=(page.to, page.tok)))
    await line.take(SyncPage, lambda p: p.id == frame_id)
    await line.send(room=room, body="três")

    spoken = [t for e in await line.quiet() if isinstance(e, Ev) for t in bodies(e)]
    assert spoken[-1] == "três"
    assert spoken.count("três") == 1


async def test_ping_finds_out_whom_a_frame_has_not_reached(
    visit: Visit, ana: Guest, cozinha: str
) -> None:
    """Where a client stood at its last ping it must stand at this one."""
    line = await visit.line(ana)
    room = await born(line, cozinha)
    page = await line.sub(room)

    async def fix(pos: int) -> list[str]:
        pong = await line.ask(Ping(id=line.id(), pos={room: pos}))
        assert isinstance(pong, Pong)
        return pong.fix

    assert await fix(page.to) == []
    sent = (await line.send(room=room, body="um")).m
    assert sent is not None
    assert await fix(page.to) == [], "it may be in flight"
    assert await fix(page.to) == [room], "by now it is lost"
    assert await fix(sent.v) == []
    assert await fix(sent.v + 1) == [room], "from the future"


async def test_ping_names_rooms_whose_subscription_is_lost(visit: Visit) -> None:
    line = await visit.line()

    pong = await line.ask(Ping(id=line.id(), pos={"r7": 3}))

    assert isinstance(pong, Pong)
    assert pong.fix == ["r7"]


async def test_hello_says_which_of_the_rooms_are_no_more(visit: Visit) -> None:
    line = await visit.line(since={"r999999999": (3, "00000000"), "x": (1, "")})

    ended = [await line.take(End) for _ in range(2)]

    assert {end.room for end in ended} == {"r999999999", "x"}
    assert {end.code for end in ended} == {"not_found"}


async def test_many_rooms_come_back_with_one_hello(
    visit: Visit, ana: Guest, cozinha: str
) -> None:
    """One round trip after a tunnel, whatever the number of rooms."""
    line = await visit.line(ana)
    rooms = [await born(line, f"{cozinha}-{n}") for n in range(40)]
    pages = [await line.sub(room) for room in rooms]
    await line.leave()

    back = await visit.line(ana, since={p.room: (p.to, p.tok) for p in pages})

    found = {(await back.take(SyncPage)).room for _ in rooms}
    assert found == set(rooms)
