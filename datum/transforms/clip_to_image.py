"""clip_to_image: what reaches out of the image is cut off.

The image spans 0 to its width and 0 to its height. Boxes and polygons are cut exactly: corners inside keep
their coordinates, nothing is rounded. A polygon or a line that falls apart becomes several annotations:
the first keeps the id, and all share the group, or a new one where there was none. A rotated box or an
ellipse that reaches out becomes the polygon of what is left, and keypoints outside become absent, with
their coordinates kept; both are counted. A cuboid drawn on the image cannot be cut and stays, counted where
it reaches out. Masks lie in the image by their nature. Labels, captions and cuboids in space stay.

An annotation that lies outside altogether, or touches the border alone, is removed, which is counted. One
that cannot be cut (a coordinate that is no number, a negative size, less than three points, a mask of
another size) stays as it was, which is counted; ``fix_boxes`` is for those. So does everything in an image
whose size is unknown: neither stated, nor to be had from its bytes.
"""

from collections.abc import Sequence

from datum.model import Annotation, Item
from datum.plugins import Transform, TransformContext
from datum.transforms.changing import Losing, change_annotations, size_of
from datum.transforms.cutting import cut_out
from datum.transforms.placing import is_placed

__all__ = ["CLIP_TO_IMAGE"]


def clip_to_image(item: Item, context: TransformContext) -> Item:
    """The item with its annotations cut to the image."""
    if not any(map(is_placed, item.annotations)):
        return item
    lose = Losing(item, context)
    size = size_of(item, context)
    if size is None or min(size) < 1:
        lose("item", "the size of its picture is unknown; left as it was")
        return item
    window = (0, 0, size[1], size[0])

    def change(one: Annotation) -> Sequence[Annotation]:
        cut = cut_out(one, window, size)
        if cut is None:
            lose(one.kind, "it cannot be cut; left as it was")
            return (one,)
        if not cut.parts:
            lose(one.kind, "it lies outside of the image; removed")
        elif cut.note:
            lose(one.kind, cut.note)
        return cut.parts

    return change_annotations(item, change)


CLIP_TO_IMAGE = Transform(
    name="clip_to_image",
    title="Cut off what reaches out of the image",
    help=__doc__ + "\nExample: datum transform -t clip_to_image",
    item=clip_to_image,
)
