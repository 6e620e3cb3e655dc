"""Who may do what with a message."""

import pytest

from chat.core.errors import EditConflict, Forbidden, Gone
from chat.core.rules import MessageFacts, may_delete, may_edit

pytestmark = pytest.mark.pure

ANA, BIA = 1, 2
HERS = MessageFacts(author=ANA, v=7, is_deleted=False)
DELETED = MessageFacts(author=ANA, v=8, is_deleted=True)


def test_one_may_edit_and_delete_ones_own_message() -> None:
    assert may_edit(HERS, ANA, None) is None
    assert may_edit(HERS, ANA, 7) is None
    assert may_delete(HERS, ANA) is None


def test_nobody_edits_or_deletes_what_another_wrote() -> None:
    assert isinstance(may_edit(HERS, BIA, None), Forbidden)
    assert isinstance(may_delete(HERS, BIA), Forbidden)


def test_an_edit_that_saw_an_older_text_does_not_overwrite_a_newer_one() -> None:
    assert isinstance(may_edit(HERS, ANA, 6), EditConflict)


def test_a_deleted_message_cannot_be_edited_back_but_may_be_deleted_again() -> None:
    """A phone that lost the answer asks a second time."""
    assert isinstance(may_edit(DELETED, ANA, None), Gone)
    assert may_delete(DELETED, ANA) is None


def test_a_stranger_does_not_learn_that_it_was_deleted() -> None:
    assert isinstance(may_edit(DELETED, BIA, None), Forbidden)
