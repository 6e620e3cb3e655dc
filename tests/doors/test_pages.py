"""The pages as a browser gets them, before any script runs."""

import re
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Origin

from tests.client import Guest, Visit, get
from tests.services import PROJECT, Product


class Scripts(HTMLParser):
    """What stands in the script elements of a page, and where others come from."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.inside: list[str] = []
        self.loaded: list[str] = []
        self.handlers: list[str] = []
        self._is_inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # What is of type JSON is data, which no browser runs.
        self._is_inside = tag == "script" and ("type", "application/json") not in attrs
        for name, value in attrs:
            if name.startswith("on"):
                self.handlers.append(name)
            if name in ("src", "href", "action", "srcset") and tag != "a":
                self.loaded.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._is_inside = False

    def handle_data(self, data: str) -> None:
        if self._is_inside:
            self.inside.append(data)


async def test_s1_the_application_of_the_seed_serves_pages_too(visit: Visit) -> None:
    """As the tutorial types it, `/` is 500: its router knows no "http"."""
    for path in ("/", "/chat/minha-sala/"):
        page = await get(visit.url + path)

        assert page.status == 200
        assert str(page.headers["Content-Type"]).startswith("text/html")


@pytest.mark.parametrize(
    "name",
    [
        "</script><script>window.PWNED=1</script>",
        "<!--<script>",
        "'\"><img src=x onerror=alert(1)>",
        "{{ 123456789*987654321 }}",
        "sala\u2028alert(1)",
    ],
)
async def test_s5_no_letter_of_a_room_name_stands_inside_a_script(
    visit: Visit, name: str
) -> None:
    """
    The tutorial puts it there with `mark_safe(json.dumps())`.

    `</script>` never gets through its route, but `<!--<script>` does, and its page's
    own script then never runs.
    """
    for url in (
        f"/chat/{quote(name, safe='')}/",
        f"/?nome_sala={quote(name, safe='')}",
    ):
        page = await get(visit.url + url)

        scripts = Scripts(page.text)
        assert page.status in (404, 422)
        assert "".join(scripts.inside).strip() == ""
        assert scripts.handlers == []
        assert "<script>window" not in page.text
        assert "<!--" not in page.text
        assert "<img src=x" not in page.text
        assert str(123456789 * 987654321) not in page.text


async def test_s5_a_message_full_of_markup_is_text_in_the_page(
    visit: Visit, ana: Guest, cozinha: str
) -> None:
    body = "</script><script>window.PWNED=1</script><!--<script>"
    line = await visit.line(ana)
    await line.send(name=cozinha, body=body)

    page = await get(f"{visit.url}/chat/{cozinha}/")

    assert body not in page.text
    assert "&lt;/script&gt;&lt;script&gt;window.PWNED=1" in page.text
    assert "".join(Scripts(page.text).inside).strip() == ""


async def test_s14_under_https_the_page_and_its_socket_are_both_encrypted(
    start_proxied: Product,
) -> None:
    """The tutorial's `ws://` is blocked by every browser on an https page."""
    page = await get(f"{start_proxied.url}/", Host="chat.example.org")
    scripts = [
        path.read_text() for path in (PROJECT / "chat/static/chat/js").rglob("*.js")
    ]

    assert page.status == 200
    assert not any(re.search(r"[\"'`]ws://", text) for text in scripts)
    async with connect(
        "ws://chat.example.org/ws/v1",
        host="127.0.0.1",
        port=start_proxied.port,
        origin=Origin("https://chat.example.org"),
        proxy=None,
    ):
        pass


@pytest.fixture
def start_proxied(start_product: object) -> Product:
    """The product as it stands behind a proxy that speaks TLS."""
    return start_product(BASE_URL="https://chat.example.org")  # type: ignore[operator, no-any-return]


async def test_s18_a_client_that_offers_compression_gets_none(visit: Visit) -> None:
    """14.6 kB on the wire were 15 MB at each peer, by the default of the server."""
    async with connect(
        visit.url.replace("http", "ws", 1) + "/ws/chat/lab/",
        origin=Origin(visit.url),
        compression="deflate",
        proxy=None,
    ) as socket:
        assert socket.protocol.extensions == []


def test_s30_every_class_in_a_template_is_spelled_so() -> None:
    """`clas=` in the tutorial's first page: no browser complains."""
    for folder in ("chat", "accounts"):
        for path in (PROJECT / folder / "templates").rglob("*.html"):
            assert " clas=" not in path.read_text(encoding="utf-8")


async def test_a_room_has_one_address_and_other_spellings_lead_there(
    visit: Visit, ana: Guest, cozinha: str
) -> None:
    line = await visit.line(ana)
    await line.send(name=cozinha, body="oi")

    page = await get(f"{visit.url}/chat/{cozinha.upper()}/")

    assert (page.status, page.headers["Location"]) == (308, f"/chat/{cozinha}/")


async def test_the_last_fifty_messages_can_be_read_without_any_script(
    visit: Visit, ana: Guest, cozinha: str
) -> None:
    line = await visit.line(ana)
    for number in range(60):
        await line.send(name=cozinha, body=f"fala-{number}-")

    page = await get(f"{visit.url}/chat/{cozinha}/")

    shown = [number for number in range(60) if f"fala-{number}-" in page.text]
    assert shown == list(range(10, 60))
