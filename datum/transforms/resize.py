"""resize: pictures are brought to another size, and annotations with them.

``--width`` and ``--height`` are the new size in pixels. Where one is left out, the other side keeps the
proportions: it is rounded to the nearest pixel, half of one up, and is at least one. A picture that has the
size already stays as it is, bytes and all.

Coordinates are multiplied by new size / old size, each side by its own, and are not rounded; doubling and
halving again restores them. Upright boxes stay boxes. A rotated box stays one where both sides are scaled
alike or its angle is a quarter turn; else it becomes the polygon of its corners, which is counted. Ellipses
stay ellipses, with the axes that they have then. Of a mask each new pixel is the old one that its centre
falls into. Keypoints keep their visibility. Labels, captions and cuboids in space stay.

Pixels are averaged over areas where the picture gets smaller, and are cubic splines where it grows;
``--method`` chooses another way, such as ``nearest`` for pictures whose values are class ids. Bit depth,
channels and file type stay; JPEG is written with quality 95. An item stays as it was, which is counted,
where its picture does not decode, has no known size or another one than stated, or is of a type that
cannot be written. So does an annotation with a coordinate that is no number, or a mask of another size.
"""

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from datum.errors import UsageError
from datum.model import Annotation, Item, RotatedBox
from datum.model.covering import MOST_PIXELS
from datum.plugins import Option, Transform, TransformContext
from datum.transforms.changing import Losing, change_annotations
from datum.transforms.painting import picture_of, repainted
from datum.transforms.placing import Scale, scaled

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["RESIZE"]

_METHODS = ("auto", "area", "cubic", "linear", "nearest")


def resize(item: Item, context: TransformContext) -> Item:
    """The item in its new size."""
    if item.size is not None and _new_size(item.size, context) == item.size:
        return item
    lose = Losing(item, context)
    picture = picture_of(item, context, lose)
    if picture is None:
        return item
    size = _new_size((picture.height, picture.width), context)
    if size == (picture.height, picture.width):
        return item
    by = Scale(picture.height, picture.width, *size)
    pixels = None if picture.pixels is None else _resized(picture.pixels, by, context)
    media = repainted(picture, pixels, size, lose)
    if media is None:
        return item
    changed = change_annotations(item, lambda one: (_scaled(one, by, lose),))
    return replace(changed, media=(media, *item.media[1:]))


def _scaled(one: Annotation, by: Scale, lose: Losing) -> Annotation:
    new = scaled(one, by)
    if new is None:
        lose(one.kind, "it cannot be scaled; left as it was")
        return one
    if isinstance(one, RotatedBox) and not isinstance(new, RotatedBox):
        lose(one.kind, "its sides are at right angles no more; it is a polygon now")
    return new


def _new_size(size: tuple[int, int], context: TransformContext) -> tuple[int, int]:
    """Height and width of the result."""
    height, width = context.options["height"], context.options["width"]
    if height is None and width is None:
        raise UsageError("resize needs --width, --height or both")
    if min(one for one in (height, width) if one is not None) < 1:
        raise UsageError("resize to less than one pixel: --width and --height are at least 1")
    new_height = _in_proportion(width, size[0], size[1]) if height is None else height
    new_width = _in_proportion(height, size[1], size[0]) if width is None else width
    if new_height * new_width > MOST_PIXELS:
        raise UsageError(f"resize to {new_width} x {new_height}: more than {MOST_PIXELS} pixels")
    return (new_height, new_width)


def _in_proportion(new_other: int, side: int, other: int) -> int:
    return max((2 * side * new_other + other) // (2 * other), 1)


def _resized(pixels: "NDArray[Any]", by: Scale, context: TransformContext) -> "NDArray[Any]":
    import cv2

    method = context.options["method"]
    smaller = by.new_height * by.new_width < by.height * by.width
    chosen = ("area" if smaller else "cubic") if method == "auto" else method
    flags = {
        "area": cv2.INTER_AREA,
        "cubic": cv2.INTER_CUBIC,
        "linear": cv2.INTER_LINEAR,
        "nearest": cv2.INTER_NEAREST_EXACT,
    }
    return cv2.resize(pixels, (by.new_width, by.new_height), interpolation=flags[chosen])


RESIZE = Transform(
    name="resize",
    title="Bring pictures and annotations to another size",
    help=__doc__ + "\nExample: datum transform -t resize -- --width 640 --height 480",
    options=(
        Option(name="width", type=int, short=("-dw",), help="new width in pixels"),
        Option(name="height", type=int, short=("-dh",), help="new height in pixels"),
        Option(name="method", default="auto", choices=_METHODS, help="how pixels are interpolated"),
    ),
    item=resize,
)
