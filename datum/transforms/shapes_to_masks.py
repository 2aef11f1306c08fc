"""How outlines become masks, for the transforms that make masks of them."""

from collections.abc import Callable

from datum.model import Annotation, Item, Mask
from datum.model.covering import covered
from datum.plugins import TransformContext
from datum.transforms.changing import Losing, change_annotations, recast, size_of

__all__ = ["draw_masks"]


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
