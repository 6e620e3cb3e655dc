"""How often one key may do one thing."""

from accounts.rates import Buckets, Rate


def test_a_burst_passes_and_the_next_waits_until_its_token_is_back() -> None:
    buckets = Buckets(Rate(burst=3, per_s=0.5))

    assert [buckets.take("a", 0.0) for _ in range(3)] == [0, 0, 0]
    assert buckets.take("a", 0.0) == 2000
    assert buckets.take("a", 1.0) == 1000
    assert buckets.take("a", 2.0) == 0


def test_one_address_does_not_spend_anothers_tokens() -> None:
    buckets = Buckets(Rate(burst=1, per_s=1))
    buckets.take("a", 0.0)

    assert buckets.take("b", 0.0) == 0


def test_rest_fills_no_more_than_the_burst() -> None:
    buckets = Buckets(Rate(burst=2, per_s=1))
    buckets.take("a", 0.0)

    assert [buckets.take("a", 1e6) for _ in range(3)] == [0, 0, 1000]


def test_a_clock_that_steps_back_gives_nothing_away_and_takes_nothing() -> None:
    buckets = Buckets(Rate(burst=1, per_s=1))
    buckets.take("a", 100.0)

    assert buckets.take("a", 50.0) == 1000


def test_addresses_out_of_thin_air_do_not_fill_the_memory() -> None:
    buckets = Buckets(Rate(burst=1, per_s=0.001), capacity=2)
    for key in "abc":
        buckets.take(key, 0.0)

    assert buckets.take("c", 0.0) > 0
    assert buckets.take("a", 0.0) == 0
