"""
The one rule for names of rooms: page, socket and database ask here.

Many spellings lead to one room, so a room has one address (`slug`) and keeps the
spelling of whoever came first for people's eyes (`shown`).
"""

import hashlib
import unicodedata
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

import regex

from accounts import letters

MAX_NAME = 80  # Characters of the slug.

# No spelling of 80 characters is longer, even decomposed and percent-encoded; what
# is longer costs nothing more than this comparison.
MAX_RAW = 4096

# Hyphens and dashes that a keyboard puts for "-". Kept apart from letters that look
# like dashes, which are letters.
_DASHES = {ord(dash): "-" for dash in "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"}
_JOINERS = {ord(joiner): None for joiner in letters.JOINERS}

_CONTROL = regex.compile(r"[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]")
_SPACES = regex.compile(r"\p{Zs}+")
_GAP = regex.compile(r"[\p{Zs}-]+")
_WRITABLE = regex.compile(r"[\p{L}\p{Nd}\p{Nl}\p{Mn}\p{Mc}_-]*")
_LETTER = regex.compile(r"[\p{L}\p{Nd}\p{Nl}]")
_LOOSE_MARK = regex.compile(r"(?:^|[_-])\p{M}")


class BadRoomName(ValueError):
    """
    This cannot name a room.

    `reason` is one of: empty, too_long, encoding, control, invisible, character,
    marks, letters, scripts.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class RoomName:
    """A room's address, and the spelling people see."""

    slug: str
    shown: str


def room_name(raw: str) -> RoomName:
    """
    Return the room that these letters mean.

    Any normal form, any case, any kind of space, percent-encoded once or not: the
    same room. The slug of a slug is that slug. Both parts are 1 to 80 characters
    without controls, invisible characters, spaces in the slug, or letters of scripts
    that are never written together.

    Raises:
        BadRoomName: With the reason; nothing else is ever raised for a str.
    """
    typed = _typed(raw)
    slug = _slug(typed)
    shown = unicodedata.normalize("NFC", typed)
    return RoomName(slug, shown if len(shown) <= MAX_NAME else slug)


def group_key(slug: str) -> str:
    """Return an ASCII name for the waiting group of a room not yet born."""
    return "n." + hashlib.sha256(slug.encode()).hexdigest()[:32]


def _typed(raw: str) -> str:
    """Return what was meant by the bytes: decoded, without joiners and outer space."""
    if len(raw) > MAX_RAW:
        raise BadRoomName("too_long")
    text = _decoded(raw)
    if _CONTROL.search(text):
        raise BadRoomName("control")
    return _SPACES.sub(" ", text.translate(_JOINERS)).strip(" ")


def _decoded(raw: str) -> str:
    try:
        return unquote_to_bytes(raw).decode()
    except UnicodeEncodeError:
        raise BadRoomName("encoding") from None
    except UnicodeDecodeError:
        return raw


def _slug(typed: str) -> str:
    folded = letters.folded(typed).strip()
    slug = _GAP.sub(_hyphen, folded.translate(_DASHES))
    _check(slug)
    return slug


def _hyphen(gap: "regex.Match[str]") -> str:
    """Return one hyphen for spaces and what is between them; hyphens alone stay."""
    return "-" if gap[0].strip("-") else gap[0]


def _check(slug: str) -> None:
    if not slug:
        raise BadRoomName("empty")
    if len(slug) > MAX_NAME:
        raise BadRoomName("too_long")
    if letters.has_invisible(slug):
        raise BadRoomName("invisible")
    # The last condition holds by Unicode's own promises; a room whose address leads
    # to another address would be lost, so it is worth its microsecond.
    if (
        not _WRITABLE.fullmatch(slug)
        or not letters.is_known(slug)
        or letters.folded(slug) != slug
    ):
        raise BadRoomName("character")
    if not _LETTER.search(slug):
        raise BadRoomName("letters")
    if _LOOSE_MARK.search(slug) or letters.has_tower(slug):
        raise BadRoomName("marks")
    if not letters.is_one_family(slug):
        raise BadRoomName("scripts")
