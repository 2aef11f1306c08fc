"""Streams of items: one by one, and many at a time with their annotations as columns."""

from collections.abc import Iterable, Iterator

import msgspec

from datum.model.columns import annotations_of, columns_of
from datum.model.item import Item
from datum.model.reading import Batch

__all__ = ["batched", "items_of", "single"]

_BATCH = 1024
"""Items that are taken at a time where nothing else says how many."""


def items_of(batch: Batch) -> Iterator[Item]:
    """The items of a batch with their annotations as values."""
    for item, notes in zip(batch.items, annotations_of(batch.columns), strict=True):
        yield msgspec.structs.replace(item, annotations=notes) if notes else item


def batched(stream: Iterable[Item | Batch], size: int = _BATCH) -> Iterator[Batch]:
    """A stream of items in batches of *size*, those that are batches as they are."""
    held: list[Item] = []
    for one in stream:
        if isinstance(one, Batch):
            if held:
                yield _batch(held)
                held = []
            yield one
            continue
        held.append(one)
        if len(held) == size:
            yield _batch(held)
            held = []
    if held:
        yield _batch(held)


def single(stream: Iterable[Item | Batch]) -> Iterator[Item]:
    """A stream of items one by one."""
    for one in stream:
        if isinstance(one, Batch):
            yield from items_of(one)
        else:
            yield one


def _batch(items: list[Item]) -> Batch:
    return Batch(items, columns_of([item.annotations for item in items]))
