"""Guests: how they come, keep their identity, and do not take each other's names."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts import cookies, guests
from accounts.guests import NAME_KEPT_FOR, NicknameTaken, anonymous, create, identify
from accounts.lookalikes import skeletons
from accounts.models import User
from accounts.nicknames import BadNickname
from accounts.people import Kind, mark

pytestmark = pytest.mark.django_db

YESTERDAY = NAME_KEPT_FOR + timedelta(minutes=1)


def unseen_for(user_id: int, gap: timedelta) -> None:
    User.objects.filter(pk=user_id).update(last_seen=timezone.now() - gap)


def test_a_guest_is_the_same_person_over_reconnects_and_tabs() -> None:
    ana, cookie = create("Ana")

    assert identify(cookie) == ana
    assert identify(cookie) == ana


def test_a_new_name_keeps_id_mark_and_cookie() -> None:
    ana, cookie = create("Ana")
    renamed = guests.rename(ana.id, "Ana Clara")

    assert (renamed.id, renamed.mark) == (ana.id, ana.mark)
    assert identify(cookie) == renamed
    assert renamed.name == "Ana Clara"


def test_one_may_change_the_spelling_of_ones_own_name() -> None:
    ana, _ = create("ana")

    assert guests.rename(ana.id, "ANA").name == "ANA"


def test_after_a_rename_the_old_name_is_free() -> None:
    ana, _ = create("Ana")
    guests.rename(ana.id, "Bia")

    assert create("Ana")[0].name == "Ana"


def test_those_who_choose_no_name_are_visitors() -> None:
    people = [create(None)[0] for _ in range(20)]

    assert all(person.name.startswith("Visitante ") for person in people)
    assert len({person.name for person in people}) == 20


def test_a_connection_without_a_cookie_is_a_guest_too() -> None:
    person = anonymous()

    assert person.kind is Kind.GUEST
    assert person.mark == mark(person.id)
    assert User.objects.get(pk=person.id).secret_hash is None


def test_numbers_run_out_only_beyond_all_numbers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(guests, "_number", lambda figures: "Visitante 1")
    anonymous()

    with pytest.raises(RuntimeError):
        anonymous()


def test_the_database_does_not_know_the_secret() -> None:
    """Whoever reads a backup must not be able to speak as anybody."""
    ana, cookie = create("Ana")
    proof = cookies.opened(cookie)

    assert proof is not None
    assert len(proof[1]) == 43  # 256 bits
    assert proof[1] not in str(User.objects.filter(pk=ana.id).values().get())


@pytest.mark.parametrize(
    "forge",
    [
        lambda ana, secret: cookies.seal(ana, "x" * 43),
        lambda ana, secret: cookies.seal(ana + 1, secret),
        lambda ana, secret: f"{ana}.{secret}",
        lambda ana, secret: "lixo",
        lambda ana, secret: "",
        lambda ana, secret: None,
    ],
    ids=["other secret", "other person", "unsigned", "noise", "empty", "none"],
)
def test_what_proves_nothing_is_nobody(
    forge: Callable[[int, str], str | None],
) -> None:
    ana, cookie = create("Ana")
    create("Bia")
    proof = cookies.opened(cookie)
    assert proof

    assert identify(forge(ana.id, proof[1])) is None


def test_a_guest_without_a_secret_cannot_be_impersonated() -> None:
    """The seed's guests have no hash; no secret may match nothing."""
    person = anonymous()

    assert identify(cookies.seal(person.id, "x" * 43)) is None


def test_a_guest_who_was_put_out_is_nobody() -> None:
    ana, cookie = create("Ana")
    User.objects.filter(pk=ana.id).update(is_active=False)

    assert identify(cookie) is None
    with pytest.raises(User.DoesNotExist):
        guests.rename(ana.id, "Bia")


def test_being_known_costs_one_read(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    _, cookie = create("Ana")

    with django_assert_num_queries(1):
        identify(cookie)
    with django_assert_num_queries(0):
        identify("5.forged:1:1")


def test_being_seen_is_written_once_an_hour(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    ana, cookie = create("Ana")
    unseen_for(ana.id, timedelta(hours=2))

    with django_assert_num_queries(2):
        identify(cookie)
    with django_assert_num_queries(1):
        identify(cookie)


@pytest.mark.parametrize("raw", ["Ana", "ana", "АNА", "A n a", "Ａｎａ"])
def test_a_name_that_looks_taken_is_taken(raw: str) -> None:
    create("Ana")

    with pytest.raises(NicknameTaken) as caught:
        create(raw)
    assert not caught.value.is_account


def test_the_suggestion_can_be_had() -> None:
    create("Ana")
    create("Ana 2")
    with pytest.raises(NicknameTaken) as caught:
        create("Ana")

    assert caught.value.suggestion == "Ana 3"
    with pytest.raises(NicknameTaken) as caught:
        create("Ana 2")
    assert caught.value.suggestion == "Ana 3"
    assert create(caught.value.suggestion)[0].name == "Ana 3"


def test_a_class_that_presses_enter_is_not_asked_again() -> None:
    """The form offers a number of three figures; forty pupils will hit one twice."""
    names = [create("Visitante 482")[0].name for _ in range(3)]

    assert names[0] == "Visitante 482"
    assert len(set(names)) == 3
    assert all(name.startswith("Visitante ") for name in names)


def test_there_is_a_suggestion_when_all_is_full() -> None:
    long, busy = "x" * 32, "Bia"
    create(long)
    create(busy)
    for number in range(2, 10):
        create(f"{busy} {number}")

    for name in (long, busy):
        with pytest.raises(NicknameTaken) as caught:
            create(name)
        assert caught.value.suggestion.startswith("Visitante ")


def test_an_accounts_name_is_never_free() -> None:
    bia = User.objects.create_user("bia")
    unseen_for(bia.pk, YESTERDAY)
    ana, _ = create("Ana")

    with pytest.raises(NicknameTaken) as caught:
        guests.rename(ana.id, "BIA")
    assert caught.value.is_account


def test_a_guest_not_seen_for_a_day_keeps_nobody_from_the_name() -> None:
    ana, _ = create("Ana")
    unseen_for(ana.id, YESTERDAY)

    assert create("Ana")[0].name == "Ana"


def test_who_comes_back_after_that_is_still_who_they_are() -> None:
    """Two then share a name; their marks tell them apart, and nobody loses messages."""
    ana, cookie = create("Ana")
    unseen_for(ana.id, YESTERDAY)
    other, _ = create("Ana")

    assert identify(cookie) == ana
    assert ana.mark != other.mark
    with pytest.raises(NicknameTaken):
        create("Ana")


def test_taken_does_not_count_the_one_who_asks() -> None:
    ana, _ = create("Ana")

    assert guests.taken(skeletons("ana"), but=None)
    assert not guests.taken(skeletons("ana"), but=ana.id)


def test_bad_names_make_no_guest() -> None:
    with pytest.raises(BadNickname):
        create("admin")

    assert not User.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_many_who_claim_one_name_at_once_one_gets_it() -> None:
    """Each finds it free before the others have taken it; the database decides."""
    crowd = 8
    together = threading.Barrier(crowd)

    def claim(raw: str) -> str:
        together.wait()
        try:
            return create(raw)[0].name
        except NicknameTaken:
            return ""
        finally:
            connection.close()

    with ThreadPoolExecutor(crowd) as threads:
        names = list(threads.map(claim, ["Ana", "ana", "ANA", "Аna"] * 2))

    assert sum(map(bool, names)) == 1
    assert User.objects.filter(holds_name=True).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_rename_to_one_name_at_once_one_gets_it() -> None:
    ids = [create(name)[0].id for name in ("Ana", "Bia")]
    together = threading.Barrier(len(ids))

    def claim(user_id: int) -> str:
        together.wait()
        try:
            return guests.rename(user_id, "Caio").name
        except NicknameTaken:
            return ""
        finally:
            connection.close()

    with ThreadPoolExecutor(len(ids)) as threads:
        names = list(threads.map(claim, ids))

    assert sorted(names) == ["", "Caio"]
