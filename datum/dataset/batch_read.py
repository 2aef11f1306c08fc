"""Objects of many items as columns: by arrays, not one by one; :mod:`datum.dataset.batch` makes them."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from msgspec.structs import replace

from datum.dataset.annotations import read_attributes, read_fields
from datum.dataset.columns import unpack_ints
from datum.dataset.segments import present, read_floats, read_ints
from datum.errors import CorruptObjectError
from datum.model.annotation import KIND_CODES, Label
from datum.model.columns import (
    Bools,
    Columns,
    Fixed,
    Floats,
    Geometry,
    Ints,
    Keypoints,
    Lists,
    Masks,
    Rings,
    Texts,
    starts_of,
)

__all__ = ["EncodedBatch", "decode_batch", "decode_ids"]

_LABEL = KIND_CODES[Label]


def decode_batch(objects: Sequence[bytes | None]) -> Columns:
    """The annotations of some items as columns.

    That the bytes hold annotations, in canonical msgpack, is checked; that each column is in its
    shortest form is not: the object's id vouches for it.

    Args:
        objects: The canonical bytes of each item's annotations; None for an item without any.

    Raises:
        CorruptObjectError: Some are no such object.
    """
    return EncodedBatch(objects).columns


class EncodedBatch:
    """The annotations of some items as :func:`decode_batch` takes them, decoded as far as is asked for.

    Raises:
        CorruptObjectError: Some are no such object; as every property.
    """

    def __init__(self, objects: Sequence[bytes | None]) -> None:
        self._rows = [_EMPTY if data is None else read_fields(data) for data in objects]
        self._starts = starts_of([len(row[2]) for row in self._rows])

    @cached_property
    def plain(self) -> Columns:
        """All but attributes and geometry, which are empty."""
        rows, starts = self._rows, self._starts
        counts = np.diff(starts)
        kinds = np.frombuffer(b"".join([row[2] for row in rows]), np.uint8)
        labels = read_ints([row[4] for row in rows], counts) - 1
        if labels.size and labels.min() < -1:
            raise CorruptObjectError("a label below 0")
        scores, scored = _read_scores([row[7] for row in rows], starts)
        return Columns(
            starts=starts,
            kinds=kinds,
            ids=read_ints([row[3] for row in rows], counts),
            known=np.ones(len(kinds), np.bool_),
            labels=labels,
            groups=read_ints([row[5] for row in rows], counts),
            z_orders=read_ints([row[6] for row in rows], counts),
            scores=scores,
            scored=scored,
            attributes={},
            geometry={},
        )

    @cached_property
    def attributes(self) -> dict[int, dict[str, Any]]:
        """Those of the annotations, as in :class:`datum.model.columns.Columns`."""
        return _read_attributes([row[8] for row in self._rows], self._starts)

    @cached_property
    def columns(self) -> Columns:
        """Everything."""
        geometry = _read_geometry([row[9] for row in self._rows], self.plain.kinds, self._starts)
        return replace(self.plain, attributes=self.attributes, geometry=geometry)


def decode_ids(objects: Sequence[bytes | None]) -> tuple[Ints, Ints]:
    """Of the annotations of some items, where each item's begin and all ids; see :func:`decode_batch`.

    Raises:
        CorruptObjectError: Some are no such object.
    """
    rows = [_EMPTY if data is None else read_fields(data) for data in objects]
    counts = np.array([len(row[2]) for row in rows], np.int64)
    return starts_of(counts), read_ints([row[3] for row in rows], counts)


_EMPTY: list[Any] = [0, 0, b"", None, None, None, None, None, {}, []]


def _read_scores(fields: Sequence[Any], starts: Ints) -> tuple[Floats, Bools]:
    scores, scored = np.zeros(int(starts[-1])), np.zeros(int(starts[-1]), np.bool_)
    held = [n for n, field in enumerate(fields) if field is not None]
    if not held:
        return scores, scored
    where = []
    for n in held:
        first, last = starts[n : n + 2].tolist()
        where.append(first + _score_places(fields[n], last - first))
    numbers = read_floats(
        [fields[n][2] for n in held], np.array([len(places) for places in where], np.int64)
    )
    scores[np.concatenate(where)] = numbers
    scored[np.concatenate(where)] = True
    return scores, scored


def _score_places(field: Any, count: int) -> Ints:
    match field:
        case [int(there), None, _] if there == count:
            return np.arange(count)
        case [int(there), [column], _] if 0 < there < count:
            places = np.array(unpack_ints(column, there), np.int64)
            if places[0] >= 0 and places[-1] < count and (np.diff(places) > 0).all():
                return places
        case _:
            pass
    raise CorruptObjectError("scores of unknown form")


def _read_attributes(fields: Sequence[Any], starts: Ints) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for n, field in enumerate(fields):
        if field:
            first, last = starts[n : n + 2].tolist()
            of_each = read_attributes(field, last - first)
            found.update((first + m, values) for m, values in enumerate(of_each) if values)
    return found


def _read_geometry(fields: Sequence[Any], kinds: Any, starts: Ints) -> dict[int, Geometry]:
    present_codes = [code for code in np.unique(kinds).tolist() if code != _LABEL]
    counts = {code: present(kinds == code, starts) for code in present_codes}
    rows: dict[int, list[list[Any]]] = {code: [] for code in present_codes}
    for field in fields:
        if not isinstance(field, list):
            raise CorruptObjectError("geometry of unknown form")
        for row in field:
            code = row[0] if isinstance(row, list) and row else None
            if code not in rows:
                raise CorruptObjectError("geometry of another kind than the annotations have")
            rows[code].append(row)
    found: dict[int, Geometry] = {}
    for code in present_codes:
        having = counts[code][counts[code] > 0]
        width, read = _DECODERS[code]
        columns = list(zip(*rows[code], strict=True)) if rows[code] else []
        if len(rows[code]) != len(having) or len(columns) != 1 + width:
            raise CorruptObjectError("geometry of unknown form")
        found[code] = read(columns[1:], having)
    return found


Columned: TypeAlias = Sequence[Sequence[Any]]


def _fixed_of(width: int) -> Callable[[Columned, Ints], Fixed]:
    def read(columns: Columned, counts: Ints) -> Fixed:
        return Fixed(read_floats(columns[0], counts * width).reshape(-1, width))

    return read


def _summed(lengths: Ints, counts: Ints) -> Ints:
    """The sum of the lengths of each segment, which are not below 0."""
    if lengths.size and lengths.min() < 0:
        raise CorruptObjectError("a length below zero")
    ends = starts_of(lengths)[starts_of(counts)]
    return np.diff(ends)


def _lists_of(columns: Columned, counts: Ints) -> Lists:
    lengths = read_ints(columns[0], counts)
    return Lists(lengths, read_floats(columns[1], _summed(lengths, counts)))


def _rings_of(columns: Columned, counts: Ints) -> Rings:
    holes = read_ints(columns[0], counts)
    rings = _summed(holes + 1, counts)
    lengths = read_ints(columns[1], rings)
    return Rings(holes, lengths, read_floats(columns[2], _summed(lengths, rings)))


def _keypoints_of(columns: Columned, counts: Ints) -> Keypoints:
    places = _lists_of(columns[:2], counts)
    flag_lengths = read_ints(columns[2], counts)
    flags = read_ints(columns[3], _summed(flag_lengths, counts))
    return Keypoints(places.lengths, places.numbers, flag_lengths, flags)


def _masks_of(columns: Columned, counts: Ints) -> Masks:
    sizes = read_ints(columns[0], 2 * counts).reshape(-1, 2)
    return Masks(sizes, _joined(columns[1], counts, bytes))


def _texts_of(columns: Columned, counts: Ints) -> Texts:
    return Texts(_joined(columns[0], counts, str))


def _joined(lists: Sequence[Any], counts: Ints, kind: type[Any]) -> list[Any]:
    found: list[Any] = []
    for part, count in zip(lists, counts.tolist(), strict=True):
        if not isinstance(part, list) or len(part) != count:
            raise CorruptObjectError("geometry of unknown form")
        found += part
    if not all(type(one) is kind for one in found):
        raise CorruptObjectError("geometry of unknown form")
    return found


_READERS: dict[str, tuple[int, Callable[[Columned, Ints], Any]]] = {
    "box": (1, _fixed_of(4)),
    "rotated_box": (1, _fixed_of(5)),
    "polygon": (3, _rings_of),
    "polyline": (2, _lists_of),
    "points": (4, _keypoints_of),
    "skeleton": (4, _keypoints_of),
    "mask": (2, _masks_of),
    "ellipse": (1, _fixed_of(5)),
    "cuboid_2d": (2, _lists_of),
    "cuboid_3d": (1, _fixed_of(9)),
    "caption": (1, _texts_of),
}
_DECODERS = {
    code: _READERS[kind.kind] for kind, code in KIND_CODES.items() if kind.kind in _READERS
}
"""By the number of the kind: how many columns its geometry has, and how they are read."""
