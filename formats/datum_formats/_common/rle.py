"""Run lengths of masks, as the COCO API has them: column-major, in plain or compressed form."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from datum.errors import FormatError
from datum.model import Mask

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["area", "bounds", "compress", "decode_mask", "encode_pixels", "from_polygons", "runs"]


_MOST_DIGITS = 8
"""Of a run length, five bits each: more pixels than any image has."""
_MANY = 200
"""From this many bytes on, arrays are faster than a loop."""


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
    found = _runs(counts) if len(counts) < _MANY else _many_runs(counts)
    if found is None or any(run < 0 for run in found):
        raise FormatError("run lengths are broken")
    return found


def _runs(counts: bytes) -> list[int] | None:
    """Run lengths; None where the last one is cut off, or one is too long."""
    found: list[int] = []
    value = shift = 0
    for byte in counts:
        digit = byte - 48
        value |= (digit & 0x1F) << shift
        shift += 5
        if not digit & 0x20:
            if digit & 0x10:
                value -= 1 << shift
            # from the third run on, the difference to the run before the last one is stored
            found.append(value + found[-2] if len(found) > 2 else value)  # noqa: PLR2004
            value = shift = 0
        elif shift == 5 * _MOST_DIGITS:
            return None
    return found if not shift else None


def _many_runs(counts: bytes) -> list[int] | None:
    """As :func:`_runs`, by arrays."""
    import numpy as np

    digits = np.frombuffer(counts, np.uint8).astype(np.int64) - 48
    ends = np.flatnonzero(digits & 0x20 == 0) + 1
    if not ends.size or ends[-1] < len(digits):
        return None
    starts = np.concatenate(([0], ends[:-1]))
    sizes = ends - starts
    if sizes.max() > _MOST_DIGITS:
        return None
    shifts = 5 * (np.arange(len(digits)) - np.repeat(starts, sizes))
    values = np.add.reduceat((digits & 0x1F) << shifts, starts)
    values -= np.where(digits[ends - 1] & 0x10, 1 << (5 * sizes), 0)
    values[1::2] = np.cumsum(values[1::2])
    values[2::2] = np.cumsum(values[2::2])
    found: list[int] = values.tolist()
    return found


def decode_mask(mask: Mask) -> "NDArray[np.bool_]":
    """Pixels of a mask: boolean array, shape (height, width).

    Raises:
        FormatError: The run lengths do not cover the image exactly.
    """
    import numpy as np

    lengths = runs(mask.counts)
    if sum(lengths) != mask.height * mask.width:
        raise FormatError(f"run lengths do not add up to {mask.height} x {mask.width}")
    values = np.arange(len(lengths)) % 2 == 1
    return np.repeat(values, lengths).reshape((mask.height, mask.width), order="F")


def encode_pixels(pixels: "NDArray[Any]") -> tuple[int, int, bytes]:
    """Height, width and compressed run lengths of an array of shape (height, width), non-zero is on."""
    import numpy as np
    from pycocotools import mask

    encoded: Any = mask.encode(np.asfortranarray(pixels.astype(bool).astype(np.uint8)))
    height, width = pixels.shape
    return height, width, bytes(encoded["counts"])


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
