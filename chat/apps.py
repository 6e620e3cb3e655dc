"""Django's handle on the app."""

from django.apps import AppConfig


class ChatConfig(AppConfig):
    """Rooms, messages, delivery."""

    name = "chat"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "chat"
