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


class Lender:
    """
    Lends browsers of one's own, and wipes them when they come back.

    To start one takes two seconds of a processor, to wipe one a fraction of that.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._shelf: list[BrowserContext] = []
        self.complaints: list[str] = []

    def lend(self, options: dict[str, object]) -> BrowserContext:
        """Take one from the shelf, unless it is to be a special one."""
        if not options and self._shelf:
            return self._shelf.pop()
        options.setdefault("locale", "pt-BR")
        context = self._browser.new_context(**options)  # type: ignore[arg-type]
        context.set_default_timeout(10_000)
        context.add_init_script(TELL_VIOLATIONS)
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        return context

    def take_back(self, context: BrowserContext, *, is_special: bool) -> None:
        """Leave nothing of its person in it."""
        if is_special or not context.pages:
            context.close()
            return
        origins = {page.evaluate("() => location.origin") for page in context.pages}
        first, *others = context.pages
        for page in others:
            page.close()
        context.set_offline(False)
        first.goto("about:blank")
        context.clear_cookies()
        session = context.new_cdp_session(first)
        for origin in origins:
            wish = {"origin": origin, "storageTypes": "all"}
            session.send("Storage.clearDataForOrigin", wish)
        session.detach()
        first.set_viewport_size({"width": 1280, "height": 720})
        first.emulate_media(color_scheme="null", reduced_motion="null")
        self._shelf.append(context)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not EXPECTED.search(message.text):
            self.complaints.append(message.text)


@pytest.fixture(scope="session")
def lender(browser: Browser) -> Lender:
    """Where everybody has their browser from."""
    return Lender(browser)


@contextmanager
def newcomers(lender: Lender) -> Iterator[NewPerson]:
    """Let people come, each with a browser of their own; hear what breaks in it."""
    lent: list[tuple[BrowserContext, bool]] = []

    def new(**options: object) -> BrowserContext:
        is_special = bool(options)
        context = lender.lend(options)
        lent.append((context, is_special))
        return context

    yield new
    for context, is_special in lent:
        lender.take_back(context, is_special=is_special)
    complaints, lender.complaints = lender.complaints, []
    assert complaints == []


@pytest.fixture
def new_person(lender: Lender) -> Iterator[NewPerson]:
    """
    Open a browser of one's own: cookies and storage shared with nobody.

    `new_person(viewport={"width": 390, "height": 844}, color_scheme="dark")` takes
    what Playwright's `new_context` takes. An error in the console fails the test, and
    so does anything that the Content-Security-Policy had to stop.
    """
    with newcomers(lender) as new:
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
