"""Security headers: what Django and django-csp do not set, and the admin's policy."""

from collections.abc import Awaitable, Callable

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

UNUSED_POWERS = (
    "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media",
    "fullscreen", "geolocation", "gyroscope", "magnetometer", "microphone", "midi",
    "payment", "picture-in-picture", "publickey-credentials-get", "screen-wake-lock",
    "usb", "xr-spatial-tracking",
)  # fmt: skip
PERMISSIONS_POLICY = ", ".join(f"{power}=()" for power in UNUSED_POWERS)

# Trusted Types stop the scripts of Django's admin, which set innerHTML.
NOT_IN_ADMIN = {"require-trusted-types-for": None, "trusted-types": None}

Handler = Callable[[HttpRequest], Awaitable[HttpResponseBase]]


class HeadersMiddleware:
    """Adds to each response what a browser should refuse, and for how long to keep."""

    sync_capable = False
    async_capable = True

    def __init__(self, get_response: Handler) -> None:
        assert iscoroutinefunction(get_response)
        self.get_response = get_response
        markcoroutinefunction(self)

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer as the rest does, with the headers added."""
        response = await self.get_response(request)
        headers = response.headers
        headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        headers.setdefault("X-Content-Type-Options", "nosniff")
        if not request.path_info.startswith(settings.STATIC_URL):
            # Pages carry people's words: in no cache, in no search engine.
            headers.setdefault("Cache-Control", "no-store, private")
            headers.setdefault("X-Robots-Tag", "noindex")
        return response


class PolicyMiddleware(CSPMiddleware):
    """The Content-Security-Policy, with the one exception the admin needs."""

    def get_policy_parts(
        self,
        request: HttpRequest,
        response: HttpResponseBase,
        report_only: bool = False,
    ) -> PolicyParts:
        """Return the policy for this page."""
        parts = super().get_policy_parts(request, response, report_only)
        admin = settings.RAI_OPTIONS.admin_path
        if admin and request.path_info.startswith(f"/{admin}/"):
            parts.replace = {**(parts.replace or {}), **NOT_IN_ADMIN}
        return parts
