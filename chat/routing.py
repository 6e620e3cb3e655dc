"""Socket paths."""

from django.urls import re_path

from chat.consumers import ChatConsumer, NowhereConsumer
from chat.conversation import RaiConsumer

# The stubs of re_path know only views; Channels routes applications with it.
# mypy: disable-error-code="arg-type"

websocket_urlpatterns = [
    # Any name reaches the consumer, which answers for it: a route that refuses some
    # names would differ from the page's (S6).
    re_path(r"^ws/chat/(?P<nome_sala>.+)/$", ChatConsumer.as_asgi()),
    re_path(r"^ws/v1/?$", RaiConsumer.as_asgi()),
    re_path(r"", NowhereConsumer.as_asgi()),
]
