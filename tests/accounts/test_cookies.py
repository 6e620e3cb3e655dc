"""The cookie that says who a guest is: what it proves, and what does not pass."""

import time

import pytest
from django.core import signing
from django.http import HttpResponse
from django.test import RequestFactory, override_settings
from hypothesis import given
from hypothesis import strategies as st

from accounts import cookies
from accounts.cookies import MAX_AGE_S, cookie_name, from_headers, opened, seal

SECRET = "s" * 43
HTTPS = override_settings(BASE_URL="https://chat.example")
HTTP = override_settings(BASE_URL="http://127.0.0.1:8000")


def test_what_was_sealed_is_opened() -> None:
    assert opened(seal(5, SECRET)) == (5, SECRET)


@given(st.text(st.characters(categories=["L", "M", "N", "P", "S", "Z", "C"])))
def test_noise_proves_nothing(noise: str) -> None:
    assert opened(noise) is None
    assert opened(f"5.{SECRET}:{noise}") is None


@given(st.integers(0, 200), st.characters(min_codepoint=33, max_codepoint=126))
def test_one_letter_changed_proves_nothing(place: int, letter: str) -> None:
    value = seal(5, SECRET)
    place %= len(value)
    forged = value[:place] + letter + value[place + 1 :]

    assert opened(forged) is None or opened(forged) == (5, SECRET)


def test_another_servers_cookie_proves_nothing() -> None:
    with override_settings(SECRET_KEY="another" * 10):
        foreign = seal(5, SECRET)

    assert opened(foreign) is None


def test_a_value_signed_for_something_else_proves_nothing() -> None:
    other = signing.TimestampSigner(salt="password.reset").sign(f"5.{SECRET}")

    assert opened(other) is None


@pytest.mark.parametrize(
    "content",
    [f"0.{SECRET}", f"-5.{SECRET}", f"{2**63}.{SECRET}", "5.short", "5", "٥.x"],
)
def test_even_our_own_signature_makes_no_sense_of_nonsense(content: str) -> None:
    """Ids beyond 2^63 are an error in the database, so they do not get that far."""
    assert opened(signing.TimestampSigner(salt="accounts.guest").sign(content)) is None


def test_a_cookie_is_good_for_thirty_days(monkeypatch: pytest.MonkeyPatch) -> None:
    value = seal(5, SECRET)
    now_s = time.time()
    monkeypatch.setattr(time, "time", lambda: now_s + MAX_AGE_S - 60)
    in_time = opened(value)
    monkeypatch.setattr(time, "time", lambda: now_s + MAX_AGE_S + 60)

    assert in_time == (5, SECRET)
    assert opened(value) is None


def test_a_rotated_key_still_opens_old_cookies_until_it_is_dropped() -> None:
    old, new = "old" * 20, "new" * 20
    with override_settings(SECRET_KEY=old):
        value = seal(5, SECRET)

    with override_settings(SECRET_KEY=new, SECRET_KEY_FALLBACKS=[old]):
        assert opened(value) == (5, SECRET)
    with override_settings(SECRET_KEY=new):
        assert opened(value) is None


@HTTPS
def test_under_https_no_sibling_site_can_plant_the_cookie() -> None:
    response = HttpResponse()
    cookies.set_identity(response, seal(5, SECRET))
    morsel = response.cookies["__Host-rai_guest"]

    assert (morsel["secure"], morsel["httponly"]) == (True, True)
    assert (morsel["path"], morsel["domain"], morsel["samesite"]) == ("/", "", "Lax")
    assert morsel["max-age"] == MAX_AGE_S


@HTTP
def test_on_plain_http_the_name_is_one_browsers_take() -> None:
    response = HttpResponse()
    cookies.set_identity(response, seal(5, SECRET))

    assert not response.cookies["rai_guest"]["secure"]
    assert response.cookies["rai_guest"]["httponly"]


@HTTP
def test_page_and_socket_read_the_same_cookie() -> None:
    """Of two of one name, each must take the same, or a person is two."""
    value = seal(5, SECRET)
    line = f"a=b; rai_guest=planted; x=é; rai_guest={value}"
    request = RequestFactory(headers={"cookie": line}).get("/")

    assert cookies.from_request(request) == value
    assert from_headers([(b"Cookie", line.encode("latin-1"))]) == value


@HTTP
def test_a_cookie_header_in_parts_is_one() -> None:
    parts = [(b"cookie", b"a=b"), (b"host", b"x"), (b"cookie", b"rai_guest=v; c=d")]

    assert from_headers(parts) == "v"


@given(st.binary())
def test_any_bytes_in_the_header_are_no_error(noise: bytes) -> None:
    from_headers([(b"cookie", noise)])
    from_headers([(b"cookie", cookie_name().encode() + b"=" + noise)])


def test_no_header_is_no_cookie() -> None:
    assert from_headers([]) is None
