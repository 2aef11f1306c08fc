"""What is counted of some items, in a form that adds up: statistics are sums over leaves.

All fields are exact counts, exact sums or sorted values, so the order of the parts and how the dataset
is cut into them make no difference.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec
import numpy as np

from datum.analysis.exact import LIMIT, exact_sums
from datum.analysis.spread import Spreads, joined_spreads
from datum.analysis.tally import Tally, tallied
from datum.model.annotation import KIND_CODES, KINDS
from datum.model.columns import Columns, Fixed, Floats, Ints, Keypoints, Lists, starts_of
from datum.model.item import Item
from datum.model.measures import Measures, measure
from datum.model.media import Blob

__all__ = ["MEASURES", "SEGMENTS", "Counted", "add_up", "count_items"]

SEGMENTS = ("box", "rotated_box", "polygon", "mask", "ellipse")
"""Kinds that cover an area."""

MEASURES = ("box width", "box height", "aspect ratio", "line length", "line points")
"""What is measured, in pixels where it has a unit; the ratio is width by height."""

_SKIPPED = frozenset(("occluded", "visibility", "score", "id", "track_id"))
"""Attributes that say nothing of what is seen."""

_VISIBLE = 2
_ODD = 3
"""In place of a visibility that is none."""


class Counted(msgspec.Struct, frozen=True, array_like=True):
    """What is counted of some items."""

    images: int = 0
    bare: list[str] = []
    """Ids of items without annotations, sorted."""
    media: list[tuple[str, bytes]] = []
    """Ids of items whose image is stored, and its object id; sorted."""
    sizes: Tally = Tally(2)
    """Height and width, of items whose image's size is known."""
    kinds: Tally = Tally(1)
    """Annotations by the number of the kind."""
    labels: Tally = Tally(1)
    """Annotations by label."""
    objects: Tally = Tally(1)
    """Objects by label, -1 for none: annotations of one item, group and label are one object."""
    presence: Tally = Tally(1)
    """Images by the labels that are in them."""
    together: Tally = Tally(2)
    """Images by pairs of labels that are in them, the lower one first."""
    notes_each: Tally = Tally(1)
    """Images by their number of annotations."""
    objects_each: Tally = Tally(1)
    """Images by their number of objects."""
    attributes: dict[str, dict[str, int]] = {}
    """Annotations by the text of an attribute's value, by the attribute's name."""
    areas: bytes = b""
    """Areas of the segments, ascending, as float64."""
    pixels: Tally = Tally(2)
    """The exact sums of the areas of segments by label, -1 for none, see :mod:`datum.analysis.exact`."""
    joints: Tally = Tally(3)
    """Keypoints by label (-1 for none), number of the joint and visibility."""
    spreads: Spreads = Spreads()
    """Of the measures in ``MEASURES``."""


def count_items(items: Sequence[Item], columns: Columns) -> Counted:
    """Count some items.

    Args:
        items: Without annotations.
        columns: Their annotations.
    """
    found = measure(columns)
    owners = columns.owners()
    each = np.diff(columns.starts)
    objects, objects_each = _objects(columns, owners)
    presence, together = _together(columns, owners)
    boxes = _boxes(columns)
    ratios = boxes[(boxes > 0).all(axis=1)]
    lines = columns.geometry.get(KIND_CODES[KINDS["polyline"]])
    lengths, points = _lines(lines) if isinstance(lines, Lists) else (_NONE, _NONE)
    areas, pixels = _areas(columns, found)
    return Counted(
        images=len(items),
        bare=sorted(item.id for item, count in zip(items, each.tolist(), strict=True) if not count),
        media=sorted(_media(items)),
        sizes=_sizes(items),
        kinds=Tally.of(columns.kinds.astype(np.int64)),
        labels=Tally.of(columns.labels[columns.labels >= 0]),
        objects=objects,
        presence=presence,
        together=together,
        notes_each=Tally.of(each),
        objects_each=objects_each,
        attributes=_attributes(columns.attributes.values()),
        areas=areas,
        pixels=pixels,
        joints=_joints(columns),
        spreads=Spreads.of(
            [boxes[:, 0], boxes[:, 1], ratios[:, 0] / ratios[:, 1], lengths, points]
        ),
    )


_NONE: Floats = np.zeros(0)


def _media(items: Iterable[Item]) -> Iterable[tuple[str, bytes]]:
    for item in items:
        image = item.image
        if image is not None and image.role == "image" and isinstance(image.content, Blob):
            yield item.id, image.content.oid


def _sizes(items: Iterable[Item]) -> Tally:
    known = [item.size for item in items if item.size is not None]
    return Tally.of(*np.array(known, np.int64).reshape(-1, 2).T)


def _objects(columns: Columns, owners: Ints) -> tuple[Tally, Tally]:
    """Objects by label, and images by their number of objects."""
    whole = [KIND_CODES[KINDS[kind]] for kind in ("label", "caption")]
    placed = ~np.isin(columns.kinds, whole)
    numbers = np.arange(columns.total)
    # one without a group is an object of its own
    single = np.where(columns.groups == 0, numbers, -1)
    rows = Tally.of(
        *(part[placed] for part in (owners, columns.groups, single, columns.labels))
    ).arrays()[0]
    each = np.bincount(rows[:, 0], minlength=len(columns))
    return Tally.of(rows[:, 3]), Tally.of(each)


def _together(columns: Columns, owners: Ints) -> tuple[Tally, Tally]:
    """Images by label, and by pairs of labels."""
    named = columns.labels >= 0
    owner, label = Tally.of(owners[named], columns.labels[named]).arrays()[0].T
    ends = np.searchsorted(owner, owner, side="right")
    after = ends - np.arange(len(owner)) - 1
    first = np.repeat(np.arange(len(owner)), after)
    second = first + 1 + np.arange(len(first)) - starts_of(after)[first]
    return Tally.of(label), Tally.of(label[first], label[second])


def _attributes(of_each: Iterable[Mapping[str, object]]) -> dict[str, dict[str, int]]:
    found: dict[str, Counter[str]] = {}
    for attributes in of_each:
        for name, value in attributes.items():
            if name.lower() not in _SKIPPED:
                found.setdefault(name, Counter())[str(value)] += 1
    return {name: dict(sorted(found[name].items())) for name in sorted(found)}


def _areas(columns: Columns, found: Measures) -> tuple[bytes, Tally]:
    covered = columns.of_kinds(SEGMENTS) & (np.abs(found.areas) <= LIMIT)
    areas = found.areas[covered]
    return np.sort(areas).tobytes(), exact_sums(columns.labels[covered], areas)


def _boxes(columns: Columns) -> Floats:
    """(n, 2): widths and heights of boxes."""
    parts = [np.zeros((0, 2))]
    for kind in ("box", "rotated_box"):
        shape = columns.geometry.get(KIND_CODES[KINDS[kind]])
        if isinstance(shape, Fixed):
            parts.append(shape.numbers[:, 2:4])
    return np.concatenate(parts)


def _lines(shape: Lists) -> tuple[Floats, Floats]:
    """Length and number of points of each line."""
    counts = shape.lengths // 2
    owners = np.repeat(np.arange(len(counts)), shape.lengths)
    ranks = np.arange(len(shape.numbers)) - starts_of(shape.lengths)[owners]
    x, y = (shape.numbers[(ranks % 2 == part) & (ranks < 2 * counts[owners])] for part in (0, 1))
    line = np.repeat(np.arange(len(counts)), counts)
    steps = np.hypot(np.diff(x), np.diff(y))
    steps[line[1:] != line[:-1]] = 0
    lengths = np.bincount(line[1:], steps, len(counts))
    return lengths.astype(np.float64), counts.astype(np.float64)


def _joints(columns: Columns) -> Tally:
    parts = []
    for kind in ("points", "skeleton"):
        code = KIND_CODES[KINDS[kind]]
        shape = columns.geometry.get(code)
        if isinstance(shape, Keypoints):
            parts.append(_joints_of(shape, columns.labels[columns.places(code)]))
    return tallied(parts, 3)


def _joints_of(shape: Keypoints, labels: Ints) -> Tally:
    counts = shape.lengths // 2
    owners = np.repeat(np.arange(len(counts)), counts)
    ranks = np.arange(len(owners)) - starts_of(counts)[owners]
    shown = np.full(len(owners), _VISIBLE, np.int64)
    flagged = ranks < shape.flag_lengths[owners]
    shown[flagged] = shape.flags[(starts_of(shape.flag_lengths)[owners] + ranks)[flagged]]
    shown[(shown < 0) | (shown > _VISIBLE)] = _ODD
    return Tally.of(labels[owners], ranks, shown)


def add_up(parts: Sequence[Counted]) -> Counted:
    """What is counted of all parts together."""
    if len(parts) == 1:
        return parts[0]

    def tally(name: str, width: int = 1) -> Tally:
        return tallied((getattr(part, name) for part in parts), width)

    areas = [np.frombuffer(part.areas) for part in parts]
    return Counted(
        images=sum(part.images for part in parts),
        bare=sorted(name for part in parts for name in part.bare),
        media=sorted(pair for part in parts for pair in part.media),
        sizes=tally("sizes", 2),
        kinds=tally("kinds"),
        labels=tally("labels"),
        objects=tally("objects"),
        presence=tally("presence"),
        together=tally("together", 2),
        notes_each=tally("notes_each"),
        objects_each=tally("objects_each"),
        attributes=_added(part.attributes for part in parts),
        areas=np.sort(np.concatenate(areas)).tobytes() if areas else b"",
        pixels=tally("pixels", 2),
        joints=tally("joints", 3),
        spreads=joined_spreads([part.spreads for part in parts]),
    )


def _added(parts: Iterable[Mapping[str, Mapping[str, int]]]) -> dict[str, dict[str, int]]:
    found: dict[str, Counter[str]] = {}
    for part in parts:
        for name, counts in part.items():
            found.setdefault(name, Counter()).update(counts)
    return {name: dict(sorted(found[name].items())) for name in sorted(found)}
