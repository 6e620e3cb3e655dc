"""Words that a nickname may not be, in disguises people have tried."""

import pytest

from accounts.reserved import is_reserved


@pytest.mark.parametrize(
    "name",
    ["admin", "Administrador", "moderação", "Moderator", "suporte", "Soporte",
     "support", "staff", "root", "MOD", "oficial", "Verificado"],
)  # fmt: skip
def test_offices_are_not_for_the_taking(name: str) -> None:
    assert is_reserved(name)


@pytest.mark.parametrize(
    "name",
    ["Suporte da Ana", "Ana (admin)", "Ana - moderadora", "Equipe: staff", "o.mod"],
)
def test_not_even_beside_a_name(name: str) -> None:
    assert is_reserved(name)


@pytest.mark.parametrize(
    "name",
    ["аdmin", "ΑDΜΙΝ", "ａｄｍｉｎ", "𝓪𝓭𝓶𝓲𝓷", "àdmín", "ạdmin", "4dm1n", "adm!n",
     "adrnin", "a d m i n", "a.d.m.i.n", "admin1", "_admin_", "adminn", "AdminRai",
     "ᴀᴅᴍɪɴ", "🅰🅳🅼🅸🅽", "🇦🇩🇲🇮🇳", "m0d", "5upport", "moderad0r2"],
)  # fmt: skip
def test_disguises_do_not_help(name: str) -> None:
    assert is_reserved(name)


@pytest.mark.parametrize(
    "name", ["sistema", "System", "você", "Eu", "todos", "dona", "null"]
)
def test_voices_that_are_nobodys_are_not_for_the_taking(name: str) -> None:
    assert is_reserved(name)


@pytest.mark.parametrize(
    "name",
    ["Dona Maria", "Sistema Solar", "Todos os Santos", "Ali", "Modesto", "Rootney"],
)
def test_but_they_may_begin_a_name(name: str) -> None:
    assert not is_reserved(name)
