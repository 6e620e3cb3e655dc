from tests.cast import (
    _threads,
    ana,
    bia,
    caio,
    cozinha,
    database,
    house,
    neighbour,
    sala,
)
from tests.delivery.world import world

__all__ = [
    "_threads",
    "ana",
    "bia",
    "caio",
    "cozinha",
    "database",
    "house",
    "neighbour",
    "sala",
    "world",
]
