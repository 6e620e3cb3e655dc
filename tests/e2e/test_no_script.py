"""Without JavaScript: one can read, choose a nickname and a language, find rooms."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Enter, NewPerson
from tests.e2e.screen import tab_of
from tests.services import Product


@pytest.fixture
def page(new_person: NewPerson) -> Page:
    """A tab of a browser that runs no script."""
    return tab_of(new_person(java_script_enabled=False))


def test_the_last_messages_are_readable(
    house: Product, enter: Enter, room: str, page: Page
) -> None:
    ana = enter("Ana")
    ana.say("bom dia", "tem alguém aí?")
    ana.all_stored()

    page.goto(f"{house.url}/chat/{room}/")

    expect(page.get_by_text("bom dia", exact=True)).to_be_visible()
    expect(page.get_by_text("tem alguém aí?", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="Hoje")).to_be_visible()
    expect(page.get_by_role("heading", name=room, exact=True)).to_be_visible()
    expect(page.locator("#texto")).to_be_hidden()


def test_the_nickname_form_works(house: Product, room: str, page: Page) -> None:
    page.goto(f"{house.url}/chat/{room}/")
    page.locator('input[name="apelido"]').fill(f"Sem script em {room}")
    page.get_by_role("button", name="Começar a falar").click()

    expect(page).to_have_url(f"{house.url}/chat/{room}/")
    name = page.locator('[data-parte="eu"] [data-slot="nome"]')
    expect(name).to_have_text(f"Sem script em {room}")
    advice = page.locator("noscript p")
    expect(advice).to_have_text("Ligue o JavaScript do navegador para escrever aqui.")
    expect(advice).to_be_visible()


def test_a_refused_nickname_says_why_and_can_be_mended(
    house: Product, room: str, page: Page
) -> None:
    page.goto(f"{house.url}/chat/{room}/")
    page.locator('input[name="apelido"]').fill("Moderador")
    page.get_by_role("button", name="Começar a falar").click()

    expect(page.get_by_role("alert")).not_to_be_empty()
    page.locator('input[name="apelido"]').fill(f"Modesto em {room}")
    page.locator("main form button").first.click()
    expect(page).to_have_url(f"{house.url}/chat/{room}/")


def test_the_entry_form_leads_to_the_room(
    house: Product, room: str, page: Page
) -> None:
    page.goto(house.url)
    page.get_by_label("Nome da sala").fill(f"Café {room}")
    page.get_by_label("Nome da sala").press("Enter")

    title = page.get_by_role("heading", level=1)
    expect(title).to_have_text(f"Café {room}")


def test_the_language_switch_works(house: Product, page: Page) -> None:
    page.goto(house.url)
    page.locator(".idioma summary").click()
    page.get_by_role("button", name="English").click()

    title = page.get_by_role("heading", level=1)
    expect(title).to_have_text("Which room do you want to join?")
