"""One person's window on the product: what they do there, and what they see."""

from collections.abc import Sequence
from typing import Self, TypedDict
from urllib.parse import quote

from playwright.sync_api import BrowserContext, Locator, Page, expect


class Row(TypedDict):
    """A message as somebody reads it."""

    who: str
    text: str
    state: str
    edited: bool
    deleted: bool
    mine: bool


READ_ROWS = """() => [...document.querySelectorAll('[data-parte="lista"] article')].map(
  (a) => ({
    who: a.querySelector('[data-slot="quem"]').textContent,
    text: a.querySelector('[data-slot="texto"]').textContent,
    state: a.dataset.estado,
    edited: 'editada' in a.dataset,
    deleted: 'apagada' in a.dataset,
    mine: a.dataset.de === 'minha',
  }))"""

# As many on their way at a time as the server takes (its `hello` says how many).
SAY_ALL = """({ name, bodies }) => new Promise((resolve, reject) => {
  const socket = new WebSocket(`ws://${location.host}/ws/v1`, 'rai.v1.json');
  const send = (frame) => socket.send(JSON.stringify(frame));
  let sent = 0;
  let stored = 0;
  const fill = (flight) => {
    for (; sent < bodies.length && sent - stored < flight; sent += 1) {
      const nonce = `${crypto.randomUUID()}`;
      send({ t: 'send', id: sent + 2, name, nonce, body: bodies[sent] });
    }
  };
  socket.onopen = () => send({ t: 'hello', id: 1, v: 1, tab: 'all', caps: [] });
  socket.onmessage = ({ data }) => {
    const frame = JSON.parse(data);
    if (frame.t === 'err') reject(new Error(data));
    if (frame.t === 'hello') socket.flight = frame.limits.flight;
    if (frame.t === 'ok') stored += 1;
    fill(socket.flight);
    if (stored === bodies.length) { socket.close(); resolve(); }
  };
})"""


def tab_of(context: BrowserContext) -> Page:
    """An empty tab of somebody's browser."""
    empty = (page for page in context.pages if page.url == "about:blank")
    return next(empty, None) or context.new_page()


class Screen:
    """A tab with a room in it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.box = page.locator("#texto")
        self.send_button = page.locator(".caixa__enviar")
        self.nickname = page.locator('.apelido input[name="apelido"]')
        self.log = page.locator('[data-parte="registro"]')
        self.rows = page.locator('[data-parte="lista"] article')
        self.texts = self.rows.locator('[data-slot="texto"]')
        self.title = page.locator('[data-parte="titulo"]')
        self.banner = page.locator('[data-parte="faixa"]')
        self.light = page.locator('[data-parte="conexao"]')
        self.pill = page.locator('[data-parte="pilula"]')
        self.menu = page.locator("#menu")
        self.toast = page.locator('[data-parte="torrada"]')
        self.edit_bar = page.locator('[data-parte="edicao"]')

    @classmethod
    def of(cls, context: BrowserContext) -> Self:
        """Open another tab of this person."""
        return cls(tab_of(context))

    def open(self, house: str, room: str) -> Self:
        """Go to a room by the name somebody types."""
        self.page.goto(f"{house}/chat/{quote(room, safe='')}/")
        return self

    def join(self, name: str) -> Self:
        """Choose a nickname and wait until one can write."""
        self.nickname.fill(name)
        self.nickname.press("Enter")
        expect(self.box).to_be_focused()
        self.is_linked()
        return self

    def name(self) -> str:
        """The nickname one goes by here."""
        return self.page.locator('[data-parte="eu"] [data-slot="nome"]').inner_text()

    def is_linked(self, timeout_s: float = 10) -> None:
        """Wait until the page says that the connection stands."""
        expect(self.light).to_have_attribute(
            "data-estado", "ligada", timeout=timeout_s * 1000
        )

    def say(self, *texts: str) -> None:
        """Type each text, and Enter."""
        for text in texts:
            self.box.fill(text)
            self.box.press("Enter")

    def say_at_once(self, *texts: str) -> None:
        """Send texts faster than anybody types."""
        self.box.evaluate(
            """(box, texts) => {
              for (const text of texts) {
                box.value = text;
                box.form.requestSubmit();
              }
            }""",
            texts,
        )

    def say_all(self, name: str, bodies: Sequence[str]) -> None:
        """Store many messages without typing each of them."""
        self.page.evaluate(SAY_ALL, {"name": name, "bodies": list(bodies)})

    def shows(self, *texts: str, timeout_s: float = 10) -> None:
        """Wait until exactly these messages are there, in this order."""
        expect(self.texts).to_have_text(list(texts), timeout=timeout_s * 1000)

    def all_stored(self, timeout_s: float = 10) -> None:
        """Wait until the server has confirmed every message of ours."""
        under_way = self.page.locator('article:not([data-estado="gravada"])')
        expect(under_way).to_have_count(0, timeout=timeout_s * 1000)

    def row(self, text: str) -> Locator:
        """The message with exactly this text."""
        return self.rows.filter(has=self.page.get_by_text(text, exact=True))

    def row_of_own(self, word: str) -> Locator:
        """The message of ours that has this word in it."""
        return self.page.locator('article[data-de="minha"]').filter(has_text=word)

    def visible_rows(self) -> list[str]:
        """What the eye sees of the log: each row's words, days included."""
        return self.page.locator('[data-parte="lista"] > li').all_inner_texts()

    def read(self) -> list[Row]:
        """What the log shows now."""
        rows: list[Row] = self.page.evaluate(READ_ROWS)
        return rows

    def read_texts(self) -> list[str]:
        """The texts the log shows now."""
        return [row["text"] for row in self.read()]

    def choose(self, text: str, action: str) -> None:
        """Do something with a message, by its menu."""
        row = self.row(text)
        row.hover()
        row.locator('[data-acao="menu"]').click()
        self.menu.locator(f'[data-acao="{action}"]').click()

    def come_back(self) -> None:
        """Have the browser say that there is a network, which ends all waiting."""
        self.page.evaluate("() => dispatchEvent(new Event('online'))")

    def put_mark(self) -> None:
        """Leave a mark that a reload would wipe away."""
        self.page.evaluate("() => { window.notReloaded = true; }")

    @property
    def has_mark(self) -> bool:
        """Whether this is still the page that was marked."""
        return bool(self.page.evaluate("() => window.notReloaded === true"))
