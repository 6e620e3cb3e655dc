"""Sending, editing, deleting: acks, retries, order, and whose messages they are."""

import asyncio

from chat.core.frames import (
    Delete,
    Edit,
    Err,
    Ev,
    Msg,
    Ok,
    Send,
    SyncPage,
)
from tests.client import Guest, Line, Visit, nonce


def messages(page: SyncPage | Ev) -> list[Msg]:
    return [change for change in page.c if isinstance(change, Msg)]


async def test_an_ack_says_where_the_message_stands(
    visit: Visit, ana: Guest, cozinha: str
) -> None:
    line = await visit.line(ana)

    first = await line.send(name=cozinha, body="um", nonce="nonce-number-1")
    second = await line.send(room=first.room, body="dois")

    assert first.m is not None
    assert second.m is not None
    assert (first.nonce, first.dup) == ("nonce-number-1", False)
    assert (first.m.seq, second.m.seq) == (1, 2)
    assert second.m.v > first.m.v
    page = await line.sub(first.room)
    assert [m.id for m in messages(page)] == [first.m.id, second.m.id]


async def test_what_is_kept_is_the_cleaned_text(
    visit: Visit, ana: Guest, cozinha: str
) -> None:
    """One form for page, database and search: NFC, no controls, two line breaks."""
    line = await visit.line(ana)

    await line.send(
        name=cozinha, body="ac\u0327a\u0303o\u0000\r\n\r\n\r\n\r\nfim\u202e"
    )

    [message] = messages(await line.sub(name=cozinha))
    assert message.body == "ação\n\nfim"


async def test_a_resend_with_the_same_nonce_makes_one_message(
    visit: Visit, ana: Guest, cozinha: str
) -> None:
    """A phone that lost the ack sends again, from another socket even."""
    line, again = await visit.line(ana), await visit.line(ana)
    first = await line.send(name=cozinha, body="oi", nonce="nonce-again")

    repeated = await again.send(room=first.room, body="oi", nonce="nonce-again")

    assert repeated.dup
    assert repeated.m == first.m
    assert len(messages(await again.sub(first.room))) == 1


async def test_the_same_send_twice_in_one_breath_makes_one_message(
    visit: Visit, ana: Guest, cozinha: str
) -> None:
    """Both may stand in one commit; neither may be lost or doubled."""
    line = await visit.line(ana)
    room = (await line.send(name=cozinha, body="oi")).room
    same = nonce()

    for frame_id in (801, 802):
        await line.say(Send(id=frame_id, room=room, nonce=same, body="gêmeas"))
    answers = [await line.answer(frame_id) for frame_id in (801, 802)]

    assert all(isinstance(answer, Ok) for answer in answers)
    assert [m.body for m in messages(await line.sub(room))] == ["oi", "gêmeas"]


async def test_a_nonce_is_good_for_one_text_in_one_room(
    visit: Visit, ana: Guest, cozinha: str
) -> None:
    line = await visit.line(ana)
    room = (await line.send(name=cozinha, body="oi", nonce="nonce-of-oi")).room
    other = (await line.send(name=f"{cozinha}-2", body="x")).room

    for where, body in ((room, "outra"), (other, "oi")):
        code = await line.refused(
            Send(id=line.id(), room=where, nonce="nonce-of-oi", body=body)
        )
        assert code == "nonce_conflict"


async def test_two_people_may_choose_the_same_nonce(
    visit: Visit, ana: Guest, bia: Guest, cozinha: str
) -> None:
    """A nonce belongs to its author; nobody can spend another's."""
    one, two = await visit.line(ana), await visit.line(bia)
    room = (await one.send(name=cozinha, body="oi", nonce="nonce-shared")).room

    answer = await two.send(room=room, body="oi", nonce="nonce-shared")

    assert not answer.dup


async def test_sixteen_are_in_flight_and_what_comes_too_early_keeps_its_place(
    visit: Visit, ana: Guest, cozinha: str
) -> None:
    """Beyond the limit a message is sent back, and no later one overtakes it."""
    line = await visit.line(ana)
    room = (await line.send(name=cozinha, body="0")).room
    sends = {
        number: Send(id=1000 + number, room=room, nonce=nonce(), body=str(number))
        for number in range(1, 201)
    }

    await _deliver(line, sends)

    told = []
    for m in (await line.sub(room, window=100)).c:
        if isinstance(m, Msg):
            told.append(int(m.body))
    assert told == list(range(101, 201))


async def _deliver(line: Line, sends: dict[int, Send]) -> None:
    """Send all at once; send again, in order, what was sent back."""
    left = dict(sends)
    while left:
        frames = list(left.values())
        for frame in frames:
            await line.say(frame)
        for frame in frames:
            answer = await line.answer(frame.id)
            if isinstance(answer, Ok):
                del left[frame.id - 1000]
            else:
                assert isinstance(answer, Err)
                assert answer.code in ("busy", "blocked")
                assert answer.retry is not None
                assert answer.nonce == frame.nonce


async def test_more_than_the_queue_holds_is_answered_busy_at_once(
    visit: Visit, ana: Guest, cozinha: str
) -> None:
    """The server never stops reading: pongs would go unread, and so would close."""
    line = await visit.line(ana)
    room = (await line.send(name=cozinha, body="0")).room

    line.burst(
        f'{{"t":"send","id":{n},"room":"{room}","nonce":"{nonce()}","body":"x"}}'
        for n in range(2000, 2100)
    )
    answers = [await line.answer(number) for number in range(2000, 2100)]

    refused = [answer for answer in answers if isinstance(answer, Err)]
    assert {answer.code for answer in refused} >= {"busy"}
    assert {answer.code for answer in refused} <= {"busy", "blocked"}
    assert all(answer.retry for answer in refused)
    assert len(await line.quiet()) == 0


async def test_who_does_not_care_for_busy_is_let_go(
    visit: Visit, ana: Guest, cozinha: str
) -> None:
    """Two hundred answers of that kind, and nothing of it was heeded."""
    line = await visit.line(ana)

    line.burst(f'{{"t":"sub","id":{n},"name":"{cozinha}-{n}"}}' for n in range(500))

    assert await line.close_code() == 4005


async def test_an_edit_shows_everywhere_and_keeps_its_place(
    visit: Visit, ana: Guest, bia: Guest, cozinha: str
) -> None:
    one, two = await visit.line(ana), await visit.line(bia)
    sent = (await one.send(name=cozinha, body="oii")).m
    assert sent is not None
    room = (await two.sub(name=cozinha)).room

    answer = await one.ask(Edit(id=one.id(), room=room, m=sent.id, body="oi"))

    [message] = messages(await two.take(Ev))
    assert isinstance(answer, Ok)
    assert (message.id, message.seq, message.body) == (sent.id, sent.seq, "oi")
    assert message.v == answer.v
    assert message.ed is not None


async def test_an_edit_that_changes_nothing_is_no_change(
    visit: Visit, ana: Guest, cozinha: str
) -> None:
    line = await visit.line(ana)
    sent = (await line.send(name=cozinha, body="oi")).m
    page = await line.sub(name=cozinha)
    assert sent is not None

    answer = await line.ask(Edit(id=line.id(), room=page.room, m=sent.id, body="oi"))

    assert isinstance(answer, Ok)
    assert answer.v == sent.v
    assert await line.quiet() == []


async def test_a_deletion_leaves_a_tombstone_without_the_text(
    visit: Visit, ana: Guest, bia: Guest, cozinha: str
) -> None:
    one, two = await visit.line(ana), await visit.line(bia)
    sent = (await one.send(name=cozinha, body="segredo")).m
    assert sent is not None
    room = (await two.sub(name=cozinha)).room

    await one.ask(Delete(id=one.id(), room=room, m=sent.id))

    [message] = messages(await two.take(Ev))
    assert (message.id, message.body, message.deleted) == (sent.id, "", "author")
    fresh = await visit.line(bia)
    assert messages(await fresh.sub(room)) == [message]


async def test_only_its_author_changes_a_message(
    visit: Visit, ana: Guest, bia: Guest, cozinha: str
) -> None:
    """Knowing a message's id gives no power over it."""
    one, two = await visit.line(ana), await visit.line(bia)
    sent = (await one.send(name=cozinha, body="minha")).m
    room = (await two.sub(name=cozinha)).room
    assert sent is not None

    edit = Edit(id=two.id(), room=room, m=sent.id, body="tua")
    assert await two.refused(edit) == "forbidden"
    assert await two.refused(Delete(id=two.id(), room=room, m=sent.id)) == "forbidden"

    assert [m.body for m in messages(await one.sub(room))] == ["minha"]


async def test_a_message_of_another_room_is_not_found_in_this_one(
    visit: Visit, ana: Guest, cozinha: str
) -> None:
    line = await visit.line(ana)
    sent = await line.send(name=cozinha, body="aqui")
    other = (await line.send(name=f"{cozinha}-2", body="lá")).room
    assert sent.m is not None
    assert other is not None

    edit = Edit(id=line.id(), room=other, m=sent.m.id, body="x")

    assert await line.refused(edit) == "not_found"


async def test_what_was_deleted_cannot_be_edited_but_deleted_again(
    visit: Visit, ana: Guest, cozinha: str
) -> None:
    line = await visit.line(ana)
    sent = await line.send(name=cozinha, body="x")
    assert sent.m is not None
    assert sent.room is not None
    gone = Delete(id=line.id(), room=sent.room, m=sent.m.id)
    first = await line.ask(gone)

    again = await line.ask(Delete(id=line.id(), room=sent.room, m=sent.m.id))

    assert isinstance(first, Ok)
    assert isinstance(again, Ok)
    assert again.v == first.v
    edit = Edit(id=line.id(), room=sent.room, m=sent.m.id, body="y")
    assert await line.refused(edit) == "gone"


async def test_an_edit_of_a_version_no_longer_there_is_a_conflict(
    visit: Visit, ana: Guest, cozinha: str
) -> None:
    """Two tabs of one person: the second must not wipe out the first's words."""
    line = await visit.line(ana)
    sent = await line.send(name=cozinha, body="a")
    assert sent.m is not None
    assert sent.room is not None
    await line.ask(Edit(id=line.id(), room=sent.room, m=sent.m.id, body="b"))

    late = Edit(id=line.id(), room=sent.room, m=sent.m.id, body="c", if_v=sent.m.v)

    assert await line.refused(late) == "edit_conflict"


async def test_a_room_that_is_not_there_takes_no_message(
    visit: Visit, ana: Guest
) -> None:
    line = await visit.line(ana)

    for room in ("r999999999", "r0", "x", "rr1"):
        send = Send(id=line.id(), room=room, nonce=nonce(), body="oi")
        assert await line.refused(send) == "not_found"


async def test_two_who_speak_first_at_once_make_one_room(
    visit: Visit, ana: Guest, bia: Guest, cozinha: str
) -> None:
    one, two = await visit.line(ana), await visit.line(bia)

    first, second = await asyncio.gather(
        one.send(name=cozinha, body="primeira"),
        two.send(name=cozinha.upper(), body="primeiro"),
    )

    assert first.room == second.room
    page = await one.sub(first.room)
    assert sorted(m.body for m in messages(page)) == ["primeira", "primeiro"]
