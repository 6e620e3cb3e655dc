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

# The stubs of Channels want a class of pattern that Django does not make.
_router = URLRouter(websocket_urlpatterns)  # type: ignore[arg-type]
_sockets = cast(Application, _router)
_by_kind = ProtocolTypeRouter({"http": django_application, "websocket": Gate(_sockets)})

application = Lifespan(cast(Application, _by_kind))
