"""The tutorial's wire: its frames exactly, and nothing else by mistake."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.core import codec_seed

pytestmark = pytest.mark.pure


def test_the_spelling_is_the_tutorials() -> None:
    assert codec_seed.encode("oi") == b'{"mensagem": "oi"}'


@given(st.text().filter(lambda text: text.isprintable()))
def test_any_text_comes_out_as_it_went_in(text: str) -> None:
    assert codec_seed.decode(codec_seed.encode(text)) == text
    assert json.loads(codec_seed.encode(text)) == {"mensagem": text}


@pytest.mark.parametrize(
    "poison",
    [
        b"",
        b"oi",
        b"[]",
        b"{}",
        b"null",
        b'{"mensagem": null}',
        b'{"mensagem": 5}',
        b'{"mensagem": NaN}',
        b'{"mensagem": {"a": 1}}',
        b'{"mensagem": "\xff"}',
        b'\xef\xbb\xbf{"mensagem": "oi"}',
        b'{"mensagem": "oi"',
        b'{"x": ' + b"[" * 60_000,
        b'{"mensagem": ' + b"9" * 5000 + b"}",
    ],
)
def test_s15_poison_is_nothing_and_no_error(poison: bytes) -> None:
    """Each of these ended the sender's connection in the tutorial, or everybody's."""
    assert codec_seed.decode(poison) is None


def test_fields_that_we_do_not_know_are_passed_over() -> None:
    assert codec_seed.decode(b'{"sala": 1, "mensagem": "oi"}') == "oi"
