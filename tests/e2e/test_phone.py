"""A phone: touch, a small screen, long words."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Enter, NewPerson
from tests.e2e.screen import Screen, tab_of
from tests.services import Product

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
LONGEST_NAME = "W" * 26


@pytest.fixture
def ana(enter: Enter) -> Screen:
    """Somebody in the room with a phone."""
    return enter("Ana", **PHONE)


def test_enter_makes_a_new_line_and_the_button_sends(ana: Screen, enter: Enter) -> None:
    bia = enter("Bia")

    ana.box.press_sequentially("linha um")
    ana.box.press("Enter")
    ana.box.press_sequentially("linha dois")
    expect(ana.texts).to_have_count(0)
    ana.send_button.tap()

    bia.shows("linha um\nlinha dois")
    assert bia.read_texts() == ["linha um\nlinha dois"]


def test_five_in_a_row_never_close_the_keyboard(ana: Screen) -> None:
    """The keyboard stays open as long as the box has the focus."""
    lost = ana.box.evaluate_handle(
        """(box) => {
          const lost = [];
          box.addEventListener('blur', () => lost.push(box.value));
          return lost;
        }"""
    )
    words = ["um", "dois", "três", "quatro", "cinco"]

    for word in words:
        ana.box.press_sequentially(word)
        ana.send_button.tap()

    ana.shows(*words)
    expect(ana.box).to_be_focused()
    assert lost.json_value() == []
    ana.all_stored()
    expect(ana.row("cinco")).to_be_in_viewport()


def test_the_drawer_of_rooms_opens_and_closes(ana: Screen) -> None:
    drawer = ana.page.locator("#lateral")
    expect(drawer).to_be_hidden()

    ana.page.get_by_role("button", name="Salas e conversas").tap()
    expect(drawer).to_be_visible()
    box = drawer.bounding_box()
    assert box is not None
    assert box["width"] <= 320
    drawer.get_by_role("button", name="Fechar").tap()
    expect(drawer).to_be_hidden()

    ana.page.get_by_role("button", name="Salas e conversas").tap()
    expect(drawer).to_be_visible()
    ana.page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()


def test_a_nickname_is_changed_from_the_drawer(ana: Screen) -> None:
    ana.page.get_by_role("button", name="Salas e conversas").tap()
    ana.page.get_by_role("button", name="Trocar apelido").tap()

    expect(ana.page.locator("#lateral")).to_be_hidden()
    expect(ana.nickname).to_be_visible()
    expect(ana.nickname).to_be_focused()


def test_a_message_has_a_menu_that_a_finger_finds(ana: Screen) -> None:
    ana.box.fill("segure aqui")
    ana.send_button.tap()
    ana.all_stored()

    ana.row("segure aqui").locator('[data-acao="menu"]').tap()
    expect(ana.menu).to_be_visible()
    ana.menu.get_by_role("menuitem", name="Editar").tap()
    expect(ana.box).to_have_value("segure aqui")


def test_long_words_and_names_break_no_row_and_push_nothing_aside(
    house: Product, new_person: NewPerson, enter: Enter, room: str
) -> None:
    """Nothing is wider than the screen, not even at 320 px."""
    bia, ana = enter(LONGEST_NAME), enter("M" * 26)
    bia.say("Donaudampfschifffahrt" * 12, "https://example.org/" + "a" * 300)
    ana.say("w" * 400, "a b c " * 60)
    ana.all_stored()
    guest = tab_of(new_person())
    guest.goto(f"{house.url}/chat/{room}/")
    expect(guest.locator("article")).to_have_count(4)
    entry = tab_of(new_person())
    entry.goto(house.url)
    error = entry.context.new_page()
    error.goto(f"{house.url}/chat/...{'n' * 100}/")

    for width in (320, 390, 800, 1440):
        for page in (ana.page, guest, entry, error):
            page.set_viewport_size({"width": width, "height": 700})
            assert sticks_out(page) == [], (width, page.url)


def test_a_room_with_the_longest_name_fits_a_small_screen(
    house: Product, new_person: NewPerson
) -> None:
    screen = Screen.of(new_person(viewport={"width": 320, "height": 640}))
    screen.open(house.url, "m" * 80).join("Nome comprido")
    screen.say("oi")
    screen.all_stored()

    assert sticks_out(screen.page) == []
    expect(screen.title).to_have_text(re.compile("^m{80}$"))


def sticks_out(page: Page) -> list[str]:
    """What is wider than the screen, or than the box it stands in."""
    found: list[str] = page.evaluate(
        """() => {
          const tell = (e) => e.outerHTML.slice(0, 80);
          const boxes = document.querySelectorAll(
            'html, .conversa, .registro, .barra, .doca, .mensagem, .mensagem__corpo');
          const parts = document.querySelectorAll('.mensagem *, .doca *, main *');
          const seen = (e) => e.checkVisibility() && !e.closest('.so-leitor, svg');
          return [
            ...[...boxes].filter((e) => e.scrollWidth > e.clientWidth + 1),
            ...[...parts].filter((e) => seen(e) &&
              e.getBoundingClientRect().right > innerWidth + 1),
          ].map(tell);
        }"""
    )
    return found
