"""What counts as one address."""

import pytest

from accounts.addresses import address_key


@pytest.mark.parametrize(
    ("host", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unix", "unix"),
    ],
)
def test_one_customer_is_one_address(host: str, key: str) -> None:
    """A customer with a /64 has more addresses than any table holds."""
    assert address_key(host) == key
