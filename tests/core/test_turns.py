"""The order of sends, told as what a client saw."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.core import turns
from chat.core.turns import Turns


def come(queue: Turns, *nonces: str, key: str = "r1") -> str:
    """Let these come in this order; return those whose turn it was."""
    gone = ""
    for nonce in nonces:
        queue.arrive(nonce)
        if queue.take(key, nonce):
            gone += nonce
        else:
            queue.send_back(key, nonce)
    return gone


def test_while_nothing_was_sent_back_everything_goes() -> None:
    assert come(Turns(), "a", "b", "c") == "abc"


def test_after_one_was_sent_back_the_rest_of_its_room_waits_for_it() -> None:
    queue = Turns()
    queue.send_back("r1", "a")

    assert come(queue, "b", "c") == ""
    assert come(queue, "x", key="r2") == "x"
    assert come(queue, "a", "b", "c") == "abc"


def test_a_new_message_does_not_slip_in_between_those_that_come_again() -> None:
    """The client had not yet read that `b` was sent back when it wrote `z`."""
    queue = Turns()
    queue.send_back("r1", "a")
    come(queue, "b")

    assert come(queue, "a", "z", "b") == "ab"
    assert come(queue, "z") == "z"


def test_what_is_sent_back_a_second_time_still_has_its_place() -> None:
    queue = Turns()
    queue.send_back("r1", "a")
    come(queue, "b")
    assert come(queue, "a") == "a"
    queue.send_back("r1", "a")

    assert come(queue, "b", "a", "b") == "ab"


def test_a_message_refused_for_good_frees_the_way() -> None:
    queue = Turns()
    queue.send_back("r1", "a")

    queue.settle("a")

    assert come(queue, "b") == "b"


def test_a_room_is_one_queue_under_its_name_and_its_reference() -> None:
    """A page learns the reference in the middle of its first messages."""
    queue = Turns()
    queue.send_back("name:sala", "a")

    queue.meet("name:sala", "r7")

    assert come(queue, "b", key="r7") == ""
    assert come(queue, "a", key="name:sala") == "a"
    assert come(queue, "b", key="r7") == "b"


def test_a_client_that_leaves_too_much_lying_has_given_it_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(turns, "MAX_WAITING", 3)
    queue = Turns()

    come(queue, "a")
    for nonce in "abcd":
        queue.send_back("r1", nonce)

    assert come(queue, "b") == "b"


@given(st.lists(st.booleans(), max_size=60))
def test_whatever_is_sent_back_what_goes_is_in_order(refusals: list[bool]) -> None:
    """A client that sends all that is left, again and again, in order."""
    queue, left, stored = Turns(), [f"{n:02}" for n in range(10)], []
    fate = iter(refusals)
    while left:
        for nonce in list(left):
            queue.arrive(nonce)
            if queue.take("r1", nonce) and not next(fate, False):
                queue.settle(nonce)
                left.remove(nonce)
                stored.append(nonce)
            else:
                queue.send_back("r1", nonce)

    assert stored == sorted(stored)
