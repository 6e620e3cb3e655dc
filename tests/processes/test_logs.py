"""What people say and who they are never reaches the log, at any level."""

import contextlib
import json
import urllib.error
import urllib.parse
import urllib.request

import pytest
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from tests import services
from tests.conftest import StartProduct

pytestmark = pytest.mark.processes

CANARY = "canário-amarelo"
QUOTED = urllib.parse.quote(CANARY)


def sing_everywhere(product: services.Product) -> None:
    """Put the canary wherever a visitor can put a word."""
    room = f"{product.ws_url}/ws/chat/{QUOTED}/"
    with connect(room) as socket:
        socket.send(json.dumps({"mensagem": CANARY}))
        socket.recv(timeout=10)
        for bad in (CANARY, f'{{"mensagem": "{CANARY}', json.dumps([CANARY])):
            socket.send(bad)
        socket.send(CANARY.encode())
    for path in (f"/ws/chat/{QUOTED}.%00/", f"/ws/{QUOTED}"):
        with contextlib.suppress(WebSocketException), connect(product.ws_url + path):
            pass
    cookie = {"Cookie": f"rai_guest={QUOTED}; rai_session={QUOTED}"}
    for path in ("/", f"/chat/{QUOTED}/", f"/nowhere/{QUOTED}", "/healthz"):
        visit(f"{product.url}{path}?q={QUOTED}", cookie)
    visit(f"{product.url}/", {"Host": f"{QUOTED}.example"})
    visit(f"{product.url}/apelido/", {}, f"apelido={QUOTED}".encode())
    visit(f"{product.url}/api/v1/send", {}, json.dumps({"body": CANARY}).encode())


def visit(url: str, headers: dict[str, str], body: bytes | None = None) -> None:
    request = urllib.request.Request(url, headers=headers, data=body)
    with (
        contextlib.suppress(urllib.error.HTTPError),
        urllib.request.urlopen(request, timeout=10) as answer,
    ):
        answer.read()


@pytest.mark.parametrize("form", ["console", "json"])
def test_no_word_of_a_visitor_reaches_the_log(
    start_product: StartProduct, form: str
) -> None:
    """Logs are copied, mailed and kept for years; rooms are not."""
    product = start_product(LOG_LEVEL="debug", LOG_FORMAT=form)

    sing_everywhere(product)

    product.stop()
    log = product.output()
    assert CANARY not in log
    assert QUOTED not in log
    assert CANARY.encode("unicode_escape").decode() not in log
    assert "Traceback" not in log
