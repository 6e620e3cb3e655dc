"""The house starts once, with servers that tell us and with those that do not."""

from typing import Any

import pytest

from realtime import lifespan
from realtime.lifespan import Lifespan


class HouseOfCards:
    """Stands in for the house at its doors: start, current, stop."""

    def __init__(self, *, falls: bool = False) -> None:
        self.falls = falls
        self.said: list[str] = []

    async def start(self) -> None:
        self.said.append("start")
        if self.falls:
            raise OSError("no database")

    async def current(self) -> None:
        self.said.append("current")

    async def stop(self) -> None:
        self.said.append("stop")


async def live(house: HouseOfCards, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(lifespan, "house", house)
    events = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])
    sent: list[str] = []

    async def receive() -> dict[str, Any]:
        return next(events)

    async def send(message: Any) -> None:
        sent.append(message["type"])

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        sent.append("served")

    await Lifespan(inner)({"type": "lifespan"}, receive, send)
    return sent


async def test_the_house_lives_as_long_as_the_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house = HouseOfCards()

    sent = await live(house, monkeypatch)

    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert house.said == ["start", "stop"]


async def test_a_house_that_cannot_start_is_told_to_the_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent = await live(HouseOfCards(falls=True), monkeypatch)

    assert sent == ["lifespan.startup.failed"]


async def test_without_lifespan_the_first_guest_starts_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """daphne and some test clients never send lifespan events."""
    house = HouseOfCards()
    monkeypatch.setattr(lifespan, "house", house)
    served: list[str] = []

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        served.append(scope["type"])

    await Lifespan(inner)({"type": "http"}, None, None)  # type: ignore[arg-type]

    assert (house.said, served) == (["current"], ["http"])
