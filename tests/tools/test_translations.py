"""The look for texts finds them all, without the gettext programs."""

from pathlib import Path

import polib
import pytest

from tools import translations
from tools.translations import Text

PYTHON = """
from django.utils.translation import gettext as _, ngettext, pgettext
_("Entrar")
ngettext("{n} pessoa", "{n} pessoas", 2)
pgettext("botão", "Abrir")
_(name)
"""
TEMPLATE = """
{% load i18n %}
<h1 title="{% translate 'Sala' %}">{% translate "Oi" context "saudação" %}</h1>
{% blocktranslate with nome=sala %}Aqui começa {{ nome }}{% endblocktranslate %}
{% blocktranslate count n=n %}
{{ n }} nova{% plural %}{{ n }} novas{% endblocktranslate %}
{# {% translate "Comentário" %} #}
"""


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of one module and one template."""
    folder = tmp_path / "chat" / "templates"
    folder.mkdir(parents=True)
    (tmp_path / "chat" / "views.py").write_text(PYTHON)
    (folder / "sala.html").write_text(TEMPLATE)
    monkeypatch.setattr(translations, "PROJECT", tmp_path)
    monkeypatch.setattr(translations, "LOCALE", tmp_path / "locale")
    return tmp_path


def finish(tree: Path) -> None:
    """Translate everything, as a translator would."""
    translations.update()
    for path in tree.glob("locale/*/LC_MESSAGES/django.po"):
        catalog = polib.pofile(str(path))
        for entry in catalog:
            if entry.msgid_plural:
                entry.msgstr_plural = {0: "x", 1: "x"}
            else:
                entry.msgstr = "x"
        catalog.save()
    translations.update()


def test_every_way_to_write_a_text_is_found(tree: Path) -> None:
    assert set(translations.wanted()) == {
        Text("Entrar"),
        Text("{n} pessoa", plural="{n} pessoas"),
        Text("Abrir", context="botão"),
        Text("Sala"),
        Text("Oi", context="saudação"),
        Text("Aqui começa %(nome)s"),
        Text("\n%(n)s nova", plural="%(n)s novas"),
    }


def test_a_finished_translation_has_no_problem(tree: Path) -> None:
    finish(tree)

    assert list(translations.problems()) == []


def test_a_new_text_is_a_problem_until_it_is_translated(tree: Path) -> None:
    finish(tree)
    (tree / "chat" / "views.py").write_text(PYTHON + '_("Novo")\n')

    assert "en: not there: 'Novo' (chat/views.py)" in list(translations.problems())

    translations.update()

    assert "en: not translated, or fuzzy: 'Novo'" in list(translations.problems())


def test_a_doubtful_translation_is_a_problem(tree: Path) -> None:
    finish(tree)
    path = tree / "locale/es/LC_MESSAGES/django.po"
    catalog = polib.pofile(str(path))
    catalog[0].flags.append("fuzzy")
    catalog.save()

    problems = list(translations.problems())

    assert any(line.startswith("es: not translated, or fuzzy") for line in problems)


def test_what_nobody_compiled_is_a_problem(tree: Path) -> None:
    """People see the .mo; reviewers see the .po."""
    finish(tree)
    path = tree / "locale/en/LC_MESSAGES/django.po"
    path.write_text(path.read_text().replace('msgstr "x"', 'msgstr "y"', 1))

    assert list(translations.problems()) == ["en: django.mo is not what django.po says"]
