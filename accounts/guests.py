"""
People without an account: how they come, take a nickname, and are known again.

A guest is a row made when a nickname is chosen, and a cookie that proves to be the
one who chose it. Everything here is synchronous and talks to the database.
"""

import hashlib
import secrets
from collections.abc import Callable, Collection, Iterator
from datetime import timedelta
from functools import partial
from typing import NoReturn

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts import cookies
from accounts.models import User
from accounts.nicknames import (
    BadNickname,
    Nickname,
    is_suggestion,
    nickname,
    suggestion,
    unnumbered,
)
from accounts.people import Kind, Person

SECRET_BYTES = 32
# A guest who has not been seen for this long no longer keeps others from the name.
NAME_KEPT_FOR = timedelta(hours=24)
# Being seen is written down this often at most: the cost of a page view is one read.
SEEN_EVERY = timedelta(hours=1)

# Three figures are easy to say; more come when many such names are in use.
_FIGURES = (3, 3, 3, 4, 4, 5, 6, 9, 12, 15)
_SECOND_TRIES = range(2, 10)


class NicknameTaken(Exception):
    """
    Somebody here goes by a nickname that looks the same.

    `suggestion` is free as we speak. `is_account` says that the name belongs to an
    account, which may be the asker's own.
    """

    def __init__(self, suggestion: str, *, is_account: bool) -> None:
        super().__init__(suggestion)
        self.suggestion = suggestion
        self.is_account = is_account


def create(raw_name: str | None) -> tuple[Person, str]:
    """
    Store a new guest; return them and the cookie's value.

    Without a name they are "Visitante" and a number. So are those who took the
    suggested number that somebody has by now: they chose no name, and are not asked.

    Raises:
        BadNickname: There is no such nickname.
        NicknameTaken: Somebody goes by it.
    """
    secret = secrets.token_urlsafe(SECRET_BYTES)
    secret_hash = _hash(secret)
    if raw_name is None:
        guest = _numbered(secret_hash)
    else:
        guest = _named(nickname(raw_name), secret_hash)
    return guest.person(), cookies.seal(guest.pk, secret)


def anonymous() -> Person:
    """
    Store a guest for a connection that can neither choose a name nor keep a cookie.

    Each call makes one: call it when the connection first has something to say.
    """
    return _numbered(None).person()


def rename(user_id: int, raw_name: str) -> Person:
    """
    Give a guest another nickname. The id, the mark and the cookie stay.

    Raises:
        BadNickname: There is no such nickname.
        NicknameTaken: Somebody else goes by it.
        User.DoesNotExist: There is no such guest.
    """
    name = nickname(raw_name)
    guest = User.objects.get(pk=user_id, kind=Kind.GUEST, is_active=True)
    renamed = _hold(name, partial(_rename, guest, name), but=user_id)
    return (renamed or _refuse(name, but=user_id)).person()


def identify(cookie_value: str | None) -> Person | None:
    """
    Return the guest a cookie proves; None for no cookie, or one that proves nothing.

    One read by primary key, and a write at most once in SEEN_EVERY.
    """
    proof = cookies.opened(cookie_value) if cookie_value else None
    if proof is None:
        return None
    user_id, secret = proof
    guest = (
        User.objects.filter(pk=user_id, kind=Kind.GUEST, is_active=True)
        .only("kind", "name", "secret_hash", "last_seen")
        .first()
    )
    if guest is None or not secrets.compare_digest(
        guest.secret_hash or "", _hash(secret)
    ):
        return None
    _note_seen(guest)
    return guest.person()


def taken(skeletons: Collection[str], *, but: int | None) -> bool:
    """
    Tell whether an account, or a guest seen in the last day, goes by such a name.

    `but` is the person who asks, whose own name is not in their way.
    """
    return _bearers(skeletons, but).exists()


def _named(name: Nickname, secret_hash: str) -> User:
    guest = _hold(name, partial(_store, name, secret_hash))
    if guest is None and is_suggestion(name.shown):
        guest = _numbered(secret_hash)
    return guest or _refuse(name)


def _store(name: Nickname, secret_hash: str | None) -> User:
    return User.objects.create_guest(name, secret_hash=secret_hash)


def _rename(guest: User, name: Nickname) -> User:
    guest.name, guest.skeleton, guest.holds_name = name.shown, name.skeleton, True
    guest.save(update_fields=["name", "skeleton", "holds_name"])
    return guest


def _numbered(secret_hash: str | None) -> User:
    for figures in _FIGURES:
        name = nickname(_number(figures))
        guest = _hold(name, partial(_store, name, secret_hash))
        if guest:
            return guest
    raise RuntimeError("no number is free")


def _number(figures: int) -> str:
    least = 10 ** (figures - 1)
    return suggestion(least + secrets.randbelow(9 * least))


def _hold(
    name: Nickname, store: Callable[[], User], *, but: int | None = None
) -> User | None:
    """
    Store a person under a name; None if somebody has it.

    Of two who ask at once both may find it free. The constraint on names held then
    lets one of them through.
    """
    try:
        with transaction.atomic():
            if taken(name.alike, but=but):
                return None
            _release(name.skeleton)
            return store()
    except IntegrityError:
        return None


def _release(skeleton: str) -> None:
    """Let go of a name whose guest has not been seen for long."""
    User.objects.filter(
        kind=Kind.GUEST,
        skeleton=skeleton,
        holds_name=True,
        last_seen__lt=timezone.now() - NAME_KEPT_FOR,
    ).update(holds_name=False)


def _refuse(name: Nickname, *, but: int | None = None) -> NoReturn:
    accounts = _bearers(name.alike, but).exclude(kind=Kind.GUEST)
    raise NicknameTaken(_free(name), is_account=accounts.exists())


def _free(name: Nickname) -> str:
    """Return the name with a small number behind it, or some other free name."""
    tries = list(_with_numbers(name.shown))
    wanted = {skeleton for one in tries for skeleton in one.alike}
    used = set(_bearers(wanted, None).values_list("skeleton", flat=True))
    for one in tries:
        if used.isdisjoint(one.alike):
            return one.shown
    return _number(6)


def _with_numbers(shown: str) -> Iterator[Nickname]:
    for number in _SECOND_TRIES:
        try:
            yield nickname(f"{unnumbered(shown)} {number}")
        except BadNickname:  # Too long by now.
            return


def _bearers(skeletons: Collection[str], but: int | None) -> QuerySet[User]:
    seen = Q(last_seen__gte=timezone.now() - NAME_KEPT_FOR)
    people = User.objects.filter(~Q(kind=Kind.GUEST) | seen, skeleton__in=skeletons)
    return people.exclude(pk=but) if but is not None else people


def _note_seen(guest: User) -> None:
    now = timezone.now()
    if now - guest.last_seen >= SEEN_EVERY:
        User.objects.filter(pk=guest.pk).update(last_seen=now)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
