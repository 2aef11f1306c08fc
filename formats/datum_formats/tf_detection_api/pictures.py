"""Images and masks inside of records."""

from io import BytesIO
from typing import TYPE_CHECKING, Any

from datum.errors import FormatError
from datum.model import Mask
from datum_formats._common import rle
from datum_formats._common.images import size_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["as_storable", "decode_png_mask", "encode_png_mask", "picture_size"]

_MAGIC = (
    (b"\xff\xd8", "jpeg", (".jpg", ".jpeg", ".jpe")),
    (b"\x89PNG\r\n\x1a\n", "png", (".png",)),
    (b"GIF8", "gif", (".gif",)),
    (b"BM", "bmp", (".bmp", ".dib")),
)
"""What TensorFlow decodes: first bytes, name in ``image/format``, extensions."""


def picture_size(data: bytes) -> tuple[int, int] | None:
    """Height and width of an image file, from its header."""
    return size_of(BytesIO(data))


def as_storable(data: bytes, ext: str) -> tuple[bytes, str, str] | None:
    """The image in a type that TensorFlow decodes, the type's name, and its extension.

    As it is where that is one, else PNG; JPEG that is asked for gets quality 95.

    Args:
        data: The image file.
        ext: Extension that is asked for, with the dot; empty for none.

    Returns:
        None where the bytes are no image.
    """
    for magic, name, exts in _MAGIC:
        if data.startswith(magic) and (not ext or ext.lower() in exts):
            return data, name, ext or exts[0]
    wanted = next(((name, ext) for _, name, exts in _MAGIC if ext.lower() in exts), ("png", ".png"))
    converted = _converted(data, wanted[1])
    return None if converted is None else (converted, *wanted)


def _converted(data: bytes, ext: str) -> bytes | None:
    import cv2
    import numpy as np

    params = [cv2.IMWRITE_JPEG_QUALITY, 95] if ext.lower().startswith(".jp") else []
    try:
        pixels = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), cv2.IMREAD_UNCHANGED)
        if pixels is None:
            return None
        done, encoded = cv2.imencode(ext, pixels, params)
    except cv2.error:
        return None
    return encoded.tobytes() if done else None


def encode_png_mask(mask: Mask) -> bytes:
    """A PNG image, 1 where the mask is, else 0."""
    import cv2
    import numpy as np

    pixels = rle.decode_mask(mask).astype(np.uint8)
    _, encoded = cv2.imencode(".png", pixels)
    return bytes(encoded.tobytes())


def decode_png_mask(data: bytes, size: tuple[int, int]) -> tuple[int, int, bytes]:
    """Height, width and run lengths of a PNG image; whatever is not 0 is on.

    Raises:
        FormatError: It does not decode, or is not of the image's *size*.
    """
    told = picture_size(data)
    if told != size:
        raise FormatError(f"a mask is of {told}, the image of {size}, height and width")
    return rle.encode_pixels(_pixels(data))


def _pixels(data: bytes) -> "NDArray[Any]":
    import cv2
    import numpy as np

    pixels: NDArray[Any] | None
    try:
        pixels = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), cv2.IMREAD_GRAYSCALE)
    except cv2.error as error:
        raise FormatError("a mask does not decode") from error
    if pixels is None:
        raise FormatError("a mask does not decode")
    return pixels
