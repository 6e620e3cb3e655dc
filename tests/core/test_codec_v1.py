"""Bytes to frames of rai.v1: strict about types, silent about what is new."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.core import codec_v1
from chat.core.codec_v1 import Refused
from chat.core.errors import BadFrame, UnknownType
from chat.core.frames import By, Delete, Ev, Hello, Msg, Ok, Ping, Send, Sub

pytestmark = pytest.mark.pure


def refusal(data: bytes) -> Refused:
    with pytest.raises(Refused) as caught:
        codec_v1.decode(data)
    return caught.value


def test_a_frame_is_read_with_its_defaults() -> None:
    assert codec_v1.decode(b'{"t":"hello","id":1,"v":1}') == Hello(id=1, v=1)
    assert codec_v1.decode(b'{"t":"sub","id":2,"room":"r7","since":[4,"9f"]}') == Sub(
        id=2, room="r7", since=(4, "9f")
    )
    assert codec_v1.decode(b'{"t":"ping"}') == Ping()


def test_fields_of_a_later_version_are_passed_over() -> None:
    """Within v1 both sides may add."""
    data = b'{"t":"del","id":3,"room":"r1","m":"m9","why":{"deep":[1,2]}}'

    assert codec_v1.decode(data) == Delete(id=3, room="r1", m="m9")


def test_an_unknown_request_is_told_from_a_broken_one_and_keeps_its_id() -> None:
    """A client that is newer than we are must learn what it may not use."""
    unknown = refusal(b'{"t":"dance","id":8}')
    broken = refusal(b'{"t":"send","id":9,"body":5}')

    assert (type(unknown.error), unknown.frame_id) == (UnknownType, 8)
    assert (type(broken.error), broken.frame_id) == (BadFrame, 9)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b'{"t":5}',
        b'{"t":"ping","id":-1}',
        b'{"t":"ping","id":1.5}',
        b'{"t":"ping","id":1e999}',
        b'{"t":"ping","id":9007199254740993}',
        b'{"t":"ping","pos":{"r1":-1}}',
        b'{"t":"hello","id":1,"v":"1"}',
        b'{"t":"sub","id":1,"room":"r7","since":[1]}',
        b'{"t":"sub","id":1,"room":"r7","window":0}',
        b'{"t":"sub","id":1,"room":"r7","mode":"all"}',
        b'{"t":"send","id":1,"room":"r1","nonce":"short","body":"oi"}',
        b'{"t":"send","id":1,"room":"r1","nonce":"with space 1","body":"oi"}',
        b'{"t":"send","id":1,"room":"r1","nonce":"nonce-01","body":"\xff"}',
        b'{"t":"ping","x":' + b"[" * 60_000,
        b"\x00",
    ],
)
def test_bad_input_is_refused_without_any_other_error(data: bytes) -> None:
    assert isinstance(refusal(data).error, BadFrame)


@given(st.binary(max_size=200))
def test_no_bytes_at_all_get_past_as_another_error(data: bytes) -> None:
    with pytest.raises(Refused) as caught:
        codec_v1.decode(b"\x00" + data)

    assert 0 <= caught.value.frame_id <= 2**53


def test_what_has_no_value_does_not_travel() -> None:
    """A frame to a whole room is paid for once a member."""
    message = Msg("m1", 2, 1, 5, By("u1", "Zé", "a1b2"), "oi", "nonce-01")
    ev = Ev(room="r1", pv=1, v=2, tok="0a", c=[message])

    assert msgspec.json.decode(codec_v1.encode(ev)) == {
        "t": "ev",
        "room": "r1",
        "pv": 1,
        "v": 2,
        "tok": "0a",
        "c": [
            {
                "k": "msg",
                "id": "m1",
                "v": 2,
                "seq": 1,
                "at": 5,
                "by": {"id": "u1", "name": "Zé", "mark": "a1b2"},
                "body": "oi",
                "nonce": "nonce-01",
            }
        ],
    }
    assert codec_v1.encode(Ok(id=4)) == b'{"t":"ok","id":4}'


def test_a_send_is_what_its_writer_meant() -> None:
    data = b'{"t":"send","id":1,"name":"Sala","nonce":"nonce-01","body":"\\u00e7"}'

    frame = codec_v1.decode(data)

    assert frame == Send(id=1, nonce="nonce-01", body="ç", name="Sala")
