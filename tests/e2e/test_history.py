"""Long rooms: reading upwards moves nothing, and nothing moves while one reads."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.e2e.conftest import Enter, NewPerson
from tests.e2e.screen import Screen
from tests.services import Product

MESSAGES = 420
#: The page never holds many more rows than this (docs/page.md).
MOST_ROWS = 350


class LongRoom(NamedTuple):
    """A house where somebody has talked a lot."""

    url: str
    name: str


@pytest.fixture(scope="module")
def long_room(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LongRoom]:
    """A room of 420 messages, told by somebody who is gone by now."""
    folder = tmp_path_factory.mktemp("talkative") / "data"
    product = Product(folder, {"LIMITS": "off"}).start()
    context = browser.new_context()
    screen = Screen.of(context).open(product.url, "livro").join("Tagarela")
    screen.say_all("livro", [f"linha {n}" for n in range(1, MESSAGES + 1)])
    context.close()
    yield LongRoom(product.url, "livro")
    product.kill9()


@pytest.fixture
def reader(long_room: LongRoom, new_person: NewPerson) -> Screen:
    """Somebody who has just opened the long room."""
    screen = Screen.of(new_person()).open(long_room.url, long_room.name)
    screen.is_linked()
    return screen


def test_the_page_comes_with_the_last_fifty_messages(reader: Screen) -> None:
    expect(reader.rows).to_have_count(50)
    assert reader.read_texts() == lines(MESSAGES - 49, MESSAGES)
    assert from_the_end(reader) < 2
    expect(reader.page.get_by_text("Aqui começa livro")).to_be_hidden()


def test_without_a_script_too_the_page_has_the_last_fifty(
    long_room: LongRoom, new_person: NewPerson
) -> None:
    still = Screen.of(new_person(java_script_enabled=False))
    still.open(long_room.url, long_room.name)

    assert still.read_texts() == lines(MESSAGES - 49, MESSAGES)
    still.texts.first.scroll_into_view_if_needed()
    expect(still.texts.first).to_be_in_viewport()


def test_reading_upwards_loads_pages_and_moves_nothing(reader: Screen) -> None:
    """The row under the eye stays where it is while fifty come in above it."""
    for start in (0, 200, 0):
        first = reader.texts.first.inner_text()
        scroll_to(reader, start)
        before = top_of(reader.row(first))
        expect(reader.texts.first).not_to_have_text(first)

        assert abs(top_of(reader.row(first)) - before) <= 1
    texts = reader.read_texts()
    assert len(texts) >= 200
    assert texts == lines(MESSAGES - len(texts) + 1, MESSAGES)


def test_a_long_room_can_be_read_from_end_to_start_and_back(reader: Screen) -> None:
    """Every line passes by, and the page never holds them all."""
    seen = climb(reader)

    expect(reader.page.get_by_text("Aqui começa livro")).to_be_visible()
    assert seen == set(lines(1, MESSAGES))
    assert reader.rows.count() <= MOST_ROWS
    reader.log.press("End")
    expect(reader.row(f"linha {MESSAGES}")).to_be_in_viewport()
    assert from_the_end(reader) < 2
    assert reader.rows.count() <= MOST_ROWS


def test_news_does_not_move_who_reads_above_and_a_pill_counts_it(enter: Enter) -> None:
    ana, bia = enter("Ana"), enter("Bia")
    ana.say("\n".join(f"verso {n}" for n in range(60)))
    bia.shows("\n".join(f"verso {n}" for n in range(60)))
    scroll_to(bia, 100)
    before = top_of(bia.rows.first)

    ana.say("uma")
    expect(bia.pill).to_have_text("1 mensagem nova")
    ana.say("duas")
    expect(bia.pill).to_have_text("2 mensagens novas")

    assert abs(top_of(bia.rows.first) - before) <= 1
    bia.pill.click()
    expect(bia.row("duas")).to_be_in_viewport()
    expect(bia.pill).to_be_hidden()


def test_who_reads_at_the_end_stays_at_the_end(enter: Enter) -> None:
    ana, bia = enter("Ana"), enter("Bia")
    ana.say("\n".join(f"verso {n}" for n in range(60)))

    ana.say("e mais um")

    expect(bia.row("e mais um")).to_be_in_viewport()
    assert from_the_end(bia) < 2
    expect(bia.pill).to_be_hidden()


def test_the_end_stays_in_sight_while_the_box_grows(enter: Enter) -> None:
    ana = enter("Ana")
    ana.say("\n".join(f"verso {n}" for n in range(60)), "última")
    ana.all_stored()

    ana.box.fill("linha\n" * 12)

    expect(ana.row("última")).to_be_in_viewport()
    assert from_the_end(ana) < 2


def test_own_words_bring_one_back_to_the_end(enter: Enter) -> None:
    ana = enter("Ana")
    ana.say("\n".join(f"verso {n}" for n in range(60)))
    scroll_to(ana, 0)

    ana.say("voltei")

    expect(ana.row("voltei")).to_be_in_viewport()
    assert from_the_end(ana) < 2


def lines(first: int, last: int) -> list[str]:
    return [f"linha {n}" for n in range(first, last + 1)]


def climb(reader: Screen) -> set[str]:
    """Scroll up page by page until the start; return all texts that were there."""
    seen = set(reader.read_texts())
    while "linha 1" not in seen:
        topmost = reader.texts.first.inner_text()
        scroll_to(reader, 0)
        expect(reader.texts.first).not_to_have_text(topmost)
        seen |= set(reader.read_texts())
    return seen


def scroll_to(screen: Screen, px: int) -> None:
    screen.log.evaluate("(log, px) => { log.scrollTop = px; }", px)


def from_the_end(screen: Screen) -> float:
    """How far below the log's end is, in px."""
    distance: float = screen.log.evaluate(
        "(log) => log.scrollHeight - log.scrollTop - log.clientHeight"
    )
    return distance


def top_of(row: Locator) -> float:
    top: float = row.evaluate("(row) => row.getBoundingClientRect().top")
    return top
