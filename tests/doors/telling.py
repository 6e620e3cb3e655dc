"""What several door tests do with a room before they come to the point."""

from chat.core.frames import Ev, Msg, SyncPage
from tests.client import Line


def bodies(frame: SyncPage | Ev) -> list[str]:
    """Return the texts of a frame's messages."""
    return [change.body for change in frame.c if isinstance(change, Msg)]


async def born(line: Line, name: str, *texts: str) -> str:
    """Make a room with these messages; return its reference."""
    room = None
    for text in texts or ("oi",):
        room = (await line.send(name=name, body=text)).room
    assert room is not None
    return room
