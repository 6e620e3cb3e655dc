"""What each kind of write does to a room, and what it refuses."""

from __future__ import annotations

from dataclasses import replace

from chat.actions.speaker import Speaker
from chat.core.errors import (
    ChatError,
    Code,
    EditConflict,
    Forbidden,
    Gone,
    NonceConflict,
    NotFound,
)
from chat.core.frames import GoneChange, MemberChange, Msg
from chat.core.ids import MessageId, RoomId
from chat.core.ops import Describe, Enrol, Op, Retract, Revise
from chat.core.values import Posted
from chat.log import commit
from chat.models import Change, Member, Message, Nonce, Room
from tests.cast import a_post, say


def do(op: Op) -> Posted | int | ChatError:
    """One write, one commit."""
    (answer,) = commit([op]).answers
    return answer


def test_a_first_message_brings_its_author(cozinha: RoomId, ana: Speaker) -> None:
    outcome = commit([a_post(cozinha, ana, "oi")])

    (batch,) = outcome.batches
    came, said = batch.changes
    assert isinstance(came, MemberChange)
    assert (came.name, came.role, came.v) == ("Ana", "guest", 2)
    assert isinstance(said, Msg)
    assert (said.body, said.seq, said.v) == ("oi", 1, 3)
    assert (batch.pv, batch.v, batch.seq) == (1, 3, 1)


def test_the_batch_tells_what_was_stored(cozinha: RoomId, ana: Speaker) -> None:
    (batch,) = commit([a_post(cozinha, ana, n) for n in ("um", "dois")]).batches

    rows = Message.objects.order_by("seq")
    assert [row.as_change() for row in rows] == [
        change for change in batch.changes if isinstance(change, Msg)
    ]
    assert f"{Change.objects.get(room=cozinha, v=batch.v).tok:08x}" == batch.tok


def test_a_resend_with_the_same_nonce_makes_one_message(
    cozinha: RoomId, ana: Speaker
) -> None:
    """A phone that lost the ack sends again; the room must not show it twice."""
    post = a_post(cozinha, ana)
    first, again = do(post), commit([post])

    assert isinstance(first, Posted)
    assert again.answers == [replace(first, dup=True)]
    assert again.batches == []
    assert Message.objects.count() == 1


def test_a_resend_that_meets_the_first_try_in_one_batch_makes_one_message(
    cozinha: RoomId, ana: Speaker
) -> None:
    post = a_post(cozinha, ana)

    first, again = commit([post, post]).answers

    assert isinstance(first, Posted)
    assert not first.dup
    assert again == replace(first, dup=True)
    assert Message.objects.count() == 1


def test_a_resend_after_an_edit_still_finds_the_first_message(
    cozinha: RoomId, ana: Speaker
) -> None:
    post = a_post(cozinha, ana, "oi")
    first = do(post)
    assert isinstance(first, Posted)
    do(Revise(cozinha, ana.author(), first.message, "oi!"))

    assert do(post) == replace(first, dup=True)


def test_a_resend_after_a_purge_still_makes_no_second_message(
    cozinha: RoomId, ana: Speaker
) -> None:
    """Nonces outlive messages: an old phone must not bring back what was erased."""
    post = a_post(cozinha, ana)
    first = do(post)
    Message.objects.all().delete()

    assert isinstance(first, Posted)
    assert do(post) == replace(first, dup=True)
    assert Message.objects.count() == 0


def test_a_nonce_cannot_be_used_for_another_text_or_room(
    cozinha: RoomId, sala: RoomId, ana: Speaker
) -> None:
    post = a_post(cozinha, ana, "oi")
    twin, moved = replace(post, body="tchau"), replace(post, room=sala)

    in_one_batch = commit([post, twin, moved]).answers
    later = [do(twin), do(moved)]

    for answer in (*in_one_batch[1:], *later):
        assert isinstance(answer, NonceConflict)
    assert Message.objects.count() == 1


def test_the_same_nonce_of_two_people_is_two_messages(
    cozinha: RoomId, ana: Speaker, bia: Speaker
) -> None:
    commit([a_post(cozinha, who, nonce="nonce-of-both") for who in (ana, bia)])

    assert Nonce.objects.count() == 2


def test_only_the_author_edits_and_deletes(
    cozinha: RoomId, ana: Speaker, bia: Speaker
) -> None:
    message = say(cozinha, ana).message

    assert isinstance(do(Revise(cozinha, bia.author(), message, "eu")), Forbidden)
    assert isinstance(do(Retract(cozinha, bia.author(), message)), Forbidden)
    assert Message.objects.get().body == "oi"


def test_a_message_cannot_be_reached_through_another_room(
    cozinha: RoomId, sala: RoomId, ana: Speaker
) -> None:
    message = say(cozinha, ana).message

    assert isinstance(do(Revise(sala, ana.author(), message, "eu")), NotFound)
    assert isinstance(do(Retract(sala, ana.author(), message)), NotFound)


def test_an_edit_keeps_the_place_and_moves_the_version(
    cozinha: RoomId, ana: Speaker
) -> None:
    first, second = say(cozinha, ana, "um"), say(cozinha, ana, "dois")

    answer = do(Revise(cozinha, ana.author(), first.message, "UM"))

    row = Message.objects.get(pk=first.message)
    assert (row.body, row.seq, row.v) == ("UM", first.seq, answer)
    assert answer == second.v + 1
    assert row.edited_at is not None


def test_an_edit_to_the_same_text_takes_no_version(
    cozinha: RoomId, ana: Speaker
) -> None:
    posted = say(cozinha, ana, "oi")

    outcome = commit([Revise(cozinha, ana.author(), posted.message, "oi")])

    assert outcome.answers == [posted.v]
    assert outcome.batches == []


def test_an_edit_of_what_has_changed_since_is_refused(
    cozinha: RoomId, ana: Speaker
) -> None:
    """Two tabs edit one message: the second must see the first one's text."""
    posted = say(cozinha, ana, "oi")
    edit = Revise(cozinha, ana.author(), posted.message, "olá", if_v=posted.v)

    answers = commit([edit, replace(edit, body="opa")]).answers

    assert answers[0] == posted.v + 1
    assert isinstance(answers[1], EditConflict)
    assert Message.objects.get().body == "olá"


def test_a_deleted_message_keeps_its_place_and_loses_its_text(
    cozinha: RoomId, ana: Speaker
) -> None:
    posted = say(cozinha, ana, "segredo")

    answer = do(Retract(cozinha, ana.author(), posted.message))

    row = Message.objects.get()
    assert (row.body, row.deleted, row.seq, row.v) == ("", "author", 1, answer)


def test_deleting_twice_is_one_change(cozinha: RoomId, ana: Speaker) -> None:
    retract = Retract(cozinha, ana.author(), say(cozinha, ana).message)

    outcome = commit([retract, retract])

    assert outcome.answers[0] == outcome.answers[1]
    assert len(outcome.batches[0].changes) == 1


def test_a_deleted_message_cannot_be_edited_back(cozinha: RoomId, ana: Speaker) -> None:
    message = say(cozinha, ana).message

    _, answer = commit(
        [
            Retract(cozinha, ana.author(), message),
            Revise(cozinha, ana.author(), message, "voltei"),
        ]
    ).answers

    assert isinstance(answer, Gone)
    assert Message.objects.get().body == ""


def test_a_room_that_is_not_there_takes_nothing(ana: Speaker) -> None:
    assert isinstance(do(a_post(RoomId(10**9), ana)), NotFound)


def test_a_room_is_described_once(cozinha: RoomId, ana: Speaker) -> None:
    describe = Describe(cozinha, ana.author(), "Cozinha", "receitas")

    outcome = commit([describe, describe])

    assert outcome.answers == [2, 2]
    assert Room.objects.get(pk=cozinha).topic == "receitas"


def test_a_member_who_leaves_keeps_a_row_without_a_role(
    cozinha: RoomId, ana: Speaker
) -> None:
    say(cozinha, ana)

    v = do(Enrol(cozinha, ana.author(), None))

    member = Member.objects.get(room=cozinha)
    assert (member.role, member.v) == (None, v)


def test_a_batch_of_everything_stores_what_it_can(
    cozinha: RoomId, sala: RoomId, ana: Speaker, bia: Speaker
) -> None:
    """Refusals stand between writes of several rooms; each has its own answer."""
    mine, theirs = say(cozinha, ana, "minha"), say(sala, bia, "dela")
    used = a_post(cozinha, ana, "nova")

    outcome = commit(
        [
            used,
            Revise(cozinha, bia.author(), mine.message, "roubada"),
            replace(used, body="outra"),
            Revise(sala, bia.author(), theirs.message, "dela, editada"),
            a_post(RoomId(10**9), ana),
            Retract(cozinha, ana.author(), MessageId(10**9)),
            Retract(cozinha, ana.author(), mine.message),
            a_post(sala, ana, "cheguei"),
        ]
    )

    codes = [a.code if isinstance(a, ChatError) else None for a in outcome.answers]
    assert codes == [
        None,
        Code.FORBIDDEN,
        Code.NONCE_CONFLICT,
        None,
        Code.NOT_FOUND,
        Code.NOT_FOUND,
        None,
        None,
    ]
    assert {batch.room for batch in outcome.batches} == {cozinha, sala}
    for batch in outcome.batches:
        versions = [change.v for change in batch.changes]
        assert versions == list(range(batch.pv + 1, batch.v + 1))
        assert not any(isinstance(change, GoneChange) for change in batch.changes)
