"""The table of people: what the database itself refuses."""

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.nicknames import nickname
from accounts.people import Kind, Person, mark

pytestmark = pytest.mark.django_db


def guest(name: str) -> User:
    return User.objects.create_guest(nickname(name), secret_hash=None)


def test_a_guest_has_a_name_and_no_way_to_log_in() -> None:
    ana = guest("Ana")

    assert ana.username is None
    assert not ana.has_usable_password()
    assert ana.person() == Person(ana.pk, "Ana", mark(ana.pk), Kind.GUEST)
    assert str(ana) == f"Ana #{mark(ana.pk)}"
    assert (ana.get_full_name(), ana.get_short_name()) == ("Ana", "Ana")


def test_many_guests_have_no_username_at_once() -> None:
    """Empty text would be one username, which only one could have."""
    assert guest("Ana").username == guest("Bia").username


def test_one_skeleton_has_one_holder() -> None:
    guest("Ana")

    with pytest.raises(IntegrityError), transaction.atomic():
        guest("АNА")


def test_a_member_is_called_by_the_username_unless_told_otherwise() -> None:
    bia = User.objects.create_user("bia", password="x" * 12)
    caio = User.objects.create_user("caio", name="Caio César")

    assert (bia.name, bia.kind, bia.check_password("x" * 12)) == ("bia", "member", True)
    assert (caio.name, caio.has_usable_password()) == ("Caio César", False)


def test_an_account_takes_its_name_from_a_guest() -> None:
    ana = guest("Ana")
    User.objects.create_user("ana")
    ana.refresh_from_db()

    assert not ana.holds_name


def test_two_accounts_do_not_look_alike() -> None:
    User.objects.create_user("ana")

    with pytest.raises(ValidationError):
        User.objects.create_user("Ana")
    with pytest.raises(ValidationError):
        User.objects.create_user("ana")


def test_an_account_needs_a_username() -> None:
    with pytest.raises(ValidationError):
        User.objects.create_user("")


def test_createsuperuser_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator may be called admin: nobody else is."""
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "uma senha bem longa")
    call_command(
        "createsuperuser", username="admin", email="a@example.org", interactive=False
    )
    admin = User.objects.get(username="admin")

    assert admin.is_superuser
    assert admin.is_staff
    assert admin.kind == Kind.MEMBER
    assert admin.check_password("uma senha bem longa")


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": Kind.MEMBER, "username": None},
        {"kind": Kind.GUEST, "username": "ana"},
        {"kind": "ghost"},
        {"kind": Kind.BOT, "name": ""},
    ],
)
def test_the_database_refuses_people_of_no_kind(wrong: dict[str, str | None]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User(**({"name": "Ana", "skeleton": "ana"} | wrong)).save()
