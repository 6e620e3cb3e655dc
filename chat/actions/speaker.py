"""Who is acting: a person, and the address they come from."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.people import Kind, Person
from chat.core.frames import By
from chat.core.ids import UserId, user_ref
from chat.core.ops import Author


@dataclass(frozen=True, slots=True)
class Speaker:
    """
    Somebody at a door.

    ``address`` is what limits count as one place; it is never stored.
    """

    person: Person
    address: str

    @property
    def is_guest(self) -> bool:
        """Whether the person has no account."""
        return self.person.kind is Kind.GUEST

    def by(self) -> By:
        """How the rooms see them."""
        return By(user_ref(self.person.id), self.person.name, self.person.mark)

    def author(self) -> Author:
        """How the log sees them."""
        return Author(UserId(self.person.id), self.by(), self.person.kind.value)
