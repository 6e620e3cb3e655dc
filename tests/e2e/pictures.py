"""
Takes the pictures of docs/img: `python -m tests.e2e.pictures`.

The product runs for real and people talk in it. Only the times of what they said are
put back in the database afterwards, for no evening fits in a minute; and everybody is
in the zone of the world where it is evening just now.
"""

import datetime as dt
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.e2e.conftest import FLAGS
from tests.e2e.screen import Screen
from tests.services import PROJECT, Product
from tools.browser import chromium

FOLDER = PROJECT / "docs" / "img"
ME = "Bia Lopes"
ROOM = "Turma da noite"
DESKTOP = {"viewport": {"width": 1440, "height": 900}}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
TOPICS = {
    "turma-da-noite": "Django do zero: aula às terças e quintas, 19h",
    "plantão-de-dúvidas": "Qualquer módulo, qualquer pergunta",
    "café": "Conversa solta e receita de bolo ☕",
    "projetos-finais": "Entregas e revisões do trabalho de fim de curso",
    "avisos": "Datas, salas e o que mudou",
}
#: Who says it, how many minutes ago, and what.
TALK = [
    ("Nara Viana", 64, "Boa noite, gente. Hoje é o dia do tempo real."),
    ("Caio Prado", 62, "Boa noite! Já abri o projeto da aula passada."),
    ("Ivone Sá", 61, "Boa noite. Chego em 5 min, o ônibus atrasou"),
    (
        "Nara Viana",
        49,
        "Três ideias para levar de hoje:\n1. o banco é o diário, o que está nele "
        "aconteceu\n2. o aviso é só uma campainha\n3. quem volta pergunta “o que mudou "
        "desde a última vez?”",
    ),
    ("Tiago Melo", 47, "Então se a campainha falhar ninguém perde nada?"),
    ("Nara Viana", 46, "Isso. A campainha pode falhar, o diário não."),
    (ME, 45, "Gostei do diário. Anotei assim no caderno."),
    ("Ivone Sá", 33, "Cheguei! Perdi muita coisa?"),
    ("Caio Prado", 32, "Nada, está tudo aqui em cima 🙂"),
    ("Ivone Sá", 31, "Verdade, é só rolar. Lendo."),
    (
        "Tiago Melo",
        6,
        "Fiz o teste do túnel: entrei no metrô conversando, escrevi lá embaixo e saiu "
        "sozinho quando o sinal voltou.",
    ),
    ("Tiago Melo", 6, "Bia, consegue repetir no seu celular?"),
    (
        ME,
        2,
        "Testei agora: tirei do wi-fi, escrevi três mensagens, voltei e chegou tudo, "
        "na ordem 🎉",
    ),
    (ME, 1, "Amanhã levo o cabo para testar na rede da escola."),
]
ELSEWHERE = [
    ("Projetos finais", "Caio Prado", 75, "Subi a primeira versão do meu."),
    ("Avisos", "Nara Viana", 60 * 21, "Quinta a aula é na sala 12."),
    ("Café", "Ivone Sá", 9, "Alguém tem a receita do bolo de fubá?"),
    ("Plantão de dúvidas", "Tiago Melo", 2, "Migração que não roda: por onde começo?"),
]


def main() -> int:
    """Let people talk, and take the pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        environ = {"LIMITS": "off", "TZ": evening()}
        product = Product(Path(folder) / "data", environ).start()
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=[*FLAGS, "--font-render-hinting=none"]
        )
        try:
            states = talk(browser, product)
            product.stop()
            put_back_times(product)
            product.start()
            take_all(browser, product, states)
        finally:
            browser.close()
            product.kill9()
    return 0


def talk(browser: Browser, product: Product) -> dict[str, str]:
    """Have everybody say their lines; return each one's cookies, by name."""
    screens: dict[str, Screen] = {}
    for name, _, text in TALK:
        if name not in screens:
            context = browser.new_context(locale="pt-BR")
            screens[name] = Screen.of(context).open(product.url, ROOM).join(name)
        screens[name].say_all(ROOM, [text])
    for room, name, _, text in ELSEWHERE:
        screens[name].say_all(room, [text])
    cookies = {name: cookie_of(screen) for name, screen in screens.items()}
    for screen in screens.values():
        screen.page.context.close()
    return cookies


def evening() -> str:
    """The zone in which it is past seven in the evening."""
    east = 19 - dt.datetime.now(dt.UTC).hour
    east += 24 if east < -12 else -24 if east > 12 else 0
    # The signs of these names are those of POSIX: the other way round.
    return f"Etc/GMT{-east:+d}"


def cookie_of(screen: Screen) -> str:
    """The cookie by which somebody is known."""
    jar = screen.page.context.cookies()
    return next(c["value"] for c in jar if c["name"] == "rai_guest")


def put_back_times(product: Product) -> None:
    """Spread what was said over the evening."""
    now = dt.datetime.now(dt.UTC)
    said = [(text, minutes) for _, minutes, text in TALK]
    said += [(text, minutes) for _, _, minutes, text in ELSEWHERE]
    with closing(sqlite3.connect(product.data_dir / "rai.sqlite3")) as sqlite:
        for text, minutes in said:
            at = int((now - dt.timedelta(minutes=minutes)).timestamp() * 1000)
            sqlite.execute("UPDATE chat_message SET at = ? WHERE body = ?", (at, text))
        sqlite.execute(
            "UPDATE chat_roomhead AS head SET last_at ="
            " (SELECT max(at) FROM chat_message WHERE room_id = head.room_id)"
        )
        for slug, topic in TOPICS.items():
            sqlite.execute(
                "UPDATE chat_room SET topic = ? WHERE slug = ?", (topic, slug)
            )
        sqlite.commit()


def take_all(browser: Browser, product: Product, cookies: dict[str, str]) -> None:
    """Take every picture that the docs show."""

    def as_me(**options: object) -> BrowserContext:
        return somebody(browser, product, cookies[ME], **options)

    typists = [
        Screen.of(somebody(browser, product, cookies[name])).open(product.url, ROOM)
        for name in ("Nara Viana", "Ivone Sá")
    ]
    for theme in ("light", "dark"):
        room = Screen.of(as_me(**DESKTOP, color_scheme=theme)).open(product.url, ROOM)
        with_typing(room, typists)
        take(room.page, f"room-{theme}")
        phone = Screen.of(as_me(**PHONE, color_scheme=theme)).open(product.url, ROOM)
        with_typing(phone, typists)
        take(phone.page, f"room-phone-{theme}")
        phone.page.get_by_role("button", name="Salas e conversas").tap()
        take(phone.page, f"drawer-phone-{theme}")
        entry = as_me(**DESKTOP, color_scheme=theme).new_page()
        entry.goto(product.url)
        entry.get_by_label("Nome da sala").fill("turma-da-noite")
        take(entry, f"entry-{theme}")
    guest = browser.new_context(locale="pt-BR", timezone_id=evening(), **PHONE)  # type: ignore[arg-type]
    screen = Screen.of(guest).open(product.url, ROOM)
    screen.is_linked()
    take(screen.page, "guest-phone")


def somebody(
    browser: Browser, product: Product, cookie: str, **options: object
) -> BrowserContext:
    """A browser in which somebody is known already."""
    context = browser.new_context(locale="pt-BR", timezone_id=evening(), **options)  # type: ignore[arg-type]
    context.add_cookies([{"name": "rai_guest", "value": cookie, "url": product.url}])
    return context


def with_typing(screen: Screen, typists: list[Screen]) -> None:
    """Wait until the page is quiet and says that two people are typing."""
    screen.is_linked()
    for typist in typists:
        typist.is_linked()
        typist.box.fill("")
        typist.box.press_sequentially("a")
    line = screen.page.locator('[data-parte="digitando"]')
    expect(line).to_contain_text("estão digitando")


def take(page: Page, name: str) -> None:
    """Take one picture."""
    page.evaluate("() => document.fonts.ready")
    page.screenshot(path=FOLDER / f"{name}.png", animations="disabled")


if __name__ == "__main__":
    sys.exit(main())
