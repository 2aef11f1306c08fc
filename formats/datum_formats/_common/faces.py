"""Shapes of formats that have one label for an image, and boxes and landmarks of it."""

import math
from collections.abc import Sequence
from typing import TypeVar

from datum.model import Box, Item, Points
from datum.plugins import Writing

__all__ = ["boxes_of", "finite_boxes", "landmarks_of", "numbers_of"]

Shape = TypeVar("Shape", Box, Points)

_VISIBLE = 2
_REASON = "the format has no place for it"


def numbers_of(one: Box | Points) -> tuple[float, ...]:
    """Left, top, width, height; or the points."""
    return (one.x, one.y, one.w, one.h) if isinstance(one, Box) else one.points


def boxes_of(item: Item, writing: Writing, label: int | None) -> list[Box]:
    """The boxes that can be written; what is lost of the others, and of their labels, is counted.

    Args:
        item: The item.
        writing: The export.
        label: Of the image.
    """
    boxes = [one for one in item.annotations if isinstance(one, Box)]
    return _fine(boxes, item, writing, label)


def landmarks_of(
    item: Item, writing: Writing, label: int | None, count: int | None = None
) -> list[Points]:
    """The sets of points that can be written, as :func:`boxes_of`; of *count* points, where it is said."""
    points = [one for one in item.annotations if isinstance(one, Points)]
    fitting = [one for one in points if count is None or len(one.points) == 2 * count]
    _lose(writing, item, "points", f"it has not {count} points", len(points) - len(fitting))
    fine = _fine(fitting, item, writing, label)
    hidden = [one for one in fine if any(flag != _VISIBLE for flag in one.visibility)]
    _lose(writing, item, "visibility", _REASON, len(hidden))
    return fine


def finite_boxes(item: Item, writing: Writing) -> list[Box]:
    """The boxes whose numbers are finite; the others are counted as lost."""
    return _finite([one for one in item.annotations if isinstance(one, Box)], item, writing)


def _finite(shapes: Sequence[Shape], item: Item, writing: Writing) -> list[Shape]:
    fine = [one for one in shapes if all(map(math.isfinite, numbers_of(one)))]
    if shapes:
        reason = "a number of it is not finite"
        _lose(writing, item, shapes[0].kind, reason, len(shapes) - len(fine))
    return fine


def _fine(shapes: Sequence[Shape], item: Item, writing: Writing, label: int | None) -> list[Shape]:
    fine = _finite(shapes, item, writing)
    if fine:
        others = sum(one.label != label for one in fine)
        _lose(writing, item, f"label of {fine[0].kind}", "it is another than the image's", others)
    return fine


def _lose(writing: Writing, item: Item, what: str, reason: str, count: int) -> None:
    if count:
        writing.losses.add(what, reason, where=f"{item.subset}/{item.id}", count=count)
