"""How many sockets one address and one person hold."""

from __future__ import annotations

from chat.core import limits
from chat.delivery.turnstile import Turnstile

HERE, THERE = "192.0.2.1", "192.0.2.2"


def test_an_address_opens_a_burst_of_sockets_and_no_more() -> None:
    turnstile = Turnstile(is_open=False)

    entered = sum(turnstile.enter(HERE) for _ in range(1000))

    assert limits.HANDSHAKES.burst <= entered <= limits.SOCKETS_PER_ADDRESS
    assert turnstile.enter(THERE)


def test_a_person_holds_so_many_sockets_and_gets_one_back_for_each_that_ends() -> None:
    turnstile = Turnstile(is_open=False)

    seated = sum(turnstile.sit(1, is_guest=True) for _ in range(50))
    turnstile.stand(1)

    assert seated == limits.SOCKETS_PER_GUEST
    assert turnstile.sit(1, is_guest=True)
    assert not turnstile.sit(1, is_guest=True)
    assert turnstile.sit(1, is_guest=False), "an account may hold more"


def test_when_all_have_left_nothing_is_remembered_of_them() -> None:
    turnstile = Turnstile(is_open=False)
    for number in range(100):
        turnstile.enter(f"a{number % 10}")
        turnstile.sit(number, is_guest=True)
    for number in range(100):
        turnstile.leave(f"a{number % 10}")
        turnstile.stand(number)

    assert not turnstile._addresses
    assert not turnstile._people


def test_without_limits_everybody_enters() -> None:
    turnstile = Turnstile(is_open=True)

    assert all(turnstile.enter(HERE) for _ in range(1000))
    assert all(turnstile.sit(1, is_guest=True) for _ in range(1000))
