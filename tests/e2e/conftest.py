"""A real Chromium for tests that tell what people see."""

import os
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, sync_playwright

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

NewPerson = Callable[..., BrowserContext]

# Being offline on purpose is what these tests are about.
EXPECTED = re.compile(r"WebSocket connection to|net::ERR_|Failed to load resource")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run."""
    path = os.environ.get("RAI_CHROMIUM") or chromium()
    assert path is not None, "no Chromium"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def new_person(browser: Browser) -> Iterator[NewPerson]:
    """
    Open a browser of one's own: cookies and storage shared with nobody.

    `new_person(viewport={"width": 390, "height": 844}, color_scheme="dark")` takes
    what Playwright's `new_context` takes. An error in the console fails the test.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and not EXPECTED.search(message.text):
            complaints.append(message.text)

    def new(**options: object) -> BrowserContext:
        options.setdefault("locale", "pt-BR")
        context = browser.new_context(**options)  # type: ignore[arg-type]
        context.set_default_timeout(10_000)
        context.on("console", hear)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        contexts.append(context)
        return context

    yield new
    for context in contexts:
        context.close()
    assert complaints == []
