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
]
