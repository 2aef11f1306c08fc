"""Run lengths of masks, in the compressed form of the COCO API, decoded.

The API's own decoder reads beyond what broken run lengths cover, and warns under NumPy 2.
"""

from typing import TYPE_CHECKING, Any

from datum.model.annotation import Mask

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["decode_pixels", "decode_runs", "empty_runs", "encode_pixels", "is_whole"]

_MOST_DIGITS = 8
"""Of a run length, five bits each: more pixels than any image has."""
_MANY = 200
"""From this many bytes on, arrays are faster than a loop."""


def decode_runs(counts: bytes) -> list[int]:
    """Lengths of the runs, off and on in turn, column by column.

    Five bits to a character, lowest first, from "0"; 0x20 says that more follow, 0x10 of the last is
    the sign. From the fourth run on the difference to the run before the last one is stored.

    Raises:
        ValueError: They end within a number, or a run is negative or has more than 40 bits.
    """
    runs = _one_by_one(counts) if len(counts) < _MANY else _by_arrays(counts)
    if runs is None or min(runs, default=0) < 0:
        raise ValueError("run lengths are broken")
    return runs


def _one_by_one(counts: bytes) -> list[int] | None:
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
            found.append(value + found[-2] if len(found) > 2 else value)  # noqa: PLR2004 (see above)
            value = shift = 0
        elif shift == 5 * _MOST_DIGITS:
            return None
    return found if not shift else None


def _by_arrays(counts: bytes) -> list[int] | None:
    """As :func:`_one_by_one`, by arrays."""
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


def is_whole(mask: Mask) -> bool:
    """Whether the run lengths of a mask are well formed and cover its size exactly."""
    try:
        runs = decode_runs(mask.counts)
    except ValueError:
        return False
    return min(mask.height, mask.width) >= 0 and sum(runs) == mask.height * mask.width


def decode_pixels(mask: Mask) -> "NDArray[np.bool_]":
    """Pixels of a mask: boolean array, shape (height, width).

    Raises:
        ValueError: The run lengths do not cover the image exactly.
    """
    import numpy as np

    runs = decode_runs(mask.counts)
    if min(mask.height, mask.width) < 0 or sum(runs) != mask.height * mask.width:
        raise ValueError(f"run lengths that do not cover {mask.height} x {mask.width}")
    values = np.arange(len(runs)) % 2 == 1
    return np.repeat(values, runs).reshape((mask.height, mask.width), order="F")


def encode_pixels(pixels: "NDArray[Any]") -> bytes:
    """Compressed run lengths of an array of shape (height, width); what is not zero is on."""
    import numpy as np
    from pycocotools import mask as coco

    encoded: Any = coco.encode(np.asfortranarray(pixels.astype(bool).astype(np.uint8)))
    return bytes(encoded["counts"])


def empty_runs(height: int, width: int) -> bytes:
    """Compressed run lengths of a mask of which no pixel is on."""
    from pycocotools import mask as coco

    encoded: Any = coco.frPyObjects(
        {"counts": [height * width], "size": [height, width]}, height, width
    )
    return bytes(encoded["counts"])
