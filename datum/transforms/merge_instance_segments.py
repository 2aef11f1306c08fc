"""merge_instance_segments: the masks of one instance become one mask.

Masks with the same group, other than 0, are one instance, and their union takes the place of the first.
With ``--include-polygons`` polygons are segments as well: they are drawn as by ``polygons_to_masks``, holes
and all, and one that is alone or has no group becomes a mask too. Without it polygons stay. A mask that is
alone is not touched.

Id, label, group, z-order, score and attributes are those of the largest segment by area; of equal ones,
of the first. A segment with another label, another score or other attributes loses them, which is counted.

A segment that cannot be drawn (less than three points, a coordinate that is no number, a mask that is
broken or not of the image's size) stays, which is counted. Where the size of the image is unknown, it is
that of the first mask of the instance; polygons without one stay, which is counted. Other annotations stay.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from datum.model import Annotation, Item, Mask, Polygon
from datum.model.geometry import area
from datum.model.rle import encode_pixels
from datum.plugins import Option, Transform, TransformContext
from datum.transforms.changing import Losing, recast, replace_each, size_of
from datum.transforms.shapes_to_masks import draw_pixels

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["MERGE_INSTANCE_SEGMENTS"]

_Drawn = tuple[Annotation, "NDArray[np.bool_]"]


def merge_instance_segments(item: Item, context: TransformContext) -> Item:
    """The item with one mask for each instance."""
    wanted = Mask | Polygon if context.options["include_polygons"] else Mask
    instances: dict[object, list[int]] = defaultdict(list)
    for n, one in enumerate(item.annotations):
        if isinstance(one, wanted):
            instances[one.group or ("alone", n)].append(n)
    several = [
        numbers
        for numbers in instances.values()
        if len(numbers) > 1 or not isinstance(item.annotations[numbers[0]], Mask)
    ]
    if not several:
        return item
    lose, size = Losing(item, context), size_of(item, context)
    parts: list[Sequence[Annotation]] = [(one,) for one in item.annotations]
    for numbers in several:
        drawn = _drawn([(n, item.annotations[n]) for n in numbers], size, lose)
        if len(drawn) > 1 or any(isinstance(one, Polygon) for one, _ in drawn.values()):
            for n in drawn:
                parts[n] = ()
            parts[min(drawn)] = (_union(list(drawn.values()), lose),)
    return replace_each(item, parts)


def _drawn(
    segments: Sequence[tuple[int, Annotation]], size: tuple[int, int] | None, lose: Losing
) -> dict[int, _Drawn]:
    """By number: the segments that can be drawn, with their pixels."""
    if size is None:
        masks = [one for _, one in segments if isinstance(one, Mask)]
        size = (masks[0].height, masks[0].width) if masks else None
    drawn: dict[int, _Drawn] = {}
    for n, one in segments:
        pixels = None if size is None else draw_pixels(one, size)
        if pixels is None:
            lose(one.kind, "it cannot be drawn; left as it was")
        else:
            drawn[n] = (one, pixels)
    return drawn


def _union(drawn: Sequence[_Drawn], lose: Losing) -> Mask:
    leader, _ = max(drawn, key=lambda pair: area(pair[0]))  # the first of equal ones
    for one, _ in drawn:
        for field in ("label", "score", "attributes"):
            if getattr(one, field) not in (None, {}, getattr(leader, field)):
                lose(field, "the largest segment of the instance says otherwise")
    pixels = drawn[0][1].copy()
    for _, more in drawn[1:]:
        pixels |= more
    height, width = pixels.shape
    return recast(leader, Mask, height=height, width=width, counts=encode_pixels(pixels))


MERGE_INSTANCE_SEGMENTS = Transform(
    name="merge_instance_segments",
    title="Merge the masks of each instance",
    help=__doc__ + "\nExample: datum transform -t merge_instance_segments -- --include-polygons",
    options=(
        Option(
            name="include_polygons", type=bool, default=False, help="merge polygons with the masks"
        ),
    ),
    item=merge_instance_segments,
)
