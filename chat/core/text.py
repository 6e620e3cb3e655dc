"""
What a message may say, and in which one form it is kept.

The form never depends on who sends or on which road: page, seed socket, HTTP and
bots are cleaned here, once, before anything is stored.
"""

import re
import unicodedata

import regex

from accounts import letters

MAX_GRAPHEMES = 4000
MAX_BYTES = 16 * 1024

# What a frame may carry at all. Longer input costs no more than this comparison.
MAX_RAW = 64 * 1024

# Every language's stacks fit in eight; towers that climb over other people's lines
# do not. Counted with joiners, or a joiner after each eighth mark would reset it.
MAX_MARKS = 8

# Below U+0300 text is its own normal form, and holds no mark.
_UNUSUAL = re.compile("[^\t\n -~\u00a0-\u00ac\u00ae-\u02ff]")
_LINE_END = re.compile("\r\n?|[\u0085\u2028\u2029]")
_EMPTY_LINES = re.compile("\n{3,}")

# A flag of a region is a black flag, letters as tags, and an end; tags anywhere else
# are a way to write what nobody sees.
_FLAG = "\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f"
_NEVER = (
    "\u0000-\u0008\u000b-\u001f\u007f-\u009f"  # Controls, but TAB and LF.
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # Direction.
    "\u00ad\u034f\u180e\u200b\u2060-\u2065\u206a-\u206f\ufeff\ufff0-\ufffb"  # Nothing.
    "\u17b4\u17b5\U0001d173-\U0001d17a"
    "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"  # Tags and their empty neighbours.
    "\ufdd0-\ufdef"  # Noncharacters, and the last two of each plane.
    + "".join(
        f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}"
        for plane in range(0, 0x110000, 0x10000)
    )
)
_JUNK = re.compile(f"({_FLAG})|[{_NEVER}]+")
_TOWER = regex.compile(
    rf"([\p{{M}}{letters.JOINERS}]{{{MAX_MARKS}}})[\p{{M}}{letters.JOINERS}]+"
)
_SEEN = regex.compile(
    rf"[^\s\p{{M}}\p{{Default_Ignorable_Code_Point}}{letters.BLANK_LETTERS}]"
)


class BadText(ValueError):
    """
    This cannot be a message.

    `reason` is one of: blank, too_long, encoding.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def clean(raw: str) -> str:
    """
    Return the text as it is kept: NFC, LF ends lines, nothing that lies to the eye.

    1 to 4,000 graphemes and at most 16 KiB of UTF-8. Cleaning it again changes
    nothing. Words, line breaks, emoji and the marks of every script stay.

    Raises:
        BadText: With the reason; nothing else is ever raised for a str.
    """
    if len(raw) > MAX_RAW:
        raise BadText("too_long")
    text = raw if _is_plain(raw) else _cleaned(raw)
    _check(text)
    return text


def _is_plain(text: str) -> bool:
    return not _UNUSUAL.search(text) and "\n\n\n" not in text


def _cleaned(text: str) -> str:
    # In this order one pass is enough: nothing below makes work for what is above.
    text = _LINE_END.sub("\n", text)
    text = _JUNK.sub(r"\1", text)
    # Before normalising, whose cost grows with the square of a tower's height, and
    # after it, because some letters come apart into a base and a mark.
    text = _TOWER.sub(r"\1", text)
    text = unicodedata.normalize("NFC", text)
    text = _TOWER.sub(r"\1", text)
    return _EMPTY_LINES.sub("\n\n", text)


def _check(text: str) -> None:
    try:
        size_bytes = len(text) if text.isascii() else len(text.encode())
    except UnicodeEncodeError:
        raise BadText("encoding") from None
    if size_bytes > MAX_BYTES:
        raise BadText("too_long")
    if not _SEEN.search(text):
        raise BadText("blank")
    if len(text) > MAX_GRAPHEMES and letters.graphemes(text) > MAX_GRAPHEMES:
        raise BadText("too_long")
