"""Pixels of images, for formats that hold them themselves."""

from typing import TYPE_CHECKING, Any

from datum.model import InMemory, Item, Media
from datum.plugins import Writing

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["BYTE", "colors", "encode_pixels", "greys", "picture_of", "reencoded"]

BYTE = 256
"""Levels of a channel."""

_GREY, _COLOR = 2, 3
"""Dimensions of an array of pixels."""
_BGRA = 4


def picture_of(item: Item, writing: Writing) -> "NDArray[Any] | None":
    """The pixels of an item's image, 8 bits a channel: shape (height, width) or (height, width, 3), BGR.

    None where there are none, which is counted: no bytes, none that decode, more bits, transparency.
    """
    import cv2
    import numpy as np

    image = item.image
    if image is None:
        return None
    where = f"{item.subset}/{item.id}"
    data = writing.load(image)
    if not data:
        writing.losses.add("media", "its bytes are not to be had", where=where)
        return None
    try:
        pixels: Any = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        pixels = None
    if pixels is None:
        writing.losses.add("media", "it does not decode as an image", where=where)
        return None
    if pixels.dtype != np.uint8:
        writing.losses.add("media", "it has more than 8 bits for each channel", where=where)
        return None
    if pixels.ndim == _COLOR and pixels.shape[2] == _BGRA:
        writing.losses.add("transparency", "pixels are colours alone", where=where)
        pixels = pixels[:, :, :3]
    return pixels  # type: ignore[no-any-return] # cv2 has no type for it


def colors(pixels: "NDArray[Any]") -> "NDArray[Any]":
    """Red, green, blue, each a plane: shape (3, height, width)."""
    import numpy as np

    if pixels.ndim == _GREY:
        return np.stack([pixels] * 3)
    return np.ascontiguousarray(pixels[:, :, ::-1].transpose(2, 0, 1))


def greys(pixels: "NDArray[Any]", item: Item, writing: Writing) -> "NDArray[Any]":
    """Grey levels, shape (height, width); that colours are lost is counted."""
    import cv2

    if pixels.ndim == _GREY:
        return pixels
    blue = pixels[:, :, :1]
    if (pixels == blue).all():
        return pixels[:, :, 0]
    writing.losses.add("colors", "pixels are grey levels", where=f"{item.subset}/{item.id}")
    return cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)


def encode_pixels(pixels: "NDArray[Any]", path: str) -> Media:
    """A PNG of pixels: shape (height, width), or (3, height, width), red first."""
    import cv2
    import numpy as np

    if pixels.ndim == _COLOR:
        pixels = np.ascontiguousarray(pixels[::-1].transpose(1, 2, 0))
    _, encoded = cv2.imencode(".png", pixels)
    height, width = pixels.shape[:2]
    return Media(path=path, height=height, width=width, content=InMemory(encoded.tobytes()))


def reencoded(data: bytes, ext: str) -> bytes | None:
    """An image file of another type, JPEG of quality 95; None where it does not decode, or not fit.

    For formats that hold files themselves; the others leave it to the output.
    """
    import cv2
    import numpy as np

    params = [cv2.IMWRITE_JPEG_QUALITY, 95] if ext.lower().startswith(".jp") else []
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED) if data else None
        done, encoded = (False, None) if pixels is None else cv2.imencode(ext, pixels, params)
    except cv2.error:
        return None
    return encoded.tobytes() if done and encoded is not None else None
