"""A dataset on its way into a store."""

from collections.abc import Iterable
from typing import Any

import msgspec

from datum.model.categories import Categories
from datum.model.item import Item

__all__ = ["Reading"]


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What a format found: the categories, known before the items, and the items as a stream."""

    categories: Categories
    items: Iterable[Item]
    infos: dict[str, Any] = msgspec.field(default_factory=dict)
    """What the source says of the dataset as a whole: JSON values."""
