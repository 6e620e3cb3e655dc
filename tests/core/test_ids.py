"""References on the wire: one number has one spelling, and nothing else is one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.core.ids import message_ref, parse_message, parse_room, room_ref, user_ref

pytestmark = pytest.mark.pure


@given(st.integers(1, 10**18 - 1))
def test_a_reference_leads_back_to_its_number(number: int) -> None:
    assert parse_room(room_ref(number)) == number
    assert parse_message(message_ref(number)) == number


@pytest.mark.parametrize(
    "noise",
    [
        "",
        "r",
        "7",
        "m7",
        "R7",
        "r-1",
        "r 7",
        "r7 ",
        "r1.0",
        "r１２",
        "r٣",
        "r" + "9" * 19,
    ],
)
def test_anything_else_names_no_room(noise: str) -> None:
    """Digits of other scripts and numbers beyond the database's are refused here."""
    assert parse_room(noise) is None


def test_a_room_is_no_message_and_no_person() -> None:
    assert parse_message(room_ref(7)) is None
    assert parse_room(user_ref(7)) is None


@given(st.text(max_size=30))
def test_no_text_at_all_is_an_error(text: str) -> None:
    parse_room(text)
    parse_message(text)
