"""Three languages: chosen by the browser, changed by hand, remembered."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Enter, NewPerson
from tests.e2e.screen import Screen
from tests.services import Product

QUESTION = {
    "pt-BR": "Em qual sala você quer entrar?",
    "en": "Which room do you want to join?",
    "es": "¿A qué sala quieres entrar?",
}
START = {"pt-BR": "Começar a falar", "en": "Start talking", "es": "Empezar a hablar"}
EMPTY = {
    "pt-BR": "Esta sala acabou de nascer",
    "en": "This room was just born",
    "es": "Esta sala acaba de nacer",
}
TAKEN = {
    "pt-BR": "Já tem alguém com esse apelido aqui.",
    "en": "Someone here uses that nickname.",
    "es": "Alguien aquí ya usa ese apodo.",
}
NAMES = {"pt-BR": "Português", "en": "English", "es": "Español"}


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("pt-BR", "pt-BR"),
        ("pt-PT", "pt-BR"),
        ("en-GB", "en"),
        ("es-MX", "es"),
        ("ja-JP", "pt-BR"),
    ],
)
def test_the_page_speaks_the_browsers_language_else_portuguese(
    house: Product, new_person: NewPerson, room: str, locale: str, language: str
) -> None:
    screen = Screen.of(new_person(locale=locale))
    screen.page.goto(house.url)
    asks(screen.page, language)

    screen.open(house.url, room)

    expect(screen.page.get_by_role("button", name=START[language])).to_be_visible()
    expect(screen.page.get_by_text(EMPTY[language], exact=True)).to_be_visible()


def test_a_language_chosen_by_hand_is_remembered(
    house: Product, new_person: NewPerson, room: str
) -> None:
    screen = Screen.of(new_person(locale="pt-BR"))
    screen.page.goto(house.url)

    for language in ("en", "es", "pt-BR", "en"):
        screen.page.locator(".idioma summary").click()
        screen.page.get_by_role("button", name=NAMES[language]).click()
        asks(screen.page, language)

    screen.open(house.url, room).join(f"Ann in {room}")
    expect(screen.page.locator("html")).to_have_attribute("lang", "en")
    screen.say("hi")
    screen.all_stored()
    expect(screen.page.get_by_role("heading", name="Today")).to_be_visible()
    again = screen.page.context.new_page()
    again.goto(house.url)
    asks(again, "en")


def test_refusals_come_in_the_readers_language(
    house: Product, new_person: NewPerson, enter: Enter, room: str
) -> None:
    name = enter("Eva").name()

    for language, refusal in TAKEN.items():
        other = Screen.of(new_person(locale=language)).open(house.url, room)
        other.nickname.fill(name)
        other.nickname.press("Enter")
        expect(other.page.locator("#apelido-erro")).to_contain_text(refusal)


def asks(page: Page, language: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(QUESTION[language])
    expect(page.locator("html")).to_have_attribute(
        "lang", "pt-br" if language == "pt-BR" else language
    )
