"""The other engine: one story of everything that matters, in Firefox."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright, expect

from tests.e2e import stored
from tests.e2e.conftest import Enter
from tests.e2e.screen import Screen
from tests.services import Product
from tools.browser import firefox

# Without a screen Firefox has no mouse, and Enter would be a phone's: a new line.
A_MOUSE: dict[str, str | float | bool] = {
    "ui.primaryPointerCapabilities": 6,
    "ui.allPointerCapabilities": 6,
}


@pytest.fixture
def fox(playwright: Playwright) -> Iterator[Browser]:
    """A Firefox as Debian has it."""
    path = firefox()
    if path is None:
        pytest.skip("no Firefox: install firefox-esr, or set RAI_FIREFOX=/path")
    browser = playwright.firefox.launch(
        channel="moz-firefox", executable_path=path, firefox_user_prefs=A_MOUSE
    )
    yield browser
    browser.close()


def test_firefox_joins_talks_comes_back_and_loses_nothing(
    product: Product, fox: Browser, enter: Enter, room: str
) -> None:
    bia = enter("Bia", house=product.url)
    context = fox.new_context(locale="pt-BR")
    ana = Screen.of(context).open(product.url, room).join("Ana da raposa")
    ana.put_mark()

    ana.say("oi daqui")
    bia.shows("oi daqui")
    bia.say("oi daí")
    ana.shows("oi daqui", "oi daí")
    product.kill9()
    ana.say("na fila")
    expect(ana.banner).to_contain_text("Reconectando")
    expect(ana.row("na fila")).to_contain_text("quando a conexão voltar")
    product.start()

    everything = ["oi daqui", "oi daí", "na fila"]
    for screen in (ana, bia):
        screen.shows(*everything, timeout_s=30)
    assert ana.has_mark
    assert stored.texts(product, room) == everything
    ana.all_stored()
    ana.page.reload()
    ana.shows(*everything)
    expect(ana.box).to_be_focused()
    assert [row["mine"] for row in ana.read()] == [True, False, True]
    context.close()
