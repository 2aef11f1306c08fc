"""boxes_to_polygons: every box, upright or rotated, becomes the polygon of its four corners.

The corners run clockwise as seen on the screen, from the top left one (of a rotated box: from the one
that is top left at angle 0). Coordinates are not rounded. Id, label, group, z-order, score and attributes
are the box's.
"""

from datum.model import Annotation, Box, Item, Polygon, RotatedBox
from datum.model.clipping import Ring
from datum.model.geometry import corners
from datum.plugins import Transform, TransformContext
from datum.transforms.changing import change_annotations, recast

__all__ = ["BOXES_TO_POLYGONS"]


def boxes_to_polygons(item: Item, _context: TransformContext) -> Item:
    """The item with polygons for its boxes."""
    return change_annotations(item, _change)


def _change(one: Annotation) -> tuple[Annotation, ...]:
    match one:
        case Box(x=x, y=y, w=w, h=h):
            points: Ring = (x, y, x + w, y, x + w, y + h, x, y + h)
        case RotatedBox():
            points = corners(one)
        case _:
            return (one,)
    return (recast(one, Polygon, points=points),)


BOXES_TO_POLYGONS = Transform(
    name="boxes_to_polygons",
    title="Turn boxes into polygons",
    help=__doc__ + "\nExample: datum transform -t boxes_to_polygons",
    item=boxes_to_polygons,
)
