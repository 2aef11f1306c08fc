"""crop_covered_segments: polygons and masks lose what those above them cover.

Above is what has the larger z-order; of equal ones, what comes later in the item. Afterwards no two of them
have a pixel in common, and together they cover the pixels that they covered before.

It is reckoned in pixels, chosen as the COCO API chooses them. A segment of which nothing is covered is not
touched. A mask stays a mask. A polygon that is cut becomes the outlines of the pixels that are left, along
their edges, with holes where something lies inside of it; of several parts the first keeps the id, and all
share the group, or a new one where there was none. Label, z-order, score and attributes stay.

A segment that is covered altogether is removed, which is counted. One that cannot be drawn (less than three
points, a coordinate that is no number, a mask that is broken or not of the image's size) stays and covers
nothing, and in an image whose size is unknown all stay; both are counted. Other annotations stay.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from datum.model import Annotation, Item, Mask, Polygon
from datum.model.rle import encode_pixels
from datum.plugins import Transform, TransformContext
from datum.transforms.changing import Losing, recast, replace_each, size_of
from datum.transforms.masks_to_polygons import outlines
from datum.transforms.shapes_to_masks import draw_pixels

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["CROP_COVERED_SEGMENTS"]


def crop_covered_segments(item: Item, context: TransformContext) -> Item:
    """The item with segments that do not overlap."""
    if sum(isinstance(one, Polygon | Mask) for one in item.annotations) <= 1:
        return item
    lose = Losing(item, context)
    size = size_of(item, context)
    if size is None or min(size) < 1:
        lose("item", "the size of its picture is unknown; left as it was")
        return item
    left = _uncovered(item, size, lose)
    parts = [_parts(one, left.get(n), lose) for n, one in enumerate(item.annotations)]
    return replace_each(item, parts)


def _uncovered(item: Item, size: tuple[int, int], lose: Losing) -> "dict[int, NDArray[np.bool_]]":
    """By the number of the annotation: the pixels that are left, of those of which some are covered."""
    import numpy as np

    segments = [n for n, one in enumerate(item.annotations) if isinstance(one, Polygon | Mask)]
    upwards = sorted(segments, key=lambda n: item.annotations[n].z_order)
    covered = np.zeros(size, dtype=bool)
    left = {}
    for n in upwards[::-1]:
        one = item.annotations[n]
        pixels = draw_pixels(one, size)
        if pixels is None:
            lose(one.kind, "it cannot be drawn; left as it was")
            continue
        if (pixels & covered).any():
            left[n] = pixels & ~covered
        covered |= pixels
    return left


def _parts(
    one: Annotation, pixels: "NDArray[np.bool_] | None", lose: Losing
) -> Sequence[Annotation]:
    """What becomes of a segment of which some pixels are covered, and these are left."""
    if pixels is None:
        return (one,)
    if not pixels.any():
        lose(one.kind, "it is covered altogether; removed")
        return ()
    if isinstance(one, Mask):
        return (replace(one, counts=encode_pixels(pixels)),)
    return [recast(one, Polygon, points=ring, holes=holes) for ring, holes in outlines(pixels)]


CROP_COVERED_SEGMENTS = Transform(
    name="crop_covered_segments",
    title="Take from segments what others cover",
    help=__doc__ + "\nExample: datum transform -t crop_covered_segments",
    item=crop_covered_segments,
)
