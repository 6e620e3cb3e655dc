"""What falls out under the page: the server, the cable, the tab. Nothing is lost."""

import os
import re
import signal
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.e2e import stored
from tests.e2e.cable import Cable
from tests.e2e.conftest import Enter, StartProduct
from tests.e2e.screen import Screen
from tests.services import Product

#: A page waits up to 30 s when a server stays away; here it is back within a few.
BACK_S = 30


@pytest.fixture
def cable(house: Product) -> Iterator[Cable]:
    """A cable to the shared house."""
    with Cable(house.port) as cable:
        yield cable


def test_a_server_killed_while_both_write_loses_and_doubles_nothing(
    product: Product, enter: Enter, room: str
) -> None:
    """Nobody reloads; both pages end equal to one another and to the database."""
    ana, bia = enter("Ana", house=product.url), enter("Bia", house=product.url)
    ana.say("antes")
    bia.shows("antes")
    for screen in (ana, bia):
        screen.put_mark()

    for word in ("um", "dois", "três"):
        ana.say(f"ana {word}")
        bia.say(f"bia {word}")
    product.kill9()
    ana.say("ana quatro")
    bia.say("bia quatro")
    for screen in (ana, bia):
        expect(screen.banner).to_contain_text("Reconectando…")
        expect(screen.row_of_own("quatro")).to_contain_text("na fila")
    product.start()

    for screen in (ana, bia):
        screen.is_linked(BACK_S)
        screen.all_stored(BACK_S)
    words = ("um", "dois", "três", "quatro")
    everything = stored.texts(product, room)
    assert sorted(everything) == sorted(
        ["antes", *(f"{who} {word}" for who in ("ana", "bia") for word in words)]
    )
    for who, screen in (("ana", ana), ("bia", bia)):
        screen.shows(*everything)
        own = [text for text in everything if text.startswith(who)]
        assert own == [f"{who} {word}" for word in words]
        expect(screen.banner).to_be_hidden()
        assert screen.has_mark


def test_a_server_that_falls_again_and_again_still_loses_nothing(
    product: Product, enter: Enter, room: str
) -> None:
    ana, bia = enter("Ana", house=product.url), enter("Bia", house=product.url)
    ana.put_mark()

    for n in range(3):
        ana.say(f"vez {n}", f"e mais {n}")
        product.kill9()
        product.start()

    everything = [text for n in range(3) for text in (f"vez {n}", f"e mais {n}")]
    for screen in (ana, bia):
        screen.shows(*everything, timeout_s=BACK_S)
    ana.all_stored(BACK_S)
    assert stored.texts(product, room) == everything
    assert ana.has_mark


def test_a_restart_in_good_order_spreads_the_return_and_a_click_shortens_it(
    product: Product, enter: Enter
) -> None:
    """A new version is put up: the page waits for its turn, or for its person."""
    ana, bia = enter("Ana", house=product.url), enter("Bia", house=product.url)
    ana.say("antes")
    bia.shows("antes")
    ana.put_mark()

    product.restart()
    ana.come_back()
    bia.come_back()

    for screen in (ana, bia):
        screen.is_linked()
    bia.say("depois")
    ana.shows("antes", "depois")
    assert ana.has_mark


def test_the_page_says_what_came_while_it_was_away(
    house: Product, enter: Enter, cable: Cable
) -> None:
    ana, bia = enter("Ana", house=cable.url), enter("Bia")
    bia.say("oi")
    ana.shows("oi")

    cable.cut()
    expect(ana.banner).to_contain_text("Reconectando… suas mensagens ficam na fila.")
    bia.say("um", "dois", "três")
    cable.mend()
    ana.banner.get_by_role("button", name="Tentar agora").click()

    ana.shows("oi", "um", "dois", "três")
    expect(ana.banner).to_have_text("De volta. 3 mensagens chegaram enquanto isso.")
    expect(ana.banner).to_be_hidden()


def test_a_short_drop_is_not_worth_a_word(enter: Enter, cable: Cable) -> None:
    ana = enter("Ana", house=cable.url)
    shown = ana.page.evaluate_handle(
        """() => {
          const strip = document.querySelector('[data-parte="faixa"]');
          const shown = [];
          new MutationObserver(() => strip.hidden || shown.push(strip.textContent))
            .observe(strip, { attributes: true });
          return shown;
        }"""
    )

    cable.cut()
    expect(ana.light).to_have_attribute("data-estado", "ligando")
    cable.mend()
    ana.come_back()
    ana.is_linked()

    assert shown.json_value() == []


def test_after_a_drop_the_page_is_what_a_fresh_one_would_be(
    enter: Enter, cable: Cable, room: str
) -> None:
    """Edits and deletes of old and new messages were missed, and are caught up."""
    ana, bia = enter("Ana", house=cable.url), enter("Bia")
    bia.say("fica", "muda", "some")
    bia.all_stored()
    ana.say("da ana")
    for screen in (ana, bia):
        screen.shows("fica", "muda", "some", "da ana")
        screen.all_stored()
    ana.put_mark()

    cable.cut()
    expect(ana.light).to_have_attribute("data-estado", "ligando")
    bia.choose("muda", "editar")
    bia.say("mudou")
    bia.say("nova")
    bia.all_stored()
    bia.choose("some", "apagar")
    # The five seconds to undo it pass, and then it is sent.
    expect(bia.toast).to_be_hidden()
    cable.mend()
    ana.come_back()

    ana.shows("fica", "mudou", "", "da ana", "nova")
    ana.is_linked()
    fresh = Screen.of(ana.page.context).open(cable.url, room)
    fresh.shows("fica", "mudou", "", "da ana", "nova")
    fresh.is_linked()
    assert ana.visible_rows() == fresh.visible_rows()
    assert ana.has_mark


def test_edits_and_deletes_made_while_away_arrive_too(
    enter: Enter, cable: Cable
) -> None:
    ana, bia = enter("Ana", house=cable.url), enter("Bia")
    ana.say("um", "dois", "três")
    bia.shows("um", "dois", "três")
    ana.all_stored()

    cable.cut()
    expect(ana.light).to_have_attribute("data-estado", "ligando")
    ana.choose("um", "editar")
    ana.say("um só")
    ana.choose("dois", "apagar")
    ana.say("quatro")
    ana.shows("um só", "", "três", "quatro")
    cable.mend()
    ana.come_back()

    for screen in (bia, ana):
        screen.shows("um só", "", "três", "quatro")
    ana.all_stored()


def test_who_lost_the_cookie_is_asked_for_a_name_and_keeps_the_words(
    enter: Enter, cable: Cable
) -> None:
    """The page cannot go on as somebody the server does not know."""
    ana, bia = enter("Ana", house=cable.url), enter("Bia")
    ana.say("antes")
    bia.shows("antes")

    cable.cut()
    expect(ana.light).to_have_attribute("data-estado", "ligando")
    ana.say("sem biscoito")
    ana.page.context.clear_cookies(name="rai_guest")
    cable.mend()
    ana.come_back()

    expect(ana.nickname).to_be_visible()
    expect(ana.box).to_be_hidden()
    ana.page.reload()
    ana.join(f"Outra {ana.page.url[-8:-1]}")
    bia.shows("antes", "sem biscoito")
    assert len({row["who"] for row in bia.read()}) == 2


def test_three_messages_queued_while_offline_are_sent_once_after_a_reload(
    product: Product, enter: Enter, room: str
) -> None:
    """They are on this device's disk: neither F5 nor a closed tab loses them."""
    ana, bia = enter("Ana", house=product.url), enter("Bia", house=product.url)
    ana.say("antes")
    bia.shows("antes")
    product.kill9()
    ana.say("primeira", "segunda", "terceira")
    expect(ana.rows.get_by_text("na fila")).to_have_count(3)

    product.start()
    ana.page.reload()

    everything = ["antes", "primeira", "segunda", "terceira"]
    for screen in (ana, bia):
        screen.shows(*everything, timeout_s=BACK_S)
    ana.all_stored()
    assert stored.texts(product, room) == everything


def test_a_closed_tab_does_not_lose_what_it_had_queued(
    product: Product, enter: Enter, room: str
) -> None:
    ana = enter("Ana", house=product.url)
    ana.say("antes")
    ana.all_stored()
    product.kill9()
    ana.say("primeira", "segunda", "terceira")
    expect(ana.rows.get_by_text("na fila")).to_have_count(3)

    ana.page.close()
    product.start()
    again = Screen.of(ana.page.context).open(product.url, room)

    everything = ["antes", "primeira", "segunda", "terceira"]
    again.shows(*everything)
    again.all_stored()
    assert stored.texts(product, room) == everything
    again.page.reload()
    again.shows(*everything)


def test_without_a_network_the_page_says_so_and_keeps_what_one_writes(
    enter: Enter, cable: Cable
) -> None:
    ana, bia = enter("Ana", house=cable.url), enter("Bia")

    cable.cut()
    ana.page.context.set_offline(True)
    expect(ana.banner).to_contain_text("Sem internet.")
    ana.say("no avião")
    expect(ana.row("no avião")).to_contain_text("na fila")
    cable.mend()
    ana.page.context.set_offline(False)

    bia.shows("no avião")
    ana.all_stored()
    expect(ana.banner).to_be_hidden()


def test_the_ray_tells_sending_from_queued_from_stored(
    product: Product, enter: Enter
) -> None:
    """A server that hangs for a while is slow, not gone."""
    ana = enter("Ana", house=product.url)

    os.kill(product.pid, signal.SIGSTOP)
    ana.say("devagar")
    row = ana.row("devagar")
    expect(row).to_have_attribute("data-estado", "enviando")
    expect(row).to_contain_text("enviando…")
    os.kill(product.pid, signal.SIGCONT)

    expect(row).to_have_attribute("data-estado", "gravada")
    expect(row).not_to_contain_text("enviando…")


def test_a_message_that_the_server_will_not_have_says_so_and_can_be_dropped(
    enter: Enter,
) -> None:
    """There is nothing to read in it. What is written after it goes out as ever."""
    ana, bia = enter("Ana"), enter("Bia")

    ana.say("\u200b\u200b", "isto sim")

    bia.shows("isto sim")
    failed = ana.page.locator('article[data-estado="falhou"]')
    expect(failed).to_contain_text("Este texto não pode ser enviado.")
    expect(failed.get_by_role("button", name="Tentar de novo")).to_be_visible()
    failed.get_by_role("button", name="Apagar").click()
    ana.shows("isto sim")
    ana.page.reload()
    ana.shows("isto sim")


def test_the_same_story_over_two_workers_postgres_and_redis(
    start_product: StartProduct,
    fresh_database: str,
    redis_url: str,
    enter: Enter,
    room: str,
) -> None:
    """Rooms span workers; all of them are killed at once, and nothing is lost."""
    product = start_product(
        DATABASE_URL=fresh_database, REDIS_URL=redis_url, WEB_CONCURRENCY="2"
    )
    # Enough browsers that both workers have some of them.
    people = [enter(name, house=product.url) for name in ("Ana", "Bia", "Caio", "Duda")]
    for screen in people:
        screen.put_mark()
    for n, screen in enumerate(people):
        screen.say(f"oi {n}")
        people[n - 1].shows(*[f"oi {k}" for k in range(n + 1)])

    for n, screen in enumerate(people):
        screen.say(f"um {n}", f"dois {n}")
    product.kill9()
    for n, screen in enumerate(people):
        screen.say(f"três {n}")
    product.start()

    for screen in people:
        screen.is_linked(BACK_S)
        screen.all_stored(BACK_S)
    everything = stored.texts(product, room)
    words = ("oi", "um", "dois", "três")
    for n, screen in enumerate(people):
        screen.shows(*everything)
        own = [text for text in everything if re.search(rf" {n}$", text)]
        assert own == [f"{word} {n}" for word in words]
        assert screen.has_mark
    assert len(everything) == len(people) * len(words)
