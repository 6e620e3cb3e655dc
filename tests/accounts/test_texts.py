"""What people are told about nicknames."""

import pytest
from django.utils import translation

from accounts import texts
from accounts.guests import NicknameTaken

REASONS = ["empty", "too_long", "invisible", "symbol", "marks", "reserved"]


@pytest.fixture(autouse=True)
def in_portuguese():  # type: ignore[no-untyped-def]
    with translation.override("pt-br"):
        yield


def test_each_reason_has_its_own_words() -> None:
    said = {texts.bad_nickname(reason) for reason in REASONS}

    assert len(said) == len(REASONS)


def test_a_reason_nobody_foresaw_has_words_too() -> None:
    assert texts.bad_nickname("?") == "Esse apelido não pode ser usado. Escolha outro."


def test_who_finds_a_name_taken_is_told_another() -> None:
    guest = NicknameTaken("Ana {2}", is_account=False)
    member = NicknameTaken("Ana 2", is_account=True)

    assert texts.taken(guest).endswith("Que tal Ana {2}?")
    assert "pertence a uma conta" in texts.taken(member)
