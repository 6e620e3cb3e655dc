"""The one ASGI application: pages by Django, sockets by the consumers of chat."""

from channels.routing import ProtocolTypeRouter, URLRouter

# First: it sets Django up, which everything imported after it needs.
from realtime.asgi import django_application

# isort: split
from chat.routing import websocket_urlpatterns
from realtime.gate import Gate
from realtime.lifespan import Lifespan

application = Lifespan(
    ProtocolTypeRouter(
        {
            "http": django_application,
            "websocket": Gate(URLRouter(websocket_urlpatterns)),
        }
    )
)
