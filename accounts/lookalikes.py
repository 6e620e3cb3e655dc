"""When two names look the same to a reader in a hurry. Pure, but for one table."""

import re
import unicodedata
from functools import cache
from importlib import resources

import regex

MAX_SKELETON = 255  # Characters; a nickname's own is never longer than 224.

_NOT_LETTERS = regex.compile(r"[\p{P}\p{Z}\p{C}\p{Default_Ignorable_Code_Point}]+")
_MARKS = regex.compile(r"\p{M}+")
# The dot of a Turkish capital i falls on a letter that has one already.
_DOTTED = re.compile("l\u0307+")


def skeleton(name: str) -> str:
    """
    Return what is left of a name once everything is gone that eyes overlook.

    Case, spaces and punctuation do not count, and each character stands as what it
    looks like (Unicode's TR 39, with i, l and 1 as one stroke). Two names with the
    same skeleton look alike. 0 to MAX_SKELETON characters, not meant for people.
    """
    seen = _as_seen(unicodedata.normalize("NFKC", name))
    seen = _as_seen(unicodedata.normalize("NFKC", seen).casefold())
    return _DOTTED.sub("l", _NOT_LETTERS.sub("", seen))[:MAX_SKELETON]


def skeletons(name: str) -> frozenset[str]:
    """
    Return the skeletons of a name in small letters, in capitals, and as it stands.

    A Greek capital nu is a Latin N to the eye, and the small one a v: the same name
    in another case need not have the same skeleton.
    """
    cases = (name, name.lower(), name.upper(), name.title())
    return frozenset(skeleton(case) for case in cases)


def bare(skeleton: str) -> str:
    """Return a skeleton without accents: what still looks like a word in a hurry."""
    return _MARKS.sub("", unicodedata.normalize("NFD", skeleton))


@cache
def table() -> dict[int, str]:
    """Return what each character looks like; read from disk at the first call."""
    text = (resources.files("accounts") / "lookalikes.txt").read_text("utf-8")
    rows = (line.split(" ", 1) for line in text.splitlines() if line[:2] != "# ")
    return {ord(letter): target for letter, target in rows}


def _as_seen(text: str) -> str:
    return unicodedata.normalize("NFD", text).translate(table())
