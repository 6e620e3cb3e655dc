"""Pages: the entry and the room, as in the tutorial, and the mould of errors."""

from __future__ import annotations

import secrets
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseRedirectBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from accounts import cookies, guests
from accounts.nicknames import suggestion
from accounts.people import Person
from chat import pages, queries
from chat.core.names import BadRoomName, RoomName, room_name
from chat.texts import textos

#: Rooms in the list of the entry page.
OPEN_ROOMS = 50
#: Messages that stand in the page before any script runs.
FIRST_MESSAGES = 50


class _Permanent(HttpResponseRedirectBase):
    # 308 keeps the method, so that a form survives a name spelled in another way.
    status_code = 308


class IndexView(TemplateView):
    """``/``: which room? With ``?nome_sala=`` it leads there, without any script."""

    template_name = "index.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the entry, or lead to the room that was asked for."""
        asked = request.GET.get("nome_sala")
        if asked is None:
            return super().get(request, *args, **kwargs)
        try:
            name = room_name(asked)
        except BadRoomName as bad:
            context = self.get_context_data(
                erro=name_refusal(bad.reason), nome_sala=asked[:80]
            )
            return self.render_to_response(context, status=422)
        # The first spelling of a room is how it is shown: keep what was typed.
        return redirect("sala", nome_sala=name.shown)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The open rooms, and who is asking."""
        context = super().get_context_data(**kwargs)
        context["salas"] = queries.open_rooms(OPEN_ROOMS)
        context["eu"] = who(self.request)
        return context


class SalaView(TemplateView):
    """``/chat/<nome_sala>/``: the last messages, readable at once, then live."""

    template_name = "sala.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The room by its one name; other spellings lead to it."""
        raw = self.kwargs["nome_sala"]
        try:
            self.name: RoomName = room_name(raw)
        except BadRoomName as bad:
            return error_page(
                request, 404, _("Sala que não existe"), name_refusal(bad.reason)
            )
        info = queries.room_by_slug(self.name.slug)
        if info is not None and raw != self.name.slug:
            return _Permanent(reverse("sala", args=[self.name.slug]))
        self.head = (
            pages.RoomHead(None, self.name.slug, self.name.shown, "")
            if info is None
            else pages.head_of(info)
        )
        self.page = None if info is None else queries.window(info.id, FIRST_MESSAGES)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the template and the page's script need."""
        context = super().get_context_data(**kwargs)
        reader = who(self.request)
        page = self.page
        context["sala"] = self.head
        context["mensagens"] = pages.lines(pages.messages_of(page), reader)
        context["mais_antigas"] = page is not None and page.older
        context["eu"] = reader
        context["sugestao"] = suggestion(100 + secrets.randbelow(900))
        context["dados"] = pages.page_data(self.head, page, reader)
        context["textos"] = textos()
        context["salas"] = queries.open_rooms(OPEN_ROOMS)
        return context


def who(request: HttpRequest) -> Person | None:
    """The person behind a request, or None before a nickname was chosen."""
    return guests.identify(cookies.from_request(request))


def error_page(
    request: HttpRequest, status: int, title: str, text: str
) -> HttpResponse:
    """One mould for everything that cannot be shown."""
    context = {"codigo": status, "titulo": title, "texto": text}
    return render(request, "erro.html", context, status=status)


def name_refusal(reason: str) -> str:
    """Why no room can be called so, in the reader's language."""
    match reason:
        case "empty":
            return _("Você precisa informar o nome da sala.")
        case "too_long":
            return _("O nome da sala pode ter até 80 letras.")
        case "scripts":
            return _("O nome mistura alfabetos que se confundem. Use um só.")
        case _:
            return _("Use letras, números, - e _.")
