"""Everybody can use it: axe-core finds nothing, on any page, in any state."""

from collections.abc import Callable, Iterator
from itertools import product as pairs
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.cable import Cable
from tests.e2e.conftest import Enter, Lender, NewPerson, newcomers
from tests.e2e.screen import Screen, tab_of
from tests.services import PROJECT, Product

RULES = [
    "wcag2a",
    "wcag2aa",
    "wcag21a",
    "wcag21aa",
    "wcag22aa",
    "best-practice",
]
AXE = PROJECT / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS = (1440, 320)
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def nothing() -> None:
    """Leave the page as it is."""


@pytest.fixture
def cable(house: Product) -> Iterator[Cable]:
    """A cable to the shared house."""
    with Cable(house.port) as cable:
        yield cable


@pytest.fixture(scope="module")
def talked(lender: Lender, house: Product) -> Iterator[Screen]:
    """A room in which two have talked, seen by one of them."""
    with newcomers(lender) as new:
        ana, bia = (
            Screen.of(new()).open(house.url, "acesso").join(name)
            for name in ("Ana do acesso", "Bia do acesso")
        )
        bia.say("bom dia", "alguém viu o link?\nera da aula de ontem")
        ana.shows("bom dia", "alguém viu o link?\nera da aula de ontem")
        ana.say("vi sim", "já mando", "este some")
        ana.all_stored()
        ana.choose("este some", "apagar")
        ana.choose("já mando", "editar")
        ana.say("já mandei")
        ana.all_stored()
        yield ana


@pytest.fixture
def talk(talked: Screen) -> Screen:
    """That room, opened anew."""
    talked.page.set_viewport_size({"width": 1280, "height": 720})
    talked.page.reload()
    talked.is_linked()
    return talked


def test_the_inspector_sees_what_is_wrong(talk: Screen) -> None:
    """Silence below means something only if it speaks up here."""
    talk.page.evaluate(AXE.read_text(encoding="utf-8"))
    assert violations(talk.page) == []

    talk.page.evaluate("() => document.querySelector('main').append(new Image())")

    assert any("image-alt" in violation for violation in violations(talk.page))


def test_the_entry_page(house: Product, new_person: NewPerson, talk: Screen) -> None:
    page = tab_of(new_person())
    page.goto(house.url)
    is_accessible(page)
    page.locator(".idioma summary").click()
    is_accessible(page)


def test_the_entry_page_with_an_error(house: Product, new_person: NewPerson) -> None:
    page = tab_of(new_person())
    page.goto(f"{house.url}/?nome_sala=%3C%3E")
    is_accessible(page)


def test_a_room_before_one_has_a_nickname(
    house: Product, new_person: NewPerson, talk: Screen
) -> None:
    page = tab_of(new_person())
    page.goto(talk.page.url)
    is_accessible(page)
    page.locator('.apelido input[name="apelido"]').fill("Moderador")
    page.locator('.apelido button[type="submit"]').click()
    expect(page.locator("#apelido-erro")).not_to_be_empty()
    is_accessible(page)


def test_an_empty_room(enter: Enter) -> None:
    is_accessible(enter("Ana").page)


def test_a_room_with_messages(talk: Screen) -> None:
    is_accessible(talk.page)


def test_a_message_in_focus_with_its_menu_open(talk: Screen) -> None:
    def open_menu() -> None:
        talk.row("vi sim").focus()
        talk.page.keyboard.press("Enter")
        expect(talk.menu).to_be_visible()

    is_accessible(talk.page, first=open_menu)


def test_editing(talk: Screen) -> None:
    talk.choose("vi sim", "editar")
    expect(talk.edit_bar).to_be_visible()
    is_accessible(talk.page)


def test_the_drawer(talk: Screen) -> None:
    def open_drawer() -> None:
        if not talk.page.locator("#lateral").is_visible():
            talk.page.get_by_role("button", name="Salas e conversas").click()

    is_accessible(talk.page, first=open_drawer, widths=(320,))


def test_reconnecting_and_queued(enter: Enter, cable: Cable) -> None:
    ana = enter("Ana", house=cable.url)
    ana.say("foi")
    ana.all_stored()
    cable.cut()
    ana.say("fica na fila")
    expect(ana.banner).to_contain_text("Reconectando")
    is_accessible(ana.page)
    ana.page.context.set_offline(True)
    expect(ana.banner).to_contain_text("Sem internet")
    is_accessible(ana.page)


def test_a_message_that_was_refused(enter: Enter) -> None:
    ana = enter("Ana")
    ana.say("\u200b\u200b")
    expect(ana.page.locator('article[data-estado="falhou"]')).to_be_visible()
    is_accessible(ana.page)


@pytest.mark.parametrize("path", ["/nada", "/chat/%3C%3E/", "/apelido/"])
def test_pages_of_errors_and_forms(
    house: Product, new_person: NewPerson, path: str
) -> None:
    page = tab_of(new_person())
    page.goto(house.url + path)
    is_accessible(page)


def test_the_keyboard_alone_is_enough(talk: Screen) -> None:
    """From the box to a message, its menu, and back, without a mouse."""
    keys = talk.page.keyboard
    talk.box.press("Shift+Tab")
    expect(talk.log).to_be_focused()

    keys.press("ArrowUp")
    keys.press("ArrowUp")
    expect(talk.row("já mandei")).to_be_focused()
    keys.press("Enter")
    expect(talk.menu.get_by_role("menuitem").first).to_be_focused()
    keys.press("ArrowDown")
    expect(talk.menu.get_by_role("menuitem", name="Editar")).to_be_focused()
    keys.press("Escape")
    expect(talk.row("já mandei")).to_be_focused()
    keys.press("e")
    expect(talk.box).to_be_focused()
    expect(talk.box).to_have_value("já mandei")
    keys.press("Escape")
    expect(talk.box).to_have_value("")


def test_arrivals_are_announced_once_and_own_words_are_not(enter: Enter) -> None:
    ana, bia = enter("Ana"), enter("Bia")
    ana.say("minha")
    bia.shows("minha")

    bia.say("oi, Ana")

    spoken = ana.page.locator('[data-parte="locutor"]')
    expect(spoken).to_contain_text("oi, Ana")
    assert spoken.inner_text().count("oi, Ana") == 1
    assert "minha" not in spoken.inner_text()


def is_accessible(
    page: Page,
    *,
    first: Callable[[], None] = nothing,
    widths: tuple[int, ...] = WIDTHS,
) -> None:
    """Look at a page in every width and theme; name each violation and its element."""
    found: list[str] = []
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for width, theme in pairs(widths, THEMES):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        first()
        found += [f"{width} {theme} {what}" for what in violations(page)]
    assert found == []


def violations(page: Page) -> list[str]:
    """What axe-core has to say about the page as it is."""
    found: list[str] = page.evaluate(
        """async (rules) => {
          const { violations } = await axe.run(document, {
            runOnly: rules, resultTypes: ['violations'],
          });
          return violations.flatMap(({ id, nodes }) =>
            nodes.map(({ target, html, failureSummary }) =>
              `${id}: ${target.join(' ')} ${html.slice(0, 120)} ${failureSummary}`));
        }""",
        RULES,
    )
    return found
