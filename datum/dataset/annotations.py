"""Annotations of one item as an object: a struct of arrays, one column for each field.

The layout is in docs/on-disk-format/datasets.md. Ids must have been given before.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Any

from datum.dataset.columns import pack_floats, pack_ints, unpack_floats, unpack_ints
from datum.errors import CorruptObjectError, UsageError
from datum.model import (
    KIND_CODES,
    Annotation,
    Box,
    Caption,
    Cuboid2D,
    Cuboid3D,
    Ellipse,
    Mask,
    Points,
    Polygon,
    Polyline,
    RotatedBox,
    Skeleton,
)
from datum.objects.codec import decode_row, encode_row
from datum.objects.kinds import Kind

__all__ = [
    "HEAD",
    "attributes_field",
    "count_annotations",
    "decode_annotations",
    "encode_annotations",
    "read_attributes",
    "read_fields",
]

VERSION = 1
_FIELDS = 10
_ATTRIBUTES = 8
"""The index of the field of attributes, whose values can be anything that JSON has."""
HEAD = bytes((0x90 | _FIELDS, Kind.ANNOTATIONS, VERSION))
"""What the bytes begin with: an array of so many fields, kind and version."""


def encode_annotations(annotations: Sequence[Annotation], ids: Sequence[int] = ()) -> bytes:
    """The canonical bytes of an item's annotations, in their order.

    Args:
        annotations: What is encoded.
        ids: Ids in place of those that the annotations have; empty to take these.

    Raises:
        UsageError: An annotation has no id, or two have the same; a label is below 0; an integer
            has more than 64 bits, or an attribute is nothing that JSON has.
    """
    numbers = ids or [-1 if one.id is None else one.id for one in annotations]
    missing = not ids and any(one.id is None for one in annotations)
    if missing or len(set(numbers)) != len(annotations):
        raise UsageError("annotations of one item need ids that differ")
    if any(one.label is not None and one.label < 0 for one in annotations):
        raise UsageError("the label of an annotation is below 0")
    codes = bytes(KIND_CODES[type(one)] for one in annotations)
    return encode_row(
        [
            int(Kind.ANNOTATIONS),
            VERSION,
            codes,
            pack_ints(numbers),
            pack_ints([0 if one.label is None else one.label + 1 for one in annotations]),
            pack_ints([one.group for one in annotations]),
            pack_ints([one.z_order for one in annotations]),
            _encode_scores(annotations),
            attributes_field([one.attributes for one in annotations]),
            [
                [code, *pack([one for one in annotations if KIND_CODES[type(one)] == code])]
                for code, (pack, _) in _GEOMETRY_OF.items()
                if code in codes
            ],
        ],
        _ATTRIBUTES,
    )


def decode_annotations(data: bytes) -> tuple[Annotation, ...]:
    """The annotations in the canonical bytes.

    Raises:
        CorruptObjectError: The bytes are no such object.
    """
    fields = read_fields(data)
    codes: bytes = fields[2]
    count = len(codes)
    ids = unpack_ints(fields[3], count)
    if len(set(ids)) != count:
        raise CorruptObjectError("annotations of one id")
    labels = unpack_ints(fields[4], count)
    if min(labels, default=0) < 0:
        raise CorruptObjectError("a label below 0")
    groups = unpack_ints(fields[5], count)
    z_orders = unpack_ints(fields[6], count)
    scores = _decode_scores(fields[7], count)
    attributes = read_attributes(fields[8], count)
    geometry = _decode_geometry(fields[9], codes)
    return tuple(
        _KIND_OF[code](
            id=ids[n],
            label=labels[n] - 1 if labels[n] else None,
            group=groups[n],
            z_order=z_orders[n],
            score=scores[n],
            attributes=attributes[n],
            **(next(geometry[code]) if code in geometry else {}),
        )
        for n, code in enumerate(codes)
    )


def count_annotations(data: bytes) -> int:
    """How many annotations the canonical bytes hold."""
    return len(read_fields(data)[2])


def read_fields(data: bytes) -> list[Any]:
    """The fields of annotations' canonical bytes, of which the kinds alone are checked.

    Raises:
        CorruptObjectError: They are no such object.
    """
    fields: Any = decode_row(data, _ATTRIBUTES)
    if not data.startswith(HEAD):
        raise CorruptObjectError("no annotations object of a version that is known")
    if not isinstance(fields[2], bytes) or not _KIND_OF.keys() >= set(fields[2]):
        raise CorruptObjectError("annotations of unknown kinds")
    return list(fields)


def _encode_scores(annotations: Sequence[Annotation]) -> Any:
    scores = [one.score for one in annotations]
    where = [n for n, score in enumerate(scores) if score is not None]
    if not where:
        return None
    values = [score for score in scores if score is not None]
    return [len(where), _places(where, len(annotations)), pack_floats(values)]


def _decode_scores(field: Any, count: int) -> list[float | None]:
    scores: list[float | None] = [None] * count
    match field:
        case None:
            return scores
        case [int(present), places, column] if type(present) is int and 0 < present <= count:
            numbers = unpack_floats(column, present)
            for n, value in zip(_indices(places, present, count), numbers, strict=True):
                scores[n] = value
            return scores
        case _:
            pass
    raise CorruptObjectError("scores of unknown form")


def attributes_field(of_each: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The attributes of an item's annotations as one column for each name."""
    names = sorted({name for attributes in of_each for name in attributes})
    columns = {}
    for name in names:
        where = [n for n, attributes in enumerate(of_each) if name in attributes]
        values = [of_each[n][name] for n in where]
        columns[name] = [_places(where, len(of_each)), values]
    return columns


def read_attributes(field: Any, count: int) -> list[dict[str, Any]]:
    """The attributes of each of *count* annotations.

    Raises:
        CorruptObjectError: The field is none of attributes.
    """
    attributes: list[dict[str, Any]] = [{} for _ in range(count)]
    if not isinstance(field, dict):
        raise CorruptObjectError("attributes of unknown form")
    for name, column in field.items():
        match column:
            case [places, list(values)] if values:
                for n, value in zip(_indices(places, len(values), count), values, strict=True):
                    attributes[n][name] = value
            case _:
                raise CorruptObjectError("attributes of unknown form")
    return attributes


def _places(where: Sequence[int], count: int) -> Any:
    """Which annotations have a value: nil for all, else their indices."""
    return None if len(where) == count else [pack_ints(where)]


def _indices(places: Any, present: int, count: int) -> Sequence[int]:
    if places is None and present == count:
        return range(count)
    match places:
        case [column] if present < count:
            indices = unpack_ints(column, present)
            if all(a < b for a, b in pairwise((-1, *indices, count))):
                return indices
        case _:
            pass
    raise CorruptObjectError("a column that does not say which annotations it is about")


def _decode_geometry(field: Any, codes: bytes) -> dict[int, Iterator[dict[str, Any]]]:
    """The geometry of each kind there is, one mapping for each annotation of it."""
    if not isinstance(field, list) or not all(isinstance(row, list) for row in field):
        raise CorruptObjectError("geometry of unknown form")
    expected = [code for code in _GEOMETRY_OF if code in codes]
    try:
        found = {}
        for code, row in zip(expected, field, strict=True):
            number, *columns = row
            if number != code or type(number) is not int:
                raise CorruptObjectError("geometry of another kind than the annotations have")
            found[code] = iter(_GEOMETRY_OF[code][1](columns, codes.count(code)))
    except (TypeError, ValueError) as error:
        raise CorruptObjectError("geometry of unknown form") from error
    return found


def _fixed(
    *names: str,
) -> tuple[Callable[[Sequence[Any]], list[Any]], Callable[[list[Any], int], list[dict[str, Any]]]]:
    """Kinds with the same few numbers each."""
    width = len(names)

    def pack(group: Sequence[Any]) -> list[Any]:
        return [pack_floats([getattr(one, name) for one in group for name in names])]

    def unpack(columns: list[Any], count: int) -> list[dict[str, Any]]:
        (column,) = columns
        flat = unpack_floats(column, count * width)
        rows = (flat[start : start + width] for start in range(0, len(flat), width))
        return [dict(zip(names, row, strict=True)) for row in rows]

    return pack, unpack


def _cut(flat: Sequence[Any], lengths: Sequence[int]) -> list[tuple[Any, ...]]:
    if any(length < 0 for length in lengths):
        raise CorruptObjectError("a length below zero")
    ends = accumulate(lengths, initial=0)
    return [tuple(flat[start:end]) for start, end in pairwise(ends)]


def _lists(values: Sequence[Sequence[float]]) -> list[Any]:
    lengths = [len(one) for one in values]
    return [pack_ints(lengths), pack_floats([n for one in values for n in one])]


def _unlists(columns: Sequence[Any], count: int) -> list[tuple[float, ...]]:
    first, second = columns
    lengths = unpack_ints(first, count)
    return _cut(unpack_floats(second, sum(lengths)), lengths)


def _pack_points(group: Sequence[Any]) -> list[Any]:
    return _lists([one.points for one in group])


def _unpack_points(columns: list[Any], count: int) -> list[dict[str, Any]]:
    return [{"points": points} for points in _unlists(columns, count)]


def _pack_polygons(group: Sequence[Polygon]) -> list[Any]:
    rings = [ring for one in group for ring in (one.points, *one.holes)]
    return [pack_ints([len(one.holes) for one in group]), *_lists(rings)]


def _unpack_polygons(columns: list[Any], count: int) -> list[dict[str, Any]]:
    rings_each = [holes + 1 for holes in unpack_ints(columns[0], count)]
    per_polygon = _cut(_unlists(columns[1:], sum(rings_each)), rings_each)
    return [{"points": outer, "holes": tuple(inner)} for outer, *inner in per_polygon]


def _pack_keypoints(group: Sequence[Points | Skeleton]) -> list[Any]:
    flags = [flag for one in group for flag in one.visibility]
    lengths = [len(one.visibility) for one in group]
    return [*_pack_points(group), pack_ints(lengths), pack_ints(flags)]


def _unpack_keypoints(columns: list[Any], count: int) -> list[dict[str, Any]]:
    *places, third, fourth = columns
    lengths = unpack_ints(third, count)
    shown = _cut(unpack_ints(fourth, sum(lengths)), lengths)
    return [
        {"points": one, "visibility": visibility}
        for one, visibility in zip(_unlists(places, count), shown, strict=True)
    ]


def _pack_masks(group: Sequence[Mask]) -> list[Any]:
    sizes = [number for one in group for number in (one.height, one.width)]
    return [pack_ints(sizes), [one.counts for one in group]]


def _unpack_masks(columns: list[Any], count: int) -> list[dict[str, Any]]:
    sizes, counts = columns
    flat = unpack_ints(sizes, 2 * count)
    if not isinstance(counts, list) or not all(isinstance(runs, bytes) for runs in counts):
        raise CorruptObjectError("a mask without run lengths")
    rows = zip(flat[::2], flat[1::2], counts, strict=True)
    return [{"height": height, "width": width, "counts": runs} for height, width, runs in rows]


def _pack_cuboids(group: Sequence[Cuboid3D]) -> list[Any]:
    triples = (triple for one in group for triple in (one.position, one.rotation, one.scale))
    return [pack_floats([number for triple in triples for number in triple])]


def _unpack_cuboids(columns: list[Any], count: int) -> list[dict[str, Any]]:
    (column,) = columns
    flat = unpack_floats(column, 9 * count)
    rows = [tuple(flat[start : start + 9]) for start in range(0, 9 * count, 9)]
    return [{"position": row[:3], "rotation": row[3:6], "scale": row[6:]} for row in rows]


def _pack_captions(group: Sequence[Caption]) -> list[Any]:
    return [[one.text for one in group]]


def _unpack_captions(columns: list[Any], count: int) -> list[dict[str, Any]]:
    (texts,) = columns
    if not isinstance(texts, list) or len(texts) != count:
        raise CorruptObjectError("captions that are more or less than their texts")
    if not all(isinstance(text, str) for text in texts):
        raise CorruptObjectError("a caption without text")
    return [{"text": text} for text in texts]


_KIND_OF: dict[int, Any] = {code: kind for kind, code in KIND_CODES.items()}

_GEOMETRY: dict[
    type[Annotation],
    tuple[Callable[[Any], list[Any]], Callable[[list[Any], int], list[dict[str, Any]]]],
] = {
    Box: _fixed("x", "y", "w", "h"),
    RotatedBox: _fixed("cx", "cy", "w", "h", "angle"),
    Polygon: (_pack_polygons, _unpack_polygons),
    Polyline: (_pack_points, _unpack_points),
    Points: (_pack_keypoints, _unpack_keypoints),
    Skeleton: (_pack_keypoints, _unpack_keypoints),
    Mask: (_pack_masks, _unpack_masks),
    Ellipse: _fixed("cx", "cy", "rx", "ry", "angle"),
    Cuboid2D: (_pack_points, _unpack_points),
    Cuboid3D: (_pack_cuboids, _unpack_cuboids),
    Caption: (_pack_captions, _unpack_captions),
}

_GEOMETRY_OF = {code: _GEOMETRY[kind] for kind, code in KIND_CODES.items() if kind in _GEOMETRY}
"""By the number of the kind, ascending; a label has no geometry."""
