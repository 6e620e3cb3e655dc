"""Every way to say no: codes, closes, and what a client may make of them."""

from __future__ import annotations

import pytest

from chat.core import errors
from chat.core.errors import HTTP_STATUS, RETRYABLE, ChatError, Close, Code

KINDS = ChatError.__subclasses__()


@pytest.mark.parametrize("code", list(Code))
def test_every_code_has_its_twin_in_http(code: Code) -> None:
    assert 400 <= HTTP_STATUS[code] <= 599


def test_what_may_succeed_later_is_never_called_the_clients_fault() -> None:
    """A client that reads only the status must not give up on a message."""
    for code in RETRYABLE:
        assert HTTP_STATUS[code] in (409, 429, 500, 503, 504)


def test_no_two_refusals_share_a_code() -> None:
    codes = [kind.code for kind in KINDS]

    assert len(set(codes)) == len(codes)
    assert set(codes) <= set(Code)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_refusal_knows_whether_to_try_again(
    kind: type[ChatError],
) -> None:
    refusal = kind(retry_ms=7)

    assert refusal.retry == (kind.code in RETRYABLE)
    assert refusal.retry_ms == 7
    assert str(refusal) == kind.code.value
    assert str(kind("why")) == "why"


def test_closes_tell_by_their_range_whether_to_come_back() -> None:
    come_back = {Close.DRAINING, Close.INTERNAL, Close.NO_PONG, Close.NO_PROGRESS}
    stay_away = {Close.BAD_PROTOCOL, Close.BANNED, Close.VERSION, Close.NOT_FOUND}

    assert all(4000 <= close < 4500 for close in come_back)
    assert all(4500 <= close < 5000 for close in stay_away)


def test_every_refusal_of_the_module_is_a_chat_error() -> None:
    public = [
        thing
        for name, thing in vars(errors).items()
        if isinstance(thing, type) and issubclass(thing, Exception) and name[0] != "_"
    ]

    assert set(public) == {ChatError, *KINDS}
