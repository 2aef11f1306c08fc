"""Annotations of many items as objects, and objects as columns: by arrays, not one by one.

The bytes are those of :mod:`datum.dataset.annotations`, whose functions serve where there are few.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, TypeAlias

import msgspec
import numpy as np

from datum.dataset.annotations import attributes_field, head, read_attributes, read_fields
from datum.dataset.columns import unpack_ints
from datum.dataset.segments import (
    bytes_field,
    float_segments,
    int_segments,
    present,
    read_floats,
    read_ints,
)
from datum.errors import CorruptObjectError
from datum.model import pairing
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
from datum.objects.codec import encode

__all__ = ["decode_batch", "encode_batch", "fill_ids"]

_NIL = b"\xc0"
_NO_ATTRIBUTES = b"\x80"
_HEAD = head()
_LABEL = KIND_CODES[Label]
_ID_LIMIT = (1 << 63) - 1
_FIXED = {2: 4, 3: 5, 9: 5, 11: 9}
"""Numbers of the kinds that have the same few each."""

_write = msgspec.msgpack.Encoder().encode


def encode_batch(columns: Columns, ids: Ints) -> list[bytes]:
    """The canonical bytes of each item's annotations; those of an item without any are never used.

    Args:
        columns: The annotations of some items.
        ids: (n,) of each annotation; no two of one item are equal.
    """
    starts = columns.starts
    codes = columns.kinds.tobytes()
    found = zip(
        [
            bytes_field(last - first) + codes[first:last]
            for first, last in pairwise(starts.tolist())
        ],
        int_segments(ids, starts),
        int_segments(columns.labels + 1, starts),
        int_segments(columns.groups, starts),
        int_segments(columns.z_orders, starts),
        _score_fields(columns),
        _attribute_fields(columns),
        _geometry_fields(columns),
        strict=True,
    )
    return [_HEAD + b"".join(fields) for fields in found]


def fill_ids(columns: Columns, *, trusted: bool = True) -> Ints:
    """(n,): the ids, with new ones where there is none or one that came before in its item.

    They are those that :func:`datum.model.pairing.choose_ids` gives where nothing was before.

    Args:
        columns: The annotations of some items.
        trusted: Whether the ids that there are count.
    """
    kept = _first_of_each(columns) if trusted else np.zeros(columns.total, np.bool_)
    if kept.all():
        return columns.ids
    owners, starts = columns.owners(), columns.starts
    greatest = _greatest(np.where(kept, columns.ids, 0), starts)
    missing = np.cumsum(~kept)
    before = np.concatenate(([0], missing))[starts[:-1]]
    if (greatest > _ID_LIMIT - columns.total).any():
        return _filled_one_by_one(columns, kept)
    fresh = greatest[owners] + missing - before[owners]
    return np.where(kept, columns.ids, fresh)


def _first_of_each(columns: Columns) -> Bools:
    """(n,): whether an annotation has an id that none before it in its item has."""
    owners, ids = columns.owners(), columns.ids
    order = np.lexsort((~columns.known, ids, owners))  # stable: of equal ones the first comes first
    first, second = order[:-1], order[1:]
    again = (ids[first] == ids[second]) & (owners[first] == owners[second])
    kept = columns.known.copy()
    kept[second[again & columns.known[first]]] = False
    return kept


def _greatest(ids: Ints, starts: Ints) -> Ints:
    """(items,): the greatest id of each item, 0 at least."""
    found = np.zeros(len(starts) - 1, np.int64)
    filled = np.flatnonzero(np.diff(starts))
    if len(filled):
        found[filled] = np.maximum(np.maximum.reduceat(ids, starts[filled]), 0)
    return found


def _filled_one_by_one(columns: Columns, kept: Bools) -> Ints:
    """As :func:`fill_ids`, where an id is so great that new ones must be found below it."""
    own = [
        number if there else None
        for number, there in zip(columns.ids.tolist(), kept.tolist(), strict=True)
    ]
    found = [
        number
        for first, last in pairwise(columns.starts.tolist())
        for number in pairing.fill_ids(own[first:last])
    ]
    return np.array(found, np.int64)


def _score_fields(columns: Columns) -> list[bytes]:
    there, starts = columns.scored, columns.starts
    if not there.any():
        return [_NIL] * len(columns)
    counts = present(there, starts)
    pieces = float_segments(columns.scores[there], starts_of(counts))
    sizes = np.diff(starts)
    places = int_segments(_ranks(columns)[there], starts_of(counts))
    return [
        _NIL
        if not count
        else b"\x93" + _write(count) + (_NIL if count == size else b"\x91" + place) + piece
        for count, size, place, piece in zip(
            counts.tolist(), sizes.tolist(), places, pieces, strict=True
        )
    ]


def _ranks(columns: Columns) -> Ints:
    """(n,): the place of each annotation in its item."""
    return np.arange(columns.total) - columns.starts[columns.owners()]


def _attribute_fields(columns: Columns) -> list[bytes]:
    found = [_NO_ATTRIBUTES] * len(columns)
    if not columns.attributes:
        return found
    owners = columns.owners()
    for item in sorted({int(owners[n]) for n in columns.attributes}):
        first, last = columns.starts[item : item + 2].tolist()
        of_each = [columns.attributes.get(n, {}) for n in range(first, last)]
        found[item] = encode(attributes_field(of_each))
    return found


def _geometry_fields(columns: Columns) -> list[bytes]:
    parts: list[list[bytes]] = [[] for _ in range(len(columns))]
    for code, shape in columns.geometry.items():
        counts = present(columns.kinds == code, columns.starts)
        start = bytes((0x91 + _WIDTH[type(shape)], code))
        columns_of_kind = _ENCODERS[type(shape)](shape, starts_of(counts))
        having = counts.tolist()
        for item, fields in enumerate(zip(*columns_of_kind, strict=True)):
            if having[item]:
                parts[item].append(start + b"".join(fields))
    return [bytes((0x90 + len(part),)) + b"".join(part) for part in parts]


def _fixed_fields(shape: Fixed, starts: Ints) -> tuple[list[bytes], ...]:
    width = shape.numbers.shape[1]
    return (float_segments(shape.numbers.ravel(), starts * width),)


def _list_fields(shape: Lists | Keypoints, starts: Ints) -> tuple[list[bytes], ...]:
    ends = starts_of(shape.lengths)[starts]
    return int_segments(shape.lengths, starts), float_segments(shape.numbers, ends)


def _ring_fields(shape: Rings, starts: Ints) -> tuple[list[bytes], ...]:
    rings = starts_of(shape.holes + 1)[starts]
    numbers = starts_of(shape.lengths)[rings]
    return (
        int_segments(shape.holes, starts),
        int_segments(shape.lengths, rings),
        float_segments(shape.numbers, numbers),
    )


def _keypoint_fields(shape: Keypoints, starts: Ints) -> tuple[list[bytes], ...]:
    flags = starts_of(shape.flag_lengths)[starts]
    return (
        *_list_fields(shape, starts),
        int_segments(shape.flag_lengths, starts),
        int_segments(shape.flags, flags),
    )


def _mask_fields(shape: Masks, starts: Ints) -> tuple[list[bytes], ...]:
    runs = [_write(shape.counts[first:last]) for first, last in pairwise(starts.tolist())]
    return int_segments(shape.sizes.ravel(), 2 * starts), runs


def _text_fields(shape: Texts, starts: Ints) -> tuple[list[bytes], ...]:
    return ([encode(shape.texts[first:last]) for first, last in pairwise(starts.tolist())],)


_ENCODERS: dict[type[Any], Callable[[Any, Ints], tuple[list[bytes], ...]]] = {
    Fixed: _fixed_fields,
    Lists: _list_fields,
    Rings: _ring_fields,
    Keypoints: _keypoint_fields,
    Masks: _mask_fields,
    Texts: _text_fields,
}
_WIDTH: dict[type[Any], int] = {Fixed: 1, Lists: 2, Rings: 3, Keypoints: 4, Masks: 2, Texts: 1}
"""How many columns each kind of geometry has."""


def decode_batch(objects: Sequence[bytes | None]) -> Columns:
    """The annotations of some items as columns.

    That the bytes hold annotations is checked, and not that they are in their canonical form, which
    their id vouches for.

    Args:
        objects: The canonical bytes of each item's annotations; None for an item without any.

    Raises:
        CorruptObjectError: Some are no such object.
    """
    rows = [_EMPTY if data is None else read_fields(data) for data in objects]
    counts = np.array([len(row[2]) for row in rows], np.int64)
    starts = starts_of(counts)
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
        attributes=_read_attributes([row[8] for row in rows], starts),
        geometry=_read_geometry([row[9] for row in rows], kinds, starts),
    )


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
        read = _DECODERS[code]
        columns = list(zip(*rows[code], strict=True)) if rows[code] else []
        if len(rows[code]) != len(having) or len(columns) != 1 + _COLUMNS[code]:
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
    "polygon": (3, _rings_of),
    "polyline": (2, _lists_of),
    "points": (4, _keypoints_of),
    "skeleton": (4, _keypoints_of),
    "mask": (2, _masks_of),
    "cuboid_2d": (2, _lists_of),
    "caption": (1, _texts_of),
}
_DECODERS = {
    code: _READERS[kind.kind][1] if kind.kind in _READERS else _fixed_of(_FIXED.get(code, 0))
    for kind, code in KIND_CODES.items()
}
_COLUMNS = {
    code: _READERS[kind.kind][0] if kind.kind in _READERS else 1
    for kind, code in KIND_CODES.items()
}
