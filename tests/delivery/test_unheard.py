"""What the tutorial's clients have still to hear."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chat.core.frames import By, Change, GoneChange, Msg
from chat.delivery.unheard import Unheard

BY = By("u1", "Ana", "a1b2")


def a_message(seq: int, *, deleted: bool = False) -> Msg:
    return Msg(
        f"m{seq}",
        seq,
        seq,
        1,
        BY,
        str(seq),
        f"nonce-{seq:04}",
        deleted="author" if deleted else None,
    )


def test_each_message_is_heard_once() -> None:
    unheard = Unheard(2)

    first = unheard.take([a_message(n) for n in (1, 2, 3, 4)])
    again = unheard.take([a_message(n) for n in (3, 4)])

    assert [message.seq for message in first] == [3, 4]
    assert again == []


def test_one_that_was_edited_beyond_the_page_is_heard_late() -> None:
    unheard = Unheard()

    page = unheard.take([a_message(2), a_message(3)])
    later = unheard.take([a_message(1), a_message(4)])

    assert [message.seq for message in page] == [2, 3]
    assert [message.seq for message in later] == [1, 4]


def test_one_that_was_deleted_is_never_heard() -> None:
    unheard = Unheard()

    assert unheard.take([a_message(1, deleted=True)]) == []
    assert unheard.take([a_message(1)]) == []


def test_once_caught_up_nothing_is_late() -> None:
    """What is missing then was purged: memory is not kept for it."""
    unheard = Unheard()
    unheard.take([a_message(5)])

    unheard.caught_up(7)

    assert unheard.take([a_message(1), a_message(6), a_message(7)]) == []
    assert [m.seq for m in unheard.take([a_message(8)])] == [8]


def test_a_copy_goes_its_own_way() -> None:
    unheard = Unheard()
    unheard.take([a_message(2)])
    twin = unheard.copy()

    heard = [len(each.take([a_message(1)])) for each in (unheard, twin, unheard, twin)]

    assert heard == [1, 1, 0, 0]


@given(st.permutations(range(1, 9)), st.data())
def test_however_pages_are_cut_each_is_heard_exactly_once(
    order: list[int], data: st.DataObject
) -> None:
    unheard, heard = Unheard(), []
    changes: list[Change] = [a_message(seq) for seq in order]
    changes.insert(3, GoneChange("msg", "m99", 99))
    while changes:
        size = data.draw(st.integers(1, len(changes)))
        page, changes = changes[:size], changes[size:]
        heard += [message.seq for message in unheard.take(page)]

    assert sorted(heard) == list(range(1, 9))
