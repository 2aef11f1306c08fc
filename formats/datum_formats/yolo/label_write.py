"""The label file of an item: a line for each object, of its box or of its outline."""

from collections.abc import Callable

from datum.losses import LossReport
from datum.model import Annotation, Box, Categories, Item, Polygon, RotatedBox
from datum_formats._common.losses import count_fields, lose
from datum_formats._common.shapes import box_of_shape, corners, is_finite
from datum_formats.yolo.decimals import box_text, points_text
from datum_formats.yolo.objects import PLACES, labelled_objects

__all__ = ["Lines", "box_lines", "outline_lines", "size_for"]

Lines = Callable[[Item, Categories, LossReport], bytes]
"""Makes the label file of an item, and counts what it leaves out."""

_TRIANGLE = 6
"""Numbers of the smallest outline."""


def box_lines(item: Item, categories: Categories, losses: LossReport) -> bytes:
    """A line of class, centre and size for each object that has an extent."""
    lines: list[str] = []
    for members in labelled_objects(item, categories, losses):
        size = size_for(item, members, losses)
        if size is None:
            continue
        box = next((member for member in members if isinstance(member, Box)), None)
        values = box_of_shape(members if box is None else [box])
        if values is None or not is_finite(values):
            lose(members, "YOLO for detection has boxes alone", item, losses)
            continue
        lines.append(f"{members[0].label} {box_text(values, *size)}\n")
        count_fields(box or members[0], item, losses, PLACES)
        others = [member for member in members if member is not box]
        lose(others, "YOLO for detection keeps the bounding box alone", item, losses)
    return "".join(lines).encode()


def outline_lines(item: Item, categories: Categories, losses: LossReport) -> bytes:
    """A line of class and outline for each polygon, and for each box that has none."""
    lines: list[str] = []
    for members in labelled_objects(item, categories, losses):
        size = size_for(item, members, losses)
        if size is None:
            continue
        outlines = [member for member in members if _is_outline(member)]
        others = [member for member in members if not _is_outline(member)]
        if not outlines:
            outlines, others = _boxes(others)
            lose(outlines, "YOLO for segmentation keeps its corners as an outline", item, losses)
        for outline in outlines:
            points = outline.points if isinstance(outline, Polygon) else corners(outline)  # type: ignore[arg-type] # _boxes gives nothing else
            lines.append(f"{outline.label} {points_text(points, *size)}\n")
            count_fields(outline, item, losses, PLACES)
        lose(others, "YOLO for segmentation has outlines alone", item, losses)
    return "".join(lines).encode()


def _is_outline(member: Annotation) -> bool:
    return (
        isinstance(member, Polygon)
        and len(member.points) >= _TRIANGLE
        and len(member.points) % 2 == 0
        and is_finite(member.points)
    )


def _boxes(members: list[Annotation]) -> tuple[list[Annotation], list[Annotation]]:
    """The box of an object that has no outline, and the rest of it."""
    boxes: list[Annotation] = [
        member
        for member in members
        if isinstance(member, Box | RotatedBox) and is_finite(corners(member))
    ]
    return boxes, [member for member in members if member not in boxes]


def size_for(item: Item, members: list[Annotation], losses: LossReport) -> tuple[int, int] | None:
    """Height and width of the item's image; None where unknown, and the members are lost."""
    size = item.size
    if size is not None and all(size):
        return size
    lose(members, "the size of the image is unknown, and YOLO needs it", item, losses)
    return None
