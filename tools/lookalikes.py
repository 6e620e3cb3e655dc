"""
Write accounts/lookalikes.txt from the table of the confusable-homoglyphs package.

    .venv/bin/python -m tools.lookalikes

The package's own file takes 60 ms to load and speaks of every pair of characters;
a nickname needs one target a character. Run this when that package is upgraded.
"""

import json
import re
import sys
import unicodedata
from collections import defaultdict
from importlib import resources
from importlib.metadata import version
from pathlib import Path

TARGET = Path(__file__).parent.parent / "accounts" / "lookalikes.txt"

HEAD = """\
# One character a line, then what it looks like. Made by tools/lookalikes.py from
# confusable-homoglyphs {version} (MIT licence), which has it from Unicode's
# confusables.txt (Unicode licence v3). Do not edit.
"""

# In most typefaces a capital i, a small L and a one are a single stroke; a nickname
# loses its case before it is compared, so small i joins them.
STROKE = {"i": "l"}

# Letters in a costume that Unicode does not call look-alikes.
COSTUME = re.compile(
    "(?:LATIN LETTER SMALL CAPITAL|REGIONAL INDICATOR SYMBOL LETTER"
    "|NEGATIVE (?:CIRCLED|SQUARED) LATIN CAPITAL LETTER) ([A-Z])"
)


def classes() -> list[set[str]]:
    """Return the sets of characters, and of short strings, that look the same."""
    package = resources.files("confusable_homoglyphs")
    pairs = json.loads((package / "confusables.json").read_text("utf-8"))
    near = defaultdict(set)
    for one, others in pairs.items():
        for other in others:
            # The package keeps the marks that make its source readable.
            left, right = (text.replace("\u200e", "") for text in (one, other["c"]))
            near[left].add(right)
            near[right].add(left)
    return _components(near)


def table() -> dict[str, str]:
    """Return what each character looks like."""
    found = {}
    for members in classes():
        target = _target(members)
        for member in members:
            if target and member != target and _is_key(member, target):
                found[member] = target
    return found | _as_capitals(found) | _undressed() | STROKE


def main() -> None:
    """Write the file."""
    head = HEAD.format(version=version("confusable-homoglyphs"))
    lines = (f"{letter} {target}\n" for letter, target in sorted(table().items()))
    TARGET.write_text(head + "".join(lines), encoding="utf-8")


def _as_capitals(found: dict[str, str]) -> dict[str, str]:
    """Give small letters their capital's target, where they have no Latin one."""
    small = {}
    for letter, target in found.items():
        lower = letter.lower()
        own = found.get(lower, lower)
        if target.isascii() and not own.isascii() and _is_stable(lower):
            small[lower] = target
    return small


def _undressed() -> dict[str, str]:
    found = {}
    for letter in map(chr, range(sys.maxunicode + 1)):
        dressed = COSTUME.fullmatch(unicodedata.name(letter, ""))
        if dressed:
            plain = dressed[1].lower()
            found[letter] = STROKE.get(plain, plain)
    return found


def _components(near: dict[str, set[str]]) -> list[set[str]]:
    found: list[set[str]] = []
    seen: set[str] = set()
    for start in near:
        if start in seen:
            continue
        members, ahead = set(), [start]
        while ahead:
            here = ahead.pop()
            if here not in members:
                members.add(here)
                ahead.extend(near[here])
        seen |= members
        found.append(members)
    return found


def _target(members: set[str]) -> str:
    """Choose what all of a class become: letters a keyboard has, if there are any."""
    strings = [text for text in members if len(text) > 1 and _is_word(text)]
    letters = [text for text in members if len(text) == 1 and _is_stable(text)]
    # "rn" looks like "m", but only "m" can be looked up as one character.
    chosen = min(strings or letters, key=_distance, default="")
    return "".join(STROKE.get(letter, letter) for letter in chosen.lower())


def _distance(text: str) -> tuple[bool, int, bool, bool, str]:
    return (not text.isascii(), len(text), not text.islower(), text.isdigit(), text)


def _is_word(text: str) -> bool:
    return _is_stable(text) and all(
        unicodedata.category(letter)[0] in "LMN" for letter in text
    )


def _is_key(member: str, target: str) -> bool:
    """Tell whether the character can reach the comparison, and matters there."""
    return (
        len(member) == 1
        and _is_stable(member)
        and _is_word(target)
        and (_is_letter(member) or (target.isascii() and target.isalnum()))
        and not unicodedata.category(member).startswith("M")
    )


def _is_letter(member: str) -> bool:
    return unicodedata.category(member)[0] in "LN"


def _is_stable(text: str) -> bool:
    return (
        unicodedata.normalize("NFKC", text) == text
        and unicodedata.normalize("NFD", text) == text
        and not any(unicodedata.category(letter)[0] in "PZC" for letter in text)
    )


if __name__ == "__main__":
    main()
