"""
The frames of ``rai.v1`` as typed values (docs/protocol.md).

Names of frames and fields are the wire's. Unknown fields are ignored by the decoder,
so that within v1 both sides may add.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

#: Largest integer that every JSON reader keeps exact (R-42).
MAX_INT = 2**53

Count = Annotated[int, Meta(ge=0, le=MAX_INT)]
Ref = Annotated[str, Meta(max_length=20)]
Token = Annotated[str, Meta(max_length=16)]
Slug = Annotated[str, Meta(max_length=512)]
Nonce = Annotated[str, Meta(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
#: A version and the log row's random token there.
Cursor = tuple[Count, Token]


# Changes: what a room's log is made of, and what a client folds.


class By(Struct, frozen=True, gc=False):
    """Author, as they were called when they wrote."""

    id: str
    name: str
    mark: str


class Msg(Struct, frozen=True, tag="msg", tag_field="k", omit_defaults=True):
    """A message's whole present state; a deleted one keeps its place, not its text."""

    id: str
    v: int
    seq: int
    at: int
    by: By
    body: str
    nonce: str
    reply_to: str | None = None
    ed: int | None = None
    deleted: Literal["author", "mod"] | None = field(name="del", default=None)


class GoneChange(Struct, frozen=True, tag="gone", tag_field="k"):
    """An object that is no longer stored at all."""

    of: str
    id: str
    v: int


class RoomChange(Struct, frozen=True, tag="room", tag_field="k"):
    """What the room is called and is about."""

    id: str
    name: str
    shown: str
    topic: str
    v: int


class MemberChange(Struct, frozen=True, tag="member", tag_field="k"):
    """Somebody who wrote here; ``role`` is None once they have left."""

    id: str
    name: str
    mark: str
    role: str | None
    v: int


Change = Msg | GoneChange | RoomChange | MemberChange


# Client to server


class Hello(Struct, frozen=True, tag="hello", tag_field="t"):
    """First frame of a connection."""

    id: Count
    v: int
    tab: Annotated[str, Meta(max_length=64)] = ""
    ticket: Annotated[str, Meta(max_length=512)] | None = None
    caps: Annotated[list[str], Meta(max_length=32)] = field(default_factory=list)
    since: Annotated[dict[str, Cursor], Meta(max_length=128)] = field(
        default_factory=dict
    )


class Sub(Struct, frozen=True, tag="sub", tag_field="t"):
    """Listen to a room, by reference or, before its first message, by name."""

    id: Count
    room: Ref | None = None
    name: Slug | None = None
    since: Cursor | None = None
    mode: Literal["full", "head"] = "full"
    window: Annotated[int, Meta(ge=1, le=100)] = 50


class Unsub(Struct, frozen=True, tag="unsub", tag_field="t"):
    """Stop listening."""

    id: Count
    room: Ref


class Sync(Struct, frozen=True, tag="sync", tag_field="t"):
    """Read again from a cursor: the client saw a hole."""

    id: Count
    room: Ref
    since: Cursor


class Hist(Struct, frozen=True, tag="hist", tag_field="t"):
    """Older or newer messages around one; exactly one of the three is given."""

    id: Count
    room: Ref
    before: Count | None = None
    after: Count | None = None
    around: Count | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 50


class Send(Struct, frozen=True, tag="send", tag_field="t"):
    """Write a message; ``name`` makes the room with it."""

    id: Count
    nonce: Nonce
    body: str
    room: Ref | None = None
    name: Slug | None = None
    reply_to: Ref | None = None


class Edit(Struct, frozen=True, tag="edit", tag_field="t"):
    """Replace the text of one's own message."""

    id: Count
    room: Ref
    m: Ref
    body: str
    nonce: Nonce | None = None
    if_v: Count | None = None


class Delete(Struct, frozen=True, tag="del", tag_field="t"):
    """Take one's own message back; a tombstone stays."""

    id: Count
    room: Ref
    m: Ref
    nonce: Nonce | None = None


class Typing(Struct, frozen=True, tag="typing", tag_field="t"):
    """Somebody is typing; never stored, dropped first."""

    room: Ref
    id: Count = 0


class Ping(Struct, frozen=True, tag="ping", tag_field="t"):
    """Life sign and audit: where the client stands in each room."""

    id: Count = 0
    pos: Annotated[dict[str, Count], Meta(max_length=128)] = field(default_factory=dict)


ClientFrame = Hello | Sub | Unsub | Sync | Hist | Send | Edit | Delete | Typing | Ping


# Server to client


class Limits(Struct, frozen=True, gc=False):
    """What a client may do, told in ``hello``."""

    body: int = 4000
    bytes: int = 16384
    subs: int = 128
    flight: int = 16
    page: int = 200


class HelloOk(Struct, frozen=True, tag="hello", tag_field="t"):
    """Answer to hello; ``now`` is the server's clock in epoch ms."""

    id: int
    epoch: str
    now: int
    user: By | None
    hb: int
    limits: Limits
    caps: list[str]
    v: int = 1


class SyncPage(Struct, frozen=True, tag="sync", tag_field="t", omit_defaults=True):
    """A stretch of the log; ``window`` means: forget the room and start from this."""

    id: int
    room: str
    mode: Literal["delta", "window"]
    from_: int = field(name="from")
    to: int
    tok: str
    c: list[Change]
    more: bool
    name: str | UnsetType = UNSET
    older: bool | UnsetType = UNSET


class Ev(Struct, frozen=True, tag="ev", tag_field="t"):
    """One commit batch of a room; ``pv`` is the version just before it."""

    room: str
    pv: int
    v: int
    tok: str
    c: list[Change]


class HistPage(Struct, frozen=True, tag="hist", tag_field="t"):
    """Messages by ordinal, oldest first, as they were at version ``at_v``."""

    id: int
    room: str
    msgs: list[Msg]
    at_v: int
    more: bool


class Stored(Struct, frozen=True, gc=False):
    """Where a sent message stands."""

    id: str
    seq: int
    v: int
    at: int


class Ok(Struct, frozen=True, tag="ok", tag_field="t", omit_defaults=True):
    """Done, and on disk where the request changed something."""

    id: int
    room: str | None = None
    nonce: str | None = None
    m: Stored | None = None
    v: int | None = None
    dup: bool = False
    waiting: bool = False


class Err(Struct, frozen=True, tag="err", tag_field="t", omit_defaults=True):
    """Not done; ``retry`` in ms where trying again makes sense."""

    id: int
    code: str
    msg: str
    retry: int | None = None
    nonce: str | None = None


class Eph(Struct, frozen=True, tag="eph", tag_field="t"):
    """Somebody is typing."""

    room: str
    k: Literal["typing"]
    by: By


class HeadFrame(Struct, frozen=True, tag="head", tag_field="t"):
    """Where a room stands, for those who asked for no more (mode ``head``)."""

    room: str
    v: int
    seq: int


class End(Struct, frozen=True, tag="end", tag_field="t"):
    """The subscription is over."""

    room: str
    code: str


class Bye(Struct, frozen=True, tag="bye", tag_field="t"):
    """The server closes; come back after ``retry_ms``."""

    code: int
    retry_ms: int


class Pong(Struct, frozen=True, tag="pong", tag_field="t"):
    """Answer to ping; rooms in ``fix`` want a ``sync``."""

    id: int
    now: int
    fix: list[str]


ServerFrame = (
    HelloOk | SyncPage | Ev | HistPage | Ok | Err | Eph | HeadFrame | End | Bye | Pong
)
