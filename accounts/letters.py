"""
Classes of characters that names and texts judge by. Pure.

Two sources of truth meet here. `regex` knows scripts and graphemes by its own,
newer Unicode tables; `unicodedata` knows what this Python can normalise. A character
that this Python does not know is refused in names: its normal form might change with
the next Python, and a room must not change its address.
"""

import unicodedata
from functools import cache, lru_cache

import regex

# Not marks by category, but they hang on the letter before them all the same.
JOINERS = "\u200c\u200d"

# Shown as nothing, or as a space, and yet letters, marks or symbols to Unicode.
BLANK_LETTERS = "\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"

# Every script the database of Unicode 17 knows, by its four letters. Common (Zyyy)
# and Inherited (Zinh) come first, because most characters looked up are theirs.
_SCRIPT_NAMES = """
    Zyyy Zinh Latn Cyrl Grek Arab Hebr Deva Hani Hira Kana Hang Thai Armn Geor Beng
    Taml Telu Gujr Guru Knda Mlym Orya Sinh Laoo Tibt Mymr Ethi Khmr Mong Bopo Cher
    Cans Syrc Thaa Nkoo Tfng Yiii Lisu Vaii Adlm Aghb Ahom Armi Avst Bali Bamu Bass
    Batk Bhks Brah Brai Bugi Buhd Cakm Cari Cham Chrs Copt Cpmn Cprt Diak Dogr Dsrt
    Dupl Egyp Elba Elym Gara Glag Gong Gonm Goth Gran Gukh Hano Hatr Hluw Hmng Hmnp
    Hung Ital Java Kali Kawi Khar Khoj Kits Krai Kthi Lana Lepc Limb Lina Linb Lyci
    Lydi Mahj Maka Mand Mani Marc Medf Mend Merc Mero Modi Mroo Mtei Mult Nagm Nand
    Narb Nbat Newa Nshu Ogam Olck Onao Orkh Osge Osma Ougr Palm Pauc Perm Phag Phli
    Phlp Phnx Plrd Prti Rjng Rohg Runr Samr Sarb Saur Sgnw Shaw Shrd Sidd Sind Sogd
    Sogo Sora Soyo Sund Sunu Sylo Tagb Takr Tale Talu Tang Tavt Telu Tglg Tirh Tnsa
    Todr Toto Tutg Ugar Vith Wara Wcho Xpeo Xsux Yezi Zanb
    """
SCRIPTS = tuple(_SCRIPT_NAMES.split())
EVERYWHERE = frozenset({"Zyyy", "Zinh"})

# Scripts that one language writes side by side.
FAMILIES = (
    frozenset({"Hani", "Hira", "Kana"}),  # Japanese
    frozenset({"Hani", "Hang"}),  # Korean
    frozenset({"Hani", "Bopo"}),  # Chinese with its sound letters
)

# Real words need up to four marks of their own script on a letter (Hindi "life",
# Hebrew with all its points); the marks that fit every script are those a tower
# of noise is built from, and no orthography stacks more than two of them.
MAX_MARKS = 4
MAX_COMMON_MARKS = 2

_GRAPHEME = regex.compile(r"\X")
# \X looks back along a whole run of these at each step: 4,096 of them took 57 ms.
_FLAG = regex.compile(r"\p{Regional_Indicator}{2}")
_INVISIBLE = regex.compile(rf"[\p{{Default_Ignorable_Code_Point}}{BLANK_LETTERS}]")
_TOWER = regex.compile(rf"\p{{M}}{{{MAX_MARKS + 1}}}")
_COMMON_TOWER = regex.compile(
    rf"[\p{{Zinh}}&&\p{{M}}]{{{MAX_COMMON_MARKS + 1}}}", regex.V1
)


def graphemes(text: str) -> int:
    """Count what a reader would call characters."""
    # One grapheme is at least one code point, and CR LF is the only pair in ASCII.
    if text.isascii() and "\r" not in text:
        count = len(text)
    else:
        count = len(_GRAPHEME.findall(_FLAG.sub("x", text)))
    return count


def has_invisible(text: str) -> bool:
    """Tell whether some character here cannot be seen, or shows as a blank."""
    return _INVISIBLE.search(text) is not None


def has_tower(text: str) -> bool:
    """Tell whether some letter here carries more marks than any language puts."""
    return _TOWER.search(text) is not None or _COMMON_TOWER.search(text) is not None


def is_known(text: str) -> bool:
    """Tell whether this Python knows every character, and so its normal forms."""
    return not any(unicodedata.category(letter) == "Cn" for letter in set(text))


def folded(text: str) -> str:
    """
    Return the form in which spellings of one name are equal: NFKC, case gone, NFKC.

    Twice, because a letter that loses its case may compose anew with what follows.
    """
    return _folded_once(_folded_once(text))


def is_one_family(text: str) -> bool:
    """
    Tell whether all letters come from one script, or from scripts written together.

    What belongs to every script (digits, most marks) fits anywhere.
    """
    found = {script(letter) for letter in set(text)} - EVERYWHERE
    return len(found) <= 1 or any(found <= family for family in FAMILIES)


def _folded_once(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text)
    return unicodedata.normalize("NFKC", plain.casefold())


@lru_cache(maxsize=4096)
def script(letter: str) -> str:
    """Return the four letters of the script of one character, "Zzzz" for none."""
    for name in SCRIPTS:
        if _members(name).match(letter):
            return name
    return "Zzzz"


@cache
def _members(name: str) -> "regex.Pattern[str]":
    return regex.compile(rf"\p{{Script={name}}}")
