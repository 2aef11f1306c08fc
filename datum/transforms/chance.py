"""Chance: numbers that depend on a seed and a key alone, so that a new item changes no other's draw."""

from collections.abc import Iterable

import xxhash

from datum.errors import UsageError
from datum.plugins import Option, TransformContext

__all__ = ["SEED", "Key", "draw", "seed_of", "shuffled"]

Key = tuple[str, str]
"""Subset and id of an item."""

_LIMIT = (1 << 64) - 1

SEED = Option(name="seed", type=int, default=0, help="another seed draws otherwise; 64 bits")
"""The option of every transform that draws."""


def seed_of(context: TransformContext) -> int:
    """The seed that was given.

    Raises:
        UsageError: It has more than 64 bits, or is below 0.
    """
    seed: int = context.options["seed"]
    if not 0 <= seed <= _LIMIT:
        raise UsageError(f"the seed {seed} is not between 0 and 2^64 - 1")
    return seed


def draw(seed: int, *parts: str) -> int:
    """A number of 64 bits, evenly distributed over texts that differ."""
    return xxhash.xxh3_64_intdigest("\0".join(parts).encode("utf-8", "surrogatepass"), seed=seed)


def shuffled(keys: Iterable[Key], seed: int) -> list[Key]:
    """Keys in the order of their draws; the order in which they come does not matter."""
    return sorted(keys, key=lambda key: (draw(seed, *key), key))
