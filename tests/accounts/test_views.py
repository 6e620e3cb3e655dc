"""The door where people choose a nickname."""

import json

import pytest
from django.test import Client, override_settings

from accounts import guests, views
from accounts.cookies import cookie_name
from accounts.models import User
from accounts.rates import Buckets, Rate

pytestmark = pytest.mark.django_db

JSON = {"accept": "application/json"}


@pytest.fixture(autouse=True)
def fresh_rates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "NEWCOMERS", Buckets(Rate(burst=50, per_s=0.01)))
    monkeypatch.setattr(views, "RENAMINGS", Buckets(Rate(burst=5, per_s=1 / 60)))


def test_a_form_makes_a_guest_and_goes_on_to_the_room(client: Client) -> None:
    answer = client.post("/apelido/", {"apelido": "Ana", "sala": "/chat/ação/"})
    person = guests.identify(client.cookies[cookie_name()].value)

    assert answer.status_code == 303
    assert answer["Location"] == "/chat/a%C3%A7%C3%A3o/"
    assert person is not None
    assert person.name == "Ana"


def test_a_script_gets_json(client: Client) -> None:
    answer = client.post("/apelido/", {"apelido": "Zé"}, headers=JSON)
    person = guests.identify(client.cookies[cookie_name()].value)

    assert person
    assert answer.json() == {
        "me": {"id": f"u{person.id}", "name": "Zé", "mark": person.mark}
    }


def test_a_script_may_ask_in_json_too(client: Client) -> None:
    answer = client.post(
        "/apelido/",
        json.dumps({"apelido": "Zé", "id": "u1"}),
        content_type="application/json",
        headers=JSON,
    )

    assert answer.json()["me"]["name"] == "Zé"


def test_the_second_time_is_a_new_name_for_the_same_person(client: Client) -> None:
    first = client.post("/apelido/", {"apelido": "Ana"}, headers=JSON).json()["me"]
    answer = client.post("/apelido/", {"apelido": "Bia"}, headers=JSON)
    second = answer.json()["me"]

    assert (second["id"], second["mark"]) == (first["id"], first["mark"])
    assert second["name"] == "Bia"
    assert not answer.cookies
    assert User.objects.count() == 1


def test_a_worn_out_cookie_is_replaced_by_a_new_guest(client: Client) -> None:
    client.cookies[cookie_name()] = "5.gone:1:1"
    answer = client.post("/apelido/", {"apelido": "Ana"}, headers=JSON)

    assert answer.status_code == 200
    assert guests.identify(client.cookies[cookie_name()].value)


def test_a_taken_name_comes_with_another(client: Client) -> None:
    guests.create("Ana")
    answer = client.post("/apelido/", {"apelido": "ana"}, headers=JSON)

    assert answer.status_code == 409
    assert answer.json() == {
        "code": "nickname_taken",
        "reason": "guest",
        "message": "Já tem alguém com esse apelido aqui. Que tal ana 2?",
        "suggestion": "ana 2",
    }


def test_a_bad_name_comes_with_its_reason(client: Client) -> None:
    answer = client.post("/apelido/", {"apelido": "admin"}, headers=JSON)

    assert answer.status_code == 400
    assert answer.json()["code"] == "bad_nickname"
    assert answer.json()["reason"] == "reserved"
    assert answer.json()["message"]
    assert not answer.cookies


def test_a_form_that_fails_comes_back_with_what_was_written(client: Client) -> None:
    guests.create("Ana")
    answer = client.post("/apelido/", {"apelido": "Ana", "sala": "/chat/x/"})

    assert answer.status_code == 409
    assert 'value="Ana 2"' in answer.content.decode()
    assert 'value="/chat/x/"' in answer.content.decode()
    assert "Já tem alguém" in answer.content.decode()


def test_markup_in_a_nickname_stays_text(client: Client) -> None:
    answer = client.post("/apelido/", {"apelido": '"><script>alert(1)</script>#'})

    assert "<script>alert" not in answer.content.decode()


def test_without_scripts_there_is_a_page_with_the_form(client: Client) -> None:
    answer = client.get("/apelido/", {"sala": "/chat/x/"})

    assert answer.status_code == 200
    assert 'name="apelido"' in answer.content.decode()
    assert 'value="/chat/x/"' in answer.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "///evil.example",
        "chat/x/",
        "",
        " //evil.example",
    ],
)
def test_r33_nobody_is_sent_to_another_site(client: Client, path: str) -> None:
    answer = client.post("/apelido/", {"apelido": "Ana", "sala": path})

    assert answer["Location"] == "/"


def test_r33_a_line_end_in_the_path_adds_no_header(client: Client) -> None:
    answer = client.post(
        "/apelido/", {"apelido": "Ana", "sala": "/chat/\r\nSet-Cookie: a=b"}
    )

    assert "\n" not in answer["Location"]
    assert "a" not in answer.cookies


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("", "application/json"),
        ("[]", "application/json"),
        ('{"apelido": 5}', "application/json"),
        ('{"apelido": null}', "application/json"),
        ('{"apelido": "\\ud800"}', "application/json"),
        ("[" * 100_000, "application/json"),
        ('{"x": ' + "[" * 100_000, "application/json"),
        ("\xff", "application/json"),
        ("outro=Ana", "application/x-www-form-urlencoded"),
        ("apelido=Ana", "text/plain"),
    ],
    ids=["empty", "list", "number", "null", "surrogate", "deep", "deep unknown",
         "not json", "other field", "other type"],
)  # fmt: skip
def test_what_is_no_wish_is_refused(
    client: Client, body: str, content_type: str
) -> None:
    answer = client.post("/apelido/", body, content_type=content_type, headers=JSON)

    assert answer.status_code == 400
    assert answer.json()["code"] == "bad_frame"


def test_r32_a_form_without_our_token_is_refused() -> None:
    client = Client(enforce_csrf_checks=True)

    assert client.post("/apelido/", {"apelido": "Ana"}).status_code == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site", "nonsense"])
def test_r32_another_site_cannot_rename_a_visitor(client: Client, site: str) -> None:
    """A sibling subdomain is same-site, and as foreign as any other."""
    answer = client.post(
        "/apelido/", {"apelido": "Ana"}, headers={**JSON, "sec-fetch-site": site}
    )

    assert answer.status_code == 403
    assert answer.json()["code"] == "forbidden"
    assert not User.objects.exists()


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_r32_our_own_pages_may_ask(client: Client, site: str) -> None:
    answer = client.post(
        "/apelido/", {"apelido": "Ana"}, headers={"sec-fetch-site": site}
    )

    assert answer.status_code == 303


def test_a_machine_that_makes_guests_for_sport_has_to_wait(client: Client) -> None:
    for _ in range(50):
        client.cookies.clear()
        client.post("/apelido/", {"apelido": "admin"})
    answer = client.post("/apelido/", {"apelido": "Ana"}, headers=JSON)

    assert answer.status_code == 429
    assert answer.json()["code"] == "rate_limited"
    assert 0 < int(answer["Retry-After"]) <= 100


def test_a_whole_class_may_come_at_once() -> None:
    """One school, one address; the door's own figures, not those of these tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(views, "NEWCOMERS", Buckets(Rate(burst=300, per_s=0.5)))
        answers = [
            Client().post("/apelido/", {"apelido": f"Aluna {number}"}).status_code
            for number in range(60)
        ]

    assert set(answers) == {303}


def test_one_person_does_not_show_a_room_ten_names_a_minute(client: Client) -> None:
    client.post("/apelido/", {"apelido": "Ana"})
    codes = [
        client.post("/apelido/", {"apelido": f"Ana {number}"}).status_code
        for number in range(6)
    ]

    assert codes == [303] * 5 + [429]


@override_settings(RAI_LIMITS=False)
def test_load_tests_lift_the_limits(client: Client) -> None:
    client.post("/apelido/", {"apelido": "Ana"})
    codes = {
        client.post("/apelido/", {"apelido": f"Ana {number}"}).status_code
        for number in range(8)
    }

    assert codes == {303}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("unix", "unix", True),
    ],
)
def test_r46_an_ipv6_customer_is_one_address(
    client: Client, monkeypatch: pytest.MonkeyPatch, one: str, other: str, same: bool
) -> None:
    monkeypatch.setattr(views, "NEWCOMERS", Buckets(Rate(burst=1, per_s=0.001)))
    client.post("/apelido/", {"apelido": "admin"}, REMOTE_ADDR=one)
    answer = client.post("/apelido/", {"apelido": "admin"}, REMOTE_ADDR=other)

    assert (answer.status_code == 429) is same


def test_the_answer_is_kept_by_no_cache(client: Client) -> None:
    answer = client.post("/apelido/", {"apelido": "Ana"}, headers=JSON)

    assert "no-store" in answer["Cache-Control"]


def test_the_door_speaks_the_readers_language(client: Client) -> None:
    """Whatever the translation says, the code stays: programs read that."""
    answer = client.post(
        "/apelido/", {"apelido": "admin"}, headers={**JSON, "accept-language": "en"}
    )

    assert answer.json()["code"] == "bad_nickname"
