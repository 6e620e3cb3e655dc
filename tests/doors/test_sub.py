"""Listening to rooms: windows, births, history, and the end of it."""

from chat.core.fold import RoomState, fold_ev, fold_sync
from chat.core.frames import (
    Eph,
    Ev,
    HeadFrame,
    Hist,
    HistPage,
    MemberChange,
    Msg,
    Ok,
    RoomChange,
    Sub,
    SyncPage,
    Typing,
    Unsub,
)
from tests.client import Guest, Visit
from tests.doors.telling import bodies, born


async def test_without_a_cursor_the_newest_fifty_come_as_a_window(
    visit: Visit, ana: Guest, cozinha: str
) -> None:
    line = await visit.line(ana)
    room = await born(line, cozinha, *(str(n) for n in range(60)))

    page = await line.sub(room)

    assert (page.mode, page.older, page.more) == ("window", True, False)
    assert bodies(page) == [str(n) for n in range(10, 60)]
    assert [c.name for c in page.c if isinstance(c, RoomChange)] == [cozinha]
    assert [c.name for c in page.c if isinstance(c, MemberChange)] == [ana.name]


async def test_a_room_by_name_is_the_room_by_reference(
    visit: Visit, ana: Guest, cozinha: str
) -> None:
    line = await visit.line(ana)
    room = await born(line, cozinha)

    page = await line.sub(name=cozinha.upper())

    assert (page.room, page.name) == (room, cozinha)


async def test_a_room_that_is_not_born_yet_comes_when_somebody_speaks(
    visit: Visit, ana: Guest, bia: Guest, cozinha: str
) -> None:
    """The first message must reach those who waited: it is the room's whole past."""
    waiting, first = await visit.line(bia), await visit.line(ana)
    answer = await waiting.ask(Sub(id=9, name=cozinha))
    assert isinstance(answer, Ok)
    assert answer.waiting

    await first.send(name=cozinha, body="alguém aí?")

    state = RoomState()
    page = await waiting.take(SyncPage)
    fold_sync(state, page)
    while not state.msgs:
        assert fold_ev(state, await waiting.take(Ev))
    assert page.id == 9
    assert [m.body for m in state.msgs.values()] == ["alguém aí?"]


async def test_what_happens_comes_to_all_who_listen_and_in_one_piece(
    visit: Visit, ana: Guest, bia: Guest, cozinha: str
) -> None:
    one, two = await visit.line(ana), await visit.line(bia)
    room = await born(one, cozinha)
    await one.sub(room)
    page = await two.sub(room)

    sent = await one.send(room=room, body="olá", nonce="nonce-of-ana")

    assert sent.m is not None
    ev = await two.take(Ev)
    assert (ev.room, ev.pv, ev.v) == (room, page.to, sent.m.v)
    [message] = [c for c in ev.c if isinstance(c, Msg)]
    assert (message.id, message.seq, message.at) == (
        sent.m.id,
        sent.m.seq,
        sent.m.at,
    )
    assert (message.body, message.nonce) == ("olá", "nonce-of-ana")
    assert (message.by.id, message.by.name, message.by.mark) == (
        ana.id,
        ana.name,
        ana.mark,
    )
    assert (await one.take(Ev)).tok == ev.tok


async def test_after_unsub_nothing_more_comes(
    visit: Visit, ana: Guest, bia: Guest, cozinha: str
) -> None:
    """Elsewhere recovered messages were delivered after unsubscribing."""
    one, two = await visit.line(ana), await visit.line(bia)
    room = await born(one, cozinha)
    await two.sub(room)

    assert isinstance(await two.ask(Unsub(id=two.id(), room=room)), Ok)
    await one.send(room=room, body="sem você")

    assert await two.quiet() == []


async def test_a_room_that_was_asked_for_by_name_is_left_by_reference(
    visit: Visit, ana: Guest, cozinha: str
) -> None:
    line = await visit.line(ana)
    room = await born(line, cozinha)
    await line.sub(name=cozinha)

    await line.ask(Unsub(id=line.id(), room=room))
    await line.send(room=room, body="fora")

    assert await line.quiet() == []


async def test_a_room_asked_for_twice_is_heard_once(
    visit: Visit, ana: Guest, cozinha: str
) -> None:
    line = await visit.line(ana)
    room = await born(line, cozinha)
    await line.sub(name=cozinha)
    await line.sub(room)

    await line.send(room=room, body="uma vez")

    evs = [frame for frame in await line.quiet() if isinstance(frame, Ev)]
    assert len(evs) == 1


async def test_changing_ones_mind_quickly_never_uses_up_the_queue(
    visit: Visit, ana: Guest, cozinha: str
) -> None:
    """Sub and unsub race a hundred times; the connection must stay as good as new."""
    line = await visit.line(ana)
    room = await born(line, cozinha)
    for _ in range(20):
        frame_ids = []
        for _ in range(5):
            await line.say(Sub(id=line.id(), room=room))
            frame_ids.append(line.id())
            await line.say(Unsub(id=frame_ids[-1], room=room))
        for frame_id in frame_ids:
            assert isinstance(await line.answer(frame_id), Ok)
    line.heard.clear()

    page = await line.sub(room)
    await line.send(room=room, body="e agora?")

    assert page.mode == "window"
    evs = [frame for frame in await line.quiet() if isinstance(frame, Ev)]
    assert len(evs) == 1


async def test_more_rooms_than_a_socket_may_hear_are_refused(
    visit: Visit, ana: Guest, cozinha: str
) -> None:
    line = await visit.line(ana)
    for number in range(128):
        await line.ask(Sub(id=line.id(), name=f"{cozinha}-{number}"))

    assert await line.refused(Sub(id=line.id(), name=f"{cozinha}-x")) == "too_many_subs"


async def test_leaving_rooms_makes_place_for_others(
    visit: Visit, ana: Guest, cozinha: str
) -> None:
    """Also those that were asked for by name, in whatever spelling."""
    line = await visit.line(ana)
    room = await born(line, f"salao-de-{cozinha}")

    for spelling in spellings(f"salao-de-{cozinha}", 130):
        await line.sub(name=spelling)
        await line.ask(Unsub(id=line.id(), room=room))


async def test_a_room_that_is_not_there_takes_no_place(visit: Visit) -> None:
    line = await visit.line()

    for number in range(130):
        sub = Sub(id=line.id(), room=f"r9999{number:05}")
        assert await line.refused(sub) == "not_found"


def spellings(name: str, how_many: int) -> list[str]:
    """The name with other letters in capitals each time."""
    return [
        "".join(
            letter.upper() if bits >> place & 1 else letter
            for place, letter in enumerate(name)
        )
        for bits in range(how_many)
    ]


async def test_history_pages_back_to_the_first_message_and_no_further(
    visit: Visit, ana: Guest, cozinha: str
) -> None:
    line = await visit.line(ana)
    room = await born(line, cozinha, *(str(n) for n in range(1, 26)))
    found: list[str] = []
    before, more = 26, True

    while more:
        page = await line.ask(Hist(id=line.id(), room=room, before=before, limit=10))
        assert isinstance(page, HistPage)
        found = [m.body for m in page.msgs] + found
        before, more = page.msgs[0].seq, page.more

    assert found == [str(n) for n in range(1, 26)]
    empty = await line.ask(Hist(id=line.id(), room=room, before=1))
    assert isinstance(empty, HistPage)
    assert (empty.msgs, empty.more) == ([], False)


async def test_history_goes_forward_and_around_as_well(
    visit: Visit, ana: Guest, cozinha: str
) -> None:
    line = await visit.line(ana)
    room = await born(line, cozinha, *(str(n) for n in range(1, 21)))

    after = await line.ask(Hist(id=line.id(), room=room, after=17, limit=2))
    around = await line.ask(Hist(id=line.id(), room=room, around=10, limit=5))

    assert isinstance(after, HistPage)
    assert ([m.seq for m in after.msgs], after.more) == ([18, 19], True)
    assert isinstance(around, HistPage)
    assert [m.seq for m in around.msgs] == [8, 9, 10, 11, 12]


async def test_who_wants_only_the_head_is_told_no_more(
    visit: Visit, ana: Guest, bia: Guest, cozinha: str
) -> None:
    """For a badge of unread messages: where the room stands, never what was said."""
    one, two = await visit.line(ana), await visit.line(bia)
    room = await born(one, cozinha)

    assert isinstance(await two.ask(Sub(id=two.id(), room=room, mode="head")), Ok)
    first = await two.take(HeadFrame)
    sent = (await one.send(room=room, body="psiu")).m
    assert sent is not None
    second = await two.take(HeadFrame)

    assert (first.seq, second.seq) == (1, 2)
    assert (second.room, second.v) == (room, sent.v)
    assert await two.quiet() == []
    assert await two.refused(Sub(id=90, name=cozinha, mode="head")) == "bad_frame"


async def test_typing_is_seen_by_the_others_and_never_stored(
    visit: Visit, ana: Guest, bia: Guest, cozinha: str
) -> None:
    one, two = await visit.line(ana), await visit.line(bia)
    room = await born(one, cozinha)
    page = await two.sub(room)

    await one.say(Typing(room=room))

    eph = await two.take(Eph)
    assert (eph.room, eph.k, eph.by.id) == (room, "typing", ana.id)
    again = await one.sub(room)
    assert again.to == page.to
