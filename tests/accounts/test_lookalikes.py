"""Names that look the same to a reader in a hurry (R-12)."""

import unicodedata

import pytest
from confusable_homoglyphs import confusables
from hypothesis import given
from hypothesis import strategies as st

from accounts.lookalikes import MAX_SKELETON, bare, skeleton, skeletons, table


@pytest.mark.parametrize(
    ("one", "other"),
    [("Ana", "ana"), ("Ana", "Аnа"), ("Ana", "ΑΝΑ"), ("Bia", "Вiа"), ("Ana", "Ａｎａ"),
     ("Lia", "Iia"), ("Lia", "1ia"), ("Leo", "Le0"), ("Maria", "rnaria"),
     ("Ana", "A n a"), ("Ana", "Ana."), ("Ana", "A·na"), ("Ivo", "İvo"),
     ("Ana", "ᴀɴᴀ"), ("Ana", "𝓐𝓷𝓪"),
     ("Bob", "🅱🅾🅱"), ("Нина", "НИНА"), ("Caio", "Ｃаı0")],
)  # fmt: skip
def test_names_that_look_alike_share_a_skeleton(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Ana", "Ava"), ("Ana", "Anna"), ("José", "Jose"),
     ("Visitante 12", "Visitante 13"), ("Ana 2", "Ana 3"), ("Yuri", "Uri"),
     ("Vera", "Nera"), ("日本", "日木")],
)  # fmt: skip
def test_names_of_different_people_do_not(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)


def test_a_greek_name_is_the_same_in_every_case() -> None:
    """A capital nu looks like N and a small one like v: the skeletons differ."""
    assert skeleton("Νίκη") in skeletons("νίκη")
    assert skeleton("ΝΊΚΗ") in skeletons("νίκη")


def test_bare_letters_have_no_accents() -> None:
    assert bare(skeleton("àdmín")) == skeleton("admin")


@given(st.text(max_size=200))
def test_a_skeleton_fits_its_column_whatever_the_name(name: str) -> None:
    assert len(skeleton(name)) <= MAX_SKELETON
    assert skeleton(name) in skeletons(name)
    assert skeleton(f" {name}! ") == skeleton(name)


def test_the_table_says_nothing_its_source_does_not() -> None:
    """Each row of the generated file pairs characters the source pairs, or our own."""
    for code, target in table().items():
        letter = chr(code)
        assert len(target) <= 8
        assert unicodedata.normalize("NFKC", letter) == letter
        if target.isascii() and len(target) == 1 and not letter.isascii():
            assert confusables.is_confusable(letter) or unicodedata.name(letter)
