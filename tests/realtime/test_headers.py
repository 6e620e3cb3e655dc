"""What a browser is told to refuse, on every page."""

from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.test import AsyncClient

from realtime.headers import PolicyMiddleware

POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "object-src 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types rai",
}


@pytest.fixture
async def page(async_client: AsyncClient) -> Any:
    return await async_client.get("/healthz")


async def test_s28_nothing_inline_runs_and_nothing_foreign_loads(page: Any) -> None:
    """No nonce and no hash: there is no inline script or style to let through."""
    assert set(page["Content-Security-Policy"].split("; ")) == POLICY


async def test_a_page_stays_in_no_cache_and_no_search_engine(page: Any) -> None:
    """The next person at a shared computer presses "back"."""
    assert page["Cache-Control"] == "no-store, private"
    assert page["X-Robots-Tag"] == "noindex"


async def test_a_page_is_of_no_use_inside_another_site(page: Any) -> None:
    assert page["X-Frame-Options"] == "DENY"
    assert page["Cross-Origin-Opener-Policy"] == "same-origin"
    assert page["Cross-Origin-Resource-Policy"] == "same-origin"


async def test_a_page_gives_away_neither_type_nor_address(page: Any) -> None:
    assert page["X-Content-Type-Options"] == "nosniff"
    assert page["Referrer-Policy"] == "same-origin"


async def test_powers_nobody_uses_are_off(page: Any) -> None:
    assert "camera=()" in page["Permissions-Policy"]
    assert "geolocation=()" in page["Permissions-Policy"]


async def test_over_plain_http_no_browser_is_told_to_insist_on_tls(page: Any) -> None:
    """An instance on a local network could never be reached again."""
    assert "Strict-Transport-Security" not in page


async def test_static_files_may_be_kept(async_client: AsyncClient) -> None:
    path = "chat/css/base.css"
    assert finders.find(path)

    file = await async_client.get(f"{settings.STATIC_URL}{path}")

    assert file.status_code == 200
    assert "no-store" not in file["Cache-Control"]
    assert file["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in file


def test_the_admin_alone_lives_without_trusted_types(settings: Any) -> None:
    """Its own scripts set innerHTML; all the rest of the policy holds there too."""
    settings.RAI_OPTIONS = type("Options", (), {"admin_path": "painel"})

    assert policy_at("/painel/login/") == POLICY - {
        "require-trusted-types-for 'script'",
        "trusted-types rai",
    }
    assert policy_at("/painelzinho/") == POLICY


def policy_at(path: str) -> set[str]:
    request = HttpRequest()
    request.path_info = path
    response = PolicyMiddleware(lambda _: HttpResponse()).process_response(
        request, HttpResponse()
    )
    return set(response["Content-Security-Policy"].split("; "))
