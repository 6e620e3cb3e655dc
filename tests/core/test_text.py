"""What a message may say (R-44), told as attacks and as languages."""

import time
import unicodedata

import pytest
import regex
from hypothesis import example, given
from hypothesis import strategies as st

from chat.core.text import MAX_BYTES, MAX_GRAPHEMES, MAX_RAW, BadText, clean

# All of Unicode, lone surrogates too, and more of what interacts than chance brings.
ANYTHING = st.text(
    st.one_of(
        st.characters(categories=["L", "M", "N", "P", "S", "Z", "C"]),
        st.sampled_from(
            "a\r\n\t \0\x85\u2028\u200b\u200c\u200d\u202e\u2066\ufeff\u034f\u0301\u0323"
            "\u09c7\u09be\u0958\u0344\u1100\u1161\u11a8\ufe0f\U0001f3f4\U000e0067"
            "\U000e0062\U000e007f\U000e0001\U0001f1e7\U0001f1f7\U0001f44d\U0001f3fd"
        ),
    )
)
NEVER = regex.compile(
    r"[\p{Cc}--\n\t]|\p{Bidi_Control}|\p{Noncharacter_Code_Point}|\p{Cs}"
    r"|[\u00ad\u034f\u180e\u200b\u2060-\u2064\u2028\u2029\ufeff]",
    regex.V1,
)
FAMILY = "\U0001f469\U0001f3fd\u200d\u2764\ufe0f\u200d\U0001f48b\u200d\U0001f468"
ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"


def tried(raw: str) -> str | None:
    try:
        return clean(raw)
    except BadText as refused:
        if refused.reason not in {"blank", "too_long", "encoding"}:
            raise
        return None


def reason(raw: str) -> str:
    with pytest.raises(BadText) as caught:
        clean(raw)
    return caught.value.reason


@given(ANYTHING)
@example("a" + "\u0301" * 20 + "\u0958" + "\u0323" * 20)
@example("\r\u200b\n\u2028\n\x85\n")
@example("\U0001f3f4\u200b\U000e0067\U000e0062\U000e0065\U000e006e\U000e007f")
def test_any_text_is_refused_or_becomes_one_that_obeys_every_limit(raw: str) -> None:
    text = tried(raw)
    if text is None:
        return

    assert clean(text) == text
    assert unicodedata.is_normalized("NFC", text)
    assert not NEVER.search(text)
    assert "\n\n\n" not in text
    assert not regex.search(r"[\p{M}\u200c\u200d]{9}", text)
    assert text.strip()
    assert len(text.encode()) <= MAX_BYTES
    assert len(regex.findall(r"\X", text)) <= MAX_GRAPHEMES


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1))
def test_plain_text_comes_out_as_it_went_in(raw: str) -> None:
    if raw.strip():
        assert clean(raw) == raw
    else:
        assert reason(raw) == "blank"


@pytest.mark.parametrize(
    "text",
    [
        "Bom dia, turma: a reunião começa às nove.",
        "def f():\n\treturn 1\n\nfim",
        FAMILY,
        ENGLAND,
        "\U0001f1e7\U0001f1f7 \U0001f44d\U0001f3fd 1\ufe0f\u20e3 \u2600\ufe0e",
        "صَبَاحُ الْخَيْرِ",
        "क्षिप्र ज़िंदगी র‍্য",
        "ที่นี่ กำลัง",
        "می‌خواهم",
        "שָׁלוֹם",
        "한국어 日本語 中文 ｶﾞ",
        "Tiếng Việt",
        "葛\U000e0100",
    ],
)
def test_every_language_and_emoji_survives(text: str) -> None:
    assert clean(unicodedata.normalize("NFD", text)) == unicodedata.normalize(
        "NFC", text
    )


def test_windows_and_old_mac_line_ends_are_one_kind() -> None:
    assert clean("a\r\nb\rc\u2028d\u2029e\x85f") == "a\nb\nc\nd\ne\nf"


def test_a_page_of_empty_lines_does_not_push_others_off_the_screen() -> None:
    assert clean("a" + "\n" * 50 + "b") == "a\n\nb"
    assert clean("a\n\0\n\u200b\nb") == "a\n\nb"


def test_s21_a_forged_line_is_still_one_message() -> None:
    """Lines are allowed: who said them is shown by the page, not by the text."""
    assert clean("oi\nAdmin: qual a senha?") == "oi\nAdmin: qual a senha?"
    assert clean("oi\rAdmin: qual a senha?") == "oi\nAdmin: qual a senha?"


def test_s22_text_that_turns_its_reader_around_is_straightened() -> None:
    assert clean("file\u202egnp.exe") == "filegnp.exe"
    assert clean("\u2067abc\u2069\u200f\u061c") == "abc"


def test_s22_control_characters_are_gone() -> None:
    assert clean("a\0b\x1b[31mc\x7f\x9bd") == "ab[31mcd"


@pytest.mark.parametrize(
    "raw",
    ["", " ", "\n\t ", "\0", "\u200b\u2060", "\u3164\u2800\u115f", "\u200d\ufe0f",
     "\u00a0\u3000", "\u0301\u0301", "\U000e0061\U000e0062", "\u202e"],
)  # fmt: skip
def test_a_message_that_shows_nothing_is_refused(raw: str) -> None:
    assert reason(raw) == "blank"


def test_words_hidden_in_tags_do_not_travel() -> None:
    """Tag letters show nothing, and are read by machines that people paste into."""
    hidden = "".join(chr(0xE0000 + ord(letter)) for letter in "ignore")

    assert clean(f"oi{hidden}") == "oi"
    assert clean(f"\U0001f3f4{hidden}oi") == "\U0001f3f4oi"


def test_a_tower_of_marks_does_not_climb_over_other_lines() -> None:
    assert clean("x" + "\u0335\u0301" * 4000) == "x" + "\u0335" * 4 + "\u0301" * 4
    # A joiner does not start the count anew.
    assert len(clean("x" + ("\u0335" * 8 + "\u200d") * 100)) == 9


@pytest.mark.parametrize("raw", ["\ud800", "oi \udfff", "\udc61" * 9, "é\ud83d"])
def test_r49_a_lone_surrogate_never_reaches_the_database(raw: str) -> None:
    assert reason(raw) == "encoding"


def test_4000_graphemes_fit_and_one_more_does_not() -> None:
    """An accent is no letter of its own, so counting code points would be unfair."""
    letter = "x\u0323"

    assert clean(letter * 4000) == letter * 4000
    assert reason(letter * 4001) == "too_long"
    assert reason("x" * 4001) == "too_long"


def test_16_kib_fit_and_one_byte_more_does_not() -> None:
    assert len(clean("日" * 4000).encode()) == 12_000
    assert len(clean("\U0001f44d\U0001f3fd" * 2048).encode()) == MAX_BYTES
    assert reason("\U0001f44d\U0001f3fd" * 2048 + "a") == "too_long"


def test_a_huge_text_costs_one_comparison() -> None:
    assert reason("\u0301" * (MAX_RAW + 1)) == "too_long"


@pytest.mark.parametrize(
    "unit",
    ["a", "\n", "\r\n", "\0", "e\u0301", "\u0323\u0301", "a" + "\u0301\u0323" * 4,
     "\u200d", FAMILY, "\U0001f3f4", ENGLAND[:-1], "\U0001f1e7", "\u0958", "\u0344",
     "\ufdfa", "\u0915\u094d", "\u1100\u1161", "a\u0f71\u0f72\u0f74", "\U0001d15e",
     "\u0628\u0651\u064e", "\ud800", "\u00a0"],
    ids=ascii,
)  # fmt: skip
@pytest.mark.parametrize("size_bytes", [MAX_BYTES, MAX_RAW])
def test_r56_no_input_costs_more_than_60_ms(unit: str, size_bytes: int) -> None:
    """Towers of marks and runs of flags take a naive cleaner a second and more."""
    width = len(unit.encode("utf-8", "surrogatepass"))
    raw = "a" + unit * ((size_bytes - 1) // width)

    assert min(cpu_s(raw) for _ in range(3)) < 0.060


def cpu_s(raw: str) -> float:
    start_s = time.process_time()
    try:
        clean(raw)
    except BadText:
        pass
    return time.process_time() - start_s
