"""Annotations decoded as docs/on-disk-format/datasets.md says; it imports nothing of datum."""

import struct
from itertools import islice

import msgpack

FIELDS = {
    2: "x y w h",
    3: "cx cy w h angle",
    9: "cx cy rx ry angle",
}
KINDS = "label box rotated_box polygon polyline points skeleton mask ellipse cuboid_2d cuboid_3d caption"
NAMES = dict(enumerate(KINDS.split(), start=1))


def annotations(body):
    """The annotations of an item, each as (kind, fields)."""
    kind, version, kinds, ids, labels, groups, orders, scores, attributes, geometry = (
        msgpack.unpackb(body)
    )
    assert (kind, version) == (3, 1)
    count = len(kinds)
    rows = [
        {"id": one, "label": label - 1 if label else None, "group": group, "z_order": order}
        for one, label, group, order in zip(
            *(column(field, count) for field in (ids, labels, groups, orders)), strict=True
        )
    ]
    for row in rows:
        row |= {"score": None, "attributes": {}}
    if scores is not None:
        present, where, values = scores
        for n, score in zip(places(where, count, present), column(values, present), strict=True):
            rows[n]["score"] = score
    for name, (where, values) in attributes.items():
        for n, value in zip(places(where, count, len(values)), values, strict=True):
            rows[n]["attributes"][name] = value
    for number, *parts in geometry:
        own = [row for row, code in zip(rows, kinds, strict=True) if code == number]
        for row, shape in zip(own, shapes(number, parts, len(own)), strict=True):
            row.update(shape)
    return [(NAMES[code], row) for code, row in zip(kinds, rows, strict=True)]


def shapes(number, parts, count):
    """The geometry of the annotations of one kind."""
    if number in FIELDS:
        names = FIELDS[number].split()
        numbers = iter(column(parts[0], len(names) * count))
        return [dict(zip(names, islice(numbers, len(names)), strict=True)) for _ in range(count)]
    if number == 4:
        holes = column(parts[0], count)
        rings = iter(lists(parts[1:], count + sum(holes)))
        return [{"points": next(rings), "holes": tuple(islice(rings, n))} for n in holes]
    if number in (5, 10):
        return [{"points": points} for points in lists(parts, count)]
    if number in (6, 7):
        seen = lists(parts[2:], count)
        pairs = zip(lists(parts[:2], count), seen, strict=True)
        return [{"points": points, "visibility": flags} for points, flags in pairs]
    if number == 8:
        sizes = iter(column(parts[0], 2 * count))
        return [{"height": next(sizes), "width": next(sizes), "counts": runs} for runs in parts[1]]
    if number == 11:
        numbers = iter(column(parts[0], 9 * count))
        names = ("position", "rotation", "scale")
        return [{name: tuple(islice(numbers, 3)) for name in names} for _ in range(count)]
    assert number == 12
    return [{"text": text} for text in parts[0]]


def lists(parts, count):
    """Lists of numbers, from their lengths and all numbers."""
    lengths = column(parts[0], count)
    numbers = iter(column(parts[1], sum(lengths)))
    return [tuple(islice(numbers, length)) for length in lengths]


def places(where, count, present):
    """Indices of the annotations that have a value."""
    return range(count) if where is None else column(where[0], present)


def column(value, count):
    """The numbers of a column."""
    if value is None:
        assert count <= 65_536
        return [0] * count
    scale, width, data = value
    if scale == -1:
        return list(struct.unpack(f"<{count}d", data))
    integers = struct.unpack(f"<{count}{ {1: 'b', 2: 'h', 4: 'i', 8: 'q'}[width] }", data)
    return [integer / 10**scale for integer in integers] if scale else list(integers)
