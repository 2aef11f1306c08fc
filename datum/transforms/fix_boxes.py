"""fix_boxes: boxes that are none are put right, or removed. Every change is counted with its reason.

In this order, for each upright box:

1. A number that is NaN, infinite or of 1e100 and more: the box is removed.
2. A negative width: the box is turned over, so that x is its left edge and the width is positive. A
   negative height likewise.
3. A box that lies outside of the image, or touches its border alone, is removed; what reaches out is cut
   off. Where the size of the image is unknown, neither stated nor to be had from its bytes, this step is
   left out, and the item is counted.
4. A width or height that is not greater than ``--min-size``, in pixels: the box is removed. 0, the default,
   removes boxes without an area.

A rotated box goes through the same steps, but negative sizes just lose their sign, as it is the same box
about its centre, and one that reaches out of the image stays as it is. Nothing is rounded, and a box that is
sound is not touched. Other annotations stay, also those of the box's group.
"""

from msgspec.structs import replace

from datum.errors import UsageError
from datum.model import Annotation, Box, Item, RotatedBox
from datum.model.clipping import finite
from datum.plugins import Option, Transform, TransformContext
from datum.transforms.changing import Losing, change_annotations, size_of
from datum.transforms.cutting import cut_out
from datum.transforms.placing import numbers_of

__all__ = ["FIX_BOXES"]


def fix_boxes(item: Item, context: TransformContext) -> Item:
    """The item with sound boxes."""
    least = context.options["min_size"]
    if not (least >= 0 and finite((least,))):
        raise UsageError(f"--min-size {least} of fix_boxes is no number of pixels, 0 or more")
    if not any(isinstance(one, Box | RotatedBox) for one in item.annotations):
        return item
    lose = Losing(item, context)
    size = size_of(item, context)
    if size is None:
        lose("item", "the size of its picture is unknown; boxes are not cut to it")

    def change(one: Annotation) -> tuple[Annotation, ...]:
        if not isinstance(one, Box | RotatedBox):
            return (one,)
        fixed = _fixed(one, size, lose)
        if fixed is not None and min(fixed.w, fixed.h) <= least:
            lose(one.kind, "it has no area; removed" if not least else "it is too small; removed")
            return ()
        return () if fixed is None else (fixed,)

    return change_annotations(item, change)


def _fixed(
    one: Box | RotatedBox, size: tuple[int, int] | None, lose: Losing
) -> Box | RotatedBox | None:
    """The box put right; None where it goes."""
    if not finite(numbers_of(one)):
        lose(one.kind, "a coordinate is no number; removed")
        return None
    if min(one.w, one.h) < 0:
        lose(one.kind, "its size was negative; turned over")
        one = _turned_over(one)
    if size is None:
        return one
    cut = cut_out(one, (0, 0, size[1], size[0]), size)
    if cut is None or not cut.parts:
        lose(one.kind, "it lies outside of the image; removed")
        return None
    part = cut.parts[0]
    if part is one or not isinstance(part, Box):
        return one
    lose(one.kind, "it reached out of the image; cut off")
    return part


def _turned_over(one: Box | RotatedBox) -> Box | RotatedBox:
    if isinstance(one, RotatedBox):
        return replace(one, w=abs(one.w), h=abs(one.h))
    x, y = min(one.x, one.x + one.w), min(one.y, one.y + one.h)
    return replace(one, x=x, y=y, w=abs(one.w), h=abs(one.h))


FIX_BOXES = Transform(
    name="fix_boxes",
    title="Put boxes right, or remove those that are none",
    help=__doc__ + "\nExample: datum transform -t fix_boxes -- --min-size 1",
    options=(
        Option(
            name="min_size",
            type=float,
            default=0.0,
            help="boxes not wider or not higher than this go, in pixels",
        ),
    ),
    item=fix_boxes,
)
