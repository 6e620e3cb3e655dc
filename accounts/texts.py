"""What people are told about nicknames. Reasons come in, words go out."""

from django.utils.translation import gettext

from accounts.guests import NicknameTaken


def bad_nickname(reason: str) -> str:
    """Return why this cannot be a nickname, in the reader's language."""
    texts = {
        "empty": gettext("Escolha um apelido."),
        "too_long": gettext("Use um apelido mais curto, de até 32 letras."),
        "invisible": gettext("Esse apelido tem caracteres que ninguém vê. Digite-o."),
        "symbol": gettext(
            "Use letras e números, sem # @ : nem símbolos de verificado."
        ),
        "marks": gettext("Esse apelido tem acentos demais sobre a mesma letra."),
        "reserved": gettext("Esse apelido pode ser confundido com a equipe da sala."),
    }
    return texts.get(reason, gettext("Esse apelido não pode ser usado. Escolha outro."))


def taken(error: NicknameTaken) -> str:
    """Return whose the nickname is, and what to take instead."""
    if error.is_account:
        text = gettext(
            "Esse apelido pertence a uma conta. Entre nela ou escolha outro."
        )
    else:
        text = gettext("Já tem alguém com esse apelido aqui. Que tal {x}?")
    return text.format(x=error.suggestion)


def too_many() -> str:
    """Return that one has to wait."""
    return gettext("Muitas trocas de apelido em pouco tempo. Espere um pouco.")


def other_site() -> str:
    """Return that the request came from somewhere else."""
    return gettext("Esse pedido veio de outro site. Abra a sala e tente de novo.")


def not_understood() -> str:
    """Return that the request had no nickname where one belongs."""
    return gettext("Não entendemos este pedido")
