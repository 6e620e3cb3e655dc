"""The tutorial's own page, unchanged, chats with ours: its wire is kept for ever."""

import json
import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e import stored
from tests.e2e.conftest import Enter, NewPerson
from tests.e2e.screen import tab_of
from tests.services import PROJECT, Product

# Its page is put in front of the browser rather than served, and so has no address.
FROM_NOWHERE = {"permissions": ["local-network-access"]}
TUTORIAL = PROJECT / "tests" / "seed" / "tutorial.html"


@pytest.mark.parametrize("name", ["minha-sala", "ação"])
def test_the_tutorials_page_and_ours_hear_each_other(
    house: Product, enter: Enter, new_person: NewPerson, name: str
) -> None:
    ours = enter("Ana", room=name)
    theirs = tutorial(tab_of(new_person(**FROM_NOWHERE)), house.url, name)

    theirs_says(theirs, "oi do tutorial")
    ours.shows("oi do tutorial")
    ours.say("oi da sala")
    theirs_shows(theirs, "oi do tutorial", "oi da sala")
    theirs_says(theirs, "ouço você")
    ours.shows("oi do tutorial", "oi da sala", "ouço você")

    theirs_shows(theirs, "oi do tutorial", "oi da sala", "ouço você")
    everything = ["oi do tutorial", "oi da sala", "ouço você"]
    assert stored.texts(house, name) == everything
    authors = [row["who"] for row in ours.read()]
    assert re.match(r"^Visitante \d+$", authors[0])
    assert authors[2] == authors[0]


def test_two_of_the_tutorials_pages_hear_each_other(
    house: Product, new_person: NewPerson, room: str
) -> None:
    """As in the tutorial, with none of our pages about."""
    one = tutorial(tab_of(new_person(**FROM_NOWHERE)), house.url, room)
    two = tutorial(tab_of(new_person(**FROM_NOWHERE)), house.url, room)

    theirs_says(one, "alô")
    theirs_shows(two, "alô")
    theirs_says(two, "alô, alô")

    for page in (one, two):
        theirs_shows(page, "alô", "alô, alô")


def tutorial(page: Page, house: str, name: str) -> Page:
    """Open the tutorial's page for a room, as its view would have filled it."""
    text = TUTORIAL.read_text(encoding="utf-8")
    filled = text.replace("{{ nome_sala_json }}", json.dumps(name))

    def answer(route: Route) -> None:
        route.fulfill(body=filled, content_type="text/html; charset=utf-8")

    page.route("**/tutorial.html", answer)
    page.goto(f"{house}/tutorial.html")
    page.wait_for_function("() => chatSocket.readyState === WebSocket.OPEN")
    return page


def theirs_says(page: Page, text: str) -> None:
    page.locator("#texto").fill(text)
    page.locator("#texto").press("Enter")


def theirs_shows(page: Page, *texts: str) -> None:
    expect(page.locator("#sala")).to_have_value("".join(f"{text}\n" for text in texts))
