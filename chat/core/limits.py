"""The limits: who may do how much in how little time (docs/security.md)."""

from __future__ import annotations

from accounts.rates import Rate

#: Messages (docs/security.md): a person, a room, an address.
GUEST_MESSAGES = Rate(per_s=0.5, burst=8)
MEMBER_MESSAGES = Rate(per_s=2, burst=20)
ROOM_MESSAGES = Rate(per_s=50, burst=100)
ADDRESS_MESSAGES = Rate(per_s=10, burst=40)
#: Edits and deletes, a person.
EDITS = Rate(per_s=1, burst=10)
#: History pages and catching up: a person; an address, for those without a name.
READS = Rate(per_s=10, burst=40)
ADDRESS_READS = Rate(per_s=50, burst=300)
#: New rooms: 5 an hour for a guest, 10 for an account.
GUEST_ROOMS = Rate(per_s=5 / 3600, burst=5)
MEMBER_ROOMS = Rate(per_s=10 / 3600, burst=10)
#: New sockets of an address: a whole class comes back at once.
HANDSHAKES = Rate(per_s=50, burst=300)
#: Typing signals of one person in one room.
TYPING = Rate(per_s=1 / 3, burst=2)
#: Unreadable frames of one socket before it is closed.
BAD_FRAMES = Rate(per_s=2, burst=20)

SOCKETS_PER_ADDRESS = 500
SOCKETS_PER_GUEST = 10
SOCKETS_PER_MEMBER = 20
