"""What becomes of an item's annotations: objects with parts, masks, labels, or a counted loss.

Annotations of one group and label make one object, if they are one box and one outline; boxes of a
group whose label is a part of another box's label are its parts. An outline is a mask, or all the
polygons of a group that say the same.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from math import isfinite

import msgspec

from datum.errors import FormatError
from datum.losses import LossReport
from datum.model import Annotation, Box, Item, Label, LabelCategory, Mask, Points, Polygon
from datum_formats._common.rle import bounds, decode_mask, encode_pixels, from_polygons
from datum_formats.voc.labels import parts_of
from datum_formats.voc.numbers import has_edges
from datum_formats.voc.run_lengths import has_pixels, run_arrays
from datum_formats.voc.tasks import Task

__all__ = ["Outline", "Plan", "Planner", "Thing"]

_NO_BOXES = "the task has no boxes"
_NO_MASKS = "the task has boxes only"
_NO_PLACE = "VOC has no place for it"
_LEAST = 6
"""Numbers that make the smallest polygon."""
_FAR = 1e6
"""Below it are the coordinates of what is drawn: the rasteriser counts in 32 bits."""


class Outline(msgspec.Struct, eq=False):
    """The pixels of an object: one mask, or polygons."""

    parts: list[Mask | Polygon]
    mask: Mask | None = None
    """The pixels, where they can be had."""

    @property
    def first(self) -> Mask | Polygon:
        """The annotation that speaks for all parts."""
        return self.parts[0]


class Thing(msgspec.Struct, eq=False):
    """An object of the annotation file."""

    main: Box | Points
    parts: list[Box] = msgspec.field(default_factory=list)
    outline: Outline | None = None


class Plan(msgspec.Struct):
    """All that is written of an item."""

    things: list[Thing] = msgspec.field(default_factory=list)
    outlines: list[Outline] = msgspec.field(default_factory=list)
    """Those that belong to no object."""
    labels: list[Label] = msgspec.field(default_factory=list)


class Planner:
    """Plans items; counts what is lost."""

    def __init__(
        self, labels: Sequence[LabelCategory], tasks: Collection[Task], losses: LossReport
    ) -> None:
        """Remember what may be written.

        Args:
            labels: Of the dataset.
            tasks: What is written.
            losses: Where losses are counted.
        """
        self._parts = [frozenset(parts_of(label)) for label in labels]
        self._names = [label.name for label in labels]
        self._losses = losses
        self._with_boxes = bool({Task.DETECTION, Task.LAYOUT, Task.ACTION} & set(tasks))
        self._with_masks = Task.SEGMENTATION in tasks
        self._with_labels = Task.CLASSIFICATION in tasks
        self._with_parts = Task.LAYOUT in tasks and any(self._parts)

    def plan(self, item: Item) -> Plan:
        """The plan of an item."""
        where = f"{item.subset}/{item.id}"
        plan = Plan()
        boxes: list[Box | Points] = []
        outlines: list[Mask | Polygon] = []
        _count_fields(item.annotations, self._losses, where)
        for one in item.annotations:
            match one:
                case Label() if self._with_labels:
                    plan.labels.append(one)
                case Box() if self._with_boxes and _is_finite(one):
                    boxes.append(one)
                case Points() if self._with_boxes and _is_point(one):
                    boxes.append(one)
                case Mask() | Polygon():
                    outlines.append(one)
                case _:
                    self._lose(one, where)
        self._outline(plan, boxes, outlines, item, where)
        return plan

    def _lose(self, one: Annotation, where: str) -> None:
        reason = _NO_PLACE
        if isinstance(one, Box):
            reason = "its numbers are not finite" if self._with_boxes else _NO_BOXES
        elif isinstance(one, Label):
            reason = "the task has no labels of whole images"
        self._losses.add(one.kind, reason, where=where)

    def _outline(
        self,
        plan: Plan,
        boxes: list[Box | Points],
        shapes: list[Mask | Polygon],
        item: Item,
        where: str,
    ) -> None:
        """Make objects of the boxes, then give them their outlines."""
        found = list(_outlines(shapes))
        if self._with_masks:
            self._draw(found, item, where)
        owners = dict(_owners(found, boxes))
        derived: list[Box | Points] = []
        for number, outline in enumerate(found):
            if outline.mask is None:
                derived += self._without_pixels(outline, has_box=number in owners, where=where)
            elif number not in owners:
                plan.outlines.append(outline)
        things = self._things([*boxes, *derived])
        plan.things = list(things.values())
        for number, place in owners.items():
            if found[number].mask is not None and place in things:
                things[place].outline = found[number]
            elif found[number].mask is not None:
                plan.outlines.append(found[number])  # parts have no number that a mask could have
        self._count_groups(plan, where)

    def _without_pixels(self, outline: Outline, *, has_box: bool, where: str) -> Iterator[Box]:
        """Count the loss of an outline; its box, where no other tells it."""
        reason = "its pixels cannot be had" if self._with_masks else _NO_MASKS
        box = None if has_box or not self._with_boxes else _box_of(outline)
        if box is not None and _is_finite(box):
            yield box
            reason += "; its box is kept"
        for part in outline.parts:
            self._losses.add(part.kind, reason, where=where)

    def _draw(self, outlines: Iterable[Outline], item: Item, where: str) -> None:
        """Find the pixels of the outlines, all of one size."""
        size = item.size
        for outline in outlines:
            first = outline.first
            if isinstance(first, Mask):
                size = size or (first.height, first.width)
                if size == (first.height, first.width) and _area(first, where):
                    outline.mask = first
            elif size is not None and (drawn := _drawn(outline.parts, size)) is not None:
                outline.mask = drawn
                reason = "drawn as pixels"
                self._losses.add(first.kind, reason, where=where, count=len(outline.parts))

    def _things(self, boxes: Sequence[Box | Points]) -> dict[int, Thing]:
        """The objects by the place of their box; parts go to the object that they are of."""
        wholes = self._wholes(boxes) if self._with_parts else {}
        things = {place: Thing(box) for place, box in enumerate(boxes) if place not in wholes}
        for place, whole in wholes.items():
            part = boxes[place]
            if isinstance(part, Box):
                things[whole].parts.append(part)
        return things

    def _wholes(self, boxes: Sequence[Box | Points]) -> dict[int, int]:
        """For the place of each part, the place of the whole."""
        first_of: defaultdict[int, dict[int, int]] = defaultdict(dict)
        for place, box in enumerate(boxes):
            if box.group and self._is_known(box):
                first_of[box.group].setdefault(box.label or 0, place)
        wholes: dict[int, int] = {}
        for place, box in enumerate(boxes):
            labels = first_of.get(box.group, {}) if self._is_known(box) else {}
            whole = self._whole_of(box.label or 0, labels)
            if whole is not None and self._whole_of(whole, labels) is None:
                wholes[place] = labels[whole]
        return wholes

    def _is_known(self, box: Box | Points) -> bool:
        known = box.label is not None and 0 <= box.label < len(self._names)
        return known and isinstance(box, Box)

    def _whole_of(self, part: int, labels: Iterable[int]) -> int | None:
        """The first of the labels that has *part* among its parts."""
        for label in labels:
            if label != part and self._names[part] in self._parts[label]:
                return label
        return None

    def _count_groups(self, plan: Plan, where: str) -> None:
        """Count the annotations that belonged to others and do so no more."""
        carriers: defaultdict[int, list[int]] = defaultdict(list)
        for thing in plan.things:
            for group in {one.group for one in (thing.main, *thing.parts)}:
                carriers[group].append(1 + len(thing.parts))
        for outline in plan.outlines:
            carriers[outline.first.group].append(len(outline.parts))
        for label in plan.labels:
            carriers[label.group].append(1)
        carriers.pop(0, None)
        for members in carriers.values():
            if len(members) > 1:
                reason = "VOC joins only an object, its mask and its parts"
                self._losses.add("group", reason, where=where, count=sum(members))


def _count_fields(annotations: Sequence[Annotation], losses: LossReport, where: str) -> None:
    """Count ids, z-orders and scores."""
    counts = {
        "id": sum(one.id is not None for one in annotations),
        "z_order": sum(one.z_order != 0 for one in annotations),
        "score": sum(one.score is not None for one in annotations),
    }
    for what, count in counts.items():
        if count:
            losses.add(what, _NO_PLACE, where=where, count=count)


def _is_finite(box: Box) -> bool:
    return has_edges(box.x, box.w) and has_edges(box.y, box.h)


def _is_point(points: Points) -> bool:
    """Whether they are what VOC has for an object without a box: one visible point."""
    one = len(points.points) == 2 and not points.visibility  # noqa: PLR2004 (x and y)
    return one and has_edges(*points.points)


def _outlines(shapes: Iterable[Mask | Polygon]) -> Iterator[Outline]:
    """One outline for each mask, and for the polygons of a group that differ in shape alone."""
    shapes = list(shapes)
    masks = {(one.group, one.label) for one in shapes if isinstance(one, Mask)}
    open_ones: dict[tuple[int, int | None], Outline] = {}
    for one in shapes:
        key = (one.group, one.label)
        joined = open_ones.get(key) if isinstance(one, Polygon) else None
        if joined is not None and _same_but_shape(joined.first, one):
            joined.parts.append(one)
            continue
        outline = Outline([one])
        if one.group and isinstance(one, Polygon) and key not in masks:
            open_ones.setdefault(key, outline)
        yield outline


def _same_but_shape(one: Annotation, other: Annotation) -> bool:
    same = one.attributes == other.attributes and one.z_order == other.z_order
    return same and one.score == other.score


def _owners(
    outlines: Sequence[Outline], boxes: Sequence[Box | Points]
) -> Iterator[tuple[int, int]]:
    """Places of outlines, and of the boxes that are alone with them in a group and label."""
    boxes_of: defaultdict[tuple[int, int | None], list[int]] = defaultdict(list)
    outlines_of: defaultdict[tuple[int, int | None], list[int]] = defaultdict(list)
    for place, box in enumerate(boxes):
        if box.group and isinstance(box, Box):
            boxes_of[box.group, box.label].append(place)
    for place, outline in enumerate(outlines):
        outlines_of[outline.first.group, outline.first.label].append(place)
    for key, found in outlines_of.items():
        owning = boxes_of.get(key, [])
        if len(found) == len(owning) == 1:
            yield found[0], owning[0]


def _drawn(parts: Sequence[Mask | Polygon], size: tuple[int, int]) -> Mask | None:
    """The pixels of polygons, holes left out; None where they have none."""
    height, width = size
    polygons = [one for one in parts if isinstance(one, Polygon) and _is_drawable(one)]
    if polygons and not any(one.holes for one in polygons):
        whole = _mask([one.points for one in polygons], height, width)
        return whole if has_pixels(whole.counts) else None
    pixels = None
    for one in polygons:
        drawn = decode_mask(_mask([one.points], height, width))
        for hole in one.holes:
            if len(hole) >= _LEAST:
                drawn &= ~decode_mask(_mask([hole], height, width))
        pixels = drawn if pixels is None else pixels | drawn
    if pixels is None or not pixels.any():
        return None
    return Mask(height=height, width=width, counts=encode_pixels(pixels)[2])


def _area(mask: Mask, where: str) -> int:
    try:
        (lengths,) = run_arrays([mask.counts])
        return int(lengths[1::2].sum())
    except FormatError as error:
        raise FormatError(f"item '{where}': {error}") from error


def _is_drawable(one: Polygon) -> bool:
    if len(one.points) < _LEAST:
        return False
    return all(all(map(_FAR.__gt__, map(abs, ring))) for ring in (one.points, *one.holes))


def _mask(polygons: Sequence[Sequence[float]], height: int, width: int) -> Mask:
    return Mask(height=height, width=width, counts=from_polygons(polygons, height, width))


def _box_of(outline: Outline) -> Box | None:
    """The box around an outline, with its label and attributes; None for an empty one."""
    corners = [corner for part in outline.parts if (corner := _corners(part)) is not None]
    if not corners:
        return None
    left, top = min(one[0] for one in corners), min(one[1] for one in corners)
    right, bottom = max(one[2] for one in corners), max(one[3] for one in corners)
    first = outline.first
    return Box(
        x=left,
        y=top,
        w=right - left,
        h=bottom - top,
        label=first.label,
        group=first.group,
        attributes=first.attributes,
    )


def _corners(part: Mask | Polygon) -> tuple[float, float, float, float] | None:
    if isinstance(part, Polygon):
        if not part.points or not all(map(isfinite, part.points)):
            return None
        xs, ys = part.points[::2], part.points[1::2]
        return (min(xs), min(ys), max(xs), max(ys))
    try:
        x, y, w, h = bounds(part)
    except FormatError:
        return None
    return (x, y, x + w, y + h) if w else None
