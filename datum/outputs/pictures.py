"""Images from one file type to another: same pixels, bit depth and channels, or an error."""

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from datum.errors import MediaError
from datum.model import FileOnDisk, Media

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["convert_image", "needs_conversion"]

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

_MAGIC = (
    (b"\xff\xd8\xff", ".jpg"),
    (b"\x89PNG\r\n\x1a\n", ".png"),
    (b"GIF8", ".gif"),
    (b"BM", ".bmp"),
    (b"II*\0", ".tif"),
    (b"MM\0*", ".tif"),
    (b"RIFF", ".webp"),
)

_DEPTHS = {".png": 2, ".tif": 8, ".pnm": 2, ".jp2": 2, ".exr": 4, ".hdr": 4}
"""Most bytes for each channel of the types that hold more than one."""

_ALPHA = frozenset([".png", ".tif", ".bmp", ".webp", ".exr", ".jp2", ".avif", ".gif"])


def needs_conversion(media: Media, path: str, head: bytes) -> bool:
    """Whether media must be encoded anew to become the file *path*.

    Args:
        media: Its own extension counts, or that of its file.
        path: Where it goes; without an extension anything may go there.
        head: First bytes of the media, which count where no name has an extension; may be empty.
    """
    wanted = _type_of(path)
    own = _type_of(media.path)
    if not own and isinstance(media.content, FileOnDisk):
        own = _type_of(media.content.path)
    if not own:
        own = next((kind for magic, kind in _MAGIC if head.startswith(magic)), "")
    return bool(wanted) and wanted != own


def _type_of(path: str) -> str:
    ext = PurePosixPath(path).suffix.lower()
    return _TYPES.get(ext, ext)


def convert_image(data: bytes, path: str, name: str) -> bytes:
    """An image encoded as the extension of *path* says; deterministic.

    JPEG gets quality 95, WebP is lossless. No EXIF rotation is applied, so that coordinates fit.

    Args:
        data: The image file that there is.
        path: The file to be; its extension decides.
        name: What to call the image in errors.

    Raises:
        MediaError: It does not decode, or the new type cannot hold its depth or transparency.
    """
    import cv2
    import numpy as np

    kind = _type_of(path)
    params = {
        ".jpg": [cv2.IMWRITE_JPEG_QUALITY, 95],
        ".webp": [cv2.IMWRITE_WEBP_QUALITY, 101],
    }.get(kind, [])
    try:
        flat = np.frombuffer(data, dtype=np.uint8)
        pixels: Any = cv2.imdecode(flat, cv2.IMREAD_UNCHANGED) if data else None
        if pixels is None:
            raise MediaError("does not decode as an image", path=name)
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
