"""bbox_values_decrement: one is taken from x and y of every upright box; width and height stay.

It brings boxes that count pixels from 1, as those of VOC, to pixels from 0, where they were read as they
are written. datum's own readers do that already, so run it only on boxes that are one pixel off: there
is no way to tell from the boxes. Nothing is rounded or cut off. Id, label, group, z-order, score and
attributes stay; other annotations stay. A box with an x or y that is no number stays as it was, which is
counted.
"""

from datum.model import Annotation, Box, Item
from datum.model.clipping import finite
from datum.plugins import Transform, TransformContext
from datum.transforms.changing import Losing, change_annotations
from datum.transforms.placing import shifted

__all__ = ["BBOX_VALUES_DECREMENT"]


def bbox_values_decrement(item: Item, context: TransformContext) -> Item:
    """The item with its boxes one pixel further up and left."""
    lose = Losing(item, context)

    def change(one: Annotation) -> tuple[Annotation, ...]:
        if not isinstance(one, Box):
            return (one,)
        if not finite((one.x, one.y)):
            lose("box", "its place is no number; left as it was")
            return (one,)
        return (shifted(one, -1, -1),)

    return change_annotations(item, change)


BBOX_VALUES_DECREMENT = Transform(
    name="bbox_values_decrement",
    title="Take one from the x and y of boxes",
    help=__doc__ + "\nExample: datum transform -t bbox_values_decrement",
    item=bbox_values_decrement,
)
