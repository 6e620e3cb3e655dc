"""
Text stays text, and nothing but our own files runs.

Every browser of these tests listens for violations of the policy and for errors; see
`new_person` in conftest.py. So each story is a test of the policy, too.
"""

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import Enter, NewPerson
from tests.e2e.screen import Screen
from tests.services import Product

MARKUP = [
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(2)</script>",
    "{{7*7}} {% debug %} ${7*7}",
    "<svg/onload=alert(3)>",
    "</p></article><h1>título</h1>",
    '"><b onmouseover=alert(4)>',
    "javascript:alert(5)",
    "&lt;b&gt; &amp;nbsp; &#x3c;",
]
INLINE_SCRIPT = re.compile(
    r"<script(?![^>]*\b(?:src=|type=\"application/json\"))", re.I
)
INLINE_REST = re.compile(r"<style|\sstyle=|\son[a-z]+=|javascript:", re.I)


def test_s5_markup_in_a_message_is_shown_as_it_was_written(
    enter: Enter, room: str
) -> None:
    """The tutorial put people's text into its page and script with mark_safe."""
    ana, bia = enter("Ana"), enter("Bia")

    ana.say(*MARKUP)

    for screen in (ana, bia):
        screen.shows(*MARKUP, timeout_s=30)
        is_harmless(screen)
    bia.page.reload()
    bia.shows(*MARKUP)
    is_harmless(bia)


def test_s5_markup_in_a_nickname_is_shown_as_it_was_written(
    house: Product, new_person: NewPerson, enter: Enter, room: str
) -> None:
    bia = enter("Bia")
    names = [MARKUP[0], "{{7*7}}", "</script>x", "&lt;b&gt;"]

    for name in names:
        eve = Screen.of(new_person()).open(house.url, room).join(name)
        eve.say("oi")
        eve.all_stored()
        me = eve.page.locator('[data-parte="eu"] [data-slot="nome"]')
        expect(me).to_have_text(name)
        is_harmless(eve)

    bia.shows(*["oi"] * len(names))
    for _ in range(2):
        assert [row["who"] for row in bia.read()] == names
        is_harmless(bia)
        bia.page.reload()


def test_s5_markup_in_a_room_name_never_becomes_markup(
    house: Product, new_person: NewPerson
) -> None:
    """Most of it names no room; whatever the page then says, it says as text."""
    screen = Screen.of(new_person())

    for text in MARKUP:
        typed = quote(text, safe="")
        for url in (f"{house.url}/chat/{typed}/", f"{house.url}/?nome_sala={typed}"):
            screen.page.goto(url)
            is_harmless(screen)
            title = screen.page.get_by_role("heading", level=1)
            expect(title).not_to_have_text("título")


@pytest.mark.parametrize(
    "path", ["/", "/chat/sala/", "/chat/%00/", "/nada", "/apelido/"]
)
def test_no_page_has_script_or_style_in_its_markup(
    house: Product, browser: Browser, path: str
) -> None:
    context = browser.new_context()
    answer = context.request.get(house.url + path)
    text = answer.text()
    context.close()

    assert "<html" in text
    assert not INLINE_SCRIPT.findall(text)
    assert not INLINE_REST.findall(re.sub(r"<script.*?</script>", "", text, flags=re.S))
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy
    assert "default-src 'none'" in policy


def test_trusted_types_stop_markup_from_a_string(
    house: Product, browser: Browser
) -> None:
    """Were a line of ours to set innerHTML, the browser would refuse it."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{house.url}/chat/sala/")

    for attempt in (
        "document.createElement('div').innerHTML = '<b>oi</b>'",
        "document.createElement('script').src = '/x.js'",
        "trustedTypes.createPolicy('other', {})",
    ):
        name = page.evaluate(
            f"() => {{ try {{ {attempt}; return 'allowed'; }} "
            "catch (error) { return error.name; } }"
        )
        assert name == "TypeError", attempt
    context.close()


def is_harmless(screen: Screen) -> None:
    """No text became an element, and nothing of it ran."""
    intruders = screen.page.locator("img, b, svg[onload], [onerror], [onmouseover]")
    expect(intruders).to_have_count(0)
    assert "49" not in screen.read_texts()
