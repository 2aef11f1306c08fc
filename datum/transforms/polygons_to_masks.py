"""polygons_to_masks: every polygon and ellipse becomes the mask of the pixels that it covers.

Pixels are chosen as the COCO API chooses them. Holes stay holes: their pixels are taken out. What lies
outside the image is cut off. Id, label, group, z-order, score and attributes are the shape's. A shape of
an image whose size is unknown, of less than three points, or with a coordinate that is no number, stays
what it is, which is counted.
"""

from datum.model import Ellipse, Item, Polygon
from datum.plugins import Transform, TransformContext
from datum.transforms.shapes_to_masks import draw_masks

__all__ = ["POLYGONS_TO_MASKS"]


def polygons_to_masks(item: Item, context: TransformContext) -> Item:
    """The item with masks for its polygons and ellipses."""
    return draw_masks(item, context, lambda one: isinstance(one, Polygon | Ellipse))


POLYGONS_TO_MASKS = Transform(
    name="polygons_to_masks",
    title="Turn polygons into masks",
    help=__doc__ + "\nExample: datum transform -t polygons_to_masks",
    item=polygons_to_masks,
)
