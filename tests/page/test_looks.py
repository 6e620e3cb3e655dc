"""The template filters, against the same golden vectors as the page's script."""

import datetime as dt
import json
from pathlib import Path

import pytest
from django.utils import timezone, translation

from chat.templatetags import rai

LOOKS = json.loads(
    (Path(__file__).parent.parent / "vectors" / "looks.json").read_text("utf-8")
)


@pytest.mark.parametrize(("name", "letters"), LOOKS["initials"])
def test_initials_are_those_of_the_script(name: str, letters: str) -> None:
    assert rai.iniciais(name) == letters


@pytest.mark.parametrize(("user", "hue"), LOOKS["hues"])
def test_hues_are_those_of_the_script(user: str, hue: str) -> None:
    assert rai.matiz(user) == hue


def test_a_moment_goes_to_the_page_and_back_unchanged() -> None:
    """The script reads the server's milliseconds: a rounding would move a row."""
    assert rai.epoch(1795331000123) == "1795331000123"
    moment = dt.datetime(2026, 11, 22, 1, 2, 3, 456000, dt.UTC)
    assert rai.epoch(moment) == "1795309323456"


def test_nothing_looks_like_nothing() -> None:
    """The empty template of a message is drawn with the same filters."""
    empty = [rai.iniciais(""), rai.matiz(""), rai.epoch(""), rai.ref("", "m")]
    assert empty == [""] * 4
    assert rai.dia_por_extenso("") == ""


@pytest.mark.parametrize(
    ("back", "language", "name"),
    [
        (0, "pt-br", "Hoje"),
        (1, "pt-br", "Ontem"),
        (0, "en", "Today"),
        (1, "es", "Ayer"),
    ],
)
def test_near_days_have_their_names(back: int, language: str, name: str) -> None:
    day = timezone.localdate() - dt.timedelta(days=back)
    with translation.override(language):
        assert rai.dia_por_extenso(day) == name


def test_days_of_the_last_week_are_weekdays_and_older_ones_dates() -> None:
    today = timezone.localdate()
    with translation.override("pt-br"):
        week = rai.dia_por_extenso(today - dt.timedelta(days=6))
        old = rai.dia_por_extenso(dt.date(2024, 11, 17))
    assert week in {
        "segunda-feira", "terça-feira", "quarta-feira", "quinta-feira",
        "sexta-feira", "sábado", "domingo",
    }  # fmt: skip
    assert old == "17 de novembro de 2024"
    with translation.override("en"):
        assert rai.dia_por_extenso(dt.date(2024, 11, 17)) == "Nov. 17, 2024"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "agora mesmo"), (59, "agora mesmo"), (61, "há 1 min"), (3599, "há 59 min")],
)
def test_a_room_tells_how_long_it_has_been_quiet(seconds: int, words: str) -> None:
    with translation.override("pt-br"):
        then = timezone.now() - dt.timedelta(seconds=seconds, milliseconds=100)
        assert rai.ha_quanto(then) == words
