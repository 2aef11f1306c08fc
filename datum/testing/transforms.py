"""Running a transform on values alone, for the tests of transforms."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from datum.lineage.operations import Change, change_of
from datum.losses import LossReport
from datum.model import Categories, InMemory, Item, Media
from datum.plugins import Memo, Transform, TransformContext, parse_options
from datum.testing.datasets import ListDataset

__all__ = ["Transformed", "bytes_in_memory", "run_transform"]


class Transformed(msgspec.Struct, frozen=True, kw_only=True):
    """What a transform made."""

    items: tuple[Item, ...]
    """In the order in which they were made."""
    categories: Categories
    infos: dict[str, Any]
    losses: LossReport


def bytes_in_memory(media: Media) -> bytes | None:
    """The bytes of media that has them at hand."""
    return media.content.data if isinstance(media.content, InMemory) else None


def run_transform(
    transform: Transform,
    items: Sequence[Item],
    categories: Categories | None = None,
    *,
    load: Callable[[Media], bytes | None] = bytes_in_memory,
    dataset_infos: Mapping[str, Any] | None = None,
    memo: Memo | None = None,
    **options: Any,
) -> Transformed:
    """What *transform* makes of some items.

    Args:
        transform: The transform.
        items: The dataset, in any order.
        categories: Of the dataset; none at all where left out.
        load: Gives the bytes of media.
        dataset_infos: What is known of the dataset as a whole.
        memo: What was found out before.
        options: As they are typed after ``--``: strings, or values of the option's type.

    Raises:
        DatumError: As the transform does.
    """
    known = categories or Categories()
    dataset = ListDataset(items, known, dataset_infos)
    context = TransformContext(
        categories=known,
        options=parse_options(transform.options, options, transform.name),
        load=load,
        losses=LossReport(),
        memo=memo,
    )
    change = change_of(transform, dataset, context)
    made = [one for item in dataset for one in _of(change, item)]
    return Transformed(
        items=(*made, *change.made()),
        categories=change.categories,
        infos=dict(dataset.infos if change.infos is None else change.infos),
        losses=context.losses,
    )


def _of(change: Change, item: Item) -> Iterable[Item]:
    if change.keys is None:
        return change.items(item)
    key = change.keys(item.key)
    if key == item.key:
        return (item,)
    return () if key is None else (replace(item, subset=key[0], id=key[1]),)
