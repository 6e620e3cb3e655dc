"""What the rest of the house knows of a person: a small value, no row."""

import hashlib
import hmac
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from django.conf import settings

# Crockford's base 32: no i, l, o, u, so that a mark read aloud is written back.
MARK_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
MARK_LENGTH = 4


class Kind(StrEnum):
    """How a person came to be here."""

    GUEST = "guest"
    MEMBER = "member"
    BOT = "bot"


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who may speak. `name` is shown, `mark` tells namesakes apart."""

    id: int
    name: str
    mark: str
    kind: Kind


def mark(user_id: int) -> str:
    """
    Return the four public characters that tell this person from a namesake.

    Always the same for one id while SECRET_KEY stays. Knowing it gives nothing:
    neither the id nor the guest's secret can be had from it.
    """
    return _mark(settings.SECRET_KEY, user_id)


@lru_cache(maxsize=65536)
def _mark(secret_key: str, user_id: int) -> str:
    digest = hmac.digest(secret_key.encode(), b"rai.mark:%d" % user_id, hashlib.sha256)
    bits = int.from_bytes(digest[:4], "big")
    return "".join(
        MARK_ALPHABET[bits >> shift & 31] for shift in range(0, 5 * MARK_LENGTH, 5)
    )
