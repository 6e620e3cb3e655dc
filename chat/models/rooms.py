"""A room: its name and what it is about."""

from django.conf import settings
from django.db import models

from chat.core.frames import RoomChange
from chat.core.ids import room_ref


class Room(models.Model):
    """
    A place to talk, made by its first message.

    ``slug`` is the name under which page, socket and database agree
    (chat.core.names); ``shown`` is the spelling of whoever came first. ``v`` is the
    version of the room's last change of its own data.
    """

    slug = models.CharField(max_length=320, unique=True)
    shown = models.CharField(max_length=320)
    topic = models.CharField(max_length=250, blank=True, default="")
    v = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
    )

    def __str__(self) -> str:
        return self.shown

    def as_change(self) -> RoomChange:
        """The room's own data as the wire sees it."""
        return RoomChange(
            id=room_ref(self.pk),
            name=self.slug,
            shown=self.shown,
            topic=self.topic,
            v=self.v,
        )
