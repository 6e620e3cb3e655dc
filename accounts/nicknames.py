"""Which nicknames there may be. Pure."""

import unicodedata
from dataclasses import dataclass

import regex

from accounts import letters
from accounts.lookalikes import skeleton, skeletons
from accounts.reserved import is_reserved

MAX_GRAPHEMES = 32
MAX_BYTES = 128

# Longer than any spelling of 32 graphemes; what is longer costs one comparison.
MAX_RAW = 1024

# "#" begins a mark and "@" a mention, ":" ends the author in old transcripts.
_MEANINGFUL = "#@:\u266f\u22d5\u2317"
# What other places put beside a name to say that somebody vouches for it.
_BADGES = (
    "\u2605\u2606\u2b50\U0001f31f\u2729\u272a\u272f\u2730"  # Stars.
    "\u2611\u2705\u2713\u2714\U0001f5f8\U0001f5f9"  # Ticks.
    "\u2654\u2655\u265a\u265b\U0001f451\U0001f6e1"  # Crowns, the shield.
)
# Phones add these to emoji and some keyboards to names; nobody sees them go.
_UNSEEN = {ord(letter): None for letter in f"{letters.JOINERS}\ufe0e\ufe0f"}

_SUGGESTED = regex.compile(r"Visitante [0-9]+")
_NUMBER = regex.compile(r" [0-9]+$")
_SPACES = regex.compile(r"\p{Zs}+")
_FORBIDDEN = regex.compile(r"[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Me}\p{Zl}\p{Zp}]")
_BADGE = regex.compile(f"[{_BADGES}{_MEANINGFUL}]")
_BODY = regex.compile(r"[\p{L}\p{N}\p{So}]")
_LOOSE_MARK = regex.compile(r"(?:^|[^\p{L}\p{N}\p{M}])\p{M}")


class BadNickname(ValueError):
    """
    This cannot be a nickname.

    `reason` is one of: empty, too_long, invisible, symbol, marks, reserved.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Nickname:
    """A nickname as people see it, and what decides whether two look alike."""

    shown: str
    skeleton: str
    alike: frozenset[str]


def nickname(raw: str) -> Nickname:
    """
    Return the nickname these letters mean: NFKC, outer space gone, single spaces.

    1 to 32 graphemes, at most 128 bytes of UTF-8. Nothing in it is invisible, means
    something to the chat, vouches for its bearer, or names an office.

    Raises:
        BadNickname: With the reason; nothing else is ever raised for a str.
    """
    shown = _shown(raw)
    _check(shown)
    alike = skeletons(shown)
    if is_reserved(shown):
        raise BadNickname("reserved")
    return Nickname(shown, skeleton(shown), alike)


def suggestion(number: int) -> str:
    """Return the nickname of those who choose none."""
    return f"Visitante {number}"


def is_suggestion(shown: str) -> bool:
    """Tell whether a nickname is one of those, which nobody chose."""
    return _SUGGESTED.fullmatch(shown) is not None


def unnumbered(shown: str) -> str:
    """Return a nickname without the number at its end."""
    return _NUMBER.sub("", shown)


def _shown(raw: str) -> str:
    if len(raw) > MAX_RAW:
        raise BadNickname("too_long")
    text = raw.strip().translate(_UNSEEN)
    if _FORBIDDEN.search(text):
        raise BadNickname("invisible")
    text = unicodedata.normalize("NFKC", text)
    return _SPACES.sub(" ", text).strip()


def _check(shown: str) -> None:
    if not shown:
        raise BadNickname("empty")
    if len(shown.encode()) > MAX_BYTES or letters.graphemes(shown) > MAX_GRAPHEMES:
        raise BadNickname("too_long")
    if letters.has_invisible(shown) or _FORBIDDEN.search(shown):
        raise BadNickname("invisible")
    if _LOOSE_MARK.search(shown) or letters.has_tower(shown):
        raise BadNickname("marks")
    if _BADGE.search(shown) or not letters.is_known(shown) or not _BODY.search(shown):
        raise BadNickname("symbol")
