"""The accounts app, as Django sees it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Guests, members and bots."""

    name = "accounts"
    verbose_name = _("Pessoas")
    default_auto_field = "django.db.models.BigAutoField"
