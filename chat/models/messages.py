"""A message as it stands now."""

from typing import Literal

from django.conf import settings
from django.db import models

from accounts.people import mark
from chat.core.frames import By, Msg
from chat.core.ids import message_ref, user_ref


class Message(models.Model):
    """
    One message's present state.

    ``seq`` counts messages of a room without holes; ``v`` is the version of the last
    change to this one. Author's name and mark are kept as they were when it was
    written, so that a rename rewrites no history. Times are epoch ms, as on the wire.
    A deleted message keeps its row and place, never its text.
    """

    class DeletedBy(models.TextChoices):
        """Who took it away."""

        AUTHOR = "author"
        MODERATOR = "mod"

    room = models.ForeignKey("chat.Room", on_delete=models.CASCADE, related_name="+")
    seq = models.BigIntegerField()
    v = models.BigIntegerField()
    at = models.BigIntegerField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    author_name = models.CharField(max_length=128)
    nonce = models.CharField(max_length=64)
    body = models.TextField()
    reply_to = models.BigIntegerField(null=True)
    edited_at = models.BigIntegerField(null=True)
    deleted = models.CharField(
        max_length=8, choices=DeletedBy.choices, null=True, blank=True
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "seq"], name="message_room_seq"),
        ]

    def __str__(self) -> str:
        return message_ref(self.pk)

    def as_change(self) -> Msg:
        """The message as the wire and the pages see it."""
        return Msg(
            id=message_ref(self.pk),
            v=self.v,
            seq=self.seq,
            at=self.at,
            by=By(user_ref(self.author_id), self.author_name, mark(self.author_id)),
            body=self.body,
            nonce=self.nonce,
            reply_to=None if self.reply_to is None else message_ref(self.reply_to),
            ed=self.edited_at,
            deleted=_who_deleted(self.deleted),
        )


def _who_deleted(stored: str | None) -> Literal["author", "mod"] | None:
    match stored:
        case "author":
            return "author"
        case "mod":
            return "mod"
        case _:
            return None
