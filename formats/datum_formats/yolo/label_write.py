"""The label file of an item: one line for each object that the format can hold."""

import math
from collections.abc import Callable

from datum.losses import LossReport
from datum.model import Annotation, Box, Categories, Item, Polygon, RotatedBox
from datum_formats.yolo.decimals import box_text, points_text
from datum_formats.yolo.objects import box_of_shape, corners, count_fields, objects

__all__ = ["Lines", "box_lines", "outline_lines"]

Lines = Callable[[Item, Categories, LossReport], bytes]
"""Makes the label file of an item, and counts what it leaves out."""

_TRIANGLE = 6
"""Numbers of the smallest outline."""


def box_lines(item: Item, categories: Categories, losses: LossReport) -> bytes:
    """A line of class, centre and size for each object that has an extent."""
    lines: list[str] = []
    where = f"{item.subset}/{item.id}"
    for members in objects(item, categories, losses):
        size = _size(item, members, losses)
        if size is None:
            continue
        box = next((member for member in members if isinstance(member, Box)), None)
        values = box_of_shape(members if box is None else [box])
        if values is None or not all(map(math.isfinite, values)):
            _lose(members, "YOLO for detection has boxes alone", where, losses)
            continue
        lines.append(f"{members[0].label} {box_text(values, *size)}\n")
        count_fields(box or members[0], item, losses)
        others = [member for member in members if member is not box]
        _lose(others, "YOLO for detection keeps the bounding box alone", where, losses)
    return "".join(lines).encode()


def outline_lines(item: Item, categories: Categories, losses: LossReport) -> bytes:
    """A line of class and outline for each polygon, and for each box that has none."""
    lines: list[str] = []
    where = f"{item.subset}/{item.id}"
    for members in objects(item, categories, losses):
        size = _size(item, members, losses)
        if size is None:
            continue
        outlines = [member for member in members if _is_outline(member)]
        others = [member for member in members if not _is_outline(member)]
        if not outlines:
            outlines, others = _boxes(others)
            _lose(outlines, "YOLO for segmentation keeps its corners as an outline", where, losses)
        for outline in outlines:
            points = outline.points if isinstance(outline, Polygon) else corners(outline)  # type: ignore[arg-type] # _boxes gives nothing else
            lines.append(f"{outline.label} {points_text(points, *size)}\n")
            count_fields(outline, item, losses)
        _lose(others, "YOLO for segmentation has outlines alone", where, losses)
    return "".join(lines).encode()


def _is_outline(member: Annotation) -> bool:
    return (
        isinstance(member, Polygon)
        and len(member.points) >= _TRIANGLE
        and len(member.points) % 2 == 0
        and all(map(math.isfinite, member.points))
    )


def _boxes(members: list[Annotation]) -> tuple[list[Annotation], list[Annotation]]:
    """The box of an object that has no outline, and the rest of it."""
    boxes: list[Annotation] = [
        member
        for member in members
        if isinstance(member, Box | RotatedBox) and all(map(math.isfinite, corners(member)))
    ]
    return boxes, [member for member in members if member not in boxes]


def _size(item: Item, members: list[Annotation], losses: LossReport) -> tuple[int, int] | None:
    size = item.size
    if size is not None and all(size):
        return size
    where = f"{item.subset}/{item.id}"
    _lose(members, "the size of the image is unknown, and YOLO needs it", where, losses)
    return None


def _lose(members: list[Annotation], reason: str, where: str, losses: LossReport) -> None:
    for member in members:
        losses.add(member.kind, reason, where=where)
