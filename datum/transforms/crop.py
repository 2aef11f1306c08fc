"""crop: a window is cut out of pictures and annotations.

``--x`` and ``--y`` are the left top corner of the window, ``--width`` and ``--height`` its size, in pixels.
What of the window lies outside of a picture is left off, so that a picture may come out smaller; one that
the window misses altogether stays as it was, with all of its item, which is counted.

Annotations are cut exactly and moved to the new origin. Boxes and polygons keep the corners inside, nothing
is rounded. A polygon or a line that falls apart becomes several annotations: the first keeps the id, and all
share the group, or a new one where there was none. A rotated box or an ellipse that is cut becomes the
polygon of what is left, keypoints outside become absent, with their coordinates kept, and a cuboid drawn on
the picture stays whole where its bounds reach into the window; these are counted. Of masks the pixels in
the window stay. Labels, captions and cuboids in space stay. What lies outside altogether, or touches the
border alone, is removed, as is what cannot be cut (a coordinate that is no number, a negative size, less
than three points, a mask of another size than the picture); both are counted.

Bit depth, channels and file type of pictures stay; JPEG is written with quality 95. A window that takes in
all of a picture leaves its bytes as they are. An item stays as it was, which is counted, where its picture
does not decode, has no known size or another one than stated, or is of a type that cannot be written.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from datum.errors import UsageError
from datum.model import Annotation, Item
from datum.plugins import Option, Transform, TransformContext
from datum.transforms.changing import Losing, change_annotations
from datum.transforms.cutting import Pixels, cut_out, moved_into
from datum.transforms.painting import cropped, picture_of

__all__ = ["CROP"]


def crop(item: Item, context: TransformContext) -> Item:
    """The window of the item."""
    wanted = _wanted(context)
    lose = Losing(item, context)
    picture = picture_of(item, context, lose)
    if picture is None:
        return item
    size = (picture.height, picture.width)
    window = _within(wanted, size)
    if window is None:
        lose("item", "the window is outside of its picture; left as it was")
        return item
    media = cropped(picture, window, lose)
    if media is None:
        return item

    def change(one: Annotation) -> Sequence[Annotation]:
        cut = cut_out(one, window, size)
        if cut is None:
            lose(one.kind, "it cannot be cut; removed")
            return ()
        if not cut.parts:
            lose(one.kind, "it lies outside of the window; removed")
        elif cut.note:
            lose(one.kind, cut.note)
        return [moved_into(part, window) for part in cut.parts]

    changed = change_annotations(item, change)
    return changed if media is item.image else replace(changed, media=(media, *item.media[1:]))


def _wanted(context: TransformContext) -> Pixels:
    x, y, width, height = (context.options[name] for name in ("x", "y", "width", "height"))
    if min(x, y) < 0 or min(width, height) < 1:
        raise UsageError(
            f"crop at {x}, {y} of {width} x {height} pixels: --x and --y are at least 0, "
            "--width and --height at least 1"
        )
    return (x, y, width, height)


def _within(window: Pixels, size: tuple[int, int]) -> Pixels | None:
    """The part of a window that lies in the picture; None where nothing does."""
    x, y, width, height = window
    width, height = min(width, size[1] - x), min(height, size[0] - y)
    return (x, y, width, height) if min(width, height) > 0 else None


CROP = Transform(
    name="crop",
    title="Cut a window out of pictures and annotations",
    help=__doc__ + "\nExample: datum transform -t crop -- --x 10 --y 10 --width 256 --height 256",
    options=(
        Option(name="x", type=int, default=0, short=("-dx",), help="left edge in pixels"),
        Option(name="y", type=int, default=0, short=("-dy",), help="top edge in pixels"),
        Option(name="width", type=int, required=True, short=("-dw",), help="width in pixels"),
        Option(name="height", type=int, required=True, short=("-dh",), help="height in pixels"),
    ),
    item=crop,
)
