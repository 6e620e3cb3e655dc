"""What is forgotten of the log, and what a cursor into the forgotten part gets."""

import pytest

from chat import queries
from chat.actions.speaker import Speaker
from chat.core.ids import RoomId
from chat.core.values import At
from chat.log import trim
from chat.models import Change, Message, Nonce, RoomHead
from tests.cast import say_all

DAY_MS = 24 * 3600 * 1000


def test_a_young_log_is_kept_whole(cozinha: RoomId, ana: Speaker) -> None:
    """Nothing is forgotten before its time."""
    say_all(cozinha, ana, "um", "dois")

    assert trim.overdue() == []
    assert trim.forget_nonces() == 0


def test_lines_older_than_thirty_days_go_and_messages_stay(
    cozinha: RoomId, ana: Speaker
) -> None:
    """The log is how clients catch up, not where messages live."""
    say_all(cozinha, ana, "um", "dois", "três")
    head = RoomHead.objects.get(room_id=cozinha)
    later = head.last_at + 31 * DAY_MS

    for room, floor in trim.overdue(later):
        trim.forget_lines(room, floor)

    assert trim.overdue(later) == []
    assert list(Change.objects.values_list("v", flat=True)) == [head.head]
    assert RoomHead.objects.get(room_id=cozinha).floor == head.head
    assert Message.objects.count() == 3


def test_a_cursor_at_the_floor_still_holds(cozinha: RoomId, ana: Speaker) -> None:
    """The line at the floor stays, because its token proves where the client was."""
    say_all(cozinha, ana, "um", "dois")
    head = queries.heads([cozinha])[cozinha]
    trim.forget_lines(cozinha, head.at.v)
    say_all(cozinha, ana, "três")

    page = queries.page(cozinha, head.at, 200)

    assert page is not None
    assert not page.reset
    assert [change.v for change in page.changes] == [head.at.v + 1]


@pytest.mark.parametrize("since", [At(0, ""), At(1, "00000000")])
def test_a_cursor_below_the_floor_gets_the_newest_messages(
    cozinha: RoomId, ana: Speaker, since: At
) -> None:
    """Absent for months: a window, never a silent hole."""
    say_all(cozinha, ana, "um", "dois", "três")
    trim.forget_lines(cozinha, 3)

    page = queries.page(cozinha, since, 200)

    assert page is not None
    assert page.reset
    assert page.to == page.head.at


def test_a_long_log_is_cut_to_its_newest_lines(
    cozinha: RoomId, ana: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A busy room does not grow its log for ever, whatever the age."""
    monkeypatch.setattr(trim, "KEEP_LOG_ROWS", 4)
    monkeypatch.setattr(trim, "STRIDE", 3)
    say_all(cozinha, ana, *"abcdefghij")
    head = queries.heads([cozinha])[cozinha].at.v

    while due := trim.overdue():
        for room, floor in due:
            trim.forget_lines(room, floor)

    kept = list(Change.objects.order_by("v").values_list("v", flat=True))
    assert kept == list(range(head - 4, head + 1))


def test_nonces_are_remembered_for_two_weeks(cozinha: RoomId, ana: Speaker) -> None:
    """Longer than any phone keeps an unsent message."""
    say_all(cozinha, ana, "um", "dois")
    at = Nonce.objects.order_by("at").values_list("at", flat=True)[0]

    assert trim.forget_nonces(at + 13 * DAY_MS) == 0
    assert trim.forget_nonces(at + 15 * DAY_MS) == 2
    assert not Nonce.objects.exists()
