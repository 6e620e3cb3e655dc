"""Django's half of the application: pages. `realtime.routing` joins the sockets."""

import os
from importlib import import_module

from django.conf import settings
from django.core.asgi import get_asgi_application

# So that `uvicorn realtime.routing:application` works with an empty environment.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "realtime.settings")

django_application = get_asgi_application()

# Django reads the routes with the first request; a mistake in them, and the time it
# takes, belong to the start.
import_module(settings.ROOT_URLCONF)
