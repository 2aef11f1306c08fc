"""PNG files of masks: the index of each pixel, and the palette, neither of which OpenCV hands out.

Written are 8-bit palettes, 16-bit greys and RGB, without filters: masks are flat, and deflate alone
makes them small. Read is every PNG; the palette is taken out, so that the decoder yields indices.
"""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from datum.errors import FormatError
from datum_formats._common.files import read_bytes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Pixels", "read_png", "write_grey", "write_palette", "write_rgb"]

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_MOST_PIXELS = 1 << 28
_GREY, _RGB, _PALETTE = 0, 2, 3
_LEVEL = 2


class Pixels(msgspec.Struct, frozen=True, kw_only=True):
    """A decoded PNG."""

    values: Any
    """Integers, shape (height, width): indices or grey levels; 0xRRGGBB where *rgb*."""
    palette: tuple[int, ...] = ()
    """0xRRGGBB of each index; empty without a palette."""
    rgb: bool = False


def read_png(path: Path) -> Pixels:
    """Decode a PNG.

    Raises:
        FormatError: It is missing, broken, or too large.
    """
    import cv2
    import numpy as np

    data = read_bytes(path)
    try:
        bare, palette = _without_palette(data)
        decoded: Any = cv2.imdecode(np.frombuffer(bare, np.uint8), cv2.IMREAD_UNCHANGED)
    except (struct.error, ValueError, cv2.error) as error:
        raise FormatError(f"no PNG: {error}", path=path) from error
    if decoded is None:
        raise FormatError("the PNG does not decode", path=path)
    if palette:
        values = decoded if decoded.ndim == 2 else decoded[:, :, 0]  # noqa: PLR2004 (grey, or grey as BGR)
        return Pixels(values=values, palette=palette)
    if decoded.ndim == 2:  # noqa: PLR2004 (height, width)
        return Pixels(values=decoded)
    blue, green, red = (decoded[:, :, channel].astype(np.int32) for channel in range(3))
    return Pixels(values=(red << 16) | (green << 8) | blue, rgb=True)


def _without_palette(data: bytes) -> tuple[bytes, tuple[int, ...]]:
    """The file with a ramp of greys for its palette, and the palette."""
    if not data.startswith(_SIGNATURE):
        raise ValueError("another kind of file")
    palette: tuple[int, ...] = ()
    parts = [_SIGNATURE]
    for kind, content in _chunks(data):
        if kind == b"IHDR":
            width, height, depth, color = struct.unpack(">IIBB", content[:10])
            if width * height > _MOST_PIXELS:
                raise ValueError(f"{width} x {height} pixels are too many")
            indexed = color == _PALETTE
        elif kind == b"PLTE" and indexed:
            colors = [content[at : at + 3] for at in range(0, len(content) - 2, 3)]
            palette = tuple(int.from_bytes(one, "big") for one in colors)
            ramp = bytes(level for index in range(1 << depth) for level in (index,) * 3)
            parts.append(_chunk(b"PLTE", ramp))
            continue
        elif kind == b"tRNS" and indexed:
            continue
        parts.append(_chunk(kind, content))
    return b"".join(parts), palette


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_SIGNATURE)
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        if at + 12 + length > len(data):
            raise ValueError("it is cut short")
        yield kind, data[at + 8 : at + 8 + length]
        at += 12 + length


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(content, zlib.crc32(kind))
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def write_palette(indices: "NDArray[np.uint8]", palette: bytes) -> bytes:
    """A PNG of indices, shape (height, width); *palette* has red, green and blue of each."""
    return _png(indices, 8, _PALETTE, _chunk(b"PLTE", palette))


def write_grey(levels: "NDArray[Any]") -> bytes:
    """A PNG of greys: 8 bits for an array of bytes, else 16; shape (height, width)."""
    if levels.dtype.itemsize == 1:
        return _png(levels, 8, _GREY)
    return _png(levels.astype(">u2").view("u1"), 16, _GREY, width=levels.shape[1])


def write_rgb(colors: "NDArray[np.uint8]") -> bytes:
    """A PNG of colours, shape (height, width, 3)."""
    height, width, _ = colors.shape
    return _png(colors.reshape(height, width * 3), 8, _RGB, width=width)


def _png(
    rows: "NDArray[Any]", depth: int, color: int, palette: bytes = b"", *, width: int = 0
) -> bytes:
    import numpy as np

    lines = np.zeros((rows.shape[0], rows.shape[1] + 1), np.uint8)
    lines[:, 1:] = rows
    header = struct.pack(">IIBBBBB", width or rows.shape[1], rows.shape[0], depth, color, 0, 0, 0)
    body = _chunk(b"IDAT", zlib.compress(lines.tobytes(), _LEVEL))
    return _SIGNATURE + _chunk(b"IHDR", header) + palette + body + _chunk(b"IEND", b"")
