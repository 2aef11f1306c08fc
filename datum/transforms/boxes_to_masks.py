"""boxes_to_masks: every box, upright or rotated, becomes the mask of the pixels that it covers.

Pixels are chosen as the COCO API chooses them; what lies outside the image is cut off. Id, label, group,
z-order, score and attributes are the box's. A box of an image whose size is unknown, or with a
coordinate that is no number, stays a box, which is counted.
"""

from datum.model import Box, Item, RotatedBox
from datum.plugins import Transform, TransformContext
from datum.transforms.shapes_to_masks import draw_masks

__all__ = ["BOXES_TO_MASKS"]


def boxes_to_masks(item: Item, context: TransformContext) -> Item:
    """The item with masks for its boxes."""
    return draw_masks(item, context, lambda one: isinstance(one, Box | RotatedBox))


BOXES_TO_MASKS = Transform(
    name="boxes_to_masks",
    title="Turn boxes into masks",
    help=__doc__ + "\nExample: datum transform -t boxes_to_masks",
    item=boxes_to_masks,
)
