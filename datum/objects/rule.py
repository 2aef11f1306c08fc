"""Where the nodes of a tree end: a rule over keys alone, fixed for each store."""

import msgspec

from datum.errors import StoreVersionError

__all__ = ["RULE_NAME", "TreeRule"]

RULE_NAME = "weibull-xxh3-64"
"""The only rule there is; another rule gets another name."""

_SHAPE_LIMIT = 16
_SIZE_LIMIT = 1 << 24


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
    """A node never holds more bytes than this, unless a single entry does."""

    def __post_init__(self) -> None:
        if self.name != RULE_NAME:
            raise StoreVersionError(f"this version does not know the tree rule '{self.name}'")
        if not (
            1 <= self.shape <= _SHAPE_LIMIT
            and 1 <= self.scale <= _SIZE_LIMIT
            and 1 <= self.minimum <= self.maximum <= _SIZE_LIMIT
        ):
            raise StoreVersionError(
                f"tree constants out of range: shape {self.shape}, scale {self.scale}, "
                f"minimum {self.minimum}, maximum {self.maximum}"
            )
