"""Pictures of a comparison: both sides over the image, right and wrong in colours of their own."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datum.comparison.distance import ItemMatches, Match
from datum.comparison.objects import Object
from datum.model import (
    Annotation,
    Box,
    Caption,
    Cuboid2D,
    Ellipse,
    Mask,
    Points,
    Polygon,
    Polyline,
    RotatedBox,
    Skeleton,
)
from datum.model.geometry import corners
from datum.model.rle import decode_pixels

__all__ = ["COLORS", "draw_matches", "jpeg"]

Picture = NDArray[np.uint8]
"""Shape (height, width, 3): blue, green, red."""

COLORS = {
    "": (70, 165, 30),
    "mislabelled": (30, 140, 240),
    "missed": (50, 40, 215),
    "extra": (215, 120, 20),
}
"""Blue, green, red of each outcome: green for right, orange, red, blue."""

_LARGEST = 1280
"""Longer side of a picture."""
_SMALLEST = 240
_BLANK = 235
_LINE = 16
"""Height of a line of text below the image."""
_MOST = 12
"""Lines of text below the image."""
_FAR = 1 << 14
_CUBOID = ((0, 1, 2, 3, 0), (4, 5, 6, 7, 4), (0, 4), (1, 5), (2, 6), (3, 7))
"""Edges of a box drawn in perspective: front, back, and between them."""


def draw_matches(of: ItemMatches, names: Sequence[str], data: bytes | None) -> Picture:
    """One item with all that was compared in it.

    The truth is a thin line and what was found a thick one; wrong ones lie above right ones. What has
    no place in the image is written below it.

    Args:
        of: The item.
        names: Of the labels.
        data: Bytes of its image; a blank canvas is drawn on where there are none that decode.
    """
    picture, scale = _canvas(of, data)
    order = list(COLORS)
    matches = sorted(of.matches, key=lambda one: order.index(one.error))
    notes = []
    for match in matches:
        placed = False
        for side, thick in ((match.truth, 1), (match.found, 2)):
            if side is not None:
                placed |= _draw_object(picture, side, match, scale, thick)
        if placed:
            _draw_name(picture, match, names, scale)
        else:
            notes.append(match)
    return _with_notes(picture, notes, names)


def _canvas(of: ItemMatches, data: bytes | None) -> tuple[Picture, float]:
    """The image, or a blank one, small enough to look at, and how much smaller it is."""
    import cv2

    found: Any = None
    if data:
        try:
            found = cv2.imdecode(
                np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
            )
        except cv2.error:
            found = None
    if found is None:
        height, width = of.item.size or _extent(of)
    else:
        height, width = found.shape[:2]
    longest = max(height, width, 1)
    scale = min(1.0, _LARGEST / longest) if longest >= _SMALLEST else _SMALLEST / longest
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    if found is None:
        return np.full((size[1], size[0], 3), _BLANK, np.uint8), scale
    return np.ascontiguousarray(cv2.resize(found, size, interpolation=cv2.INTER_AREA)), scale


def _extent(of: ItemMatches) -> tuple[int, int]:
    """Height and width that hold all objects, for an item whose size nobody knows."""
    boxes = [side.box for one in of.matches for side in (one.truth, one.found) if side is not None]
    right = max((x + w for x, _, w, _ in boxes if math.isfinite(x + w)), default=0)
    bottom = max((y + h for _, y, _, h in boxes if math.isfinite(y + h)), default=0)
    return (
        max(min(math.ceil(bottom * 1.05), _FAR), _SMALLEST),
        max(min(math.ceil(right * 1.05), _FAR), _SMALLEST),
    )


def _draw_object(picture: Picture, one: Object, match: Match, scale: float, thick: int) -> bool:
    """Draw the parts that the match is about; whether any has a place."""
    import cv2

    placed = False
    # the box around an outline says nothing more
    for part in (
        one.outline if match.family == "shape" and one.outline else one.parts_of(match.family)
    ):
        for line, closed in _lines(part):
            places = _places(line, scale)
            if places is None:
                continue
            cv2.polylines(picture, [places], closed, COLORS[match.error], thick, cv2.LINE_AA)
            placed = True
        for x, y in _dots(part):
            places = _places((x, y), scale)
            if places is not None:
                cv2.circle(
                    picture, places[0].tolist(), thick + 1, COLORS[match.error], -1, cv2.LINE_AA
                )
                placed = True
    return placed


def _places(points: Sequence[float], scale: float) -> NDArray[np.int32] | None:
    """Pixels of points, shape (n, 2); None where one is no number."""
    flat = np.array(points[: len(points) // 2 * 2], np.float64)
    if not flat.size or not np.isfinite(flat).all():
        return None
    return np.rint(np.clip(flat * scale, -_FAR, _FAR)).astype(np.int32).reshape(-1, 2)


def _lines(part: Annotation) -> Iterable[tuple[Sequence[float], bool]]:
    """Lines of an annotation, and whether they are closed; none of one without lines."""
    lines = _LINES.get(type(part))
    return () if lines is None else lines(part)


def _box(box: Box) -> Iterator[tuple[Sequence[float], bool]]:
    right, bottom = box.x + box.w, box.y + box.h
    yield (box.x, box.y, right, box.y, right, bottom, box.x, bottom), True


def _cuboid(cuboid: Cuboid2D) -> Iterator[tuple[Sequence[float], bool]]:
    points = cuboid.points
    if len(points) < 16:  # noqa: PLR2004 (eight corners)
        yield points, True
        return
    for edge in _CUBOID:
        yield [value for n in edge for value in points[2 * n : 2 * n + 2]], False


def _dots(part: Annotation) -> Iterator[tuple[float, float]]:
    if isinstance(part, Points | Skeleton):
        for n, place in enumerate(zip(part.points[::2], part.points[1::2], strict=False)):
            if n >= len(part.visibility) or part.visibility[n]:
                yield place


def _ring(ellipse: Ellipse) -> list[float]:
    turn = math.radians(ellipse.angle)
    cos, sin = math.cos(turn), math.sin(turn)
    found = []
    for step in range(64):
        angle = 2 * math.pi * step / 64
        dx, dy = ellipse.rx * math.cos(angle), ellipse.ry * math.sin(angle)
        found += [ellipse.cx + dx * cos - dy * sin, ellipse.cy + dx * sin + dy * cos]
    return found


def _contours(mask: Mask) -> list[list[float]]:
    import cv2

    try:
        pixels = decode_pixels(mask).astype(np.uint8)
    except ValueError:  # run lengths that do not cover the image
        return []
    if not pixels.size:
        return []
    found, _ = cv2.findContours(pixels, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    return [one.reshape(-1).astype(float).tolist() for one in found]


_LINES: dict[type[Any], Callable[[Any], Iterable[tuple[Sequence[float], bool]]]] = {
    Box: _box,
    RotatedBox: lambda one: [(corners(one), True)],
    Polygon: lambda one: [(ring, True) for ring in (one.points, *one.holes)],
    Polyline: lambda one: [(one.points, False)],
    Ellipse: lambda one: [(_ring(one), True)],
    Cuboid2D: _cuboid,
    Mask: lambda one: [(ring, True) for ring in _contours(one)],
}


def _draw_name(picture: Picture, match: Match, names: Sequence[str], scale: float) -> None:
    """The label at the top left of the object, on a patch of the match's colour."""
    one = match.found or match.truth
    if one is None or not all(map(math.isfinite, one.box)):
        return
    left = min(max(round(one.box[0] * scale), 0), picture.shape[1] - 1)
    top = min(max(round(one.box[1] * scale), 12), picture.shape[0] - 1)
    _write(picture, _name(match, names), (left, top), COLORS[match.error])


def _write(
    picture: Picture, text: str, place: tuple[int, int], color: tuple[int, int, int]
) -> None:
    import cv2

    font, size = cv2.FONT_HERSHEY_SIMPLEX, 0.4
    (width, height), _ = cv2.getTextSize(text, font, size, 1)
    left, bottom = place
    cv2.rectangle(picture, (left, bottom - height - 4), (left + width + 3, bottom), color, -1)
    cv2.putText(picture, text, (left + 2, bottom - 3), font, size, (255, 255, 255), 1, cv2.LINE_AA)


def _name(match: Match, names: Sequence[str]) -> str:
    """The label, both if they differ, and the score."""
    truth, found = match.truth, match.found
    if truth is not None and found is not None and truth.label != found.label:
        text = f"{names[truth.label]} > {names[found.label]}"
    else:
        one = found or truth
        text = names[one.label] if one is not None else ""
    score = None if found is None else found.score
    text = text if score is None else f"{text} {score:.2f}"
    return "".join(char if char.isprintable() else "?" for char in text)[:60]


def _with_notes(picture: Picture, notes: Sequence[Match], names: Sequence[str]) -> Picture:
    """The picture with lines of text below for what has no place in it."""
    if not notes:
        return picture
    shown = notes[-_MOST:]  # wrong ones come last
    strip = np.full((_LINE * len(shown) + 4, max(picture.shape[1], 320), 3), 255, np.uint8)
    for n, match in enumerate(shown):
        said = f"{match.error or 'right'}: {_name(match, names)}{_caption(match)}"
        _write(strip, said[:90], (2, _LINE * (n + 1)), COLORS[match.error])
    wide = np.full((picture.shape[0], strip.shape[1], 3), 255, np.uint8)
    wide[:, : picture.shape[1]] = picture
    return np.concatenate([wide, strip])


def _caption(match: Match) -> str:
    one = match.found or match.truth
    text = next((part.text for part in one.parts if isinstance(part, Caption)), "") if one else ""
    return f" {text}" if text.isprintable() else ""


def jpeg(picture: Picture, largest: int = 0) -> bytes:
    """A picture as a JPEG file.

    Args:
        picture: What to write.
        largest: Longer side to make it fit; 0 for as it is.
    """
    import cv2

    height, width = picture.shape[:2]
    scale = largest / max(height, width) if largest else 1.0
    if scale < 1:
        size = (max(round(width * scale), 1), max(round(height * scale), 1))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
    _, found = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 85])
    return found.tobytes()
