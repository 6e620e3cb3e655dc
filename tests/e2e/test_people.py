"""Who one is: the same person over tabs and reloads, and nobody else."""

import re

from playwright.sync_api import expect

from tests.e2e.conftest import Enter, NewPerson
from tests.e2e.screen import Screen, tab_of
from tests.services import Product

SUGGESTION = re.compile(r"^Visitante \d{3}$")


def test_from_the_address_to_the_first_message_is_one_enter(
    house: Product, new_person: NewPerson, room: str
) -> None:
    """A nickname stands there already, selected; Enter takes it, and one can write."""
    nobody = Screen.of(new_person()).open(house.url, room)

    expect(nobody.nickname).to_be_focused()
    expect(nobody.nickname).to_have_value(SUGGESTION)
    nobody.page.keyboard.press("Enter")
    expect(nobody.box).to_be_focused()
    nobody.page.keyboard.type("cheguei")
    nobody.page.keyboard.press("Enter")

    nobody.shows("cheguei")
    nobody.all_stored()


def test_one_reads_before_choosing_a_nickname(
    house: Product, enter: Enter, new_person: NewPerson, room: str
) -> None:
    ana = enter("Ana")
    ana.say("quem vem lá?")
    ana.all_stored()

    nobody = Screen.of(new_person()).open(house.url, room)
    nobody.shows("quem vem lá?")
    ana.say("ninguém?")

    nobody.shows("quem vem lá?", "ninguém?")
    expect(nobody.box).to_be_hidden()


def test_the_same_person_comes_back_after_a_reload(enter: Enter) -> None:
    ana = enter("Ana")
    ana.say("sou eu")
    ana.all_stored()

    ana.page.reload()

    expect(ana.box).to_be_focused()
    assert [row["mine"] for row in ana.read()] == [True]


def test_two_tabs_of_one_browser_are_one_person(
    house: Product, enter: Enter, room: str
) -> None:
    first = enter("Ana")
    second = Screen.of(first.page.context).open(house.url, room)
    second.is_linked()

    first.say("daqui")
    second.shows("daqui")
    second.say("e dali")
    first.shows("daqui", "e dali")

    for tab in (first, second):
        tab.all_stored()
        assert [row["mine"] for row in tab.read()] == [True, True]
        assert len({row["who"] for row in tab.read()}) == 1


def test_another_browser_is_another_person(enter: Enter) -> None:
    ana, bia = enter("Ana"), enter("Bia")

    ana.say("oi")

    bia.shows("oi")
    assert [row["mine"] for row in bia.read()] == [False]


def test_a_nickname_somebody_goes_by_is_refused_with_a_free_one_beside_it(
    house: Product, enter: Enter, new_person: NewPerson, room: str
) -> None:
    ana = enter("Ana")
    name = ana.name()

    other = Screen.of(new_person()).open(house.url, room)
    other.nickname.fill(name.upper())
    other.nickname.press("Enter")

    error = other.page.locator("#apelido-erro")
    expect(error).to_contain_text("Já tem alguém com esse apelido aqui. Que tal")
    expect(other.nickname).to_be_focused()
    expect(other.nickname).to_have_value(re.compile(r"^ANA \d+$"))
    expect(other.nickname).not_to_have_value(name.upper())
    other.nickname.press("Enter")
    expect(other.box).to_be_focused()


def test_a_new_nickname_changes_new_messages_and_leaves_old_ones(enter: Enter) -> None:
    ana, bia = enter("Ana"), enter("Bia")
    ana.say("com um nome")
    bia.shows("com um nome")
    before = bia.read()[0]["who"]

    ana.page.get_by_role("button", name="Trocar apelido").click()
    expect(ana.nickname).to_be_focused()
    ana.nickname.fill(f"{before} Lopes")
    ana.nickname.press("Enter")
    expect(ana.box).to_be_focused()
    ana.say("com outro")

    bia.shows("com um nome", "com outro")
    assert [row["who"] for row in bia.read()] == [before, f"{before} Lopes"]
    assert [row["mine"] for row in ana.read()] == [True, True]


def test_escape_keeps_the_nickname_one_has(enter: Enter) -> None:
    ana = enter("Ana")

    ana.page.get_by_role("button", name="Trocar apelido").click()
    expect(ana.nickname).to_be_focused()
    ana.nickname.press("Escape")

    expect(ana.box).to_be_focused()
    expect(ana.nickname).to_be_hidden()


def test_the_entry_page_leads_to_the_room_and_takes_the_nickname_along(
    house: Product, new_person: NewPerson, room: str
) -> None:
    page = tab_of(new_person())
    page.goto(house.url)
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Em qual sala você quer entrar?"
    )
    page.get_by_label("Nome da sala").fill(f"Sala {room}")
    expect(page.get_by_text(f"O endereço será /chat/sala-{room}/")).to_be_visible()
    page.get_by_label("Seu apelido").fill(f"Zé de {room}")
    page.get_by_role("button", name="Entrar").click()

    screen = Screen(page)
    expect(screen.box).to_be_focused()
    expect(screen.title).to_have_text(f"Sala {room}")
    screen.say("oi")
    screen.all_stored()
    assert screen.read()[0]["who"] == f"Zé de {room}"
    page.goto(house.url)
    open_room = page.get_by_role("link", name=re.compile(f"^Sala {room}"))
    expect(open_room).to_have_attribute("href", f"/chat/sala-{room}/")


def test_the_entry_page_refuses_an_empty_name_like_the_tutorial(
    house: Product, new_person: NewPerson
) -> None:
    page = tab_of(new_person())
    page.goto(house.url)

    page.get_by_label("Nome da sala").fill("   ")
    page.get_by_role("button", name="Entrar").click()

    expect(page.get_by_text("Você precisa informar o nome da sala.")).to_be_visible()
    expect(page.get_by_label("Nome da sala")).to_be_focused()
