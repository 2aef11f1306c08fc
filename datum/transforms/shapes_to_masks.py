"""How outlines become masks and pixels, for the transforms that draw them."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from datum.model import Annotation, Item, Mask
from datum.model.covering import covered
from datum.model.rle import decode_pixels
from datum.plugins import TransformContext
from datum.transforms.changing import Losing, change_annotations, recast, size_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["draw_masks", "draw_pixels"]


def draw_pixels(one: Annotation, size: tuple[int, int]) -> "NDArray[np.bool_] | None":
    """Which pixels an annotation covers, boolean, of shape *size*.

    None for what cannot be drawn: kinds without an area, numbers that are none, outlines of less than
    three points, masks that are broken or of another size.
    """
    height, width = size
    counts = covered(one, height, width)
    if counts is None:
        return None
    try:
        return decode_pixels(Mask(height=height, width=width, counts=counts))
    except ValueError:
        return None


def draw_masks(item: Item, context: TransformContext, wanted: Callable[[Annotation], bool]) -> Item:
    """The item with masks for its *wanted* annotations; what cannot be drawn stays and is counted."""
    if not any(map(wanted, item.annotations)):
        return item
    size = size_of(item, context)
    lose = Losing(item, context)

    def change(one: Annotation) -> tuple[Annotation, ...]:
        if not wanted(one):
            return (one,)
        if size is None:
            lose(one.kind, "the size of the image is unknown; left as it was")
            return (one,)
        height, width = size
        counts = covered(one, height, width)
        if counts is None:
            lose(one.kind, "it cannot be drawn; left as it was")
            return (one,)
        return (recast(one, Mask, height=height, width=width, counts=counts),)

    return change_annotations(item, change)
