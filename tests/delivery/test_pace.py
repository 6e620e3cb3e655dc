"""How much one may ask for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chat.core import limits
from chat.core.errors import RateLimited
from chat.delivery.pace import Pace

HERE = "192.0.2.1"


def until_refused(act: Callable[[], object]) -> tuple[int, RateLimited]:
    """How often it went, and the refusal."""
    for times in range(10_000):
        try:
            act()
        except RateLimited as refused:
            return times, refused
    raise AssertionError("never refused")


def test_a_guest_has_a_short_burst_and_then_a_wait() -> None:
    pace = Pace(is_open=False)

    times, refused = until_refused(lambda: pace.message(1, HERE, 7, is_guest=True))

    assert times == limits.GUEST_MESSAGES.burst
    assert refused.retry_ms is not None
    assert 0 < refused.retry_ms <= 2000


def test_a_member_has_a_longer_one() -> None:
    pace = Pace(is_open=False)

    times, _ = until_refused(lambda: pace.message(1, HERE, 7, is_guest=False))

    assert times == limits.MEMBER_MESSAGES.burst


def test_one_persons_flood_is_not_anothers_limit() -> None:
    pace = Pace(is_open=False)
    until_refused(lambda: pace.message(1, HERE, 7, is_guest=True))

    pace.message(2, HERE, 7, is_guest=True)


def test_many_people_of_one_address_share_its_measure() -> None:
    """A flood from one machine that takes a new name for each message."""
    pace = Pace(is_open=False)
    people = iter(range(10_000))

    times, _ = until_refused(
        lambda: pace.message(next(people), HERE, next(people), is_guest=True)
    )

    assert times == limits.ADDRESS_MESSAGES.burst


def test_many_people_of_many_addresses_share_the_rooms_measure() -> None:
    pace = Pace(is_open=False)
    people = iter(range(10_000))

    times, _ = until_refused(
        lambda: pace.message(next(people), f"a{next(people)}", 7, is_guest=True)
    )

    assert limits.ROOM_MESSAGES.burst <= times <= limits.ROOM_MESSAGES.burst + 10


@pytest.mark.parametrize(
    ("act", "burst"),
    [
        (lambda pace: pace.edit(1), limits.EDITS.burst),
        (lambda pace: pace.read(1, HERE), limits.READS.burst),
        (lambda pace: pace.read(None, HERE), limits.ADDRESS_READS.burst),
        (lambda pace: pace.new_room(1, is_guest=True), limits.GUEST_ROOMS.burst),
        (lambda pace: pace.new_room(1, is_guest=False), limits.MEMBER_ROOMS.burst),
    ],
    ids=["edits", "reads", "reads without a name", "guest's rooms", "member's rooms"],
)
def test_everything_that_costs_the_others_has_a_measure(
    act: Callable[[Pace], None], burst: float
) -> None:
    pace = Pace(is_open=False)

    times, _ = until_refused(lambda: act(pace))

    assert burst <= times <= burst + 5


def test_typing_is_passed_on_now_and_then() -> None:
    pace = Pace(is_open=False)

    passed = [pace.typing(1, 7) for _ in range(10)]

    assert passed.count(True) == limits.TYPING.burst
    assert pace.typing(1, 8)
    assert pace.typing(2, 7)


def test_without_limits_nobody_is_refused() -> None:
    pace = Pace(is_open=True)

    for _ in range(1000):
        pace.message(1, HERE, 7, is_guest=True)
        pace.edit(1)
        pace.read(None, HERE)
        pace.new_room(1, is_guest=True)
        assert pace.typing(1, 7)
