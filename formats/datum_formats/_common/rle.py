"""Run lengths of masks, as the COCO API has them: column-major, in plain or compressed form."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from datum.errors import FormatError
from datum.model import Mask, rle
from datum.model.rle import decode_pixels, decode_runs

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["area", "bounds", "compress", "decode_mask", "encode_pixels", "from_polygons", "runs"]


def compress(counts: Sequence[int], height: int, width: int) -> bytes:
    """Compressed form of plain run lengths.

    Raises:
        FormatError: They do not cover the image exactly, or one is negative.
    """
    if any(run < 0 for run in counts) or sum(counts) != height * width:
        raise FormatError(f"run lengths do not add up to {height} x {width}")
    from pycocotools import mask

    encoded: Any = mask.frPyObjects(
        {"counts": list(counts), "size": [height, width]}, height, width
    )
    return bytes(encoded["counts"])


def runs(counts: bytes) -> list[int]:
    """Plain run lengths of the compressed form.

    Raises:
        FormatError: They are truncated, or one has more than 40 bits.
    """
    try:
        return decode_runs(counts)
    except ValueError as error:
        raise FormatError(str(error)) from error


def decode_mask(mask: Mask) -> "NDArray[np.bool_]":
    """Pixels of a mask: boolean array, shape (height, width).

    Raises:
        FormatError: The run lengths do not cover the image exactly.
    """
    try:
        return decode_pixels(mask)
    except ValueError as error:
        runs(mask.counts)  # which says whether they are broken
        reason = f"run lengths do not add up to {mask.height} x {mask.width}"
        raise FormatError(reason) from error


def encode_pixels(pixels: "NDArray[Any]") -> tuple[int, int, bytes]:
    """Height, width and compressed run lengths of an array of shape (height, width), non-zero is on."""
    height, width = pixels.shape
    return height, width, rle.encode_pixels(pixels)


def from_polygons(polygons: Sequence[Sequence[float]], height: int, width: int) -> bytes:
    """Compressed run lengths of the union of polygons, rasterised as the COCO API does it."""
    from pycocotools import mask

    encoded = mask.frPyObjects([list(points) for points in polygons], height, width)
    merged: Any = mask.merge(encoded) if len(encoded) > 1 else encoded[0]
    return bytes(merged["counts"])


def area(counts: bytes) -> int:
    """Number of pixels of a mask."""
    return sum(runs(counts)[1::2])


def bounds(mask: Mask) -> tuple[float, float, float, float]:
    """Left, top, width, height of the pixels of a mask; all zero for an empty one."""
    import numpy as np

    pixels = decode_mask(mask)
    rows = np.flatnonzero(pixels.any(axis=1))
    columns = np.flatnonzero(pixels.any(axis=0))
    if not len(rows):
        return (0.0, 0.0, 0.0, 0.0)
    left, top = float(columns[0]), float(rows[0])
    return (left, top, float(columns[-1] + 1 - left), float(rows[-1] + 1 - top))
