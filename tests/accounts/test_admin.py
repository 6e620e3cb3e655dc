"""People in Django's admin: to look, and to stop somebody."""

from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING

import pytest
from django.test import RequestFactory, modify_settings

from accounts import guests
from accounts.models import User

if TYPE_CHECKING:
    from accounts.admin import UserAdmin

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> "Iterator[UserAdmin]":
    """The page of people, on an installation whose operator opened the admin."""
    with modify_settings(INSTALLED_APPS={"prepend": "django.contrib.admin"}):
        site = import_module("django.contrib.admin").site
        yield site.get_model_admin(User)


def test_the_operator_reads_names_and_may_stop_a_guest(people: "UserAdmin") -> None:
    request = RequestFactory().get("/")
    request.user = User.objects.create_superuser("root", password="x" * 12)
    ana = User.objects.get(pk=guests.create("Ana")[0].id)
    form = people.get_form(request, ana)

    assert "is_active" in form.base_fields
    assert not {"name", "kind", "username", "secret_hash"} & set(form.base_fields)
    assert people.marca(ana).startswith("#")


def test_nobody_is_made_or_deleted_there(people: "UserAdmin") -> None:
    request = RequestFactory().get("/")
    request.user = User.objects.create_superuser("root", password="x" * 12)

    assert not people.has_add_permission(request)
    assert not people.has_delete_permission(request)
