"""
The words that the page's script needs, in the reader's language.

Placeholders stand in braces and are filled by ``core/texts.js``. Words that stand in
the markup are not here: templates bring them.
"""

from __future__ import annotations

from django.utils.translation import gettext as _


def textos() -> dict[str, str]:
    """Return key → text, for ``json_script`` with the id ``rai-textos``."""
    return _messages() | _link() | _people() | _refusals()


def _messages() -> dict[str, str]:
    return {
        "enviando": _("enviando…"),
        "fila": _("na fila, vai quando a conexão voltar"),
        "espera": _("muitas mensagens em pouco tempo, vai em {n} s"),
        "falhou": _("Não foi enviada."),
        "apagada": _("Mensagem apagada."),
        "desfazer": _("Desfazer"),
        "novas_1": _("1 mensagem nova"),
        "novas_n": _("{n} mensagens novas"),
        "ir_ao_fim": _("Ir para o fim"),
        "antigas": _("Carregando mensagens antigas…"),
        "comeco": _("Aqui começa {sala}"),
        "hoje": _("Hoje"),
        "ontem": _("Ontem"),
        "copiado": _("Texto copiado"),
        "convite": _("Convite copiado"),
        "sem_copia": _("O navegador não deixou copiar."),
        "restam": _("Faltam {n} caracteres"),
        "excesso": _("Longa demais: tire {n} caracteres."),
        "diz": _("{nome}: {texto}"),
    }


def _link() -> dict[str, str]:
    return {
        "ligando": _("Conectando…"),
        "ligada": _("Conexão ativa"),
        "religando": _("Reconectando… suas mensagens ficam na fila."),
        "tentar": _("Tentar agora"),
        "sem_rede": _("Sem internet. Dá para ler e escrever: enviamos quando voltar."),
        "de_volta_1": _("De volta. 1 mensagem chegou enquanto isso."),
        "de_volta_n": _("De volta. {n} mensagens chegaram enquanto isso."),
        "versao": _("Nova versão pronta. Recarregar"),
        "recarregar": _("Recarregar"),
        "sessao": _("Sua sessão terminou. Escolha um apelido para continuar."),
        "barrado": _("Você não pode entrar nesta sala."),
        "conexoes": _("Há abas demais abertas daqui. Feche alguma e tente de novo."),
        "sem_sala": _("Esta sala não existe mais."),
        "sem_sincronia": _("O servidor encerrou a conexão. Recarregue a página."),
    }


def _people() -> dict[str, str]:
    return {
        "digita_1": _("{a} está digitando"),
        "digita_2": _("{a} e {b} estão digitando"),
        "digita_3": _("{a}, {b} e {c} estão digitando"),
        "digita_n": _("{n} pessoas estão digitando"),
        "comecar": _("Começar a falar"),
        "trocar": _("Trocar apelido"),
        "tomado": _("Já tem alguém com esse apelido aqui. Que tal {x}?"),
        "sem_resposta": _("Sem resposta do servidor. Tente de novo."),
    }


def _refusals() -> dict[str, str]:
    # Keys are the wire's error codes; a code without a line here says "falhou".
    return {
        "erro_forbidden": _("Você não pode escrever nesta sala."),
        "erro_not_found": _("Esta mensagem ou sala não existe mais."),
        "erro_gone": _("Esta mensagem ou sala não existe mais."),
        "erro_too_large": _("A mensagem é longa demais."),
        "erro_bad_frame": _("Este texto não pode ser enviado."),
        "erro_edit_conflict": _("A mensagem mudou enquanto você editava."),
    }
