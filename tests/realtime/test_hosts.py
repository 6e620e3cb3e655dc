"""The names we answer to without being told."""

from realtime.hosts import allowed, own_addresses
from realtime.options import read


def test_without_configuration_this_machine_and_its_network_get_in() -> None:
    hosts = allowed(read({}))

    assert {"localhost", "127.0.0.1", "[::1]", *own_addresses()} <= set(hosts)
    assert "*" not in hosts


def test_a_public_address_shuts_the_others_out() -> None:
    """A name that only resolves to us on the local network may be anybody's."""
    hosts = allowed(read({"BASE_URL": "https://Chat.Example.org:8443"}))

    assert hosts == ["chat.example.org", "localhost", "127.0.0.1", "[::1]"]


def test_more_names_can_be_let_in() -> None:
    hosts = allowed(read({"ALLOWED_HOSTS": "rai.lan, .example.org"}))

    assert {"rai.lan", ".example.org"} <= set(hosts)
