"""New pixels for items: what the transforms that change pictures have in common.

A picture that cannot be read, whose size is unknown or not as stated, or whose file type cannot be
written, is a reason to leave its item as it was: then annotations and pixels still fit each other.
"""

from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from datum.errors import MediaError
from datum.images import decode_image, encode_image, image_type
from datum.model import InMemory, Item, Media
from datum.model.covering import MOST_PIXELS
from datum.plugins import TransformContext
from datum.transforms.changing import Losing

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Picture", "cropped", "picture_of", "read_picture", "repainted"]


class Picture(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """The main media of an item, which has a size."""

    media: Media
    height: int
    width: int
    pixels: "NDArray[Any] | None"
    """Shape (height, width) or (height, width, channels); None where no bytes are known."""


def picture_of(item: Item, context: TransformContext, lose: Losing) -> Picture | None:
    """The picture of an item; None where there is no sound one, which is counted."""
    found = read_picture(item, context)
    if isinstance(found, str):
        lose("item", f"{found}; left as it was")
        return None
    for other in item.media[1:]:
        lose(f"media {other.role}", "it is not the main one; left as it was")
    return found


def read_picture(item: Item, context: TransformContext) -> Picture | str:
    """The picture of an item, or why there is no sound one."""
    image = item.image
    if image is None or (image.content is None and item.size is None):
        return "the size of its picture is unknown"
    pixels = None
    if image.content is not None:
        try:
            data = context.load(image)
            pixels = None if data is None else decode_image(data, image.path or item.id)
        except MediaError:
            pixels = None
        if pixels is None:
            return "its picture does not decode"
    height, width = item.size or (0, 0) if pixels is None else pixels.shape[:2]
    if item.size not in (None, (height, width)):
        return "its picture is not of the size that is stated"
    if min(height, width) < 1 or height * width > MOST_PIXELS:
        return "its picture has no pixels, or too many"
    return Picture(media=image, height=height, width=width, pixels=pixels)


def repainted(
    picture: Picture, pixels: "NDArray[Any] | None", size: tuple[int, int], lose: Losing
) -> Media | None:
    """The media with other pixels, in a file of the same type.

    JPEG is written with quality 95, all other types without loss. None where the type cannot be
    written, which is counted.

    Args:
        picture: What it was.
        pixels: The new ones; None where none are known.
        size: The new height and width.
        lose: Counts.
    """
    media = replace(picture.media, height=size[0], width=size[1])
    if pixels is None:
        return media
    path = media.path if image_type(media.path) else "x.png"
    try:
        data = encode_image(pixels, path, media.path)
    except MediaError:
        lose("item", f"no {image_type(media.path)} file can be written; left as it was")
        return None
    return replace(media, content=InMemory(data))


def cropped(picture: Picture, window: tuple[int, int, int, int], lose: Losing) -> Media | None:
    """A window of the media, its left, top, width and height; all of it stays as it is, bytes and all.

    None where the file type cannot be written, which is counted.
    """
    left, top, width, height = window
    if window == (0, 0, picture.width, picture.height):
        if picture.media.width is not None and picture.media.height is not None:
            return picture.media
        return replace(picture.media, height=height, width=width)
    pixels = picture.pixels
    if pixels is not None:
        pixels = pixels[top : top + height, left : left + width]
    return repainted(picture, pixels, (height, width), lose)
