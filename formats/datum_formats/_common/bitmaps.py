"""Masks as small pictures: the part of an image that has pixels, and PNG files of it."""

import io
from typing import TYPE_CHECKING, Any

from datum.model import Mask
from datum_formats._common.images import size_of
from datum_formats._common.rle import bounds, compress, decode_mask

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["crop", "decode_png", "encode_png", "mask_counts"]

_LARGEST = 2**31
"""Pixels of an image whose run lengths can be counted."""


def crop(mask: Mask) -> tuple[int, int, "NDArray[np.bool_]"]:
    """Left, top, and the pixels of the smallest part of a mask that has all that are set.

    One pixel that is not set where there is none; boolean, shape (height, width).

    Raises:
        FormatError: The run lengths are broken.
    """
    x, y, w, h = map(int, bounds(mask))
    return x, y, decode_mask(mask)[y : y + max(h, 1), x : x + max(w, 1)]


def mask_counts(pixels: "NDArray[Any]", left: int, top: int, height: int, width: int) -> bytes:
    """Compressed run lengths of *pixels*, shape (rows, columns), within an image.

    Raises:
        ValueError: They leave the image, or it is too large.
    """
    import numpy as np

    rows, columns = pixels.shape
    inside = left >= 0 and top >= 0 and left + columns <= width and top + rows <= height
    if not inside or height * width > _LARGEST:
        raise ValueError(f"a mask leaves its image of {height} x {width}")
    column, row = np.divmod(np.flatnonzero(pixels.T), max(rows, 1))
    at = (column + left) * height + row + top
    first = np.flatnonzero(np.diff(at, prepend=-2) != 1)
    starts, ends = at[first], at[np.append(first[1:] - 1, len(at) - 1)] + 1 if len(at) else at
    edges = np.stack([starts, ends], axis=1).ravel()
    runs = np.diff(edges, prepend=0, append=height * width).tolist()
    if runs[-1] == 0 and len(runs) > 1:
        runs.pop()  # as the COCO API does it: no run for what does not come
    return compress(runs, height, width)


def encode_png(pixels: "NDArray[np.bool_]") -> bytes:
    """A PNG file of 8 bits: 255 where a pixel is set."""
    import cv2
    import numpy as np

    _, data = cv2.imencode(".png", pixels.astype(np.uint8) * 255)
    return data.tobytes()


def decode_png(data: bytes, most: int) -> "NDArray[np.bool_]":
    """Which pixels of a PNG file are set: opaque where it says so, else not black.

    Args:
        data: The file.
        most: Pixels that it may have; it is not decoded where its header says more.

    Returns:
        Boolean, shape (height, width).

    Raises:
        ValueError: It is no PNG, or too large.
    """
    import cv2
    import numpy as np

    size = size_of(io.BytesIO(data)) if data.startswith(b"\x89PNG") else None
    if size is None or not 0 < size[0] * size[1] <= most:
        raise ValueError("a mask is no PNG, or larger than its image")
    decoded: Any = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if decoded is None:
        raise ValueError("a mask is a broken PNG")
    if decoded.ndim == 2:  # noqa: PLR2004 (gray)
        return np.asarray(decoded > 0)
    transparent = decoded.shape[2] in {2, 4}
    return np.asarray(decoded[..., -1] > 0 if transparent else decoded.any(axis=2))
