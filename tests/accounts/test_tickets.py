"""Tickets: good once, for thirty seconds, from where they were asked for."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts import guests, tickets
from accounts.models import SpentTicket, User
from accounts.people import Person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ana() -> Person:
    return guests.create("Ana")[0]


def test_a_ticket_is_whose_it_was_issued_for(ana: Person) -> None:
    assert tickets.redeem(tickets.issue(ana, "https://a.example"), "https://a.example")


def test_a_ticket_older_than_thirty_seconds_is_refused(
    ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = tickets.issue(ana, "")
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + tickets.MAX_AGE_S + 2)

    assert tickets.redeem(ticket, "") is None


def test_of_two_who_show_one_ticket_at_once_one_gets_in(ana: Person) -> None:
    ticket = tickets.issue(ana, "")

    def show() -> Person | None:
        try:
            return tickets.redeem(ticket, "")
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        shown = [threads.submit(show) for _ in range(8)]

    assert sum(future.result() is not None for future in shown) == 1


def test_someone_who_was_shut_out_gets_in_with_no_ticket(ana: Person) -> None:
    ticket = tickets.issue(ana, "")
    User.objects.filter(pk=ana.id).update(is_active=False)

    assert tickets.redeem(ticket, "") is None


def test_spent_tickets_do_not_pile_up(ana: Person) -> None:
    tickets.redeem(tickets.issue(ana, ""), "")
    SpentTicket.objects.update(at="2020-01-01T00:00:00Z")

    tickets.redeem(tickets.issue(ana, ""), "")

    assert SpentTicket.objects.count() == 1
