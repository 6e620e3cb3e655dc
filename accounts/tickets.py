"""
Tickets: who one is, for a socket whose handshake cannot carry the cookie.

A program that is not a page sends no Origin, and such sockets get no cookies. It asks
for a ticket over HTTP, where the cookie counts, and shows it in its first frame: good
once, for thirty seconds, and only from the origin that asked.
"""

import re
import secrets
from datetime import timedelta

from django.core.signing import BadSignature, TimestampSigner
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import SpentTicket, User
from accounts.people import Person

MAX_AGE_S = 30
_SALT = "accounts.ticket"
_CONTENT = re.compile(r"([1-9][0-9]{0,17})\.([A-Za-z0-9_-]{22})\.(.*)", re.ASCII)
_MAX_LENGTH = 512


def issue(person: Person, origin: str) -> str:
    """Return a ticket for this person; ``origin`` is empty where none was sent."""
    number = secrets.token_urlsafe(16)
    return TimestampSigner(salt=_SALT).sign(f"{person.id}.{number}.{origin}")


def redeem(ticket: str, origin: str) -> Person | None:
    """
    Take a ticket: return whose it is, or None for one that is not good (any more).

    Two at once, in whichever processes: one gets in.
    """
    parts = _opened(ticket)
    if parts is None or parts[3] != origin:
        return None
    if not _spend(parts[2]):
        return None
    user = User.objects.filter(pk=int(parts[1]), is_active=True).first()
    return None if user is None else user.person()


def _opened(ticket: str) -> re.Match[str] | None:
    if not ticket.isascii() or len(ticket) > _MAX_LENGTH:
        return None
    try:
        content = TimestampSigner(salt=_SALT).unsign(ticket, max_age=MAX_AGE_S)
    except (BadSignature, ValueError):
        return None
    return _CONTENT.fullmatch(content)


def _spend(number: str) -> bool:
    now = timezone.now()
    # What is older than a ticket lives is refused by its age already.
    SpentTicket.objects.filter(at__lt=now - timedelta(seconds=2 * MAX_AGE_S)).delete()
    try:
        with transaction.atomic():
            SpentTicket.objects.create(number=number, at=now)
    except IntegrityError:
        return False
    return True
