"""Masks: two pictures of an item, one of classes and one of objects, to masks and back.

Index 0 is the background in both, 255 in a palette is void. The object's index is the number of the
object in the annotation file, from 1, or a higher one where there is no such object.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from datum.errors import FormatError
from datum.model import LabelCategory, Mask
from datum_formats._common.rle import encode_pixels
from datum_formats.voc.labels import (
    BLACK,
    VOID,
    VOID_INDEX,
    Color,
    assign_colors,
    color_of,
    first_index,
)
from datum_formats.voc.places import is_file
from datum_formats.voc.png import Pixels, read_png, write_grey, write_palette, write_rgb
from datum_formats.voc.run_lengths import run_arrays

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Palette", "Segment", "paint", "read_segments"]

_FEW = 1 << 20
"""Values below which a table of all of them is small."""


class Palette(msgspec.Struct, frozen=True):
    """The colours of the labels, and the index of the first one among them."""

    colors: tuple[Color, ...]
    first: int

    @classmethod
    def of(cls, labels: Sequence[LabelCategory]) -> "Palette":
        """The palette of the labels."""
        return cls(tuple(assign_colors(labels)), first_index(labels))


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """A mask in the pictures: index among the objects, 0 where none is told; label, or None."""

    index: int
    label: int | None
    mask: Mask


def read_segments(classes: Path, objects: Path, palette: Palette) -> Iterator[Segment]:
    """The masks of an item, by index, then by label.

    Args:
        classes: The picture of classes; may be absent.
        objects: The picture of objects; may be absent.
        palette: Colours of the labels.

    Raises:
        FormatError: A picture is broken, of another size than the other, or has unknown colours.
    """
    import numpy as np

    labels = _labels_of(classes, palette) if is_file(classes) else None
    indices = _indices_of(objects) if is_file(objects) else None
    if labels is None:
        if indices is None:
            return
        labels = np.full(indices.shape, -1, np.int64)
    if indices is None:
        indices = np.zeros(labels.shape, np.int64)
    if labels.shape != indices.shape:
        raise FormatError("its size differs from that of the picture of classes", path=objects)
    count = len(palette.colors) + 1
    keys = indices * count + labels + 1
    found = [divmod(key, count) for key in _distinct(keys)]
    labelled = {index for index, label in found if label}
    for index, label in found:
        # what an object has beyond its class is the border around it, which is void
        if label or (index and index not in labelled):
            key = index * count + label
            height, width, counts = encode_pixels(keys == key)
            mask = Mask(height=height, width=width, counts=counts)
            yield Segment(index=index, label=label - 1 if label else None, mask=mask)


def _labels_of(path: Path, palette: Palette) -> "NDArray[Any]":
    """The label of each pixel, -1 for background and void."""
    pixels = read_png(path)
    by_color = {_number(color): label for label, color in enumerate(palette.colors)}
    by_color |= {_number(BLACK): -1, _number(VOID): -1}
    found: NDArray[Any] = _map(
        pixels.values, lambda value: _label_of(value, pixels, by_color, palette, path)
    )
    return found


def _label_of(
    value: int, pixels: Pixels, by_color: Mapping[int, int], palette: Palette, path: Path
) -> int:
    if not pixels.rgb and not pixels.palette:
        label = value - palette.first
        if value in (0, VOID_INDEX) and not 0 < label < len(palette.colors):
            return -1
    else:
        color = value if pixels.rgb else pixels.palette[value] if value < len(pixels.palette) else 0
        label = by_color.get(color, len(palette.colors))
    if label >= len(palette.colors):
        what = f"index {value}" if not pixels.rgb and not pixels.palette else f"colour #{color:06x}"
        raise FormatError(f"{what} belongs to no label", path=path)
    return label


def _indices_of(path: Path) -> "NDArray[Any]":
    """The index of each pixel's object, 0 for background and void."""
    import numpy as np

    pixels = read_png(path)
    values: NDArray[Any] = (
        _map(pixels.values, _index_of) if pixels.rgb else pixels.values.astype(np.int64)
    )
    if pixels.rgb or pixels.values.dtype == np.uint8:
        values[values == VOID_INDEX] = 0
    return values


def _index_of(color: int) -> int:
    """The index whose standard colour is 0xRRGGBB."""
    index = 0
    for bit in range(8):
        for channel, shift in enumerate((16, 8, 0)):
            index |= (color >> (shift + 7 - bit) & 1) << (3 * bit + channel)
    return index


def _number(color: Color) -> int:
    red, green, blue = color
    return red << 16 | green << 8 | blue


def paint(
    segments: Sequence[Segment], palette: Palette, *, colored: bool
) -> tuple[bytes, bytes, list[tuple[int, int]]]:
    """The picture of classes and that of objects, as PNG; pixels kept of each segment, and all.

    Args:
        segments: From the lowest to the topmost, all of one size, each with an index of its own.
        palette: Colours of the labels.
        colored: Whether with colours, else as greys.

    Raises:
        FormatError: Run lengths do not cover their image.
    """
    import cv2
    import numpy as np

    height, width = segments[0].mask.height, segments[0].mask.width
    most = max(segment.index for segment in segments)
    columns = np.zeros(width * height, np.uint8 if most < VOID_INDEX else np.int32)
    lengths = run_arrays([segment.mask.counts for segment in segments])
    spans = [_fill(columns, segment, runs) for segment, runs in zip(segments, lengths, strict=True)]
    counts = _kept(columns, segments, spans)
    picture: Any = columns.reshape((width, height))
    objects: NDArray[Any] = np.asarray(cv2.transpose(picture))
    table = np.zeros(most + 1, np.int32)
    for segment in segments:
        table[segment.index] = 0 if segment.label is None else segment.label + palette.first
    if table.max() < VOID_INDEX:
        table = table.astype(np.uint8)
    classes = _looked_up(table, objects)
    if not colored:
        return _grey(classes), _grey(objects), counts
    named = (BLACK, *palette.colors) if palette.first else palette.colors
    return _color(classes, named), _color(objects, ()), counts


class _Span(msgspec.Struct, frozen=True):
    """Where the pixels of a segment are, column by column, and how many they are."""

    start: int
    stop: int
    total: int


def _fill(columns: "NDArray[Any]", segment: Segment, lengths: "NDArray[Any]") -> _Span:
    """Set the pixels of a segment in a picture that is laid out column by column."""
    import numpy as np

    edges = np.cumsum(lengths)
    if not len(edges) or edges[-1] != len(columns):
        mask = segment.mask
        raise FormatError(f"run lengths do not add up to {mask.height} x {mask.width}")
    stops = edges[1::2]
    if not len(stops):
        return _Span(0, 0, 0)
    starts, sizes = edges[: 2 * len(stops) : 2], lengths[1::2]
    first, last = int(starts[0]), int(stops[-1])
    # views of bytes are set several times faster than slices of arrays
    target = memoryview(columns)  # type: ignore[arg-type]  # arrays are buffers; Python 3.11 cannot say so
    color: Any = np.full(int(sizes.max()), segment.index, columns.dtype)
    paint = memoryview(color)
    for start, stop, size in zip(starts.tolist(), stops.tolist(), sizes.tolist(), strict=True):
        target[start:stop] = paint[:size]
    return _Span(first, last, int(sizes.sum()))


def _kept(
    columns: "NDArray[Any]", segments: Sequence[Segment], spans: Sequence[_Span]
) -> list[tuple[int, int]]:
    """The pixels that are left of each segment, and all of its pixels."""
    import numpy as np

    if sum(span.total for span in spans) == np.count_nonzero(columns):
        return [(span.total, span.total) for span in spans]
    return [
        (int(np.count_nonzero(columns[span.start : span.stop] == segment.index)), span.total)
        for segment, span in zip(segments, spans, strict=True)
    ]


def _looked_up(table: Any, objects: Any) -> Any:
    """The value in a table of each pixel."""
    if table.itemsize > 1 or objects.itemsize > 1:
        return table[objects]
    import cv2
    import numpy as np

    full = np.zeros(256, np.uint8)
    full[: len(table)] = table
    return cv2.LUT(objects, full)


def _grey(values: "NDArray[Any]") -> bytes:
    import numpy as np

    return write_grey(values.astype(np.uint8 if values.max() < VOID_INDEX else np.uint16))


def _color(values: "NDArray[Any]", colors: tuple[Color, ...]) -> bytes:
    """A picture in these colours, and in standard ones for indices beyond them."""
    import numpy as np

    if values.max() < VOID_INDEX:
        return write_palette(values.astype(np.uint8), _full_palette(colors[:VOID_INDEX]))
    flat = _map(
        values, lambda index: _number(colors[index] if index < len(colors) else color_of(index))
    )
    return write_rgb(np.stack([flat >> 16, flat >> 8 & 255, flat & 255], axis=-1).astype(np.uint8))


@lru_cache(maxsize=8)
def _full_palette(colors: tuple[Color, ...]) -> bytes:
    """Red, green and blue of 256 indices."""
    table = [*colors, *(color_of(index) for index in range(len(colors), VOID_INDEX)), VOID]
    return bytes(level for color in table for level in color)


def _distinct(values: "NDArray[Any]") -> list[int]:
    """The different values of an array of integers, none negative, in order."""
    import numpy as np

    if values.max() < _FEW:  # counting is ten times faster than sorting
        return list(map(int, np.flatnonzero(np.bincount(values.ravel()))))
    return list(map(int, np.unique(values)))


def _map(values: "NDArray[Any]", function: Callable[[int], int]) -> Any:
    """The function's value at each pixel; called once for each different value."""
    import numpy as np

    found = _distinct(values)
    mapped = np.asarray([function(value) for value in found], np.int64)
    if found[-1] >= _FEW:
        return mapped[np.searchsorted(found, values)]
    table = np.zeros(found[-1] + 1, np.int64)
    table[found] = mapped
    return table[values]
