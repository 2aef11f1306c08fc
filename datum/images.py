"""Image files to pixels and back: deterministic, bit depth and channels kept, no EXIF rotation."""

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from datum.errors import MediaError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["decode_image", "encode_image", "image_type"]

_TYPES = {
    ".jpeg": ".jpg",
    ".jpe": ".jpg",
    ".tiff": ".tif",
    ".dib": ".bmp",
    ".pbm": ".pnm",
    ".pgm": ".pnm",
    ".ppm": ".pnm",
}
"""Spellings of one file type."""

_DEPTHS = {".png": 2, ".tif": 8, ".pnm": 2, ".jp2": 2, ".exr": 4, ".hdr": 4}
"""Most bytes for each channel of the types that hold more than one."""

_ALPHA = frozenset([".png", ".tif", ".bmp", ".webp", ".exr", ".jp2", ".avif", ".gif"])


def image_type(path: str) -> str:
    """The extension of a path, one spelling for each file type; empty where there is none."""
    ext = PurePosixPath(path).suffix.lower()
    return _TYPES.get(ext, ext)


def decode_image(data: bytes, name: str) -> "NDArray[Any]":
    """Pixels of an image file: shape (height, width) or (height, width, channels), BGR or BGRA.

    The type is the file's own. No EXIF rotation is applied, so that coordinates fit.

    Raises:
        MediaError: It does not decode; the message calls it *name*.
    """
    import cv2
    import numpy as np

    try:
        flat = np.frombuffer(data, dtype=np.uint8)
        pixels: Any = cv2.imdecode(flat, cv2.IMREAD_UNCHANGED) if data else None
    except cv2.error as error:
        raise MediaError(f"does not decode: {error.err or error}", path=name) from error
    if pixels is None:
        raise MediaError("does not decode as an image", path=name)
    return pixels  # type: ignore[no-any-return] # cv2 has no type for it


def encode_image(pixels: "NDArray[Any]", path: str, name: str) -> bytes:
    """An image file of pixels, as the extension of *path* says; the same pixels, the same bytes.

    JPEG gets quality 95, WebP is lossless.

    Raises:
        MediaError: The type is unknown, or cannot hold the pixels' depth or transparency.
    """
    import cv2

    kind = image_type(path)
    params = {
        ".jpg": [cv2.IMWRITE_JPEG_QUALITY, 95],
        ".webp": [cv2.IMWRITE_WEBP_QUALITY, 101],
    }.get(kind, [])
    try:
        done, encoded = cv2.imencode(PurePosixPath(path).suffix, _fit(pixels, kind, name), params)
    except cv2.error as error:
        raise MediaError(
            f"cannot be made a {kind} file: {error.err or error}", path=name
        ) from error
    if not done:
        raise MediaError(f"cannot be made a {kind} file", path=name)
    return encoded.tobytes()


def _fit(pixels: "NDArray[Any]", kind: str, name: str) -> "NDArray[Any]":
    """The pixels as *kind* can hold them, without a change to what is seen."""
    if pixels.dtype.itemsize > _DEPTHS.get(kind, 1):
        bits = 8 * pixels.dtype.itemsize
        raise MediaError(f"a {kind} file cannot hold {bits} bits for each channel", path=name)
    has_alpha = pixels.ndim == 3 and pixels.shape[2] == 4  # noqa: PLR2004 (rows, columns, BGRA)
    if not has_alpha or kind in _ALPHA:
        return pixels
    if (pixels[:, :, 3] != 255).any():  # noqa: PLR2004 (opaque; only 8 bits get here)
        raise MediaError(f"a {kind} file cannot hold its transparency", path=name)
    return pixels[:, :, :3]
