"""Run lengths of masks, in the compressed form of the COCO API, decoded.

The API's own decoder reads beyond what broken run lengths cover, and warns under NumPy 2.
"""

from typing import TYPE_CHECKING, Any

from datum.model.annotation import Mask

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["decode_pixels", "decode_runs", "empty_runs", "encode_pixels", "is_whole"]


def decode_runs(counts: bytes) -> list[int]:
    """Lengths of the runs, off and on in turn, column by column.

    Five bits to a character, lowest first, from "0"; 0x20 says that more follow, 0x10 of the last is
    the sign. From the fourth run on the difference to the run before the last one is stored.

    Raises:
        ValueError: They end within a number, or a run is negative.
    """
    runs: list[int] = []
    value = shift = 0
    for byte in counts:
        digit = byte - 48
        value |= (digit & 0x1F) << shift
        shift += 5
        if digit & 0x20:
            continue
        if digit & 0x10:
            value -= 1 << shift
        runs.append(value + runs[-2] if len(runs) > 2 else value)  # noqa: PLR2004 (see above)
        value = shift = 0
    if shift or min(runs, default=0) < 0:
        raise ValueError("run lengths are broken")
    return runs


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
