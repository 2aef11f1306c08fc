"""merge_tile: tiles that ``tile`` made are put together again, pictures and annotations.

Tiles of one picture are the items of one subset with the same attribute ``tile_id``; ``roi`` says where each
lies. The item gets the id that ``tile_id`` says, and the attributes of the tiles but for those that ``tile``
gave; where tiles say different things, the first one's counts, and the others are counted. Items that are no
tiles stay. Tiles whose ``roi`` is none, or not of the size of their picture, as after ``resize``, stay as they
are, which is counted; an item that has the id already is an error.

The picture spans all tiles. Where tiles overlap, the first one's pixels count. Pixels that no tile has, as of
tiles that were removed, that do not decode or have other channels than the first, are 0, which is counted.
The file type is the first tile's, PNG where that cannot be written; JPEG is written with quality 95, so a
picture of a type without loss comes back pixel by pixel. Where no tile has bytes, the item has none.

Parts of one annotation become that annotation again: they have the same kind and label, the same id or
group, and are the same where their tiles overlap or touch. Annotations stand in the order of their ids.
Boxes become the box around the parts. Polygons and lines are put together at the cuts, corners that came by
the cut go; a ring may begin at another corner than before. Of a rotated box or an ellipse that was cut
everywhere there is a polygon. Keypoints are as in the tile in which they lie, with their visibility stated;
masks have all pixels of the tiles. Labels, captions and cuboids in space that several tiles say are there
once. z-order, score and attributes are the first part's; where others differ, they are counted. What tiling
dropped does not come back: tile with ``--threshold-drop-ann 0`` to have it all.
Nothing is rounded; coordinates come back but for the last bits of the numbers.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from datum.errors import MediaError, UsageError
from datum.images import encode_image, image_type
from datum.model import InMemory, Item, Media
from datum.model.covering import MOST_PIXELS
from datum.plugins import Dataset, Plan, Transform, TransformContext
from datum.transforms.chance import Key
from datum.transforms.changing import Losing
from datum.transforms.cutting import Pixels
from datum.transforms.joining import Tile, join
from datum.transforms.painting import read_picture
from datum.transforms.tile import tile_name

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["MERGE_TILE"]

_OWN = ("tile_id", "tile_idx", "roi")


def plan(dataset: Dataset, context: TransformContext) -> Plan:
    """Find the tiles of each picture; they are put together when the last of them went by."""
    groups = _groups(dataset, context)
    home = {key: target for target, keys in groups.items() for key in keys}
    _refuse_taken(dataset, home)
    waiting: dict[Key, list[Item]] = defaultdict(list)

    def item(one: Item) -> Item | None:
        target = home.get(one.key)
        if target is None:
            return one
        waiting[target].append(one)
        if len(waiting[target]) < len(groups[target]):
            return None
        tiles = sorted(waiting.pop(target), key=_place)
        return _merged(target, tiles, context)

    return Plan(item=item)


def _groups(dataset: Dataset, context: TransformContext) -> dict[Key, list[Key]]:
    """The tiles of each picture, by the key that it gets."""
    found: dict[Key, list[Key]] = defaultdict(list)
    extent: dict[Key, tuple[int, int]] = {}
    bad: set[Key] = set()
    for item in dataset.bare_items():
        name = item.attributes.get("tile_id")
        if not isinstance(name, str) or not name:
            continue
        target = (item.subset, name)
        found[target].append(item.key)
        window = _window(item)
        height, width = extent.get(target, (0, 0))
        if window is not None:
            height, width = max(height, window[1] + window[3]), max(width, window[0] + window[2])
            extent[target] = (height, width)
        size = None if window is None else (window[3], window[2])
        if size is None or item.size not in (None, size) or height * width > MOST_PIXELS:
            bad.add(target)
            reason = "its roi is none, or not of its size; all tiles of the picture stay"
            Losing(item, context)("item", reason)
    return {target: keys for target, keys in found.items() if target not in bad}


def _window(item: Item) -> Pixels | None:
    """The roi of a tile, if it is a window of a picture."""
    roi = item.attributes.get("roi")
    if not isinstance(roi, list | tuple) or not all(type(number) is int for number in roi):
        return None
    match roi:
        case (left, top, width, height) if min(left, top) >= 0 and min(width, height) > 0:
            area = (left + width) * (top + height)
            return (left, top, width, height) if area <= MOST_PIXELS else None
        case _:
            return None


def _refuse_taken(dataset: Dataset, home: Mapping[Key, Key]) -> None:
    targets = set(home.values())
    for key in dataset.item_keys():
        if key in targets and key not in home:
            raise UsageError(
                f"merge_tile makes an item '{'/'.join(key)}', and there is one",
                hint="remove it with remove_items, or give it another name with rename",
            )


def _place(item: Item) -> tuple[int, str]:
    number = item.attributes.get("tile_idx")
    return (number if isinstance(number, int) else -1, item.id)


def _merged(target: Key, tiles: Sequence[Item], context: TransformContext) -> Item:
    """The item that tiles make."""
    windows = [window for item in tiles if (window := _window(item)) is not None]
    size = (max(w[1] + w[3] for w in windows), max(w[0] + w[2] for w in windows))
    whole = replace(tiles[0], subset=target[0], id=target[1])
    lose = Losing(whole, context)
    media = _media(tiles, windows, size, context, lose)
    parts = [Tile(w, item.annotations) for w, item in zip(windows, tiles, strict=True)]
    return replace(
        whole,
        media=media,
        attributes=_attributes(tiles, lose),
        annotations=join(parts, size, lose),
    )


def _attributes(tiles: Sequence[Item], lose: Losing) -> dict[str, Any]:
    attributes: dict[str, Any] = {}
    for tile in tiles:
        for name, value in tile.attributes.items():
            if name in _OWN:
                continue
            if attributes.setdefault(name, value) != value:
                lose(f"attribute {name}", "an earlier tile says otherwise")
    return attributes


def _media(
    tiles: Sequence[Item],
    windows: Sequence[Pixels],
    size: tuple[int, int],
    context: TransformContext,
    lose: Losing,
) -> tuple[Media, ...]:
    """The media of the whole; others than the main one are the first tile's."""
    first = tiles[0].image
    if first is None:
        return ()
    media = replace(first, path=_path(first.path, tiles[0]), height=size[0], width=size[1])
    others = tiles[0].media[1:]
    if windows == [(0, 0, size[1], size[0])]:
        return (media, *others)
    if all(tile.image is None or tile.image.content is None for tile in tiles):
        return (media, *others)
    pixels = _canvas(tiles, windows, size, context, lose)
    return (replace(media, content=None) if pixels is None else _encoded(media, pixels), *others)


def _path(path: str, tile: Item) -> str:
    """The path of the picture that a tile was cut from."""
    whole = PurePosixPath(path)
    end = tile_name("", tile.attributes.get("tile_idx", 0))
    return str(whole.with_name(whole.stem.removesuffix(end) + whole.suffix)) if path else ""


def _encoded(media: Media, pixels: "NDArray[Any]") -> Media:
    path = media.path if image_type(media.path) else media.path + ".png"
    try:
        data = encode_image(pixels, path, path)
    except MediaError:
        path = str(PurePosixPath(path).with_suffix(".png"))
        data = encode_image(pixels, path, path)
    return replace(media, path=path, content=InMemory(data))


def _canvas(
    tiles: Sequence[Item],
    windows: Sequence[Pixels],
    size: tuple[int, int],
    context: TransformContext,
    lose: Losing,
) -> "NDArray[Any] | None":
    """The pixels of the tiles side by side; None where no tile has any."""
    import numpy as np

    whole: NDArray[Any] | None = None
    free = np.ones(size, dtype=bool)
    for tile, (left, top, width, height) in zip(tiles, windows, strict=True):
        found = read_picture(tile, context)
        pixels = None if isinstance(found, str) else found.pixels
        if whole is None and pixels is not None:
            whole = np.zeros((*size, *pixels.shape[2:]), pixels.dtype)
        if pixels is None or whole is None or pixels.shape[:2] != (height, width):
            lose("picture", found if isinstance(found, str) else "a tile has no pixels of its size")
        elif (pixels.shape[2:], pixels.dtype) != (whole.shape[2:], whole.dtype):
            lose("picture", "a tile has other channels or another depth than the first")
        else:
            place = (slice(top, top + height), slice(left, left + width))
            mine = free[place]
            whole[place][mine] = pixels[mine]
            mine[:] = False
    if whole is not None and free.any():
        lose("pixel", "no tile has it; it is 0", int(free.sum()))
    return whole


MERGE_TILE = Transform(
    name="merge_tile",
    title="Put tiles together again",
    help=__doc__ + "\nExample: datum transform -t merge_tile",
    plan=plan,
)
