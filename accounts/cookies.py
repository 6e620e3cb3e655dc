"""
The cookie that says who a guest is: a signed id and secret, for thirty days.

The signature keeps guesses away from the database; the secret, of which the database
knows only a hash, keeps a stolen SECRET_KEY or a stolen backup from being enough.
"""

import re
from collections.abc import Iterable

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse
from django.http.cookie import parse_cookie

MAX_AGE_S = 30 * 24 * 3600

_SALT = "accounts.guest"
_CONTENT = re.compile(r"([1-9][0-9]{0,17})\.([A-Za-z0-9_-]{43})", re.ASCII)
_MAX_LENGTH = 256


def cookie_name() -> str:
    """Return the cookie's name, with the prefix that browsers accept over TLS only."""
    return "__Host-rai_guest" if _is_https() else "rai_guest"


def seal(user_id: int, secret: str) -> str:
    """Return the cookie's value: good for MAX_AGE_S seconds from now."""
    return TimestampSigner(salt=_SALT).sign(f"{user_id}.{secret}")


def opened(value: str) -> tuple[int, str] | None:
    """
    Return the id and the secret in a value that `seal` made, and None for any other.

    Forged, foreign, worn by time or plain noise: never an error.
    """
    if not value.isascii() or len(value) > _MAX_LENGTH:
        return None
    try:
        content = TimestampSigner(salt=_SALT).unsign(value, max_age=MAX_AGE_S)
    except (BadSignature, ValueError):
        return None
    parts = _CONTENT.fullmatch(content)
    return (int(parts[1]), parts[2]) if parts else None


def set_identity(response: HttpResponse, value: str) -> None:
    """Give the browser its identity, out of reach of scripts and of other sites."""
    response.set_cookie(
        cookie_name(),
        value,
        max_age=MAX_AGE_S,
        path="/",
        secure=_is_https(),
        httponly=True,
        samesite="Lax",
    )


def from_request(request: HttpRequest) -> str | None:
    """Return the value in a Django request, unchecked."""
    return request.COOKIES.get(cookie_name())


def from_headers(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """Return the value in an ASGI scope's headers, unchecked."""
    lines = (value for name, value in headers if name.lower() == b"cookie")
    # HTTP/2 may split the header; of two cookies of one name the last counts here as
    # in Django, so that a page and its socket are always the same person.
    return parse_cookie(b"; ".join(lines).decode("latin-1")).get(cookie_name())


def _is_https() -> bool:
    return bool(settings.BASE_URL.startswith("https:"))
