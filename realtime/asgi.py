"""Django's half of the application: pages. `realtime.routing` joins the sockets."""

import os

from django.core.asgi import get_asgi_application

# So that `uvicorn realtime.routing:application` works with an empty environment.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "realtime.settings")

django_application = get_asgi_application()
