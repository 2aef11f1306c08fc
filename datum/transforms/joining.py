"""Annotations of tiles put together: what the parts of one annotation make."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

import msgspec
from msgspec.structs import replace

from datum.model import (
    Annotation,
    Box,
    Mask,
    Points,
    Polygon,
    Polyline,
    Skeleton,
)
from datum.model.clipping import Ring, Shape, Window, clip_line, clip_polygon
from datum.model.covering import outline
from datum.model.gluing import close, glue_lines, glue_polygons
from datum.model.pairing import content_text
from datum.model.rle import decode_pixels, encode_pixels
from datum.transforms.changing import Losing
from datum.transforms.cutting import Pixels
from datum.transforms.placing import is_placed, shifted
from datum.transforms.tile_parts import Part, clusters

__all__ = ["Tile", "join"]


class Tile(msgspec.Struct, frozen=True):
    """A window of the picture, and what is said of it, in its own coordinates."""

    window: Pixels
    annotations: tuple[Annotation, ...]


def join(tiles: Sequence[Tile], size: tuple[int, int], lose: Losing) -> tuple[Annotation, ...]:
    """The annotations of the picture, in the order of their ids, then in that of the tiles."""
    parts: list[Part] = []
    found: list[tuple[int, Annotation]] = []
    for n, tile in enumerate(tiles):
        for one in tile.annotations:
            moved = shifted(one, tile.window[0], tile.window[1])
            parts.append(Part(len(parts), n, tile.window, moved))
    found += _said([part for part in parts if not is_placed(part.one)])
    for cluster in clusters([part for part in parts if is_placed(part.one)]):
        _count_other_words(cluster, lose)
        made = _made(cluster, size, lose)
        found += [(cluster[0].number, one) for one in _regrouped(made, cluster, parts)]
    found.sort(key=lambda pair: (pair[1].id is None, pair[1].id or 0, pair[0]))
    return _with_own_ids([one for _, one in found])


def _said(parts: Sequence[Part]) -> Iterator[tuple[int, Annotation]]:
    """What has no place, once, or as often as one tile says it."""
    texts = {part.number: content_text(part.one) for part in parts}
    per_tile = Counter((part.tile, texts[part.number]) for part in parts)
    most: dict[str, int] = defaultdict(int)
    for (_, text), times in per_tile.items():
        most[text] = max(most[text], times)
    for part in parts:
        if most[texts[part.number]] > 0:
            most[texts[part.number]] -= 1
            yield part.number, part.one


def _made(cluster: list[Part], size: tuple[int, int], lose: Losing) -> list[Annotation]:
    """What parts of one annotation make: one annotation, or several where they do not fit."""
    first = cluster[0].one
    match first:
        case Mask():
            return [_joined_mask(first, cluster, size, lose)]
        case _ if len(cluster) == 1:
            return [first]
        case Box():
            return [_joined_box(first, [part.one for part in cluster if isinstance(part.one, Box)])]
        case Points() | Skeleton():
            alike = [part.one for part in cluster if isinstance(part.one, Points | Skeleton)]
            return [_joined_points(first, alike)]
        case Polyline():
            pieces = [line for part, cell in _cells(cluster) for line in _line_in(part.one, cell)]
            return [replace(first, points=line) for line in glue_lines(pieces, _cuts(cluster))]
        case _:
            return _joined_area(cluster)


def _joined_box(first: Box, boxes: Sequence[Box]) -> Box:
    left, top = min(box.x for box in boxes), min(box.y for box in boxes)
    right, bottom = max(box.x + box.w for box in boxes), max(box.y + box.h for box in boxes)
    for box in boxes:  # one that is not cut has its size to the last bit
        whole = (box.x, box.y) == (left, top) and close(box.x + box.w, right)
        if whole and close(box.y + box.h, bottom):
            return replace(first, x=left, y=top, w=box.w, h=box.h)
    return replace(first, x=left, y=top, w=right - left, h=bottom - top)


def _joined_points(first: Points | Skeleton, parts: Sequence[Points | Skeleton]) -> Annotation:
    """Each point as the tile has it that it lies in."""
    count = len(first.points) // 2
    flags = [[*one.visibility[:count], *[2] * (count - len(one.visibility))] for one in parts]
    best = [max(range(len(parts)), key=lambda p: flags[p][n]) for n in range(count)]
    points = tuple(
        number for n, p in enumerate(best) for number in parts[p].points[2 * n : 2 * n + 2]
    )
    visibility = tuple(flags[p][n] for n, p in enumerate(best))
    stated = all(one.visibility for one in parts)
    return replace(first, points=points, visibility=visibility if stated else ())


def _joined_area(cluster: list[Part]) -> list[Annotation]:
    """What a tile has whole: a rotated box, an ellipse, a cuboid; else the polygons that the parts make."""
    first = cluster[0].one
    for part in cluster:
        if not isinstance(part.one, Polygon):
            return [replace(part.one, id=first.id)]
    polygons = [part.one for part in cluster if isinstance(part.one, Polygon)]
    if all(_same_points(one, polygons[0]) for one in polygons):
        return [first]
    pieces = [piece for part, cell in _cells(cluster) for piece in _area_in(part.one, cell)]
    glued = glue_polygons(pieces, _cuts(cluster))
    if glued is None:
        return [part.one for part in cluster]
    return [replace(polygons[0], points=outer, holes=holes) for outer, holes in glued]


def _same_points(one: Polygon, other: Polygon) -> bool:
    return one.points == other.points and one.holes == other.holes


def _area_in(one: Annotation, cell: Window) -> list[Shape]:
    shape = outline(one)
    return [] if shape is None else clip_polygon(shape, cell)


def _line_in(one: Annotation, cell: Window) -> list[Ring]:
    return clip_line(one.points, cell) if isinstance(one, Polyline) else []


def _cuts(cluster: Sequence[Part]) -> tuple[frozenset[float], frozenset[float]]:
    """Where the tiles begin and end."""
    windows = [part.edges for part in cluster]
    return (
        frozenset(x for edges in windows for x in (edges[0], edges[2])),
        frozenset(y for edges in windows for y in (edges[1], edges[3])),
    )


def _cells(cluster: Sequence[Part]) -> Iterator[tuple[Part, Window]]:
    """The parts with the cells in which they count: each cell that tiles share is the first one's."""
    xs, ys = (sorted(numbers) for numbers in _cuts(cluster))
    for top, bottom in pairwise(ys):
        for left, right in pairwise(xs):
            owner = None
            for part in cluster:
                edges = part.edges
                inside = edges[0] <= left and right <= edges[2] and edges[1] <= top
                if inside and bottom <= edges[3] and owner in (None, part.tile):
                    owner = part.tile
                    yield part, (left, top, right, bottom)


def _joined_mask(
    first: Mask, cluster: list[Part], size: tuple[int, int], lose: Losing
) -> Annotation:
    """All pixels that a tile has, in a mask of the picture's size."""
    import numpy as np

    pixels = np.zeros(size, dtype=bool)
    for part in cluster:
        left, top, width, height = part.window
        try:
            own = decode_pixels(part.one) if isinstance(part.one, Mask) else None
        except ValueError:
            own = None
        if own is None or own.shape != (height, width):
            lose("mask", "it is broken, or not of its tile's size; its pixels are off")
            continue
        pixels[top : top + height, left : left + width] |= own
    return replace(first, height=size[0], width=size[1], counts=encode_pixels(pixels))


def _regrouped(
    made: list[Annotation], cluster: Sequence[Part], parts: Sequence[Part]
) -> list[Annotation]:
    """Without the group that tiling gave to several parts of a tile, where nothing else is in it."""
    group = cluster[0].one.group
    if len(made) > 1 or not group or len({part.tile for part in cluster}) == len(cluster):
        return made
    own = {part.number for part in cluster}
    others = (part for part in parts if part.number not in own)
    if any(part.one.group == group for part in others):
        return made
    return [replace(one, group=0) for one in made]


def _count_other_words(cluster: Sequence[Part], lose: Losing) -> None:
    first = cluster[0].one
    for field in ("z_order", "score", "attributes"):
        for part in cluster[1:]:
            if getattr(part.one, field) != getattr(first, field):
                lose(field, "the first part of the annotation says otherwise")


def _with_own_ids(annotations: Sequence[Annotation]) -> tuple[Annotation, ...]:
    """Where two have one id, the first keeps it."""
    seen: set[int] = set()
    result: list[Annotation] = []
    for one in annotations:
        if one.id is not None and one.id in seen:
            result.append(replace(one, id=None))
        else:
            result.append(one)
        if one.id is not None:
            seen.add(one.id)
    return tuple(result)
