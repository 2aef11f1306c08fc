"""Statistics of a dataset, with the keys of the command reference and some more.

Areas are those of the shapes themselves (holes left out, pixels of masks), never truncated; what is
no finite number counts by its kind alone. Annotations without a label count too, where no label is
asked for. Mean and deviation are over all pixels of all images that can be read.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from datum.analysis.images import PixelSums, look_at_images
from datum.dataset.dataset import Dataset
from datum.model import KINDS, Annotation, Blob, Categories, Item
from datum.model.geometry import area
from datum.objects.ids import ObjectId
from datum.objects.memo import Memo

__all__ = ["find_statistics"]

_NAMES = {"box": "bbox", "rotated_box": "rotated_bbox"}
"""The reference's names of kinds, where they differ from datum's."""

_SEGMENTS = frozenset(("box", "rotated_box", "polygon", "mask", "ellipse"))
_SKIPPED = frozenset(("occluded", "visibility", "score", "id", "track_id"))
"""Attributes that say nothing of what is seen."""

_BINS = 10
_PAIR = 2


class _Part:
    """What is counted of a subset, or of all."""

    def __init__(self) -> None:
        self.images = 0
        self.bare: list[tuple[str, str]] = []
        self.kinds: Counter[str] = Counter()
        self.labels: Counter[int] = Counter()
        self.values: dict[str, Counter[str]] = defaultdict(Counter)
        self.areas: list[float] = []
        self.pixels: dict[int, list[float]] = defaultdict(list)
        self.objects: Counter[int] = Counter()
        self.sizes: Counter[tuple[int, int]] = Counter()
        self.together: Counter[tuple[int, int]] = Counter()
        self.media: list[tuple[str, str, ObjectId]] = []

    def add(self, item: Item) -> None:
        self.images += 1
        self.objects[len(item.annotations)] += 1
        if item.size is not None:
            self.sizes[item.size] += 1
        if not item.annotations:
            self.bare.append((item.id, item.subset))
        image = item.image
        if image is not None and image.role == "image" and isinstance(image.content, Blob):
            self.media.append((item.id, item.subset, ObjectId(image.content.oid)))
        for one in item.annotations:
            self._annotation(one)
        seen = sorted({one.label for one in item.annotations if one.label is not None})
        self.together.update((a, b) for n, a in enumerate(seen) for b in seen[n + 1 :])

    def include(self, other: "_Part") -> None:
        """Add what was counted of a subset."""
        self.images += other.images
        self.bare += other.bare
        self.areas += other.areas
        self.media += other.media
        for mine, theirs in (
            (self.kinds, other.kinds),
            (self.objects, other.objects),
            (self.sizes, other.sizes),
            (self.labels, other.labels),
            (self.together, other.together),
        ):
            mine.update(theirs)  # type: ignore[arg-type]  # both are of one kind of key
        for name, values in other.values.items():
            self.values[name].update(values)
        for label, found in other.pixels.items():
            self.pixels[label] += found

    def _annotation(self, one: Annotation) -> None:
        self.kinds[one.kind] += 1
        if one.label is not None:
            self.labels[one.label] += 1
        for name, value in one.attributes.items():
            if name.lower() not in _SKIPPED:
                self.values[name][str(value)] += 1
        covered = area(one) if one.kind in _SEGMENTS else math.nan
        if math.isfinite(covered):
            self.areas.append(covered)
            if one.label is not None:
                self.pixels[one.label].append(covered)


def find_statistics(
    dataset: Dataset,
    load: Callable[[ObjectId], bytes],
    memo: Memo,
    *,
    subset: str | None = None,
    images: bool = True,
    annotations: bool = True,
    progress: Callable[[int], None] | None = None,
) -> dict[str, Any]:
    """The statistics as a JSON value.

    Args:
        dataset: What is looked at.
        load: Gives the bytes of a medium.
        memo: Where the sums over images are kept.
        subset: The only subset to look at; None for all.
        images: Whether pixels are looked at.
        annotations: Whether annotations are.
        progress: Told how many items were read.
    """
    parts: dict[str, _Part] = {}
    for number, item in enumerate(dataset if subset is None else dataset.items(subset), 1):
        parts.setdefault(item.subset, _Part()).add(item)
        if progress is not None and number % 1000 == 0:
            progress(number)
    whole = _Part()
    for part in parts.values():
        whole.include(part)
    oids = dict.fromkeys(oid for _, _, oid in whole.media)
    sums = dict(look_at_images(oids, load, memo)) if images else {}
    report: dict[str, Any] = {
        "dataset": _pictures(whole, sums),
        "subsets": {
            name: _pictures(part, sums)
            | (_annotations(part, dataset.categories) if annotations else {})
            for name, part in parts.items()
        },
        "images count": whole.images,
        **_repeated(whole),
    }
    if images:
        unread = [
            {"id": item_id, "subset": name, "reason": sums[oid].fault}
            for item_id, name, oid in whole.media
            if sums[oid].fault
        ]
        report |= {"unreadable images": unread, "unreadable images count": len(unread)}
    return report | (_annotations(whole, dataset.categories) if annotations else {})


def _pictures(part: _Part, sums: Mapping[ObjectId, PixelSums]) -> dict[str, Any]:
    total = PixelSums()
    for _, _, oid in part.media:
        total += sums.get(oid, PixelSums())
    return {
        "images count": part.images,
        "image mean": total.mean() or "n/a",
        "image std": total.deviation() or "n/a",
    }


def _repeated(part: _Part) -> dict[str, Any]:
    """Images with the same bytes; one whose bytes are not known is like no other."""
    by_media: dict[ObjectId, list[tuple[str, str]]] = defaultdict(list)
    for item_id, subset, oid in part.media:
        by_media[oid].append((item_id, subset))
    groups = [group for group in by_media.values() if len(group) >= _PAIR]
    unique = part.images - len(part.media) + len(by_media)
    return {
        "unique images count": unique,
        "repeated images count": len(groups),
        "repeated images": groups,
        "repeating images count": len(groups),
        "repeating images": groups,
    }


def _annotations(part: _Part, categories: Categories) -> dict[str, Any]:
    return {
        "annotations count": sum(part.kinds.values()),
        "unannotated images count": len(part.bare),
        "unannotated images": [item_id for item_id, _ in part.bare],
        "unannotated items": part.bare,
        "annotations by type": {
            _NAMES.get(kind, kind): {"count": part.kinds[kind]} for kind in KINDS
        },
        "annotations": {
            "labels": _labels(part, categories),
            "segments": {
                "avg. area": math.fsum(part.areas) / len(part.areas) if part.areas else 0.0,
                "area distribution": _histogram(part.areas),
                "pixel distribution": _shares(
                    {label: math.fsum(found) for label, found in part.pixels.items()}, categories
                ),
            },
        },
        "objects per image": {str(n): count for n, count in sorted(part.objects.items())},
        "image sizes": {
            f"{width}x{height}": count for (height, width), count in sorted(part.sizes.items())
        },
        "co-occurrence": [
            {"labels": [categories.name_of(a), categories.name_of(b)], "images": count}
            for (a, b), count in sorted(part.together.items())
        ],
    }


def _labels(part: _Part, categories: Categories) -> dict[str, Any]:
    return {
        "count": part.labels.total(),
        "distribution": _shares(part.labels, categories),
        "attributes": {
            name: {
                "count": found.total(),
                "values count": len(found),
                "values present": sorted(found),
                "distribution": {
                    value: [count, count / found.total()] for value, count in sorted(found.items())
                },
            }
            for name, found in sorted(part.values.items())
        },
    }


def _shares(amounts: Mapping[int, float], categories: Categories) -> dict[str, list[float]]:
    """Amount and share by label; every declared label is there, and those that are not declared."""
    total = math.fsum(amounts.values())
    order: Iterable[int] = sorted({*range(len(categories.labels)), *amounts})
    return {
        categories.name_of(label): [
            amounts.get(label, 0),
            amounts.get(label, 0) / total if total else 0,
        ]
        for label in order
    }


def _histogram(areas: list[float]) -> list[dict[str, float]]:
    """Ten bins of one width from the least to the greatest; the last one has its upper edge."""
    if not areas:
        return []
    import numpy as np

    counts, edges = np.histogram(np.array(areas), bins=_BINS)
    return [
        {"min": low, "max": high, "count": count, "percent": count / len(areas)}
        for low, high, count in zip(
            edges.tolist(), edges.tolist()[1:], counts.tolist(), strict=False
        )
    ]
