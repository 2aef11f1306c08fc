"""What differs between a dataset and what was read back, in words."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from datum.model import Annotation, Categories, Common, Item
from datum.outputs import load_media

__all__ = ["annotation_differences", "item_differences", "label_differences", "same_annotation"]

_COMMON = frozenset(Common.__struct_fields__)


def label_differences(expected: Categories, found: Categories) -> list[str]:
    """Differences in the labels' names and their order."""
    if expected.names() == found.names():
        return []
    return [f"labels: wrote {expected.names()!r}, read {found.names()!r}"]


def item_differences(
    expected: Iterable[Item],
    found: Iterable[Item],
    *,
    tolerance: float = 0.0,
    ids: bool = True,
    media: bool = False,
) -> list[str]:
    """Differences between items, paired by subset and id.

    Attributes that are found beyond the expected ones are no difference, nor is the order of
    annotations, nor the numbers of groups: only which annotations belong together.

    Args:
        expected: What was written.
        found: What was read.
        tolerance: How far coordinates and scores may be off.
        ids: Whether ids of annotations count, where there are any.
        media: Whether bytes of media count.
    """
    differences: list[str] = []
    there = {item.key: item for item in found}
    for item in expected:
        other = there.pop(item.key, None)
        if other is None:
            differences.append(f"item {item.key} is gone; there are {sorted(there)}")
            continue
        own = _item_fields(item, other) + annotation_differences(
            item.annotations, other.annotations, tolerance=tolerance, ids=ids
        )
        if media and _data(item) is not None and _data(item) != _data(other):
            own.append("other media bytes")
        differences += [f"item {item.key}: {one}" for one in own]
    return differences + [f"item {key} came from nowhere" for key in sorted(there)]


def annotation_differences(
    expected: Sequence[Annotation],
    found: Sequence[Annotation],
    *,
    tolerance: float = 0.0,
    ids: bool = True,
) -> list[str]:
    """Differences between two sets of annotations; see :func:`item_differences`."""
    left = _clusters(found)
    missing: list[tuple[Annotation, ...]] = []
    for cluster in _clusters(expected):
        for other in left:
            if _same_cluster(cluster, other, tolerance, ids):
                left.remove(other)
                break
        else:
            missing.append(cluster)
    lost = [f"lost {_say(cluster)}" for cluster in missing]
    return lost + [f"unexpected {_say(cluster)}" for cluster in left]


def same_annotation(
    one: Annotation, other: Annotation, *, tolerance: float = 0.0, ids: bool = True
) -> bool:
    """Whether *other* says what *one* says; groups are not looked at."""
    if type(one) is not type(other) or (one.label, one.z_order) != (other.label, other.z_order):
        return False
    if ids and one.id is not None and one.id != other.id:
        return False
    return _contains(other.attributes, one.attributes) and _close(
        _shape(one), _shape(other), tolerance
    )


def _item_fields(item: Item, other: Item) -> list[str]:
    differences = []
    if item.size is not None and item.size != other.size:
        differences.append(f"size: wrote {item.size}, read {other.size}")
    if not _contains(other.attributes, item.attributes):
        differences.append(f"attributes: wrote {item.attributes!r}, read {other.attributes!r}")
    return differences


def _data(item: Item) -> bytes | None:
    return None if item.image is None else load_media(item.image)


def _contains(found: dict[str, Any], expected: dict[str, Any]) -> bool:
    """Whether all that is expected is there, of the same type: True is not 1, nor 1 1.0."""
    return all(
        name in found
        and msgspec.json.encode(found[name], order="sorted")
        == msgspec.json.encode(value, order="sorted")
        for name, value in expected.items()
    )


def _clusters(annotations: Sequence[Annotation]) -> list[tuple[Annotation, ...]]:
    """The groups; an annotation without a group is alone in one."""
    groups: dict[int, list[Annotation]] = {}
    for number, one in enumerate(annotations):
        groups.setdefault(one.group or -1 - number, []).append(one)
    return [tuple(group) for group in groups.values()]


def _same_cluster(
    cluster: Sequence[Annotation], other: Sequence[Annotation], tolerance: float, ids: bool
) -> bool:
    if len(cluster) != len(other):
        return False
    left = list(other)
    for one in cluster:
        match = next(
            (that for that in left if same_annotation(one, that, tolerance=tolerance, ids=ids)),
            None,
        )
        if match is None:
            return False
        left = [that for that in left if that is not match]
    return True


def _shape(one: Annotation) -> list[Any]:
    """Score and geometry; points that say nothing of visibility are all visible."""
    fields = {name: getattr(one, name) for name in one.__struct_fields__ if name not in _COMMON}
    if fields.get("visibility") == ():
        fields["visibility"] = (2,) * (len(fields["points"]) // 2)
    return [one.score, *fields.values()]


def _close(one: Any, other: Any, tolerance: float) -> bool:
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(
            _close(a, b, tolerance) for a, b in zip(one, other, strict=True)
        )
    if isinstance(one, float) and isinstance(other, int | float):
        relative = 1e-9 if tolerance else 0.0
        return math.isclose(one, other, rel_tol=relative, abs_tol=tolerance)
    return bool(one == other)


def _say(cluster: Sequence[Annotation]) -> str:
    return repr(cluster[0]) if len(cluster) == 1 else f"the group {list(cluster)!r}"
