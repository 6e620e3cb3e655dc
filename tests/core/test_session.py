"""What one connection of rai.v1 may do next."""

from itertools import count

import pytest

from chat.core import session as rules
from chat.core.errors import BadFrame, Busy, Close, RateLimited
from chat.core.frames import ClientFrame, Hello, Ping, Send, Sub, Unsub
from chat.core.session import Do, Effect, Hangup, Refuse, Session

pytestmark = pytest.mark.pure

_ids = count(1)


def greeted() -> Session:
    session = Session()
    hello = Hello(id=next(_ids), v=1)
    session.feed(hello)
    session.done(hello)
    return session


def a_send(room: str = "r1", nonce: str | None = None) -> Send:
    key = next(_ids)
    return Send(id=key, nonce=nonce or f"nonce-{key:04}", body="oi", room=room)


def a_sub(room: str) -> Sub:
    return Sub(id=next(_ids), room=room)


def code(effect: Effect) -> str:
    assert isinstance(effect, Refuse)
    return effect.error.code.value


def test_whoever_does_not_say_hello_first_is_not_of_our_kind() -> None:
    assert Session().feed(Ping(id=1)) == Hangup(Close.BAD_PROTOCOL)
    assert Session().bad(0, BadFrame(), 0.0) == Hangup(Close.BAD_PROTOCOL)


def test_hello_opens_once_and_only_for_a_version_we_speak() -> None:
    session = Session()

    assert code(session.feed(Hello(id=1, v=2))) == "unsupported_version"
    assert isinstance(session.feed(Hello(id=2, v=1)), Do)
    assert session.greeted
    assert code(session.feed(Hello(id=3, v=1))) == "bad_frame"


def test_a_queue_that_is_full_says_busy_and_goes_on() -> None:
    session = greeted()
    waiting: list[ClientFrame] = [Ping(id=n) for n in range(rules.MAX_QUEUED)]
    for frame in waiting:
        assert isinstance(session.feed(frame), Do)

    assert code(session.feed(Ping(id=99))) == "busy"
    session.done(waiting[0])
    assert isinstance(session.feed(Ping(id=100)), Do)


def test_whoever_goes_on_and_on_against_a_full_queue_is_let_go() -> None:
    session = greeted()
    for number in range(rules.MAX_QUEUED):
        session.feed(Ping(id=number))

    effects = [session.feed(Ping(id=n)) for n in range(rules.MAX_BUSY_ANSWERS)]

    assert effects[-1] == Hangup(Close.TOO_MANY_FRAMES)
    assert all(code(effect) == "busy" for effect in effects[:-1])


def test_noise_is_answered_until_it_is_too_much_of_it() -> None:
    session = greeted()

    effects = [session.bad(0, BadFrame(), now_s=0.0) for _ in range(21)]

    assert all(isinstance(effect, Refuse) for effect in effects[:20])
    assert effects[20] == Hangup(Close.POLICY)
    assert isinstance(session.bad(0, BadFrame(), now_s=60.0), Refuse)


def test_no_more_than_sixteen_sends_are_in_flight() -> None:
    session = greeted()
    sends = [a_send() for _ in range(rules.MAX_SENDS_IN_FLIGHT + 1)]
    for frame in sends:
        session.feed(frame)

    answers = [session.start_send(frame) for frame in sends]

    assert answers[:-1] == [None] * rules.MAX_SENDS_IN_FLIGHT
    assert isinstance(answers[-1], Busy)


def test_a_message_sent_back_is_not_overtaken_by_the_next_of_its_room() -> None:
    """The reader of a chat must not find the answer above the question."""
    session = greeted()
    first, second, elsewhere = a_send(), a_send(), a_send("r2")
    for frame in (first, second, elsewhere):
        session.feed(frame)
    assert session.start_send(first) is None
    session.done(first, RateLimited(retry_ms=500))

    blocked = session.start_send(second)

    assert blocked is not None
    assert blocked.code.value == "blocked"
    assert session.start_send(elsewhere) is None


def test_the_one_sent_back_goes_when_it_comes_again_and_then_the_others() -> None:
    session = greeted()
    first, second = a_send(), a_send()
    for frame in (first, second):
        session.feed(frame)
        error = session.start_send(frame)
        session.done(frame, error or RateLimited(retry_ms=500))
    again = [a_send(nonce=frame.nonce) for frame in (first, second)]

    for frame in again:
        session.feed(frame)
        assert session.start_send(frame) is None
        session.done(frame)


def test_a_refusal_for_good_blocks_nobody() -> None:
    session = greeted()
    first, second = a_send(), a_send()
    session.feed(first)
    session.start_send(first)
    session.done(first, BadFrame())
    session.feed(second)

    assert session.start_send(second) is None


def test_a_send_names_its_room_in_one_way() -> None:
    session = greeted()
    both = Send(id=1, nonce="nonce-both", body="oi", room="r1", name="sala")
    neither = Send(id=2, nonce="nonce-none", body="oi")

    assert code(session.feed(both)) == "bad_frame"
    assert code(session.feed(neither)) == "bad_frame"
    assert code(session.feed(Sub(id=3))) == "bad_frame"


def test_one_socket_listens_to_so_many_rooms_and_may_change_them() -> None:
    session = greeted()
    for number in range(rules.MAX_SUBS):
        frame = a_sub(f"r{number}")
        assert isinstance(session.feed(frame), Do)
        session.done(frame)

    assert code(session.feed(a_sub("r999"))) == "too_many_subs"
    again = a_sub("r0")
    assert isinstance(session.feed(again), Do)
    session.done(again)
    leaving = Unsub(id=next(_ids), room="r0")
    session.feed(leaving)
    session.done(leaving)
    assert isinstance(session.feed(a_sub("r999")), Do)


def test_a_room_that_could_not_be_entered_takes_no_place() -> None:
    session = greeted()
    for number in range(rules.MAX_SUBS):
        frame = a_sub(f"r{number}")
        session.feed(frame)
        session.done(frame, BadFrame() if number == 0 else None)

    assert isinstance(session.feed(a_sub("r999")), Do)


def test_an_answer_counts_once() -> None:
    """A send can fail on two ways out; its place in the queue is given back once."""
    session = greeted()
    frame = a_send()
    session.feed(frame)
    session.start_send(frame)
    session.done(frame, RateLimited(retry_ms=1))
    session.done(frame)

    later = a_send()
    session.feed(later)
    assert session.start_send(later) is not None
