"""What travels between processes, and what is dropped."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.core.frames import By, GoneChange, MemberChange, Msg, RoomChange
from chat.delivery.rings import Born, Committed, Heartbeat, Moved, Ring, Signer, Types

KEY = "a secret key"
ANA = By("u1", "Ana", "a1b2")
RINGS: list[Ring] = [
    Committed(
        7,
        1,
        "0000000a",
        5,
        "0000000b",
        2,
        [
            Msg("m1", 2, 1, 1, ANA, "oi 🌙", "nonce-0001", ed=5, deleted="author"),
            GoneChange("msg", "m0", 3),
            RoomChange("r7", "sala", "Sala", "", 4),
            MemberChange("u1", "Ana", "a1b2", None, 5),
        ],
    ),
    Moved(7, 5),
    Born("reunião", 7),
    Types(7, ANA),
    Heartbeat(0),
]


@pytest.mark.parametrize("ring", RINGS, ids=lambda ring: type(ring).__name__)
def test_a_sealed_ring_opens_to_itself(ring: Ring) -> None:
    assert Signer(KEY).open(Signer(KEY).seal(ring)) == ring


@pytest.mark.parametrize("ring", RINGS, ids=lambda ring: type(ring).__name__)
def test_another_key_opens_nothing(ring: Ring) -> None:
    assert Signer("another key").open(Signer(KEY).seal(ring)) is None


@given(ring=st.sampled_from(RINGS), data=st.data())
def test_no_altered_byte_goes_unnoticed(ring: Ring, data: st.DataObject) -> None:
    sealed = bytearray(Signer(KEY).seal(ring))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= data.draw(st.integers(1, 255))

    assert Signer(KEY).open(bytes(sealed)) is None


@given(noise=st.binary(max_size=200))
def test_noise_is_dropped(noise: bytes) -> None:
    assert Signer(KEY).open(noise) is None


@given(noise=st.binary(max_size=200))
def test_what_is_signed_but_is_no_ring_is_dropped(noise: bytes) -> None:
    """A process of another version may know rings that this one does not."""
    signer = Signer(KEY)
    opened = signer.open(signer._sign(noise) + noise)

    assert opened is None or signer.open(signer.seal(opened)) == opened


@pytest.mark.parametrize("sealed", [None, "text", 7, [], {}, b""])
def test_what_is_not_bytes_is_dropped(sealed: object) -> None:
    assert Signer(KEY).open(sealed) is None
