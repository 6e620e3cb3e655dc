"""Which nicknames there may be (R-11), told as people and as impostors."""

import time
import unicodedata

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from accounts.lookalikes import MAX_SKELETON
from accounts.nicknames import (
    MAX_BYTES,
    MAX_RAW,
    BadNickname,
    Nickname,
    is_suggestion,
    nickname,
    suggestion,
)

REASONS = {"empty", "too_long", "invisible", "symbol", "marks", "reserved"}
ANYTHING = st.text(
    st.one_of(
        st.characters(categories=["L", "M", "N", "P", "S", "Z", "C"]),
        st.sampled_from(
            "aAé\u0301 \u200d\ufe0f\u202e\u3164#@:1lIО\U0001f1e7\u1100\u1161"
        ),
    ),
    max_size=40,
)
NAMES = """
    Ana Bia Caio Duda Eli Fábio Gabi Hugo Íris João Kaká Lia Maria Nina Otávio Paulo
    Quitéria Raí Raíssa Sara Téo Ulisses Vera Wagner Xuxa Yuri Zé Ali Adam Adélia Adão
    Ademir Admar Moderno Modesto Rute Rosto Rubens Mário Dora Donato Bento Beto Botelho
    Noé Chato Salatiel Saulo Servílio Todor Elisa Eusébio Meire Helena Inês Info-Ana
    O'Neil Jean-Luc Núñez Ágata François Søren Łukasz Đorđe Νίκος Анна Нина محمد דוד
    太郎 さくら 민수 สมชาย ज़ैद Nguyễn
"""


def tried(raw: str) -> Nickname | None:
    try:
        return nickname(raw)
    except BadNickname as refused:
        if refused.reason not in REASONS:
            raise
        return None


def reason(raw: str) -> str:
    with pytest.raises(BadNickname) as caught:
        nickname(raw)
    return caught.value.reason


@given(ANYTHING)
def test_any_text_is_refused_or_becomes_a_nickname_within_limits(raw: str) -> None:
    name = tried(raw)
    if name is None:
        return

    assert nickname(name.shown) == name
    assert len(name.shown.encode()) <= MAX_BYTES
    assert 1 <= len(regex.findall(r"\X", name.shown)) <= 32
    assert unicodedata.is_normalized("NFKC", name.shown)
    assert not regex.search(r"[\p{C}\p{Zl}\p{Zp}#@:]|  |^ | $", name.shown)
    assert 1 <= len(name.skeleton) <= MAX_SKELETON
    assert name.skeleton in name.alike


@pytest.mark.parametrize("name", NAMES.split())
def test_people_may_be_called_what_they_are_called(name: str) -> None:
    assert nickname(name).shown == unicodedata.normalize("NFKC", name)


@pytest.mark.parametrize(
    "name", ["Dona Maria", "Sistema Solar", "Ana Clara", "prof. Zé", "Ana ❤", "Ana 🇧🇷",
             "Rei do Rio", "Visitante 482", "João 2º"]
)  # fmt: skip
def test_more_than_one_word_is_fine(name: str) -> None:
    assert nickname(name)


def test_outer_and_doubled_spaces_do_not_count() -> None:
    assert nickname("  Ana \u3000 Clara\n").shown == "Ana Clara"


def test_what_phones_add_to_emoji_goes_unseen() -> None:
    assert nickname("Ana ❤\ufe0f") == nickname("Ana ❤")


@pytest.mark.parametrize(
    "raw", ["A\u202ena", "A\0na", "A\nna", "A\u200bna", "\u3164", "A\u115fna",
            "A\u2800", "A\u00adna", "A\u2066na", "A\U000e0061", "\ud800", "A\ue000"]
)  # fmt: skip
def test_what_nobody_sees_tells_no_names_apart(raw: str) -> None:
    assert reason(raw) in {"invisible", "symbol"}


@pytest.mark.parametrize(
    "raw",
    ["Ana ✔", "Ana ✓", "✅Ana", "🛡Ana", "👑 Ana", "Ana ⭐", "★Ana★", "Ana☑", "♛Ana"],
)
def test_nobody_vouches_for_oneself(raw: str) -> None:
    assert reason(raw) == "symbol"


@pytest.mark.parametrize(
    "raw", ["Ana #a1b2", "Ana＃a1b2", "@Ana", "Ana:", "Ana： oi", "A♯1"]
)
def test_a_nickname_cannot_end_in_somebody_elses_mark(raw: str) -> None:
    assert reason(raw) == "symbol"


@pytest.mark.parametrize("raw", ["...", "-", "!?", "^_^"])
def test_a_nickname_has_something_to_read_aloud(raw: str) -> None:
    assert reason(raw) == "symbol"


@pytest.mark.parametrize("raw", ["", " ", "\u200d", "\n"])
def test_nothing_is_no_nickname(raw: str) -> None:
    assert reason(raw) == "empty"


@pytest.mark.parametrize(
    "raw", ["A" + "\u0335\u0335\u0335", "\u0301Ana", "A \u0301", "क" + "\u093e" * 5]
)
def test_a_nickname_does_not_climb_over_the_line_above(raw: str) -> None:
    assert reason(raw) == "marks"


def test_32_letters_fit_and_one_more_does_not() -> None:
    assert nickname("é" * 32)
    assert nickname("日" * 32)
    assert reason("x" * 33) == "too_long"
    assert reason("\U0001f44d\U0001f3fd" * 17) == "too_long"
    assert reason("x" * (MAX_RAW + 1)) == "too_long"


def test_those_who_choose_none_are_visitors() -> None:
    assert nickname(suggestion(482)).shown == "Visitante 482"
    assert is_suggestion(suggestion(482))
    assert not is_suggestion("Visitante da Ana 2")


@pytest.mark.parametrize(
    "unit", ["a", "\u0301\u0323", "\ufdfa", "\uff9e\u0301", "日", "m", "ΰ"]
)
def test_r56_no_nickname_costs_more_than_60_ms(unit: str) -> None:
    raw = "a" + (unit * MAX_RAW)[: MAX_RAW - 1]
    start_s = time.process_time()

    tried(raw)

    assert time.process_time() - start_s < 0.060
