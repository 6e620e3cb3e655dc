"""The log itself: heads, changes, spent nonces, and the instance's epoch."""

from django.conf import settings
from django.db import models


class RoomHead(models.Model):
    """
    Where a room stands; its row lock orders everything that happens in the room.

    A narrow table of its own, because it is updated by every commit. ``tok`` is that
    of the change at ``head``. ``floor`` is the oldest version the log still reaches.
    """

    room = models.OneToOneField(
        "chat.Room", on_delete=models.CASCADE, primary_key=True, related_name="head"
    )
    head = models.BigIntegerField(default=0)
    seq = models.BigIntegerField(default=0)
    tok = models.BigIntegerField(default=0)
    floor = models.BigIntegerField(default=0)
    last_at = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.pk}@{self.head}"


class Change(models.Model):
    """
    One line of a room's log: that something changed, never what it says.

    ``kind`` is a chat.core.kinds.Kind, ``obj_id`` the message, room or user that it
    moved, ``tok`` 32 random bits that make the history recognisable.
    """

    pk = models.CompositePrimaryKey("room_id", "v")
    room = models.ForeignKey("chat.Room", on_delete=models.CASCADE, related_name="+")
    v = models.BigIntegerField()
    kind = models.SmallIntegerField()
    obj_id = models.BigIntegerField()
    tok = models.BigIntegerField()
    at = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.room_id}:{self.v}"


class Nonce(models.Model):
    """
    A send that was stored, so that its repetition is recognised.

    Kept apart from the message, because it must outlive a purge: a phone may repeat a
    send days later. ``digest`` tells the same text from another one.
    """

    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    nonce = models.CharField(max_length=64)
    room = models.ForeignKey("chat.Room", on_delete=models.CASCADE, related_name="+")
    message_id = models.BigIntegerField()
    seq = models.BigIntegerField()
    v = models.BigIntegerField()
    at = models.BigIntegerField()
    digest = models.CharField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["author", "nonce"], name="nonce_author"),
        ]

    def __str__(self) -> str:
        return self.nonce


class Site(models.Model):
    """The instance: one row. ``epoch`` changes when its history may have forked."""

    epoch = models.CharField(max_length=16)
    starts = models.BigIntegerField(default=0)
    origin = models.CharField(max_length=128, blank=True, default="")

    def __str__(self) -> str:
        return self.epoch
