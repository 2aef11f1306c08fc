"""What was counted of annotations, as a JSON value with the keys of the command reference."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np

from datum.analysis.counting import MEASURES, Counted
from datum.analysis.exact import mean, units_by_key
from datum.analysis.tally import Tally
from datum.model import KIND_CODES, KINDS, Categories

__all__ = ["describe_annotations"]

_NAMES = {"box": "bbox", "rotated_box": "rotated_bbox"}
"""The reference's names of kinds, where they differ from datum's."""

_BINS = 10
_CLASSES = {"small": 0.0, "medium": 32.0**2, "large": 96.0**2}
"""COCO's classes of sizes, by the least area of each in pixels."""
_SHOWN = {0: "absent", 1: "hidden", 2: "visible", 3: "unknown"}


def describe_annotations(
    part: Counted, categories: Categories, subsets: Mapping[str, Counted]
) -> dict[str, Any]:
    """The statistics of annotations.

    Args:
        part: What was counted.
        categories: Names of labels and joints.
        subsets: What *part* is the sum of, by subset.
    """
    bare = [(item_id, name) for name, one in subsets.items() for item_id in one.bare]
    kinds = part.kinds.by_number()
    spreads = part.spreads.reports(MEASURES)
    return {
        "annotations count": sum(kinds.values()),
        "unannotated images count": len(bare),
        "unannotated images": [item_id for item_id, _ in bare],
        "unannotated items": bare,
        "annotations by type": {
            _NAMES.get(name, name): {"count": kinds.get(KIND_CODES[kind], 0)}
            for name, kind in KINDS.items()
        },
        "annotations": {
            "labels": _labels(part, categories),
            "segments": _segments(part, categories),
        },
        "annotations per image": _histogram(part.notes_each),
        "objects": _objects(part, categories),
        "boxes": {
            "width": spreads["box width"],
            "height": spreads["box height"],
            "aspect ratio": spreads["aspect ratio"],
        },
        "keypoints": _keypoints(part, categories),
        "lines": {"length": spreads["line length"], "points": spreads["line points"]},
        "image sizes": {f"{width}x{height}": n for (height, width), n in part.sizes.items()},
        "images without size": part.images - part.sizes.total(),
        "co-occurrence": [
            {"labels": [categories.name_of(a), categories.name_of(b)], "images": count}
            for (a, b), count in part.together.items()
        ],
    }


def _histogram(counts: Tally) -> dict[str, int]:
    return {str(number): count for number, count in counts.by_number().items()}


def _labels(part: Counted, categories: Categories) -> dict[str, Any]:
    counts = part.labels.by_number()
    return {
        "count": sum(counts.values()),
        "distribution": _by_label(counts, sum(counts.values()), categories),
        "attributes": {name: _attribute(found) for name, found in sorted(part.attributes.items())},
    }


def _attribute(found: Mapping[str, int]) -> dict[str, Any]:
    total = sum(found.values())
    return {
        "count": total,
        "values count": len(found),
        "values present": sorted(found),
        "distribution": {value: [count, count / total] for value, count in sorted(found.items())},
    }


def _segments(part: Counted, categories: Categories) -> dict[str, Any]:
    areas = np.frombuffer(part.areas)
    sums = units_by_key(part.pixels)
    total = sum(sums.values())
    labeled = total - sums.pop(-1, 0)
    amounts = {label: mean(1, units) for label, units in sums.items()}
    return {
        "avg. area": mean(len(areas), total) if len(areas) else 0.0,
        "area distribution": _area_bins(areas),
        "pixel distribution": _by_label(amounts, mean(1, labeled), categories),
        "size classes": _size_classes(areas),
    }


def _by_label(
    amounts: Mapping[int, float], total: float, categories: Categories
) -> dict[str, list[float]]:
    """Amount and share by label; every declared label is there, and those that are not declared."""
    return {
        categories.name_of(label): [amount, amount / total if total else 0]
        for label in sorted({*range(len(categories.labels)), *amounts})
        for amount in [amounts.get(label, 0)]
    }


def _area_bins(areas: Any) -> list[dict[str, float]]:
    """Ten bins of one width from the least to the greatest; the last one has its upper edge.

    Args:
        areas: (n,) ascending.
    """
    if not len(areas):
        return []
    edges = np.histogram_bin_edges(areas[[0, -1]], bins=_BINS)
    below = np.concatenate((np.searchsorted(areas, edges[:-1]), [len(areas)]))
    rows = zip(edges.tolist(), edges.tolist()[1:], np.diff(below).tolist(), strict=False)
    return [
        {"min": low, "max": high, "count": count, "percent": count / len(areas)}
        for low, high, count in rows
    ]


def _size_classes(areas: Any) -> dict[str, int]:
    """As COCO has them: below 32 x 32 pixels, below 96 x 96, and above."""
    below = [*np.searchsorted(areas, list(_CLASSES.values())[1:]).tolist(), len(areas)]
    return dict(zip(_CLASSES, np.diff([0, *below]).tolist(), strict=True))


def _objects(part: Counted, categories: Categories) -> dict[str, Any]:
    """Objects: annotations of one item, group and label are one."""
    objects, images = part.objects.by_number(), part.presence.by_number()
    labels = sorted({*range(len(categories.labels)), *images, *objects} - {-1})
    return {
        "count": sum(objects.values()),
        "without label": objects.get(-1, 0),
        "per image": _histogram(part.objects_each),
        "by label": {
            categories.name_of(label): {
                "objects": objects.get(label, 0),
                "images": images.get(label, 0),
            }
            for label in labels
        },
    }


def _keypoints(part: Counted, categories: Categories) -> dict[str, Any]:
    shown = dict.fromkeys(_SHOWN.values(), 0)
    by_label: dict[str, dict[str, dict[str, int]]] = defaultdict(dict)
    for (label, joint, flag), count in part.joints.items():
        shown[_SHOWN[flag]] += count
        if label >= 0:
            spec = categories.skeleton_of(label)
            named = spec is not None and joint < len(spec.joints)
            name = spec.joints[joint] if spec is not None and named else f"#{joint}"
            row = by_label[categories.name_of(label)].setdefault(
                name, dict.fromkeys(_SHOWN.values(), 0)
            )
            row[_SHOWN[flag]] += count
    return {"count": sum(shown.values()), "by visibility": shown, "by label": by_label}
