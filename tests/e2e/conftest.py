"""A real Chromium for tests that tell what people see."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Playwright,
    expect,
    sync_playwright,
)

from tests import services
from tests.conftest import StartProduct as StartProduct
from tests.e2e.screen import Screen
from tools.browser import chromium

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

# A busy machine is slow; what must be fast is measured elsewhere.
expect.set_options(timeout=10_000)

NewPerson = Callable[..., BrowserContext]
Enter = Callable[..., Screen]

# Being offline on purpose is what these tests are about.
EXPECTED = re.compile(r"WebSocket connection to|net::ERR_|Failed to load resource")

# The console tells of what the policy blocked; the event also tells what and where.
TELL_VIOLATIONS = """addEventListener('securitypolicyviolation', (event) => {
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ` +
    `${event.sourceFile}:${event.lineNumber} ${event.sample}`);
});"""


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The driver of every browser of the run."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """One Chromium for the whole run."""
    path = os.environ.get("RAI_CHROMIUM") or chromium()
    assert path is not None, "no Chromium"
    started = playwright.chromium.launch(executable_path=path, args=FLAGS)
    yield started
    started.close()


@contextmanager
def newcomers(browser: Browser) -> Iterator[NewPerson]:
    """Let people come, each with a browser of their own; hear what breaks in it."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and not EXPECTED.search(message.text):
            complaints.append(message.text)

    def new(**options: object) -> BrowserContext:
        options.setdefault("locale", "pt-BR")
        context = browser.new_context(**options)  # type: ignore[arg-type]
        context.set_default_timeout(10_000)
        context.add_init_script(TELL_VIOLATIONS)
        context.on("console", hear)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        contexts.append(context)
        return context

    yield new
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def new_person(browser: Browser) -> Iterator[NewPerson]:
    """
    Open a browser of one's own: cookies and storage shared with nobody.

    `new_person(viewport={"width": 390, "height": 844}, color_scheme="dark")` takes
    what Playwright's `new_context` takes. An error in the console fails the test, and
    so does anything that the Content-Security-Policy had to stop.
    """
    with newcomers(browser) as new:
        yield new


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[services.Product]:
    """
    The product as one command starts it, shared by all who leave it running.

    Limits stay on: what people do with their hands must never meet them.
    """
    product = services.Product(tmp_path_factory.mktemp("house") / "data").start()
    yield product
    product.kill9()


_numbers = count(1)


@pytest.fixture
def room() -> str:
    """The name of a room in which nobody has spoken yet."""
    return f"cozinha-{next(_numbers)}"


@pytest.fixture
def enter(new_person: NewPerson, house: services.Product, room: str) -> Enter:
    """
    A newcomer with a browser of their own, in the room: `enter("Ana")`.

    The nickname gets a number, because one house remembers all who came. Other
    houses: `enter("Ana", house=product.url)`; the rest is for `new_person`.
    """

    def newcomer(
        name: str, *, house: str = house.url, room: str = room, **options: object
    ) -> Screen:
        screen = Screen.of(new_person(**options)).open(house, room)
        return screen.join(f"{name} {next(_numbers)}")

    return newcomer
