"""People in Django's admin: to look, to stop somebody, to hand out powers."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.people import mark


@admin.register(User)
class UserAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # Typed in stubs only.
    """
    Mostly for reading.

    Names are chosen by those who bear them and come with a skeleton; members are made
    by `manage.py createsuperuser`; nobody is deleted while their messages stand.
    """

    list_display = ("name", "marca", "kind", "username", "is_active", "last_seen")
    list_filter = ("kind", "is_active", "is_staff")
    search_fields = ("name", "username")
    ordering = ("-last_seen",)
    date_hierarchy = "date_joined"
    fields = (
        "name",
        "marca",
        "kind",
        "username",
        "email",
        "is_active",
        "is_staff",
        "is_superuser",
        "date_joined",
        "last_seen",
        "last_login",
    )
    readonly_fields = (
        "name",
        "marca",
        "kind",
        "username",
        "date_joined",
        "last_seen",
        "last_login",
    )

    @admin.display(description=_("marca"))
    def marca(self, user: User) -> str:
        """Return the public mark."""
        return f"#{mark(user.pk)}"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: a row made here would have no skeleton."""
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: User | None = None
    ) -> bool:
        """Refuse: deactivate instead, and the author of old messages stays known."""
        return False
