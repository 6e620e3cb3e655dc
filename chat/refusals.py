"""What refusals say to people, in their language. Programs read the code alone."""

from __future__ import annotations

from django.conf import settings
from django.http.cookie import parse_cookie
from django.utils.translation import (
    get_supported_language_variant,
    override,
)
from django.utils.translation import gettext_lazy as _
from django.utils.translation.trans_real import parse_accept_lang_header

from chat.core.errors import ChatError, Code

TEXTS = {
    Code.BAD_FRAME: _("O pedido não pôde ser lido."),
    Code.UNKNOWN_TYPE: _("O servidor não conhece este pedido."),
    Code.UNSUPPORTED_VERSION: _("Esta página é de outra versão. Recarregue."),
    Code.AUTH_REQUIRED: _("Escolha um apelido primeiro."),
    Code.AUTH_EXPIRED: _("Sua identificação venceu. Recarregue a página."),
    Code.FORBIDDEN: _("Você não pode fazer isso."),
    Code.NOT_FOUND: _("Não achamos essa sala ou mensagem."),
    Code.GONE: _("Isso foi apagado."),
    Code.NONCE_CONFLICT: _("Esta mensagem já foi enviada com outro texto."),
    Code.EDIT_CONFLICT: _("A mensagem mudou enquanto você editava."),
    Code.TOO_LARGE: _("A mensagem é longa demais."),
    Code.RATE_LIMITED: _("Muitas mensagens em pouco tempo."),
    Code.TOO_MANY_SUBS: _("Salas demais abertas ao mesmo tempo."),
    Code.BLOCKED: _("Uma mensagem anterior ainda espera."),
    Code.BUSY: _("O servidor está ocupado. Tente de novo."),
    Code.UNKNOWN_OUTCOME: _("Não sabemos se foi gravada. Tente de novo."),
    Code.READONLY: _("O servidor não está gravando agora. Tente de novo."),
    Code.INTERNAL: _("Algo falhou do nosso lado."),
}


def text_of(error: ChatError, language: str) -> str:
    """The refusal in a person's language."""
    with override(language):
        return str(TEXTS[error.code])


def language_of(headers: list[tuple[bytes, bytes]]) -> str:
    """The language of a socket's client: its cookie, else what its browser asks for."""
    fields = {name.lower(): value.decode("latin-1") for name, value in headers}
    cookie = parse_cookie(fields.get(b"cookie", "")).get(settings.LANGUAGE_COOKIE_NAME)
    asked = parse_accept_lang_header(fields.get(b"accept-language", "").lower()[:200])
    for language in [cookie, *(code for code, _weight in asked)]:
        try:
            return get_supported_language_variant(language or "")
        except LookupError:
            continue
    return settings.LANGUAGE_CODE
