"""Two people in two browsers: talk, edit, delete."""

import re

from playwright.sync_api import expect

from tests.e2e import stored
from tests.e2e.conftest import Enter, NewPerson
from tests.e2e.screen import Screen
from tests.services import Product


def test_two_browsers_talk_and_each_message_is_there_once_in_order(
    house: Product, enter: Enter, room: str
) -> None:
    ana, bia = enter("Ana"), enter("Bia")

    ana.say("oi")
    bia.shows("oi")
    bia.say("olá", "tudo bem?")
    ana.shows("oi", "olá", "tudo bem?")
    ana.say("tudo", "e aí?")

    everything = ["oi", "olá", "tudo bem?", "tudo", "e aí?"]
    for screen in (ana, bia):
        screen.shows(*everything)
        screen.all_stored()
    assert stored.texts(house, room) == everything
    assert [row["mine"] for row in ana.read()] == [True, False, False, True, True]
    assert [row["mine"] for row in bia.read()] == [False, True, True, False, False]


def test_a_room_keeps_the_spelling_of_whoever_came_first(
    house: Product, new_person: NewPerson
) -> None:
    """`Reunião` and `reunião` are one room, and it is called what the first typed."""
    ana = Screen.of(new_person()).open(house.url, "Reunião")
    bia = Screen.of(new_person()).open(house.url, "reunião")
    ana.join("Ana da reunião")
    bia.join("Bia da reunião")

    ana.say("cheguei")
    bia.shows("cheguei")
    bia.say("eu também")
    ana.shows("cheguei", "eu também")

    for screen in (ana, bia):
        expect(screen.title).to_have_text("Reunião")
    bia.page.reload()
    bia.shows("cheguei", "eu também")
    expect(bia.title).to_have_text("Reunião")
    expect(bia.page).to_have_title(re.compile("^Reunião"))


def test_an_edit_reaches_the_other_and_says_that_it_is_one(enter: Enter) -> None:
    ana, bia = enter("Ana"), enter("Bia")
    ana.say("trása o bolo")
    ana.all_stored()

    ana.choose("trása o bolo", "editar")
    expect(ana.box).to_have_value("trása o bolo")
    expect(ana.edit_bar).to_be_visible()
    ana.say("traga o bolo")

    for screen in (ana, bia):
        screen.shows("traga o bolo")
        expect(screen.rows.get_by_text("editada")).to_be_visible()
    expect(ana.edit_bar).to_be_hidden()


def test_arrow_up_edits_the_last_own_message_and_escape_leaves_it(enter: Enter) -> None:
    ana = enter("Ana")
    ana.say("primeira", "segunda")
    ana.all_stored()

    ana.box.press("ArrowUp")
    expect(ana.box).to_have_value("segunda")
    ana.box.press("Escape")

    expect(ana.box).to_have_value("")
    expect(ana.edit_bar).to_be_hidden()
    ana.shows("primeira", "segunda")


def test_a_draft_outlives_an_edit_in_between(enter: Enter) -> None:
    ana = enter("Ana")
    ana.say("primeira")
    ana.all_stored()
    ana.box.fill("meio escrita")

    ana.choose("primeira", "editar")
    ana.say("primeira mesmo")

    ana.shows("primeira mesmo")
    expect(ana.box).to_have_value("meio escrita")


def test_a_deleted_message_leaves_its_place_and_no_text(enter: Enter) -> None:
    ana, bia = enter("Ana"), enter("Bia")
    ana.say("antes", "segredo", "depois")
    bia.shows("antes", "segredo", "depois")

    ana.choose("segredo", "apagar")

    for screen in (ana, bia):
        screen.shows("antes", "", "depois")
        gone = screen.rows.nth(1).get_by_text("Mensagem apagada por quem escreveu")
        expect(gone).to_be_visible()
    assert "segredo" not in bia.page.content()


def test_a_delete_can_be_undone_for_five_seconds(enter: Enter) -> None:
    ana, bia = enter("Ana"), enter("Bia")
    ana.say("fica")
    bia.shows("fica")

    ana.choose("fica", "apagar")
    ana.shows("")
    ana.toast.get_by_role("button", name="Desfazer").click()

    ana.shows("fica")
    bia.say("ainda está aqui")
    ana.shows("fica", "ainda está aqui")
    bia.shows("fica", "ainda está aqui")


def test_a_strangers_message_offers_neither_edit_nor_delete(enter: Enter) -> None:
    ana, bia = enter("Ana"), enter("Bia")
    ana.say("é minha")
    bia.shows("é minha")

    row = bia.row("é minha")
    row.hover()
    row.locator('[data-acao="menu"]').click()

    expect(bia.menu.locator('[data-acao="copiar"]')).to_be_visible()
    expect(bia.menu.locator('[data-acao="editar"]')).to_be_hidden()
    expect(bia.menu.locator('[data-acao="apagar"]')).to_be_hidden()
    bia.page.keyboard.press("Escape")
    row.press("e")
    row.press("Delete")
    expect(bia.edit_bar).to_be_hidden()
    bia.shows("é minha")


def test_the_other_sees_who_is_typing(enter: Enter) -> None:
    ana, bia = enter("Ana"), enter("Bia")
    ana.say("oi")
    bia.shows("oi")

    ana.box.press_sequentially("es")

    line = bia.page.locator('[data-parte="digitando"]')
    expect(line).to_have_text(re.compile(r"Ana \d+ está digitando"))
    ana.say("escrevi")
    expect(line).to_have_text("")
