"""The box: no word is lost in it, and none leaves it by accident."""

from playwright.sync_api import Route, expect

from tests.e2e.conftest import Enter, NewPerson
from tests.e2e.screen import Screen, tab_of
from tests.services import Product


def test_a_draft_is_there_again_in_the_next_tab(
    house: Product, enter: Enter, room: str
) -> None:
    """Not even the last word typed before the tab went is lost."""
    ana = enter("Ana")
    ana.box.fill("ainda não terminei de escrever")

    ana.page.goto(house.url)
    ana.page.close()

    again = Screen.of(ana.page.context).open(house.url, room)
    expect(again.box).to_have_value("ainda não terminei de escrever")
    again.box.press("Enter")
    again.all_stored()
    again.page.reload()
    expect(again.box).to_have_value("")


def test_a_message_that_is_too_long_stays_in_the_box(enter: Enter) -> None:
    ana = enter("Ana")

    ana.box.fill("á" * 3990)
    expect(ana.page.get_by_text("Faltam 10 caracteres")).to_be_visible()
    ana.box.fill("á" * 4001)
    expect(ana.page.get_by_text("Longa demais: tire 1 caracteres.")).to_be_visible()
    ana.box.press("Enter")

    expect(ana.box).to_have_value("á" * 4001)
    expect(ana.texts).to_have_count(0)
    ana.say("á" * 4000)
    ana.shows("á" * 4000)
    ana.all_stored()


def test_enter_in_the_middle_of_a_composed_word_sends_nothing(enter: Enter) -> None:
    """Input methods (´ and a, Japanese) use Enter for themselves."""
    ana = enter("Ana")
    ana.box.fill("にほ")

    ana.box.evaluate(
        """(box) => box.dispatchEvent(new KeyboardEvent('keydown', {
          key: 'Enter', isComposing: true, bubbles: true, cancelable: true,
        }))"""
    )

    expect(ana.box).to_have_value("にほ")
    expect(ana.texts).to_have_count(0)


def test_shift_enter_makes_a_new_line(enter: Enter) -> None:
    ana, bia = enter("Ana"), enter("Bia")

    ana.box.press_sequentially("um")
    ana.box.press("Shift+Enter")
    ana.box.press_sequentially("dois")
    ana.box.press("Enter")

    bia.shows("um\ndois")
    assert bia.read_texts() == ["um\ndois"]


def test_blanks_are_no_message(enter: Enter) -> None:
    ana = enter("Ana")

    ana.say("   \n  ", "oi")

    ana.shows("oi")


def test_writing_faster_than_allowed_only_takes_longer(enter: Enter) -> None:
    """A guest has eight at once and one every two seconds after that."""
    ana, bia = enter("Ana"), enter("Bia")
    words = [f"rápida {n}" for n in range(12)]

    ana.say_at_once(*words)

    waiting = ana.page.get_by_text("muitas mensagens em pouco tempo, vai em")
    expect(waiting.first).to_be_visible()
    bia.shows(*words, timeout_s=30)
    ana.all_stored(30)
    ana.shows(*words)


def test_the_invitation_is_the_rooms_address(
    house: Product, new_person: NewPerson, room: str
) -> None:
    context = new_person(permissions=["clipboard-read", "clipboard-write"])
    ana = Screen.of(context).open(house.url, room).join(f"Ana convida em {room}")
    ana.say("oi")
    ana.all_stored()

    ana.page.locator(".barra").get_by_role("button", name="Copiar convite").click()

    expect(ana.toast).to_have_text("Convite copiado")
    copied = ana.page.evaluate("() => navigator.clipboard.readText()")
    assert copied == f"{house.url}/chat/{room}/"


def test_what_the_server_draws_is_what_the_script_draws(
    house: Product, enter: Enter, new_person: NewPerson, room: str
) -> None:
    """Nothing jumps or changes its words when the script takes the page over."""
    here = {"timezone_id": "America/Sao_Paulo"}
    ana, bia = enter("Ana", **here), enter("Bia")
    ana.say("oi", "tudo bem?", "some")
    bia.shows("oi", "tudo bem?", "some")
    bia.say("tudo", "linha\ncom outra")
    ana.shows("oi", "tudo bem?", "some", "tudo", "linha\ncom outra")
    ana.choose("tudo bem?", "editar")
    ana.say("tudo bom?")
    ana.choose("some", "apagar")
    bia.shows("oi", "tudo bom?", "", "tudo", "linha\ncom outra", timeout_s=20)

    still = tab_of(
        new_person(
            java_script_enabled=False, storage_state=ana.page.context.storage_state()
        )
    )
    still.goto(ana.page.url)
    ana.page.reload()
    ana.is_linked()

    assert Screen(still).visible_rows() == ana.visible_rows()


def test_another_room_and_back_again_shows_what_was_said_meanwhile(
    house: Product, enter: Enter
) -> None:
    ana, bia = enter("Ana"), enter("Bia")
    ana.say("já volto")
    bia.shows("já volto")

    ana.page.goto(house.url)
    bia.say("tá")
    bia.all_stored()
    ana.page.go_back()

    ana.shows("já volto", "tá")
    bia.say("voltou?")
    ana.shows("já volto", "tá", "voltou?")


def test_what_is_typed_before_the_script_has_come_is_kept(enter: Enter) -> None:
    """On a slow network one may write, and press Send, before anything can answer."""
    ana = enter("Ana")
    held: list[Route] = []
    ana.page.route("**/pages/sala*.js", lambda route: held.append(route))

    ana.page.reload(wait_until="commit")
    ana.box.fill("cedo demais")
    ana.send_button.click(force=True)
    held[0].continue_()
    ana.is_linked()

    assert len(held) == 1
    expect(ana.box).to_have_value("cedo demais")
    ana.box.press("Enter")
    ana.shows("cedo demais")
    ana.all_stored()
    ana.page.unroute_all()
