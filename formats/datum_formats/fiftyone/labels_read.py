"""A label of FiftyOne, as an annotation: pixels of what is parts of the image."""

import base64
import binascii
import io
import zlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import msgspec

from datum.model import Annotation, Box, Label, Mask, Points, Polygon, Polyline
from datum_formats._common.bitmaps import mask_counts
from datum_formats._common.labels import LabelTable
from datum_formats._common.shapes import is_finite
from datum_formats.fiftyone.fields import FIELDS, LABEL_KEYS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["LabelReader"]

Fields = dict[str, Any]
Point = tuple[float | None, float | None]

_HEAD = 4096
"""Bytes of an array's file beyond its values."""


class _Label(msgspec.Struct, frozen=True, kw_only=True):
    label: str | None = None
    confidence: float | list[float] | None = None
    bounding_box: tuple[float, float, float, float] | None = None
    mask: Any = None
    points: list[Any] = []
    closed: bool = False
    attributes: dict[str, Any] | None = None
    tags: list[str] = []
    index: int | None = None


class LabelReader(msgspec.Struct, frozen=True, kw_only=True):
    """Reads the labels of one sample."""

    table: LabelTable
    size: tuple[int, int] | None
    """Height and width of the image."""

    def read(self, field: str, kind: str, said: Fields) -> list[Annotation]:
        """The annotations of a label.

        Args:
            field: Of the sample.
            kind: The class that has such labels, such as Detections.
            said: The label.

        Raises:
            ValueError: It is broken.
        """
        one = msgspec.convert(said, _Label)
        common = self._common(field, kind, said, one)
        if kind == "Classifications":
            if one.label is None:
                return []
            return [Label(**common)]
        if self.size is None:
            raise ValueError(
                "neither the metadata nor an image says the size of the image, and labels are parts of it"
            )
        if kind == "Detections":
            return [self._detection(one, common)]
        if kind == "Keypoints":
            return [self._keypoints(one, common)]
        shape = Polygon if one.closed else Polyline
        lines = msgspec.convert(one.points, list[list[tuple[float, float]]])
        return [shape(points=self._pixels(line), **common) for line in lines]

    def _common(self, field: str, kind: str, said: Fields, one: _Label) -> Fields:
        attributes = {name: value for name, value in said.items() if name not in LABEL_KEYS}
        for name, value in (one.attributes or {}).items():
            attributes[name] = (
                value.get("value") if isinstance(value, dict) and "_cls" in value else value
            )
        if one.tags:
            attributes["tags"] = one.tags
        if one.index is not None:
            attributes["index"] = one.index
        if field != FIELDS[kind]:
            attributes["field"] = field
        score = one.confidence if isinstance(one.confidence, float) else None
        return {"label": self.table.find(one.label), "score": score, "attributes": attributes}

    def _pixels(self, points: Iterable[tuple[float, float]]) -> tuple[float, ...]:
        height, width = self.size or (1, 1)
        flat = tuple(value for x, y in points for value in (x * width, y * height))
        if not flat or not is_finite(flat):
            raise ValueError("a label has no points, or they are not finite")
        return flat

    def _keypoints(self, one: _Label, common: Fields) -> Annotation:
        points = msgspec.convert(one.points, list[Point])
        there = [x is not None and y is not None for x, y in points]
        flat = self._pixels([(x or 0.0, y or 0.0) for x, y in points])
        seen = () if all(there) else tuple(2 * is_there for is_there in there)
        return Points(points=flat, visibility=seen, **common)

    def _detection(self, one: _Label, common: Fields) -> Annotation:
        if one.bounding_box is None:
            raise ValueError("a detection has no bounding_box")
        x, y, w, h = self._pixels([one.bounding_box[:2], one.bounding_box[2:]])
        if one.mask is None:
            return Box(x=x, y=y, w=w, h=h, **common)
        height, width = self.size or (0, 0)
        pixels = _array(one.mask, height * width)
        left, top = max(round(x), 0), max(round(y), 0)
        rows, columns = min(round(h), height - top), min(round(w), width - left)
        if pixels.shape != (rows, columns):
            pixels = _resized(pixels, rows, columns)
        counts = mask_counts(pixels, left, top, height, width)
        return Mask(height=height, width=width, counts=counts, **common)


def _array(said: Any, most: int) -> "NDArray[np.bool_]":
    """An array of NumPy's format, compressed, in base64, maybe inside MongoDB's words for bytes."""
    import numpy as np

    while isinstance(said, dict):
        said = said.get("$binary", said.get("base64"))
    try:
        packed = base64.b64decode(said if isinstance(said, str) else "", validate=True)
        data = zlib.decompressobj().decompress(packed, 8 * most + _HEAD)
        # never an object, which could be anything
        found = np.load(io.BytesIO(data), allow_pickle=False)
    except (binascii.Error, zlib.error, ValueError, OSError, EOFError) as error:
        raise ValueError(f"a mask is no compressed array: {error}") from error
    if not isinstance(found, np.ndarray) or found.ndim != 2 or not found.size:  # noqa: PLR2004 (rows and columns)
        raise ValueError("a mask is no array of rows and columns")
    return np.asarray(found > 0)


def _resized(pixels: "NDArray[np.bool_]", rows: int, columns: int) -> "NDArray[np.bool_]":
    """The pixels in the size of their box, nearest ones."""
    import numpy as np

    if rows <= 0 or columns <= 0:
        raise ValueError("a mask is of a box that has no pixels")
    at_rows = (np.arange(rows) * pixels.shape[0]) // rows
    at_columns = (np.arange(columns) * pixels.shape[1]) // columns
    return np.asarray(pixels[at_rows][:, at_columns])
