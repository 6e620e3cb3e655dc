"""Who has spoken in a room."""

from django.conf import settings
from django.db import models

from accounts.people import mark
from chat.core.frames import MemberChange
from chat.core.ids import user_ref


class Member(models.Model):
    """
    Somebody of a room, from their first message there.

    ``role`` is null once they have left. ``name`` is what the room knows them by;
    ``joined_v`` the version with which they came, ``v`` that of their last change.
    """

    room = models.ForeignKey("chat.Room", on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    name = models.CharField(max_length=128)
    role = models.CharField(max_length=12, null=True)
    joined_v = models.BigIntegerField()
    v = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "user"], name="member_room_user"),
        ]

    def __str__(self) -> str:
        return self.name

    def as_change(self) -> MemberChange:
        """The membership as the wire sees it."""
        return MemberChange(
            id=user_ref(self.user_id),
            name=self.name,
            mark=mark(self.user_id),
            role=self.role,
            v=self.v,
        )
