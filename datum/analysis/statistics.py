"""Statistics of a dataset, with the keys of the command reference and some more.

Areas are those of the shapes themselves (holes left out, pixels of masks), never truncated; what is
no finite number counts by its kind alone. Annotations without a label count too, where no label is
asked for. Mean and deviation are over all pixels of all images that can be read.

Annotations are counted leaf by leaf, and what was counted of a leaf is remembered: a second run reads no
annotation, and after an edit the leaves are read that it changed.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from datum.analysis.counting import Counted, add_up, count_items
from datum.analysis.described import describe_annotations
from datum.analysis.images import PixelSums, look_at_images
from datum.dataset.dataset import Dataset
from datum.dataset.leaf_batches import batches_of_leaves
from datum.dataset.leaves import Leaf, leaves
from datum.errors import UnknownNameError
from datum.objects.ids import ObjectId
from datum.objects.memo import Memo, MemoryMemo

__all__ = ["count_leaves", "count_subsets", "find_statistics", "stats"]

_TABLE = "annotation statistics 3"
_BATCH = 64
"""Leaves whose counts are put away together."""
_PAIR = 2

Progress = Callable[[int], None]


def stats(
    dataset: Dataset,
    *,
    subset: str | None = None,
    images: bool = True,
    annotations: bool = True,
    memo: Memo | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """The statistics of a dataset, as ``datum stats`` writes them.

    Args:
        dataset: What is looked at.
        subset: The only subset to look at; None for all.
        images: Whether pixels are looked at.
        annotations: Whether annotations are.
        memo: Where what was counted is remembered, as ``project.session.store.memo()``: then a second
            run reads no image and no annotation, and one after an edit only what it changed.
        progress: Told how many items were counted.

    Raises:
        UnknownNameError: There is no such subset.
    """
    return find_statistics(
        dataset,
        dataset.store.read_media,
        MemoryMemo() if memo is None else memo,
        subset=subset,
        images=images,
        annotations=annotations,
        progress=progress,
    )


def find_statistics(
    dataset: Dataset,
    load: Callable[[ObjectId], bytes],
    memo: Memo,
    *,
    subset: str | None = None,
    images: bool = True,
    annotations: bool = True,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """The statistics as a JSON value.

    Args:
        dataset: What is looked at.
        load: Gives the bytes of a medium.
        memo: Where counts of leaves and sums over images are kept.
        subset: The only subset to look at; None for all.
        images: Whether pixels are looked at.
        annotations: Whether annotations are.
        progress: Told how many items were counted.

    Raises:
        UnknownNameError: There is no such subset.
    """
    if subset is not None and subset not in (known := dataset.subsets()):
        raise UnknownNameError("subset", subset, known)
    parts = count_subsets(dataset, memo, subset=subset, progress=progress)
    whole = add_up(list(parts.values()))
    media = [
        (item_id, name, ObjectId(oid))
        for name, part in parts.items()
        for item_id, oid in part.media
    ]
    oids = dict.fromkeys(oid for _, _, oid in media)
    sums = dict(look_at_images(oids, load, memo)) if images else {}
    report: dict[str, Any] = {
        "dataset": _pictures(whole, sums),
        "subsets": {
            name: _pictures(part, sums)
            | (describe_annotations(part, dataset.categories, {name: part}) if annotations else {})
            for name, part in parts.items()
        },
        "images count": whole.images,
        **_repeated(whole.images, media),
    }
    if images:
        unread = [
            {"id": item_id, "subset": name, "reason": sums[oid].fault}
            for item_id, name, oid in media
            if sums[oid].fault
        ]
        report |= {"unreadable images": unread, "unreadable images count": len(unread)}
    return report | (describe_annotations(whole, dataset.categories, parts) if annotations else {})


def count_subsets(
    dataset: Dataset, memo: Memo, *, subset: str | None = None, progress: Progress | None = None
) -> dict[str, Counted]:
    """What is counted of each subset, in order; only leaves that are new to *memo* are read."""
    parts: dict[str, list[Counted]] = defaultdict(list)
    done = 0
    for leaf, counted in count_leaves(dataset, memo, list(leaves(dataset, subset))):
        parts[leaf.subset].append(counted)
        done += counted.images
        if progress is not None:
            progress(done)
    return {name: add_up(parts[name]) for name in sorted(parts)}


def count_leaves(
    dataset: Dataset, memo: Memo, wanted: Sequence[Leaf]
) -> Iterator[tuple[Leaf, Counted]]:
    """What is counted of each leaf, in any order."""
    missing: list[Leaf] = []
    for leaf, data in zip(wanted, memo.get_many(_TABLE, [one.key for one in wanted]), strict=True):
        known = _remembered(data)
        if known is None:
            missing.append(leaf)
        else:
            yield leaf, known
    fresh: list[tuple[bytes, bytes]] = []
    for leaf, batch in batches_of_leaves(dataset, missing):
        counted = count_items(batch.items, batch.columns)
        fresh.append((leaf.key, _encode(counted)))
        if len(fresh) == _BATCH:
            memo.put_many(_TABLE, fresh)
            fresh = []
        yield leaf, counted
    memo.put_many(_TABLE, fresh)


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Counted).decode


def _remembered(data: bytes | None) -> Counted | None:
    """What a memo holds; None where it is nothing, or damaged."""
    try:
        return None if data is None else _decode(data)
    except msgspec.DecodeError:
        return None


def _pictures(part: Counted, sums: Mapping[ObjectId, PixelSums]) -> dict[str, Any]:
    total = PixelSums()
    if sums:
        for _, oid in part.media:
            total += sums[ObjectId(oid)]
    return {
        "images count": part.images,
        "image mean": total.mean() or "n/a",
        "image std": total.deviation() or "n/a",
    }


def _repeated(images: int, media: Sequence[tuple[str, str, ObjectId]]) -> dict[str, Any]:
    """Images with the same bytes; one whose bytes are not known is like no other."""
    by_media: dict[ObjectId, list[tuple[str, str]]] = defaultdict(list)
    for item_id, subset, oid in media:
        by_media[oid].append((item_id, subset))
    groups = [group for group in by_media.values() if len(group) >= _PAIR]
    return {
        "unique images count": images - len(media) + len(by_media),
        "repeated images count": len(groups),
        "repeated images": groups,
        "repeating images count": len(groups),
        "repeating images": groups,
    }
