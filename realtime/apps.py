"""The project as an app: it brings management commands and system checks."""

from django.apps import AppConfig

from realtime import checks


class RealtimeConfig(AppConfig):
    """Registers the checks that look at how the whole is set up."""

    name = "realtime"

    def ready(self) -> None:
        """Register the system checks."""
        checks.register_all()
