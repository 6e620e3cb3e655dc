"""Routes of the whole house; each app brings its own."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from realtime import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("chat.urls")),
    path("", include("accounts.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]

if settings.RAI_OPTIONS.admin_path:
    urlpatterns.append(path(f"{settings.RAI_OPTIONS.admin_path}/", admin.site.urls))
