"""Outlines: rings and run lengths of COCO as annotations, their areas and bounds."""

from collections.abc import Sequence
from operator import mul, sub

import msgspec
from msgspec import UNSET, Raw, UnsetType

from datum.errors import FormatError
from datum.model import Box, Mask, Points, Polygon, Skeleton
from datum_formats._common import rle
from datum_formats.coco.shapes import Rle

__all__ = [
    "LEAST",
    "Part",
    "area_of",
    "bounds_of",
    "fill",
    "mask_of_rle",
    "outline",
    "ring_area",
    "trace",
]

Part = Box | Polygon | Mask | Points | Skeleton
"""What one COCO annotation is made of."""

_DECODER = msgspec.json.Decoder(list[tuple[float, ...]] | Rle | None)
LEAST = 6
"""Numbers of the smallest ring: three points."""


def outline(raw: Raw | UnsetType) -> list[tuple[float, ...]] | Rle | None:
    """Rings (without the empty ones) or run lengths of the JSON of a segmentation.

    Raises:
        FormatError: It is neither, or a ring has no three whole points.
    """
    if raw is UNSET:
        return None
    try:
        found: list[tuple[float, ...]] | Rle | None = _DECODER.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise FormatError(f"segmentation is neither rings nor run lengths: {error}") from error
    if not isinstance(found, list):
        return found
    for ring in found:
        if len(ring) % 2 or 0 < len(ring) < LEAST:
            raise FormatError(f"a ring of {len(ring)} numbers is no polygon")
    return found if all(found) else [ring for ring in found if ring]


def mask_of_rle(found: Rle) -> tuple[int, int, bytes]:
    """Height, width and compressed run lengths.

    Raises:
        FormatError: They do not cover the image exactly.
    """
    height, width = found.size
    if isinstance(found.counts, str):
        counts = found.counts.encode()
        if sum(rle.runs(counts)) != height * width:
            raise FormatError(f"run lengths do not add up to {height} x {width}")
        return height, width, counts
    return height, width, rle.compress(found.counts, height, width)


def ring_area(points: tuple[float, ...]) -> float:
    """Area inside a ring, in pixels."""
    xs, ys = points[::2], points[1::2]
    after = map(sub, xs[1:] + xs[:1], xs[-1:] + xs[:-1])
    twice: float = sum(map(mul, ys, after))
    return abs(twice) / 2


def area_of(parts: Sequence[Part]) -> float:
    """Area of an object: of its outline, else of its box, else of the box around its keypoints.

    Polygons are without holes.
    """
    rings = [part.points for part in parts if isinstance(part, Polygon)]
    if rings:
        return sum(map(ring_area, rings))
    for part in parts:
        if isinstance(part, Mask):
            return float(rle.area(part.counts))
    for part in parts:
        if isinstance(part, Box):
            return part.w * part.h
    bounds = bounds_of(parts)
    return bounds[2] * bounds[3] if bounds else 0.0


def bounds_of(parts: Sequence[Part]) -> tuple[float, float, float, float] | None:
    """The box around the outline, else around the keypoints that are there."""
    for part in parts:
        if isinstance(part, Mask):
            return _mask_bounds(part)
    points = [number for part in parts if isinstance(part, Polygon) for number in part.points]
    if not points:
        points = [number for part in parts for number in _present(part)]
    if not points:
        return None
    xs, ys = points[::2], points[1::2]
    left, top = min(xs), min(ys)
    return (left, top, max(xs) - left, max(ys) - top)


def _mask_bounds(part: Mask) -> tuple[float, float, float, float]:
    from pycocotools import mask

    # from the runs alone: the pixels of a mask that claims to be huge are never made
    left, top, width, height = mask.toBbox(
        {"size": [part.height, part.width], "counts": part.counts}
    )
    return (float(left), float(top), float(width), float(height))


def _present(part: Part) -> list[float]:
    if not isinstance(part, Points | Skeleton):
        return []
    seen = part.visibility or (2,) * (len(part.points) // 2)
    pairs = zip(part.points[::2], part.points[1::2], seen, strict=False)
    return [number for x, y, value in pairs if value for number in (x, y)]


def fill(parts: Sequence[Part], height: int, width: int) -> bytes:
    """Compressed run lengths of the union of outlines, holes left out."""
    import numpy as np

    pixels = np.zeros((height, width), bool)
    for part in parts:
        if isinstance(part, Mask) and (part.height, part.width) == (height, width):
            pixels |= rle.decode_mask(part)
        elif isinstance(part, Polygon):
            inner = np.zeros((height, width), bool)
            for index, ring in enumerate((part.points, *part.holes)):
                counts = rle.from_polygons([ring], height, width)
                drawn = rle.decode_mask(Mask(height=height, width=width, counts=counts))
                inner = inner & ~drawn if index else drawn
            pixels |= inner
    return rle.encode_pixels(pixels)[2]


def trace(found: Mask) -> list[tuple[float, ...]]:
    """Rings around the pixels of a mask, at the pixels' outer edges; holes are filled."""
    import cv2
    import numpy as np

    pixels = rle.decode_mask(found).astype(np.uint8)
    # at twice the size, a pixel and its neighbouring edges are 3 x 3 cells: contours run on edges
    large = np.zeros((2 * found.height + 1, 2 * found.width + 1), np.uint8)
    for down in range(3):
        for right in range(3):
            rows = slice(down, down + 2 * found.height, 2)
            large[rows, right : right + 2 * found.width : 2] |= pixels
    contours, _ = cv2.findContours(large, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    rings = [(contour.reshape(-1, 2) / 2).ravel().tolist() for contour in contours]
    return sorted(tuple(ring) for ring in rings if len(ring) >= LEAST)
