"""Routes of the whole house; each app brings its own."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from django.utils.module_loading import import_string

from realtime import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("chat.urls")),
    path("", include("accounts.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]

if settings.RAI_OPTIONS.admin_path:
    # By name: importing it takes a part of the start, and mostly for nothing.
    site = import_string("django.contrib.admin.site")
    urlpatterns.append(path(f"{settings.RAI_OPTIONS.admin_path}/", site.urls))
