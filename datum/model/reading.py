"""A dataset on its way into a store."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from datum.model.categories import Categories
from datum.model.item import Item

if TYPE_CHECKING:  # numpy is slow to import, and not needed to say what a batch is
    from datum.model.columns import Columns

__all__ = ["Batch", "Reading"]


class Batch(msgspec.Struct, frozen=True):
    """Some items, and their annotations apart."""

    items: Sequence[Item]
    """Their own annotations do not count."""
    columns: "Columns"


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What a format found: the categories, known before the items, and the items as a stream."""

    categories: Categories
    items: Iterable[Item | Batch]
    """One by one, or many at a time where a format has their annotations as arrays; see
    :func:`datum.model.batches.batched` and :func:`datum.model.batches.single`."""
    infos: dict[str, Any] = msgspec.field(default_factory=dict)
    """What the source says of the dataset as a whole: JSON values."""
