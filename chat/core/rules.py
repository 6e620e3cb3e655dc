"""Who may do what with a message: facts in, verdict out. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from chat.core.errors import ChatError, EditConflict, Forbidden, Gone


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """What the rules need to know of a stored message."""

    author: int
    v: int
    is_deleted: bool


def may_edit(facts: MessageFacts, actor: int, if_v: int | None) -> ChatError | None:
    """The refusal of an edit, or None where it may go ahead."""
    if facts.author != actor:
        return Forbidden("not the author")
    if facts.is_deleted:
        return Gone("the message was deleted")
    if if_v is not None and if_v != facts.v:
        return EditConflict("the message changed since")
    return None


def may_delete(facts: MessageFacts, actor: int) -> ChatError | None:
    """The refusal of a deletion, or None where it may go ahead."""
    if facts.author != actor:
        return Forbidden("not the author")
    return None
