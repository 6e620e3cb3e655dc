"""The one ASGI application: pages by Django, sockets by the consumers of chat."""

from typing import cast

from channels.routing import ProtocolTypeRouter, URLRouter

# First: it sets Django up, which everything imported after it needs.
from realtime.asgi import django_application

# isort: split
from chat.routing import websocket_urlpatterns
from realtime.gate import Gate
from realtime.lifespan import Lifespan
from realtime.scopes import Application

_sockets = cast(Application, URLRouter(websocket_urlpatterns))
_by_kind = ProtocolTypeRouter({"http": django_application, "websocket": Gate(_sockets)})

application = Lifespan(cast(Application, _by_kind))
