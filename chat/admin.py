"""Django's admin, to look: what is written here would not be in the log."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from chat.models import Member, Message, Room


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Look, do not touch: versions are given out by the log alone."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False


@admin.register(Room)
class RoomAdmin(ReadOnlyAdmin):
    """Rooms."""

    list_display = ("shown", "slug", "topic", "created_at")
    search_fields = ("slug",)


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    """Messages."""

    list_display = ("id", "room", "seq", "author_name", "deleted")
    list_filter = ("deleted",)
    list_select_related = ("room",)


@admin.register(Member)
class MemberAdmin(ReadOnlyAdmin):
    """Who has spoken where."""

    list_display = ("name", "room", "role")
    list_select_related = ("room",)
