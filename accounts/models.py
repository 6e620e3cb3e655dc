"""
The table of people. Guests, members and bots share it, so that a guest who becomes a
member keeps the id, and with it every message.
"""

from typing import Any, ClassVar

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.lookalikes import MAX_SKELETON, skeleton
from accounts.nicknames import Nickname
from accounts.people import Kind, Person, mark


class UserManager(BaseUserManager["User"]):
    """
    Makes each kind of person with what that kind must have.

    Not a child of Django's own manager, which has other ways to make a user: theirs
    would have no nickname.
    """

    def create_guest(self, nickname: Nickname, *, secret_hash: str | None) -> "User":
        """
        Store a guest who holds this nickname.

        Raises:
            IntegrityError: Somebody holds a nickname of this skeleton.
        """
        guest = self.model(
            kind=Kind.GUEST,
            name=nickname.shown,
            skeleton=nickname.skeleton,
            secret_hash=secret_hash,
            holds_name=True,
            last_seen=timezone.now(),
        )
        guest.set_unusable_password()
        guest.save(using=self._db, force_insert=True)
        return guest

    def create_user(
        self,
        username: str,
        email: str | None = None,
        password: str | None = None,
        **fields: Any,
    ) -> "User":
        """
        Store a member. The nickname is the username unless `name` is given.

        Raises:
            ValidationError: A member goes by that nickname already.
        """
        if not username:
            raise ValidationError(_("Falta o nome de usuário."))
        member = self.model(
            kind=Kind.MEMBER,
            username=self.model.normalize_username(username),
            email=self.normalize_email(email),
            holds_name=True,
            **({"name": username} | fields),
        )
        member.skeleton = skeleton(member.name)
        member.set_password(password)
        try:
            with transaction.atomic(using=self._db):
                self.release_guests(member.skeleton)
                member.save(using=self._db)
        except IntegrityError as taken:
            raise ValidationError(_("Esse nome já pertence a uma conta.")) from taken
        return member

    def create_superuser(
        self,
        username: str,
        email: str | None = None,
        password: str | None = None,
        **fields: Any,
    ) -> "User":
        """Store a member who may do everything in Django's admin."""
        powers = {"is_staff": True, "is_superuser": True}
        return self.create_user(username, email, password, **(fields | powers))

    def release_guests(self, skeleton: str) -> None:
        """Take a nickname from guests: accounts come first."""
        self.filter(kind=Kind.GUEST, skeleton=skeleton, holds_name=True).update(
            holds_name=False
        )


class User(AbstractUser):
    """
    A person. Guests have no username and cannot log in.

    `holds_name` says whose a nickname is among those who look alike: the database
    lets one person hold a skeleton at a time, so two who ask at once cannot both win.
    """

    KINDS = [
        (Kind.GUEST.value, _("visitante")),
        (Kind.MEMBER.value, _("membro")),
        (Kind.BOT.value, _("robô")),
    ]

    first_name = None  # type: ignore[assignment]  # One name, chosen freely.
    last_name = None  # type: ignore[assignment]

    username = models.CharField(  # type: ignore[assignment]  # Null for guests.
        _("nome de usuário"),
        max_length=150,
        unique=True,
        null=True,
        blank=True,
        validators=[AbstractUser.username_validator],
    )
    kind = models.CharField(
        _("tipo"), max_length=8, choices=KINDS, default=Kind.MEMBER.value
    )
    name = models.CharField(_("apelido"), max_length=150)
    skeleton = models.CharField(max_length=MAX_SKELETON, editable=False)
    holds_name = models.BooleanField(default=False, editable=False)
    secret_hash = models.CharField(max_length=64, null=True, editable=False)
    last_seen = models.DateTimeField(_("visto em"), default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("pessoa")
        verbose_name_plural = _("pessoas")
        indexes = [models.Index(fields=["skeleton"], name="user_skeleton")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in Kind]),
                name="user_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(kind=Kind.MEMBER.value, username__isnull=False)
                | models.Q(kind=Kind.GUEST.value, username__isnull=True)
                | models.Q(kind=Kind.BOT.value),
                name="user_username_for_members",
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="user_named"),
            models.UniqueConstraint(
                fields=["skeleton"],
                condition=models.Q(holds_name=True),
                name="user_one_holder_a_name",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} #{mark(self.pk)}"

    def get_full_name(self) -> str:
        """Return the nickname: there is no other name."""
        return self.name

    def get_short_name(self) -> str:
        """Return the nickname: there is no other name."""
        return self.name

    def person(self) -> Person:
        """Return what the rest of the house may know."""
        return Person(self.pk, self.name, mark(self.pk), Kind(self.kind))


class SpentTicket(models.Model):
    """A ticket that was shown: the same one is not good twice (accounts.tickets)."""

    number = models.CharField(max_length=22, primary_key=True)
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.number
