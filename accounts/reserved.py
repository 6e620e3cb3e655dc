"""Words a nickname may not be: they would lend it a voice that is not its own."""

from functools import cache

import regex

from accounts.lookalikes import bare, skeletons

# Refused anywhere in a nickname: "Suporte da Ana" asks for a password as well as
# "suporte" does. Portuguese, English, Spanish.
OFFICES = """
    adm administração administrador administradora administradores administración
    administrator administrators admin admins
    moderação moderador moderadora moderadores moderación moderator moderators mod mods
    oficial official operator root soporte staff suporte superuser superusuário
    superusuario support sysadmin verificada verificado verified webmaster
"""
# Begin no name of a person, so that what follows does not matter: "adminRai".
STEMS = "admin moderad moderat"
# Refused as the whole nickname: people are called "Dona Maria" and "Sistema Solar".
VOICES = """
    aqui aquí ajuda apagada apagado ayuda bot canal channel chat contato deleted dona
    dono dueña dueño eliminado equipe equipo eu everyone help here info me mensagem
    message moderated mensaje ninguém nobody none notificações null owner raichat
    robot robô room sala security seguridad segurança server servidor sistema sysop
    system todas todos undefined você you
"""

# Figures and signs that stand for letters to readers of such names.
_LEET = str.maketrans("0134578$€!", "oieastbsei")
_BETWEEN = regex.compile(r"[^\p{L}\p{M}\p{N}$€!|]+")
_FIGURES = "0123456789"
# Framed letters are symbols to Unicode, and would part the words they make.
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"
_FRAMED = {
    first + place: letter
    for first in (0x1F150, 0x1F170, 0x1F1E6)
    for place, letter in enumerate(_ALPHABET)
}


def is_reserved(name: str) -> bool:
    """Tell whether a nickname is one of these words to a reader in a hurry."""
    words = [word for word in _BETWEEN.split(name.translate(_FRAMED)) if word]
    whole = _read("".join(words))
    read = whole.union(*map(_read, words))
    return (
        not read.isdisjoint(_looks(OFFICES))
        or not whole.isdisjoint(_looks(VOICES))
        or any(word.startswith(tuple(_looks(STEMS))) for word in read)
    )


def _read(word: str) -> frozenset[str]:
    """Return the ways to read a word: as it is, without figures, figures as letters."""
    ways = (word, word.strip(_FIGURES), word.translate(_LEET))
    return frozenset(bare(look) for way in ways for look in skeletons(way))


@cache
def _looks(words: str) -> frozenset[str]:
    return frozenset(bare(look) for word in words.split() for look in skeletons(word))
