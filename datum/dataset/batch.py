"""Columns as the objects of many items: by arrays, not one by one.

The bytes are those of :mod:`datum.dataset.annotations`, whose functions serve where there are few.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import msgspec
import numpy as np

from datum.dataset.annotations import HEAD, attributes_field
from datum.dataset.segments import (
    bytes_field,
    float_segments,
    int_segments,
    most,
    present,
)
from datum.model import pairing
from datum.model.columns import (
    Bools,
    Columns,
    Fixed,
    Ints,
    Keypoints,
    Lists,
    Masks,
    Rings,
    Texts,
    starts_of,
)
from datum.objects.codec import encode

__all__ = ["encode_batch", "fill_ids"]

_NIL = b"\xc0"
_NO_ATTRIBUTES = b"\x80"
_ID_LIMIT = (1 << 63) - 1

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
    return [HEAD + b"".join(fields) for fields in found]


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
    greatest = most(np.where(kept, np.maximum(columns.ids, 0), 0), starts)
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
