"""masks_to_polygons: every mask becomes the outlines of its connected parts, holes kept as holes.

Outlines follow the edges of the pixels, so that filling them gives back the very pixels of the mask.
Parts of one mask share a group: the mask's own, or a new one when there are several parts. Label,
z-order, score and attributes are the mask's; the first part keeps its id. An empty mask has no outline
and is removed, which is counted; one whose run lengths are broken stays a mask, which is counted too.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from datum.model import Annotation, Item, Mask, Polygon
from datum.model.clipping import Ring, Shape
from datum.model.rle import decode_pixels
from datum.plugins import Transform, TransformContext
from datum.transforms.changing import Losing, change_annotations, recast

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["MASKS_TO_POLYGONS", "outlines"]


def masks_to_polygons(item: Item, context: TransformContext) -> Item:
    """The item with polygons for its masks."""
    lose = Losing(item, context)

    def change(one: Annotation) -> Sequence[Annotation]:
        if not isinstance(one, Mask):
            return (one,)
        try:
            pixels = decode_pixels(one)
        except ValueError:
            lose("mask", "its run lengths are broken; left as it was")
            return (one,)
        parts = [
            recast(one, Polygon, points=outer, holes=holes) for outer, holes in outlines(pixels)
        ]
        if not parts:
            lose("mask", "it is empty and has no outline")
        return parts

    return change_annotations(item, change)


def outlines(pixels: "NDArray[np.bool_]") -> Iterator[Shape]:
    """The outer ring and the holes of each 4-connected part of an array of shape (height, width).

    Rings run along the edges of pixels.
    """
    import cv2
    import numpy as np

    if not pixels.size:
        return
    count, parts, stats, _ = cv2.connectedComponentsWithStats(
        pixels.astype(np.uint8), connectivity=4
    )
    for number in range(1, count):
        left, top, width, height = stats[number, :4].tolist()
        rings = _rings(parts[top : top + height, left : left + width] == number)
        placed = [_placed(ring, left, top) for ring in rings]
        outer = max(placed, key=_twice_area)
        yield outer, tuple(sorted(ring for ring in placed if ring is not outer))


def _placed(ring: list[tuple[int, int]], left: int, top: int) -> Ring:
    return tuple(float(n) for x, y in ring for n in (x + left, y + top))


def _twice_area(ring: Ring) -> float:
    xs, ys = ring[::2], ring[1::2]
    return abs(sum(xs[n - 1] * ys[n] - xs[n] * ys[n - 1] for n in range(len(xs))))


def _rings(part: "NDArray[np.bool_]") -> list[list[tuple[int, int]]]:
    """Closed paths along the border of a part: corners only, in the corners of pixels."""
    import numpy as np

    inside = np.pad(part, 1).astype(np.int8)
    # walking with the part on the right: from each corner, where the border leads
    edges: dict[tuple[int, int], list[tuple[int, int]]] = {}
    down = inside[:, 1:] - inside[:, :-1]
    for y, x in np.argwhere(down != 0).tolist():
        start, end = ((x, y), (x, y - 1)) if down[y, x] > 0 else ((x, y - 1), (x, y))
        edges.setdefault(start, []).append(end)
    across = inside[1:, :] - inside[:-1, :]
    for y, x in np.argwhere(across != 0).tolist():
        start, end = ((x - 1, y), (x, y)) if across[y, x] > 0 else ((x, y), (x - 1, y))
        edges.setdefault(start, []).append(end)
    # from the leftmost corner that is left: there no two paths cross
    return [_corners(_walk(edges, first)) for first in sorted(edges) if first in edges]


def _walk(
    edges: dict[tuple[int, int], list[tuple[int, int]]], first: tuple[int, int]
) -> list[tuple[int, int]]:
    """Take one closed path out of *edges*; where two paths cross, turn towards the part."""
    path = [first]
    while True:
        here = path[-1]
        ends = edges[here]
        if len(ends) > 1 and len(path) > 1:
            before = path[-2]
            step = (here[0] - before[0], here[1] - before[1])
            right = (here[0] - step[1], here[1] + step[0])
            end = right if right in ends else ends[0]
        else:
            end = ends[0]
        ends.remove(end)
        if not ends:
            del edges[here]
        if end == first:
            return path
        path.append(end)


def _corners(path: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The points of a closed path at which it turns."""
    following = [*path[1:], path[0]]
    return [
        here
        for before, here, after in zip([path[-1], *path[:-1]], path, following, strict=True)
        if (after[0] - here[0], after[1] - here[1]) != (here[0] - before[0], here[1] - before[1])
    ]


MASKS_TO_POLYGONS = Transform(
    name="masks_to_polygons",
    title="Turn masks into polygons",
    help=__doc__ + "\nExample: datum transform -t masks_to_polygons",
    item=masks_to_polygons,
)
