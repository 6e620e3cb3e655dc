"""A lock that lets something unpinned in is no lock."""

import pytest

from tools import locks


def test_our_own_locks_are_sound() -> None:
    assert list(locks.problems()) == []


@pytest.mark.parametrize(
    "entry",
    [
        "django==5.2.19",
        "django>=5 --hash=sha256:00",
        "git+ssh://host/x --hash=sha256:00",
        "--index-url https://mirror.example/simple",
        "./local --hash=sha256:00",
    ],
)
def test_an_unpinned_or_placed_entry_is_found(entry: str) -> None:
    assert list(locks._python_problems("x.lock", entry))


def test_an_address_in_the_lock_of_npm_is_found() -> None:
    text = (
        '{"packages": {"": {}, "node_modules/x": '
        '{"integrity": "sha512-x", "resolved": "https://mirror.example/x.tgz"}}}'
    )

    assert list(locks._npm_problems("package-lock.json", text)) == [
        "package-lock.json: node_modules/x holds an address"
    ]
