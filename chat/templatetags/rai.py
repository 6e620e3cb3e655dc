"""
How people, times and references look in a template.

Each filter that the page's own script mirrors (``core/people.js``, ``core/days.js``)
is held to it by the golden vectors in ``tests/vectors/looks.json``.
"""

from __future__ import annotations

import datetime as dt

import regex
from django import template
from django.conf import settings
from django.utils import formats, timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

register = template.Library()

HUES = 8
_GRAPHEME = regex.compile(r"\X")
_NOT_A_WORD = regex.compile(r"^[^\p{L}\p{N}\p{Extended_Pictographic}]+")


@register.filter
def lingua(code: str) -> str:
    """Return what a language calls itself, whatever the page speaks."""
    return dict(settings.LANGUAGES).get(code, code)


@register.filter
def ref(value: object, letter: str) -> str:
    """Return the wire's name of an id: 91 → ``m91``; what is one already stays."""
    return f"{letter}{value}" if isinstance(value, int) else str(value or "")


@register.filter
def matiz(user: object) -> str:
    """Return which of the eight name colours a person has, from the id."""
    digits = regex.sub(r"[^0-9]", "", str(user or ""))
    return str(int(digits) % HUES) if digits else ""


@register.filter
def iniciais(name: object) -> str:
    """Return one or two letters for an avatar: of the first and the last word."""
    words = [_NOT_A_WORD.sub("", word) for word in str(name or "").split()]
    firsts = [match[0] for word in words if (match := _GRAPHEME.match(word))]
    chosen = firsts[:1] + firsts[1:][-1:]
    return "".join(chosen).upper()


@register.filter
def momento(value: object) -> dt.datetime | None:
    """Return a point in time from epoch milliseconds, in the site's zone."""
    if isinstance(value, int):
        when = dt.datetime.fromtimestamp(value / 1000, dt.UTC)
    elif isinstance(value, dt.datetime):
        when = value
    else:
        return None
    return timezone.localtime(when)


@register.filter
def epoch(value: object) -> str:
    """Return a point in time as epoch milliseconds."""
    when = momento(value)
    return str(round(when.timestamp() * 1000)) if when else ""


@register.filter
def dia_por_extenso(day: object) -> str:
    """Return a day as people say it: today, a weekday up to six days back, a date."""
    if not isinstance(day, dt.date):
        return ""
    today = timezone.localdate()
    back = (today - day).days
    if back == 0:
        return _("Hoje")
    if back == 1:
        return _("Ontem")
    if 1 < back <= 6:
        style = "l"
    else:
        style = "MONTH_DAY_FORMAT" if day.year == today.year else "DATE_FORMAT"
    named = str(formats.date_format(day, style))
    # Django writes all names large; of our languages only English does.
    return named if (get_language() or "").startswith("en") else named.lower()


@register.filter
def ha_quanto(value: object) -> str:
    """Return how long ago something happened, in the largest unit that fits."""
    when = momento(value)
    if when is None:
        return ""
    minutes = int((timezone.now() - when).total_seconds() // 60)
    if minutes < 1:
        return _("agora mesmo")
    if minutes < 60:
        return _("há {n} min").format(n=minutes)
    hours = minutes // 60
    if hours < 24 and when.date() == timezone.localdate():
        return _("há {n} h").format(n=hours)
    return dia_por_extenso(when.date())
