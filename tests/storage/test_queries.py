"""What is read: pages of the log, windows, heads and history."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chat import queries
from chat.actions.speaker import Speaker
from chat.core.fold import RoomState, fold_changes
from chat.core.frames import GoneChange, MemberChange, Msg, RoomChange
from chat.core.ids import RoomId
from chat.core.kinds import FAMILY_OF, Family, Kind
from chat.core.ops import Enrol, Retract, Revise
from chat.core.values import At, Page
from chat.log import commit
from chat.models import Change, Message
from tests.cast import a_post, new_room, say, say_all


def head_of(room: RoomId) -> At:
    return queries.heads([room])[room].at


def read(room: RoomId, since: At, limit: int = 200) -> Page:
    page = queries.page(room, since, limit)
    assert page is not None
    return page


def cursor(room: RoomId, v: int) -> At:
    return At(v, f"{Change.objects.get(room=room, v=v).tok:08x}")


def bodies(page: Page) -> list[str]:
    return [change.body for change in page.changes if isinstance(change, Msg)]


def test_a_page_holds_what_came_after_the_cursor(cozinha: RoomId, ana: Speaker) -> None:
    say(cozinha, ana, "antes")
    since = head_of(cozinha)
    say_all(cozinha, ana, "um", "dois")

    page = read(cozinha, since)

    assert bodies(page) == ["um", "dois"]
    assert (page.start, page.to, page.more) == (since.v, head_of(cozinha), False)
    assert not page.reset


def test_a_cursor_at_the_head_gets_an_empty_page(cozinha: RoomId, ana: Speaker) -> None:
    say(cozinha, ana)
    head = head_of(cozinha)

    page = read(cozinha, head)

    assert (page.changes, page.to, page.more, page.reset) == ([], head, False, False)


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_pages_have_a_bound_and_follow_each_other(
    cozinha: RoomId, ana: Speaker, limit: int
) -> None:
    say_all(cozinha, ana, *map(str, range(10)))
    at, spoken = At(0, ""), []

    while True:
        page = read(cozinha, at, limit)
        assert page.start == at.v
        assert len(page.changes) <= limit
        spoken += bodies(page)
        at = page.to
        if not page.more:
            break

    assert spoken == [str(n) for n in range(10)]


def test_a_forged_token_gets_the_newest_messages(cozinha: RoomId, ana: Speaker) -> None:
    """A history that was written anew has other tokens under the same versions."""
    posted = say(cozinha, ana, "oi")

    page = read(cozinha, At(posted.v - 1, "deadbeef"))

    assert page.reset
    assert bodies(page) == ["oi"]
    assert page.to == head_of(cozinha)


def test_a_cursor_from_the_future_gets_the_newest_messages(
    cozinha: RoomId, ana: Speaker
) -> None:
    """The database was restored from a backup that had not seen this client's last."""
    posted = say(cozinha, ana, "oi")

    assert read(cozinha, At(posted.v + 1, "00000001")).reset


def test_a_cursor_below_the_floor_gets_the_newest_messages(
    cozinha: RoomId, ana: Speaker
) -> None:
    say_all(cozinha, ana, "um", "dois", "três")
    low, floor = cursor(cozinha, 2), cursor(cozinha, 4)
    Change.objects.filter(room=cozinha, v__lt=4).delete()

    assert read(cozinha, low).reset
    assert read(cozinha, At(0, "")).reset
    assert not read(cozinha, floor).reset


def test_a_hole_in_the_log_is_never_read_over(cozinha: RoomId, ana: Speaker) -> None:
    say_all(cozinha, ana, "um", "dois", "três")
    since = cursor(cozinha, 2)
    Change.objects.filter(room=cozinha, v=4).delete()

    assert read(cozinha, since).reset


def test_who_missed_more_than_a_thousand_changes_gets_the_newest_messages(
    cozinha: RoomId, ana: Speaker
) -> None:
    since = head_of(cozinha)
    for _ in range(4):
        say_all(cozinha, ana, *["oi"] * 250)
    fits = read(cozinha, cursor(cozinha, 2))
    say(cozinha, ana)

    assert not fits.reset
    assert read(cozinha, since).reset


def test_a_page_ends_before_it_grows_too_large(cozinha: RoomId, ana: Speaker) -> None:
    long = "á" * 8000
    say_all(cozinha, ana, *[long] * 10)

    page = read(cozinha, At(0, ""))

    assert page.more
    assert sum(len(body.encode()) for body in bodies(page)) <= queries.PAGE_BYTES
    following = read(cozinha, page.to)
    assert following.start == page.to.v
    assert len(bodies(page)) + len(bodies(following)) >= 8


def test_one_message_larger_than_a_page_still_travels(
    cozinha: RoomId, ana: Speaker
) -> None:
    """The size is cut between messages: a page that held none would never end."""
    say(cozinha, ana)
    since = head_of(cozinha)
    say_all(cozinha, ana, "á" * 40_000, "depois")

    first = read(cozinha, since)
    second = read(cozinha, first.to)

    assert len(bodies(first)) == 1
    assert bodies(second) == ["depois"]


def test_a_message_edited_many_times_travels_once(
    cozinha: RoomId, ana: Speaker
) -> None:
    posted = say(cozinha, ana, "0")
    since = head_of(cozinha)
    for n in range(1, 6):
        commit([Revise(cozinha, ana.author(), posted.message, str(n))])

    page = read(cozinha, since)

    assert bodies(page) == ["5"]
    assert page.to.v == since.v + 5


def test_an_object_that_moves_on_is_met_where_it_went(
    cozinha: RoomId, ana: Speaker
) -> None:
    """Between two pages a message of the first one is edited: nothing is lost."""
    first = say(cozinha, ana, "um")
    say(cozinha, ana, "dois")
    page = read(cozinha, At(0, ""), 3)
    commit([Revise(cozinha, ana.author(), first.message, "UM")])
    rest = read(cozinha, page.to)

    state = RoomState()
    fold_changes(state, [*page.changes, *rest.changes])

    assert {message.body for message in state.msgs.values()} == {"UM", "dois"}


def test_what_was_edited_beyond_the_page_waits_for_its_page(
    cozinha: RoomId, ana: Speaker
) -> None:
    first = say(cozinha, ana, "um")
    say(cozinha, ana, "dois")
    commit([Revise(cozinha, ana.author(), first.message, "UM")])

    page = read(cozinha, At(0, ""), 3)

    assert bodies(page) == []
    assert bodies(read(cozinha, page.to)) == ["dois", "UM"]


@pytest.mark.parametrize("family", list(Family))
def test_every_family_is_read_and_can_be_gone(family: Family) -> None:
    assert family in queries.LOADERS
    assert family in queries._REFS
    assert family in FAMILY_OF.values()


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_has_a_family(kind: Kind) -> None:
    assert kind in FAMILY_OF


def test_a_purged_message_is_told_as_gone(cozinha: RoomId, ana: Speaker) -> None:
    since = head_of(cozinha)
    posted = say(cozinha, ana)
    Message.objects.all().delete()

    page = read(cozinha, since)

    gone = [change for change in page.changes if isinstance(change, GoneChange)]
    assert gone == [GoneChange("msg", f"m{posted.message}", posted.v)]


def test_a_window_has_the_newest_messages_the_room_and_its_people(
    cozinha: RoomId, ana: Speaker, bia: Speaker
) -> None:
    say_all(cozinha, ana, *map(str, range(60)))
    say(cozinha, bia, "eu")
    commit([Enrol(cozinha, bia.author(), None)])

    page = queries.window(cozinha, 50)

    assert page is not None
    assert page.reset
    assert page.older
    assert bodies(page) == [*(str(n) for n in range(11, 60)), "eu"]
    rooms = [c.name for c in page.changes if isinstance(c, RoomChange)]
    people = [c.name for c in page.changes if isinstance(c, MemberChange)]
    assert (rooms, people) == (["cozinha"], ["Ana"])
    assert page.to == head_of(cozinha)


def test_a_window_of_all_there_is_has_nothing_older(
    cozinha: RoomId, ana: Speaker
) -> None:
    say_all(cozinha, ana, *["oi"] * 50)

    page = queries.window(cozinha, 50)

    assert page is not None
    assert not page.older


def test_a_room_that_is_not_there_has_nothing(database: None) -> None:
    nowhere = RoomId(10**9)

    assert queries.page(nowhere, At(0, ""), 10) is None
    assert queries.window(nowhere, 10) is None
    assert queries.history(nowhere, before=10) is None
    assert queries.heads([nowhere]) == {}
    assert queries.room_by_id(nowhere) is None
    assert queries.room_by_slug("nenhures") is None


def test_a_page_takes_few_reads_however_much_it_holds(
    cozinha: RoomId, ana: Speaker, bia: Speaker
) -> None:
    def reads(limit: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            read(cozinha, At(1, cursor_tok), limit)
        return len(captured)

    cursor_tok = cursor(cozinha, 1).tok
    for who in (ana, bia):
        say_all(cozinha, who, *["oi"] * 50)

    assert reads(3) == reads(200)
    assert reads(200) <= 7


def test_many_heads_are_one_read(cozinha: RoomId, sala: RoomId, ana: Speaker) -> None:
    say(sala, ana)

    with CaptureQueriesContext(connection) as captured:
        heads = queries.heads([cozinha, sala, RoomId(10**9)])

    assert len(captured) == 1
    assert {room: head.at.v for room, head in heads.items()} == {cozinha: 1, sala: 3}
    assert heads[sala].seq == 1


@pytest.mark.parametrize(
    ("asked", "expected", "more"),
    [
        ({"before": 5, "limit": 2}, ["3", "4"], True),
        ({"before": 3, "limit": 2}, ["1", "2"], False),
        ({"before": 1, "limit": 2}, [], False),
        ({"after": 8, "limit": 5}, ["9", "10"], False),
        ({"after": 3, "limit": 2}, ["4", "5"], True),
        ({"after": 10, "limit": 2}, [], False),
        ({"around": 5, "limit": 4}, ["4", "5", "6", "7"], True),
        ({"around": 5, "limit": 1}, ["5"], True),
        ({"around": 10, "limit": 2}, ["9", "10"], True),
        ({"around": 1, "limit": 4}, ["1", "2", "3"], False),
    ],
)
def test_history_is_a_run_of_messages(
    cozinha: RoomId,
    ana: Speaker,
    asked: dict[str, int],
    expected: list[str],
    more: bool,
) -> None:
    say_all(cozinha, ana, *[str(n) for n in range(1, 11)])

    found = queries.history(cozinha, **asked)

    assert found is not None
    assert [message.body for message in found.msgs] == expected
    assert found.more is more
    assert found.at_v == head_of(cozinha).v


def test_a_deleted_message_keeps_its_place_in_history(
    cozinha: RoomId, ana: Speaker
) -> None:
    posted = say(cozinha, ana, "segredo")
    commit([Retract(cozinha, ana.author(), posted.message)])

    found = queries.history(cozinha, before=10)

    assert found is not None
    assert [(m.body, m.deleted) for m in found.msgs] == [("", "author")]


def test_names_and_ids_find_rooms(cozinha: RoomId, sala: RoomId) -> None:
    by_slug, by_id = queries.room_by_slug("cozinha"), queries.room_by_id(cozinha)

    assert by_slug is not None
    assert by_slug == by_id
    assert (by_slug.id, by_slug.slug, by_slug.shown) == (cozinha, "cozinha", "cozinha")
    assert queries.rooms_named(["sala", "porão"]) == {"sala": sala}


def test_rooms_are_listed_by_last_activity(ana: Speaker, cozinha: RoomId) -> None:
    for number in range(3):
        say(new_room(f"sala-{number}", ana), ana)
    newest = queries.open_rooms(2)

    assert len(newest) == 2
    assert newest[0].last_at >= newest[1].last_at
    assert len(queries.open_rooms(10)) == 4


def test_who_spoke_is_a_member_until_they_leave(
    cozinha: RoomId, ana: Speaker, bia: Speaker
) -> None:
    commit([a_post(cozinha, ana)])

    assert queries.is_member(cozinha, ana.person.id)
    assert not queries.is_member(cozinha, bia.person.id)
    commit([Enrol(cozinha, ana.author(), None)])
    assert not queries.is_member(cozinha, ana.person.id)
