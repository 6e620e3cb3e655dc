"""
Every way the chat says no: error codes of the wire and close codes of the socket.

Text for people is made at the doors, in their language; programs use ``code`` only.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Code(StrEnum):
    """``err.code`` on the wire (docs/protocol.md has a row for each)."""

    BAD_FRAME = "bad_frame"
    UNKNOWN_TYPE = "unknown_type"
    UNSUPPORTED_VERSION = "unsupported_version"
    AUTH_REQUIRED = "auth_required"
    AUTH_EXPIRED = "auth_expired"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    GONE = "gone"
    NONCE_CONFLICT = "nonce_conflict"
    EDIT_CONFLICT = "edit_conflict"
    TOO_LARGE = "too_large"
    RATE_LIMITED = "rate_limited"
    TOO_MANY_SUBS = "too_many_subs"
    BLOCKED = "blocked"
    BUSY = "busy"
    UNKNOWN_OUTCOME = "unknown_outcome"
    READONLY = "readonly"
    INTERNAL = "internal"


class Close(IntEnum):
    """
    Close codes of the socket.

    4000-4499 ask the client to come back, 4500-4999 tell it not to.
    """

    POLICY = 1008
    DRAINING = 4000
    INTERNAL = 4001
    NO_PONG = 4002
    NO_PROGRESS = 4003
    REFRESH_SESSION = 4004
    TOO_MANY_FRAMES = 4005
    BAD_PROTOCOL = 4500
    SESSION_REVOKED = 4501
    BANNED = 4502
    CONNECTION_LIMIT = 4503
    VERSION = 4504
    NOT_FOUND = 4505


#: HTTP twin of each code, for the same request made over HTTP.
HTTP_STATUS: dict[Code, int] = {
    Code.BAD_FRAME: 400,
    Code.UNKNOWN_TYPE: 400,
    Code.UNSUPPORTED_VERSION: 400,
    Code.AUTH_REQUIRED: 401,
    Code.AUTH_EXPIRED: 401,
    Code.FORBIDDEN: 403,
    Code.NOT_FOUND: 404,
    Code.GONE: 410,
    Code.NONCE_CONFLICT: 409,
    Code.EDIT_CONFLICT: 409,
    Code.BLOCKED: 409,
    Code.TOO_LARGE: 413,
    Code.RATE_LIMITED: 429,
    Code.TOO_MANY_SUBS: 429,
    Code.BUSY: 503,
    Code.READONLY: 503,
    Code.UNKNOWN_OUTCOME: 504,
    Code.INTERNAL: 500,
}

#: The same request may succeed later, with the same nonce.
RETRYABLE = frozenset(
    {
        Code.RATE_LIMITED,
        Code.BLOCKED,
        Code.BUSY,
        Code.UNKNOWN_OUTCOME,
        Code.READONLY,
        Code.INTERNAL,
    }
)


class ChatError(Exception):
    """
    A refusal that the doors turn into an answer.

    Attributes:
        code: What the wire says.
        retry_ms: When trying again makes sense, in ms; None where unknown.
    """

    code: Code = Code.INTERNAL

    def __init__(self, detail: str = "", *, retry_ms: int | None = None) -> None:
        super().__init__(detail or self.code.value)
        self.retry_ms = retry_ms

    @property
    def retry(self) -> bool:
        """Whether the very same request may succeed later."""
        return self.code in RETRYABLE


class BadFrame(ChatError):
    """The frame is not JSON, or a field has a wrong type or value."""

    code = Code.BAD_FRAME


class UnknownType(ChatError):
    """The frame is well formed, but names no request of ours."""

    code = Code.UNKNOWN_TYPE


class UnsupportedVersion(ChatError):
    """The client speaks a version that this server does not."""

    code = Code.UNSUPPORTED_VERSION


class AuthRequired(ChatError):
    """Reading is free; this needs a nickname first."""

    code = Code.AUTH_REQUIRED


class AuthExpired(ChatError):
    """The ticket is not good, or not any more: ask for another one."""

    code = Code.AUTH_EXPIRED


class Forbidden(ChatError):
    """This person may not do this."""

    code = Code.FORBIDDEN


class NotFound(ChatError):
    """No such room or message, or none that this person may know of."""

    code = Code.NOT_FOUND


class Gone(ChatError):
    """It existed and was deleted."""

    code = Code.GONE


class NonceConflict(ChatError):
    """The nonce was used before for another text or room."""

    code = Code.NONCE_CONFLICT


class EditConflict(ChatError):
    """The message changed since the version the editor saw."""

    code = Code.EDIT_CONFLICT


class TooLarge(ChatError):
    """The text is longer than a message may be."""

    code = Code.TOO_LARGE


class RateLimited(ChatError):
    """Too much in too little time; ``retry_ms`` says when it fits again."""

    code = Code.RATE_LIMITED


class TooManySubs(ChatError):
    """This socket listens to as many rooms as it may."""

    code = Code.TOO_MANY_SUBS


class Blocked(ChatError):
    """An earlier message of this socket must be sent again first."""

    code = Code.BLOCKED


class Busy(ChatError):
    """The server has too much queued for this request now."""

    code = Code.BUSY


class UnknownOutcome(ChatError):
    """The connection to the database died during COMMIT; retry with the same nonce."""

    code = Code.UNKNOWN_OUTCOME


class ReadOnly(ChatError):
    """The database takes no writes now."""

    code = Code.READONLY


class Internal(ChatError):
    """A fault of ours; nothing was stored."""

    code = Code.INTERNAL
