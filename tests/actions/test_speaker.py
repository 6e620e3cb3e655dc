"""Who is acting, as rooms and log see them."""

from __future__ import annotations

from accounts.people import Kind, Person
from chat.actions.speaker import Speaker


def test_rooms_and_log_see_the_same_person() -> None:
    speaker = Speaker(Person(5, "Zé", "a1b2", Kind.GUEST), "192.0.2.1")

    assert speaker.is_guest
    assert speaker.by() == speaker.author().by
    assert (speaker.by().id, speaker.author().id, speaker.author().role) == (
        "u5",
        5,
        "guest",
    )


def test_a_member_is_no_guest() -> None:
    assert not Speaker(Person(5, "Zé", "a1b2", Kind.MEMBER), "192.0.2.1").is_guest
