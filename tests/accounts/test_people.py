"""The mark that tells namesakes apart (R-10)."""

from django.test import override_settings

from accounts.people import MARK_ALPHABET, mark


def test_a_mark_is_four_letters_that_can_be_read_aloud() -> None:
    assert all(
        len(mark(user_id)) == 4 and set(mark(user_id)) <= set(MARK_ALPHABET)
        for user_id in range(1, 500)
    )


def test_a_mark_never_changes_and_says_nothing_of_the_id() -> None:
    marks = [mark(user_id) for user_id in range(1, 1001)]

    assert marks == [mark(user_id) for user_id in range(1, 1001)]
    assert len(set(marks)) > 990
    assert marks != sorted(marks)


def test_another_installation_has_other_marks() -> None:
    here = [mark(user_id) for user_id in range(1, 20)]
    with override_settings(SECRET_KEY="another" * 10):
        there = [mark(user_id) for user_id in range(1, 20)]

    assert there != here
