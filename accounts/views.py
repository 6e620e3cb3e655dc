"""The door where people choose a nickname, for forms and for scripts."""

import math
import time
from dataclasses import dataclass
from http import HTTPStatus

import msgspec
from django.conf import settings
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from accounts import cookies, guests, texts
from accounts.addresses import address_key
from accounts.guests import NicknameTaken
from accounts.nicknames import BadNickname
from accounts.people import Person
from accounts.rates import Buckets, Rate

# A whole class or campus comes in by one address, and comes back at once after a
# power cut; a machine that makes guests for sport comes by one address as well.
NEWCOMERS = Buckets(Rate(burst=300, per_s=0.5))
# A room should not see one person under ten names in a minute.
RENAMINGS = Buckets(Rate(burst=10, per_s=1 / 60))


class Wish(msgspec.Struct, frozen=True):
    """What was asked for: a nickname, and the path to go on to."""

    apelido: str
    sala: str = "/"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A no: what programs read, what people read, and what may be had instead."""

    status: HTTPStatus
    code: str
    message: str
    reason: str = ""
    suggestion: str = ""
    retry_after_s: int = 0


@never_cache
@csrf_protect
@require_http_methods(["GET", "POST"])
def apelido(request: HttpRequest) -> HttpResponse:
    """
    Give the asker a nickname: the first one, or another one.

    A form is sent on to the room with 303; who accepts JSON first gets JSON. GET shows
    the form alone, for browsers without scripts.
    """
    if request.method == "GET":
        return _page(request, Wish("", request.GET.get("sala", "/")), None)
    wish = _wish(request)
    if not _is_from_here(request):
        outcome: Person | Refusal = Refusal(
            HTTPStatus.FORBIDDEN, "forbidden", texts.other_site()
        )
        cookie = None
    elif wish is None:
        outcome = Refusal(HTTPStatus.BAD_REQUEST, "bad_frame", texts.not_understood())
        cookie = None
    else:
        outcome, cookie = _grant(request, wish)
    response = _answer(request, wish or Wish(""), outcome)
    if cookie:
        cookies.set_identity(response, cookie)
    return response


def _grant(request: HttpRequest, wish: Wish) -> tuple[Person | Refusal, str | None]:
    """Rename who is known, make a guest of who is not; return them and the cookie."""
    known = guests.identify(cookies.from_request(request))
    wait_ms = _wait_ms(request, known)
    if wait_ms:
        return _too_many(wait_ms), None
    try:
        if known is None:
            return guests.create(wish.apelido)
        return guests.rename(known.id, wish.apelido), None
    except BadNickname as error:
        return _bad(error), None
    except NicknameTaken as error:
        return _taken(error), None


def _wish(request: HttpRequest) -> Wish | None:
    try:
        if request.content_type == "application/json":
            return msgspec.json.decode(request.body, type=Wish)
        return Wish(request.POST["apelido"], request.POST.get("sala", "/"))
    except (KeyError, ValueError, RecursionError):
        return None


def _is_from_here(request: HttpRequest) -> bool:
    """Tell whether the browser, where it says so, was on a page of ours."""
    return request.headers.get("Sec-Fetch-Site", "none") in ("same-origin", "none")


def _wait_ms(request: HttpRequest, known: Person | None) -> int:
    if not settings.RAI_LIMITS:
        return 0
    if known is None:
        return NEWCOMERS.take(_address(request), time.monotonic())
    return RENAMINGS.take(known.id, time.monotonic())


def _address(request: HttpRequest) -> str:
    return address_key(request.META.get("REMOTE_ADDR") or "")


def _bad(error: BadNickname) -> Refusal:
    return Refusal(
        HTTPStatus.BAD_REQUEST,
        "bad_nickname",
        texts.bad_nickname(error.reason),
        reason=error.reason,
    )


def _taken(error: NicknameTaken) -> Refusal:
    return Refusal(
        HTTPStatus.CONFLICT,
        "nickname_taken",
        texts.taken(error),
        reason="account" if error.is_account else "guest",
        suggestion=error.suggestion,
    )


def _too_many(wait_ms: int) -> Refusal:
    return Refusal(
        HTTPStatus.TOO_MANY_REQUESTS,
        "rate_limited",
        texts.too_many(),
        retry_after_s=math.ceil(wait_ms / 1000),
    )


def _answer(
    request: HttpRequest, wish: Wish, outcome: Person | Refusal
) -> HttpResponse:
    response: HttpResponse
    if request.get_preferred_type(["text/html", "application/json"]) != "text/html":
        response = _json(outcome)
    elif isinstance(outcome, Refusal):
        response = _page(request, wish, outcome)
    else:
        response = HttpResponseRedirect(_way_back(wish.sala))
        response.status_code = HTTPStatus.SEE_OTHER
    if isinstance(outcome, Refusal) and outcome.retry_after_s:
        response["Retry-After"] = str(outcome.retry_after_s)
    return response


def _json(outcome: Person | Refusal) -> JsonResponse:
    if isinstance(outcome, Refusal):
        body = {
            "code": outcome.code,
            "reason": outcome.reason,
            "message": outcome.message,
            "suggestion": outcome.suggestion,
        }
        return JsonResponse(body, status=outcome.status)
    me = {"id": f"u{outcome.id}", "name": outcome.name, "mark": outcome.mark}
    return JsonResponse({"me": me})


def _page(request: HttpRequest, wish: Wish, refusal: Refusal | None) -> HttpResponse:
    context = {
        "apelido": (refusal.suggestion if refusal else "") or wish.apelido,
        "volta": _way_back(wish.sala),
        "erro": refusal.message if refusal else "",
    }
    status = refusal.status if refusal else HTTPStatus.OK
    return render(request, "accounts/apelido.html", context, status=status)


def _way_back(path: str) -> str:
    """Return the path if it leads to a page of this site, else the entry."""
    is_ours = path.startswith("/") and url_has_allowed_host_and_scheme(path, None)
    return path if is_ours else "/"
