"""Annotations of many items as arrays: one array for each field instead of a value for each annotation.

The arrays are numpy's; this module is loaded only where there are many annotations. Annotations stand
in the order of their items, and within an item in its order; item *i* has those from ``starts[i]`` to
``starts[i + 1]``. What only some kinds have is in ``geometry``, by the number of the kind, in the order
of the annotations of that kind.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, chain, pairwise
from typing import Any, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from datum.errors import UsageError
from datum.model.annotation import KIND_CODES, KINDS, Annotation, AttributeValue

__all__ = [
    "Bools",
    "Columns",
    "Fixed",
    "Floats",
    "Geometry",
    "Ints",
    "Keypoints",
    "Lists",
    "Masks",
    "Rings",
    "Texts",
    "annotations_of",
    "columns_of",
    "starts_of",
]

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]


class Fixed(msgspec.Struct, frozen=True):
    """Kinds with the same few numbers each: boxes, rotated boxes, ellipses, cuboids in space."""

    numbers: Floats
    """(n, width), in the order of the kind's fields."""


class Lists(msgspec.Struct, frozen=True):
    """Polylines and cuboids on the image."""

    lengths: Ints
    """(n,): how many numbers each has, two for a point."""
    numbers: Floats
    """Those of all, one after the other."""


class Rings(msgspec.Struct, frozen=True):
    """Polygons: each is an outline and its holes, which are rings like it."""

    holes: Ints
    """(n,): how many each has."""
    lengths: Ints
    """(n + sum of holes,): numbers of each ring; the outline comes before its holes."""
    numbers: Floats


class Keypoints(msgspec.Struct, frozen=True):
    """Points and skeletons."""

    lengths: Ints
    """(n,): how many numbers each has."""
    numbers: Floats
    flag_lengths: Ints
    """(n,): how many points have a visibility, none or all."""
    flags: Ints


class Masks(msgspec.Struct, frozen=True):
    """Masks."""

    sizes: Ints
    """(n, 2): height and width."""
    counts: list[bytes]


class Texts(msgspec.Struct, frozen=True):
    """Captions."""

    texts: list[str]


Geometry = Fixed | Lists | Rings | Keypoints | Masks | Texts


class Columns(msgspec.Struct, frozen=True, kw_only=True):
    """The annotations of some items."""

    starts: Ints
    """(items + 1,): where each item's annotations begin; the last is their number."""
    kinds: NDArray[np.uint8]
    """(n,): the number of each one's kind, see ``KIND_CODES``."""
    ids: Ints
    """(n,)"""
    known: Bools
    """(n,): whether there is an id."""
    labels: Ints
    """(n,): -1 for none."""
    groups: Ints
    z_orders: Ints
    scores: Floats
    """(n,)"""
    scored: Bools
    """(n,): whether there is a score."""
    attributes: dict[int, dict[str, AttributeValue]]
    """By the number of the annotation, for those that have some, ascending."""
    geometry: dict[int, Geometry]
    """By the number of the kind, ascending, for the kinds that are there and have geometry."""

    def __len__(self) -> int:
        """The number of items."""
        return len(self.starts) - 1

    @property
    def total(self) -> int:
        """The number of annotations."""
        return len(self.kinds)

    def owners(self) -> Ints:
        """(n,): the number of the item that each annotation belongs to."""
        return np.repeat(np.arange(len(self)), np.diff(self.starts))

    def of_kinds(self, kinds: Iterable[str]) -> Bools:
        """(n,): whether an annotation is of one of these kinds, by their names."""
        return np.isin(self.kinds, [KIND_CODES[KINDS[kind]] for kind in kinds])

    def places(self, code: int) -> Ints:
        """The numbers of the annotations of a kind, in whose order its geometry is."""
        return np.flatnonzero(self.kinds == code)


def columns_of(groups: Sequence[Sequence[Annotation]]) -> Columns:
    """The annotations of some items as columns, one group for each item.

    Raises:
        UsageError: A label is below 0, an integer has more than 64 bits, or is no float64.
    """
    try:
        columns = _columns_of(groups)
    except OverflowError as error:
        raise UsageError("an integer of more than 64 bits, or too large for float64") from error
    if any(one.label is not None and one.label < 0 for group in groups for one in group):
        raise UsageError("the label of an annotation is below 0")
    return columns


def _columns_of(groups: Sequence[Sequence[Annotation]]) -> Columns:
    notes = list(chain.from_iterable(groups))
    count = len(notes)
    kinds = bytes([KIND_CODES[type(one)] for one in notes])
    by_kind: dict[int, list[Any]] = {code: [] for code in sorted(set(kinds))}
    for code, one in zip(kinds, notes, strict=True):
        by_kind[code].append(one)
    return Columns(
        starts=starts_of([len(group) for group in groups]),
        kinds=np.frombuffer(kinds, np.uint8),
        ids=_ints((one.id or 0 for one in notes), count),
        known=np.fromiter((one.id is not None for one in notes), np.bool_, count),
        labels=_ints((-1 if one.label is None else one.label for one in notes), count),
        groups=_ints((one.group for one in notes), count),
        z_orders=_ints((one.z_order for one in notes), count),
        scores=np.fromiter((one.score or 0.0 for one in notes), np.float64, count),
        scored=np.fromiter((one.score is not None for one in notes), np.bool_, count),
        attributes={n: one.attributes for n, one in enumerate(notes) if one.attributes},
        geometry={code: _SHAPES[code][0](of) for code, of in by_kind.items() if code in _SHAPES},
    )


def annotations_of(columns: Columns) -> Iterator[tuple[Annotation, ...]]:
    """The annotations of each item as values."""
    kinds = columns.kinds.tolist()
    geometry = {code: _SHAPES[code][1](shape) for code, shape in columns.geometry.items()}
    common = zip(
        [_KIND_OF[code] for code in kinds],
        [geometry.get(code) for code in kinds],
        _or_none(columns.ids, columns.known),
        _or_none(columns.labels, columns.labels >= 0),
        columns.groups.tolist(),
        columns.z_orders.tolist(),
        _or_none(columns.scores, columns.scored),
        strict=True,
    )
    notes = iter(
        [
            kind(
                id=number,
                label=label,
                group=group,
                z_order=z_order,
                score=score,
                attributes=columns.attributes.get(n, {}),
                **({} if shapes is None else next(shapes)),
            )
            for n, (kind, shapes, number, label, group, z_order, score) in enumerate(common)
        ]
    )
    for first, last in pairwise(columns.starts.tolist()):
        yield tuple(next(notes) for _ in range(last - first))


def starts_of(lengths: Sequence[int] | Ints) -> Ints:
    """Where runs of these lengths begin, and where the last one ends."""
    return np.concatenate(([0], np.cumsum(lengths, dtype=np.int64))).astype(np.int64)


def _ints(numbers: Iterable[int], count: int) -> Ints:
    return np.fromiter(numbers, np.int64, count)


def _or_none(values: NDArray[Any], there: Bools) -> list[Any]:
    if there.all():
        return list(values.tolist())
    return [value if known else None for value, known in zip(values.tolist(), there, strict=True)]


def _flat(lists: Sequence[Sequence[float]], total: int) -> Floats:
    return np.fromiter(chain.from_iterable(lists), np.float64, total)


def _cut(flat: Sequence[Any], lengths: Iterable[int]) -> Iterator[tuple[Any, ...]]:
    return (tuple(flat[first:last]) for first, last in pairwise(accumulate(lengths, initial=0)))


def _fixed(*names: str) -> "_Shape":
    def take(group: Sequence[Any]) -> Fixed:
        rows = [[getattr(one, name) for name in names] for one in group]
        return Fixed(np.array(rows, np.float64).reshape(len(group), len(names)))

    def give(shape: Fixed) -> Iterator[Mapping[str, Any]]:
        return (dict(zip(names, row, strict=True)) for row in shape.numbers.tolist())

    return take, give


def _take_lists(group: Sequence[Any]) -> Lists:
    lengths = [len(one.points) for one in group]
    numbers = _flat([one.points for one in group], sum(lengths))
    return Lists(np.array(lengths, np.int64), numbers)


def _give_lists(shape: Lists) -> Iterator[Mapping[str, Any]]:
    return ({"points": one} for one in _cut(shape.numbers.tolist(), shape.lengths.tolist()))


def _take_rings(group: Sequence[Any]) -> Rings:
    rings = [ring for one in group for ring in (one.points, *one.holes)]
    lengths = [len(ring) for ring in rings]
    holes = _ints((len(one.holes) for one in group), len(group))
    return Rings(holes, np.array(lengths, np.int64), _flat(rings, sum(lengths)))


def _give_rings(shape: Rings) -> Iterator[Mapping[str, Any]]:
    rings = list(_cut(shape.numbers.tolist(), shape.lengths.tolist()))
    for outline, *holes in _cut(rings, (shape.holes + 1).tolist()):
        yield {"points": outline, "holes": tuple(holes)}


def _take_keypoints(group: Sequence[Any]) -> Keypoints:
    places = _take_lists(group)
    flags = [len(one.visibility) for one in group]
    shown = _ints(chain.from_iterable(one.visibility for one in group), sum(flags))
    return Keypoints(places.lengths, places.numbers, np.array(flags, np.int64), shown)


def _give_keypoints(shape: Keypoints) -> Iterator[Mapping[str, Any]]:
    places = _cut(shape.numbers.tolist(), shape.lengths.tolist())
    shown = _cut(shape.flags.tolist(), shape.flag_lengths.tolist())
    pairs = zip(places, shown, strict=True)
    return ({"points": points, "visibility": visibility} for points, visibility in pairs)


def _take_masks(group: Sequence[Any]) -> Masks:
    sizes = np.array([[one.height, one.width] for one in group], np.int64).reshape(-1, 2)
    return Masks(sizes, [one.counts for one in group])


def _give_masks(shape: Masks) -> Iterator[Mapping[str, Any]]:
    rows = zip(shape.sizes.tolist(), shape.counts, strict=True)
    return ({"height": height, "width": width, "counts": runs} for (height, width), runs in rows)


def _take_cuboids(group: Sequence[Any]) -> Fixed:
    rows = [(*one.position, *one.rotation, *one.scale) for one in group]
    return Fixed(np.array(rows, np.float64).reshape(len(group), 9))


def _give_cuboids(shape: Fixed) -> Iterator[Mapping[str, Any]]:
    for row in shape.numbers.tolist():
        yield {"position": tuple(row[:3]), "rotation": tuple(row[3:6]), "scale": tuple(row[6:])}


def _take_texts(group: Sequence[Any]) -> Texts:
    return Texts([one.text for one in group])


def _give_texts(shape: Texts) -> Iterator[Mapping[str, Any]]:
    return ({"text": text} for text in shape.texts)


_Shape: TypeAlias = tuple[
    Callable[[Sequence[Any]], Geometry], Callable[[Any], Iterator[Mapping[str, Any]]]
]
_SHAPE_OF: dict[str, _Shape] = {
    "box": _fixed("x", "y", "w", "h"),
    "rotated_box": _fixed("cx", "cy", "w", "h", "angle"),
    "polygon": (_take_rings, _give_rings),
    "polyline": (_take_lists, _give_lists),
    "points": (_take_keypoints, _give_keypoints),
    "skeleton": (_take_keypoints, _give_keypoints),
    "mask": (_take_masks, _give_masks),
    "ellipse": _fixed("cx", "cy", "rx", "ry", "angle"),
    "cuboid_2d": (_take_lists, _give_lists),
    "cuboid_3d": (_take_cuboids, _give_cuboids),
    "caption": (_take_texts, _give_texts),
}
_KIND_OF: dict[int, Any] = {code: kind for kind, code in KIND_CODES.items()}
_SHAPES = {
    code: _SHAPE_OF[kind.kind] for kind, code in KIND_CODES.items() if kind.kind in _SHAPE_OF
}
"""How the geometry of each kind is taken from values and given back; a label has none."""
