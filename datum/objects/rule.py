"""Where the nodes of a tree end: a rule over keys alone, fixed for each store.

A node takes entries in the order of their keys until the rule ends it. With *this* the logical
bytes of the entry just taken, *size* those of the node including it, and u = (low 32 bits of
xxh3-64 of the key, seeded by level) / 2^32, a node of two entries or more ends where
size ≥ minimum and one of these holds:

- u < (F(size) - F(size - this)) / (1 - F(size - this)), F the Weibull distribution function;
- size > maximum - entry limit, so that a node never exceeds the maximum.

The fraction equals 1 - exp(-x), x = (size^shape - (size - this)^shape) / scale^shape. Ids depend
on its last bit, so it is computed from the four basic operations of IEEE 754 only, never by a
platform's ``exp``: see ``probability``.
"""

import functools
import hashlib

import msgspec
import xxhash

from datum.errors import StoreVersionError

__all__ = [
    "LEVEL_LIMIT",
    "RULE_NAME",
    "Splitter",
    "TreeRule",
    "entry_limit",
    "level_seed",
    "probability",
]

RULE_NAME = "weibull-xxh3-64"
"""The only rule there is; another rule gets another name."""

LEVEL_LIMIT = 63
"""The highest level of a node; each level has at most half the entries of the one below."""

_SHAPE_LIMIT = 16
_SIZE_LIMIT = 1 << 24
_SMALLEST_MAXIMUM = 256
_TERMS = (8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0)
_SMALL = 0.0625
_CERTAIN = 64.0
_MASK = 0xFFFFFFFF
_RANGE = float(1 << 32)
_MARGIN = 1.0 + 2.0**-30


class TreeRule(msgspec.Struct, frozen=True, kw_only=True):
    """Constants of the split rule, recorded once in ``store.toml``. Sizes are logical bytes.

    Raises:
        StoreVersionError: the name or the constants are not ones that this version can follow.
    """

    name: str = RULE_NAME
    shape: int = 4
    """Exponent of the Weibull distribution of node sizes; higher is narrower."""
    scale: int = 4096
    """Scale of that distribution, near the mean size of a node."""
    minimum: int = 512
    """A node of fewer bytes goes on, whatever its keys."""
    maximum: int = 16384
    """A node never holds more bytes than this."""

    def __post_init__(self) -> None:
        if self.name != RULE_NAME:
            raise StoreVersionError(f"this version does not know the tree rule '{self.name}'")
        if not (
            1 <= self.shape <= _SHAPE_LIMIT
            and 1 <= self.scale <= _SIZE_LIMIT
            and 1 <= self.minimum <= self.maximum
            and _SMALLEST_MAXIMUM <= self.maximum <= _SIZE_LIMIT
        ):
            raise StoreVersionError(
                f"tree constants out of range: shape {self.shape}, scale {self.scale}, "
                f"minimum {self.minimum}, maximum {self.maximum}"
            )


def entry_limit(rule: TreeRule) -> int:
    """The most logical bytes (key and value, or key and child id) that one entry may have."""
    return rule.maximum // 4


@functools.cache
def level_seed(level: int) -> int:
    """Seed of the keys' hash at a level: first 8 bytes, little-endian, of SHA-512 of its number.

    The number is written in decimal ASCII digits. Leaves are level 0.
    """
    return int.from_bytes(hashlib.sha512(b"%d" % level).digest()[:8], "little")


def probability(x: float) -> float:
    """1 - exp(-x) for x ≥ 0, by a fixed sequence of IEEE 754 operations.

    Halve x until it is at most 1/16, s times; take y(1 - y/2(1 - y/3(… (1 - y/8)))); then apply
    p ← p(2 - p) s times. From 64 on the result is 1.
    """
    if x >= _CERTAIN:
        return 1.0
    halvings = 0
    while x > _SMALL:
        x *= 0.5
        halvings += 1
    p = 1.0
    for term in _TERMS:
        p = 1.0 - x / term * p
    p *= x
    for _ in range(halvings):
        p *= 2.0 - p
    return p


class Splitter:
    """The rule at one level of a tree."""

    def __init__(self, rule: TreeRule, level: int) -> None:
        self._minimum = rule.minimum
        self._full = rule.maximum - entry_limit(rule)
        self._seed = level_seed(level)
        self._shape = rule.shape
        self._denominator = rule.scale**rule.shape

    @property
    def quick(self) -> tuple[int, int, int, float, int]:
        """Minimum, full, seed, slope and power, which tell cheaply that a node goes on.

        It does where size < minimum, and where size ≤ full and the low 32 bits of the key's hash
        under *seed* exceed this * size^power * slope: since 1 - exp(-x) ≤ x, that product, which
        has a margin for rounding, is never below 2^32 times the fraction of the rule.
        """
        slope = self._shape * _RANGE / float(self._denominator) * _MARGIN
        return self._minimum, self._full, self._seed, slope, self._shape - 1

    def ends(self, key: bytes, this: int, size: int) -> bool:
        """Whether a node of two or more entries and *size* bytes ends with the entry of *key*."""
        if size < self._minimum:
            return False
        if size > self._full:
            return True
        low = xxhash.xxh3_64_intdigest(key, self._seed) & _MASK
        x = (size**self._shape - (size - this) ** self._shape) / self._denominator
        return low / _RANGE < probability(x)
