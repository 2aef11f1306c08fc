"""tile: every picture is cut into a grid of tiles, each an item of its own.

``--grid-size ROWS COLS`` is the grid. Of a side of n pixels, row r of R spans the pixels from r*n/R to
(r+1)*n/R, rounded down: every pixel is in a tile, and sides differ by one pixel at most. ``--overlap HEIGHT
WIDTH`` makes each tile higher and wider by that share of it, rounded down to pixels, about its centre; what
would reach out of the picture is left off, so that tiles at the border are smaller. ``--overlap 0 0`` cuts
without overlap.

The tile number n, from 0, row by row, of item ``a`` is ``a_tile_n``. It has the item's attributes and
subset, and the attributes ``tile_id`` (a), ``tile_idx`` (n) and ``roi`` (left, top, width, height in the
picture), by which ``merge_tile`` puts the tiles together again.

Annotations are cut exactly and moved to the tile's origin, as by ``crop``: boxes, polygons with holes, masks,
lines; what is left of a rotated box or an ellipse is a polygon, keypoints outside are absent and keep their
coordinates, a cuboid drawn on the picture stays whole. Labels, captions and cuboids in space are in every
tile. ``--threshold-drop-ann`` says how much of an annotation a tile must have to keep it: the share of its
area, of its length (lines), of its present points (keypoints), or of the area of its bounds (cuboids); 0
keeps all that covers anything of the tile. An annotation that no tile keeps is counted.

Parts keep label, group, z-order, score and attributes. The first part in a tile keeps the id, further ones
get ids that no tile has; an annotation that falls apart somewhere gets a group where it had none.

Bit depth, channels and file type of pictures stay; JPEG is written with quality 95. An item stays as it was,
which is counted, where the grid has more rows or columns than its picture has pixels, or where the picture
does not decode, has no known size or another one than stated, or is of a type that cannot be written.
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import count
from pathlib import PurePosixPath

import msgspec
from msgspec.structs import replace

from datum.errors import UsageError
from datum.model import Annotation, Item, Media
from datum.model.pairing import fill_ids, unused_ids
from datum.plugins import Option, Transform, TransformContext
from datum.transforms.changing import Losing
from datum.transforms.cutting import Pixels, cut_out, moved_into
from datum.transforms.painting import cropped, picture_of

__all__ = ["TILE", "tile_name"]


class _Grid(msgspec.Struct, frozen=True):
    rows: int
    columns: int
    overlap: tuple[float, float]
    least: float
    """Of an annotation, for a tile to keep it."""


def tile(item: Item, context: TransformContext) -> Iterable[Item]:
    """The tiles of the item."""
    grid, lose = _grid(context), Losing(item, context)
    picture = picture_of(item, context, lose)
    if picture is None:
        return (item,)
    size = (picture.height, picture.width)
    windows = _windows(grid, size)
    if windows is None:
        lose("item", "its picture has fewer pixels than the grid has tiles; left as it was")
        return (item,)
    media: list[Media] = []
    for window in windows:
        one = cropped(picture, window, lose)
        if one is None:
            return (item,)
        media.append(one)
    annotations = _cut(item, windows, size, grid.least, lose)
    for name in {"tile_id", "tile_idx", "roi"} & item.attributes.keys():
        lose(f"attribute {name}", "the item is a tile already; replaced")
    return [
        replace(
            item,
            id=tile_name(item.id, n),
            media=(replace(own, path=_path(own.path, n)), *item.media[1:]),
            attributes={**item.attributes, "tile_id": item.id, "tile_idx": n, "roi": list(window)},
            annotations=tuple(notes),
        )
        for n, (window, own, notes) in enumerate(zip(windows, media, annotations, strict=True))
    ]


def tile_name(name: str, number: int) -> str:
    """What a tile of *name* is called."""
    return f"{name}_tile_{number}"


def _path(path: str, number: int) -> str:
    if not path:
        return ""
    whole = PurePosixPath(path)
    return str(whole.with_name(tile_name(whole.stem, number) + whole.suffix))


def _grid(context: TransformContext) -> _Grid:
    options = context.options
    (rows, columns), overlap = options["grid_size"], options["overlap"]
    least = options["threshold_drop_ann"]
    if min(rows, columns) < 1:
        raise UsageError(f"--grid-size {rows} {columns} of tile: both are at least 1")
    if not all(0 <= share < 1 for share in overlap):
        raise UsageError(f"--overlap {overlap[0]} {overlap[1]} of tile: both are from 0 to below 1")
    if not 0 <= least <= 1:
        raise UsageError(f"--threshold-drop-ann {least} of tile is not from 0 to 1")
    return _Grid(rows, columns, overlap, least)


def _windows(grid: _Grid, size: tuple[int, int]) -> list[Pixels] | None:
    """The tiles, row by row; None where there are not enough pixels."""
    if size[0] < grid.rows or size[1] < grid.columns:
        return None
    rows = _spans(size[0], grid.rows, grid.overlap[0])
    columns = _spans(size[1], grid.columns, grid.overlap[1])
    return [
        (left, top, right - left, bottom - top) for top, bottom in rows for left, right in columns
    ]


def _spans(length: int, parts: int, overlap: float) -> list[tuple[int, int]]:
    """First pixel, and the one after the last, of each part of a side."""
    spans = []
    for part in range(parts):
        start, end = part * length // parts, (part + 1) * length // parts
        side = end - start
        larger = side + int(side * Fraction(str(overlap)))  # as it was typed: .29 of 100 is 29
        start += side // 2 - larger // 2
        spans.append((max(start, 0), min(start + larger, length)))
    return spans


def _cut(
    item: Item, windows: list[Pixels], size: tuple[int, int], least: float, lose: Losing
) -> list[list[Annotation]]:
    """The annotations of each tile."""
    ids = fill_ids([one.id for one in item.annotations])
    fresh = unused_ids(ids)
    groups = count(max((one.group for one in item.annotations), default=0) + 1)
    tiles: list[list[Annotation]] = [[] for _ in windows]
    for given, number in zip(item.annotations, ids, strict=True):
        one = given if given.id == number else replace(given, id=number)
        cuts = [cut_out(one, window, size) for window in windows]
        if None in cuts:
            lose(one.kind, "it cannot be cut; removed")
            continue
        kept = {
            n: cut
            for n, cut in enumerate(cuts)
            if cut is not None and cut.parts and cut.share >= least
        }
        if not kept:
            lose(one.kind, "no tile has enough of it; removed")
        for note in sorted({cut.note for cut in kept.values() if cut.note}):
            lose(one.kind, note)
        apart = any(len(cut.parts) > 1 for cut in kept.values())
        group = one.group or (next(groups) if apart else 0)
        for n, cut in kept.items():
            moved = (moved_into(part, windows[n]) for part in cut.parts)
            tiles[n].extend(_named(moved, number, group, fresh))
    return tiles


def _named(
    parts: Iterable[Annotation], number: int, group: int, fresh: Iterator[int]
) -> Iterator[Annotation]:
    for n, part in enumerate(parts):
        own = number if n == 0 else next(fresh)
        same = (part.id, part.group) == (own, group)
        yield part if same else replace(part, id=own, group=group)


TILE = Transform(
    name="tile",
    title="Cut pictures and annotations into tiles",
    help=__doc__
    + "\nExample: datum transform -t tile -- --grid-size 2 3 --overlap 0.1 0.1"
    + " --threshold-drop-ann 0.5",
    options=(
        Option(
            name="grid_size",
            type=int,
            words=("ROWS", "COLS"),
            required=True,
            help="rows and columns of the grid",
        ),
        Option(
            name="overlap",
            type=float,
            words=("HEIGHT", "WIDTH"),
            default=(0.1, 0.1),
            help="how much larger a tile is, as a share of it",
        ),
        Option(
            name="threshold_drop_ann",
            type=float,
            default=0.5,
            help="the share of an annotation that a tile must have to keep it",
        ),
    ),
    expand=tile,
)
