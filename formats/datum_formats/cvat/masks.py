"""Masks as CVAT has them: row-major runs of the rectangle around the pixels, off first."""

from datum.model import Mask
from datum_formats._common.rle import decode_mask, encode_pixels

__all__ = ["mask_of", "mask_text"]


def mask_of(
    text: str, place: tuple[int, int, int, int], size: tuple[int, int]
) -> tuple[int, int, bytes]:
    """Height, width and counts of a mask of the whole image.

    Args:
        text: Run lengths with commas between.
        place: Left, top, width, height of the rectangle that they fill.
        size: Height and width of the image.

    Raises:
        ValueError: The runs do not fill the rectangle, or it is not within the image.
    """
    import numpy as np

    left, top, width, height = place
    rows, columns = size
    inside = left >= 0 and top >= 0 and left + width <= columns and top + height <= rows
    if not inside or width < 0 or height < 0:
        raise ValueError(f"mask at {place} is not within the image of {rows} x {columns}")
    try:
        lengths = [int(word) for word in text.split(",")] if text.strip() else []
    except ValueError as error:
        raise ValueError(f"rle is no list of numbers: '{text:.60}'") from error
    if any(length < 0 for length in lengths) or sum(lengths) != width * height:
        raise ValueError(f"rle does not fill its {height} x {width} pixels")
    values = np.arange(len(lengths)) % 2 == 1
    pixels = np.zeros(size, dtype=bool)
    pixels[top : top + height, left : left + width] = np.repeat(values, lengths).reshape(
        height, width
    )
    return encode_pixels(pixels)


def mask_text(mask: Mask) -> tuple[str, tuple[int, int, int, int]]:
    """Run lengths, and left, top, width, height of what they fill; one pixel of an empty mask.

    Raises:
        FormatError: The mask is broken.
    """
    import numpy as np

    pixels = decode_mask(mask)
    rows = np.flatnonzero(pixels.any(axis=1))
    columns = np.flatnonzero(pixels.any(axis=0))
    if not len(rows):
        return "1", (0, 0, 1, 1)
    top, bottom, left, right = (int(n) for n in (rows[0], rows[-1], columns[0], columns[-1]))
    flat = pixels[top : bottom + 1, left : right + 1].ravel()
    changes = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    edges = np.concatenate(([0], changes, [flat.size]))
    lengths = [int(length) for length in np.diff(edges)]
    if flat[0]:
        lengths.insert(0, 0)
    return ", ".join(map(str, lengths)), (left, top, right - left + 1, bottom - top + 1)
