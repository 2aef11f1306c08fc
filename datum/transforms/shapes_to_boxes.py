"""shapes_to_boxes: every shape becomes the upright box around it.

Shapes are polygons, polylines, masks, points and skeletons, ellipses, rotated boxes, and cuboids drawn on
the image. The box is exact: of a mask it spans whole pixels, of keypoints those that are not absent. Id,
label, group, z-order, score and attributes are the shape's. A shape that has no place, such as an empty
mask or one with a coordinate that is no number, stays what it is, which is counted. Labels, captions,
boxes, and cuboids in space are left.
"""

from datum.model import (
    Annotation,
    Box,
    Cuboid2D,
    Ellipse,
    Item,
    Mask,
    Points,
    Polygon,
    Polyline,
    RotatedBox,
    Skeleton,
)
from datum.model.clipping import finite
from datum.model.geometry import Bounds, bounds
from datum.model.rle import is_whole
from datum.plugins import Transform, TransformContext
from datum.transforms.changing import Losing, change_annotations, recast

__all__ = ["SHAPES_TO_BOXES"]

_SHAPES = (Polygon, Polyline, Mask, Points, Skeleton, Ellipse, RotatedBox, Cuboid2D)


def shapes_to_boxes(item: Item, context: TransformContext) -> Item:
    """The item with boxes for its shapes."""
    lose = Losing(item, context)

    def change(one: Annotation) -> tuple[Annotation, ...]:
        if not isinstance(one, _SHAPES):
            return (one,)
        place = _place(one)
        if place is None:
            lose(one.kind, "it has no place in the image; left as it was")
            return (one,)
        x, y, w, h = place
        return (recast(one, Box, x=x, y=y, w=w, h=h),)

    return change_annotations(item, change)


def _place(one: Annotation) -> Bounds | None:
    if isinstance(one, Mask) and not is_whole(one):
        return None
    if not finite(getattr(one, "points", ())):  # a NaN hides among the smallest and largest
        return None
    place = bounds(one)
    return place if place is not None and finite(place) else None


SHAPES_TO_BOXES = Transform(
    name="shapes_to_boxes",
    title="Turn shapes into boxes",
    help=__doc__ + "\nExample: datum transform -t shapes_to_boxes",
    item=shapes_to_boxes,
)
