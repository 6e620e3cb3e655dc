"""
How each kind of write changes a room, under the room's lock.

A writer checks, then calls ``Draft.advance`` for each change it makes. It raises a
ChatError before it has changed anything, so that the other writes of the batch stand.
"""

from __future__ import annotations

from typing import assert_never

from chat.core.errors import ChatError, NonceConflict, NotFound
from chat.core.frames import GoneChange, MemberChange
from chat.core.ids import MessageId, message_ref, user_ref
from chat.core.kinds import Kind
from chat.core.ops import Author, Describe, Enrol, Op, Post, Retract, Revise
from chat.core.rules import MessageFacts, may_delete, may_edit
from chat.core.values import Posted
from chat.log.draft import (
    Draft,
    NewMessage,
    OpenRoom,
    digest,
    enrolment_key,
    message_change,
)
from chat.models import Message, Room

#: Stands in a room's list of changes until the row's id is known.
_PENDING = GoneChange(of="", id="", v=0)


def apply(draft: Draft, room: OpenRoom, op: Op) -> Posted | NewMessage | int:
    """
    Apply one write.

    Returns:
        A repeated send's first outcome, a new message that still lacks its id, or the
        version that the write was given (the present one where nothing changed).

    Raises:
        ChatError: The write is refused; nothing was changed.
    """
    match op:
        case Post():
            return _post(draft, room, op)
        case Revise():
            return _revise(draft, room, op)
        case Retract():
            return _retract(draft, room, op)
        case Describe():
            return _describe(draft, room, op)
        case Enrol():
            return _enrol(draft, room, op.author, op.role)
        case _:
            assert_never(op)


def _post(draft: Draft, room: OpenRoom, op: Post) -> Posted | NewMessage:
    key = (op.author.id, op.nonce)
    earlier = draft.spent.get(key)
    if earlier is not None:
        spent_for, posted = earlier
        if spent_for != digest(op.room, op.body):
            raise NonceConflict
        return posted
    twin = draft.fresh.get(key)
    if twin is not None:
        if (twin.op.room, twin.op.body) != (op.room, op.body):
            raise NonceConflict
        return twin
    if draft.enrolled.get(enrolment_key(op.room, op.author)) != op.author.by.name:
        _enrol(draft, room, op.author, op.author.role)
    room.seq += 1
    v = draft.advance(room, Kind.MESSAGE, 0)
    post = NewMessage(
        op,
        room.seq,
        v,
        room.last_at,
        place=len(room.changes),
        row=len(draft.log_rows) - 1,
    )
    room.changes.append(_PENDING)
    draft.posts.append(post)
    draft.fresh[key] = post
    return post


def _revise(draft: Draft, room: OpenRoom, op: Revise) -> int:
    message = _message(room, op.message)
    _refuse(may_edit(_facts(message), op.author.id, op.if_v))
    if message.body == op.body:
        return message.v
    message.v = draft.advance(room, Kind.EDIT, message.pk)
    message.body = op.body
    message.edited_at = room.last_at
    message.save(update_fields=["v", "body", "edited_at"])
    room.changes.append(message.as_change())
    return message.v


def _retract(draft: Draft, room: OpenRoom, op: Retract) -> int:
    message = _message(room, op.message)
    _refuse(may_delete(_facts(message), op.author.id))
    if message.deleted:
        return message.v
    message.v = draft.advance(room, Kind.DELETE, message.pk)
    message.body = ""
    message.deleted = Message.DeletedBy.AUTHOR
    message.save(update_fields=["v", "body", "deleted"])
    room.changes.append(message.as_change())
    return message.v


def _describe(draft: Draft, room: OpenRoom, op: Describe) -> int:
    row = Room.objects.get(pk=op.room)
    if (row.shown, row.topic) == (op.shown, op.topic):
        return row.v
    row.v = draft.advance(room, Kind.ROOM, row.pk)
    row.shown, row.topic = op.shown, op.topic
    row.save(update_fields=["v", "shown", "topic"])
    room.changes.append(row.as_change())
    return row.v


def _enrol(draft: Draft, room: OpenRoom, author: Author, role: str | None) -> int:
    name = author.by.name
    v = draft.advance(room, Kind.MEMBER, author.id)
    draft.members.append((room.room, author.id, name, role, v))
    if role is None:
        draft.enrolled.pop(enrolment_key(room.room, author), None)
    else:
        draft.enrolled[enrolment_key(room.room, author)] = name
    room.changes.append(
        MemberChange(
            id=user_ref(author.id), name=name, mark=author.by.mark, role=role, v=v
        )
    )
    return v


def _message(room: OpenRoom, message: int) -> Message:
    row = Message.objects.filter(pk=message, room_id=room.room).first()
    if row is None:
        raise NotFound(message_ref(message))
    return row


def _facts(message: Message) -> MessageFacts:
    return MessageFacts(
        author=message.author_id, v=message.v, is_deleted=message.deleted is not None
    )


def _refuse(error: ChatError | None) -> None:
    if error is not None:
        raise error


def settle(post: NewMessage, key: MessageId, draft: Draft) -> Posted:
    """Put a new message's id where it was waited for."""
    room = draft.rooms[post.op.room]
    room.changes[post.place] = message_change(post, key)
    row = draft.log_rows[post.row]
    draft.log_rows[post.row] = (*row[:3], key, *row[4:])
    return Posted(post.op.room, key, post.seq, post.v, post.at)
