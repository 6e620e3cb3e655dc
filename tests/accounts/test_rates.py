"""How often one key may do one thing."""

import pytest

from accounts import rates
from accounts.rates import Rate


def test_a_burst_passes_and_the_next_waits_until_its_token_is_back() -> None:
    rate = Rate(burst=3, per_s=0.5)

    assert [rate.wait_s("a", 0.0) for _ in range(3)] == [0.0, 0.0, 0.0]
    assert rate.wait_s("a", 0.0) == 2.0
    assert rate.wait_s("a", 1.0) == 1.0
    assert rate.wait_s("a", 2.0) == 0.0


def test_one_address_does_not_spend_anothers_tokens() -> None:
    rate = Rate(burst=1, per_s=1)
    rate.wait_s("a", 0.0)

    assert rate.wait_s("b", 0.0) == 0.0


def test_rest_fills_no_more_than_the_burst() -> None:
    rate = Rate(burst=2, per_s=1)
    rate.wait_s("a", 0.0)

    assert [rate.wait_s("a", 1e6) for _ in range(3)] == [0.0, 0.0, 1.0]


def test_addresses_out_of_thin_air_do_not_fill_the_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rates, "MAX_KEYS", 2)
    rate = Rate(burst=1, per_s=0.001)
    for key in "abc":
        rate.wait_s(key, 0.0)

    assert rate.wait_s("c", 0.0) > 0
    assert rate.wait_s("a", 0.0) == 0.0
