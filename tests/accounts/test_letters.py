"""Classes of characters that names and texts judge by."""

import unicodedata

import pytest

from accounts import letters


def test_every_character_this_python_knows_has_a_script() -> None:
    """A script missing from the list would refuse a whole language its rooms."""
    without = [
        hex(code)
        for code in range(0x110000)
        if unicodedata.category(chr(code)) not in {"Cn", "Cs", "Co"}
        and letters.script(chr(code)) == "Zzzz"
    ]

    assert without == []


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), ("abc", 3), ("a\r\nb", 3), ("e\u0301", 1), ("\U0001f1e7\U0001f1f7", 1),
     ("\U0001f1e7\U0001f1f7" * 3, 3), ("\U0001f1e7" * 5, 3),
     ("a\U0001f1e7\U0001f1f7\u0301", 2),
     ("\U0001f469\U0001f3fd\u200d\U0001f4bb", 1), ("क्षि", 1), ("각", 1)],
)  # fmt: skip
def test_graphemes_are_what_a_reader_counts(text: str, count: int) -> None:
    assert letters.graphemes(text) == count


@pytest.mark.parametrize(
    "text", ["abc1", "日本ひらカナ", "한漢", "ㄅ漢", "абв-1", "é\u0301", ""]
)
def test_scripts_written_together_are_one_family(text: str) -> None:
    assert letters.is_one_family(text)


@pytest.mark.parametrize("text", ["aа", "ひ한", "ㄅひ", "αa", "עا"])
def test_scripts_never_written_together_are_not(text: str) -> None:
    assert not letters.is_one_family(text)


def test_a_private_letter_has_no_script() -> None:
    assert letters.script("\ue000") == "Zzzz"


@pytest.mark.parametrize("text", ["ज़िंदगी", "שָׁלוֹם", "ế\u0323", "مَّ"])
def test_no_language_is_a_tower(text: str) -> None:
    assert not letters.has_tower(text)


@pytest.mark.parametrize(
    "text", ["a\u0335\u0335\u0335", "क\u093e\u093e\u093e\u093e\u093e"]
)
def test_a_tower_is_seen(text: str) -> None:
    assert letters.has_tower(text)


def test_folding_takes_case_and_form_away() -> None:
    assert letters.folded("ΑΣ") == "ας".casefold()
    assert letters.folded("\u1e9eİ") == "ssi\u0307"


def test_unknown_characters_are_told_from_known_ones() -> None:
    assert letters.is_known("aé日")
    assert not letters.is_known("a\u0378")
