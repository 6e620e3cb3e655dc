"""Tables of the chat, one file a noun. Written by ``chat.log`` alone."""

from chat.models.changes import Change, Nonce, RoomHead, Site
from chat.models.members import Member
from chat.models.messages import Message
from chat.models.rooms import Room

__all__ = ["Change", "Member", "Message", "Nonce", "Room", "RoomHead", "Site"]
