"""Which nicknames there may be, and which of them look alike. Pure."""

import unicodedata

MAX_SKELETON = 255


def skeleton(name: str) -> str:
    """Return the form that is equal for names which look alike."""
    return unicodedata.normalize("NFKC", name).casefold()[:MAX_SKELETON]
