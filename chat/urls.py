"""Page and API paths. The first two are the tutorial's, for ever."""

from django.urls import path

from chat import api
from chat.views import IndexView, SalaView

urlpatterns = [
    path("", IndexView.as_view(), name="index"),
    path("chat/<str:nome_sala>/", SalaView.as_view(), name="sala"),
    path("api/v1/sync", api.sync, name="api-sync"),
    path("api/v1/send", api.send_message, name="api-send"),
    path("api/v1/ticket", api.ticket, name="api-ticket"),
]
