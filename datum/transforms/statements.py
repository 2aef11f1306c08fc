"""What annotations say of items, without where: kinds, labels, attributes."""

from collections.abc import Iterator
from typing import Any

import msgspec

from datum.plugins import Dataset
from datum.transforms.chance import Key

__all__ = ["Statement", "statements"]


class Statement(msgspec.Struct, frozen=True):
    """One annotation without its geometry."""

    kind: str
    label: int | None
    attributes: dict[str, Any]


def statements(dataset: Dataset) -> Iterator[tuple[Key, list[Statement]]]:
    """The key of each item and what its annotations say; nothing is held."""
    for item in dataset:
        yield (
            item.key,
            [Statement(one.kind, one.label, one.attributes) for one in item.annotations],
        )
