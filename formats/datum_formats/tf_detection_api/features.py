"""Names of features, and the attributes that some of them are."""

import struct
from typing import Any

from datum_formats.tf_detection_api.example import Bytes, Feature, Floats, Ints, float32

__all__ = [
    "AREA",
    "CLASS_LABEL",
    "CLASS_TEXT",
    "CORNERS",
    "ENCODED",
    "FILENAME",
    "FORMAT",
    "HEIGHT",
    "KNOWN",
    "MASK",
    "OBJECT_ATTRIBUTES",
    "PIXELS",
    "PIXEL_BOX",
    "SHA256",
    "SOURCE_ID",
    "WIDTH",
    "encode_value",
    "fits",
]

SOURCE_ID = "image/source_id"
FILENAME = "image/filename"
HEIGHT = "image/height"
WIDTH = "image/width"
ENCODED = "image/encoded"
FORMAT = "image/format"
SHA256 = "image/key/sha256"
CORNERS = tuple(f"image/object/bbox/{name}" for name in ("xmin", "ymin", "xmax", "ymax"))
CLASS_TEXT = "image/object/class/text"
CLASS_LABEL = "image/object/class/label"
MASK = "image/object/mask"
AREA = "image/object/area"
PIXELS = "image/object/bbox/pixels"
"""Not of the API: each box as four float64, x, y, width, height, little-endian, in pixels."""

PIXEL_BOX = struct.Struct("<4d")

OBJECT_ATTRIBUTES: dict[str, tuple[str, type]] = {
    "image/object/is_crowd": ("is_crowd", bool),
    "image/object/difficult": ("difficult", bool),
    "image/object/truncated": ("truncated", bool),
    "image/object/occluded": ("occluded", bool),
    "image/object/group_of": ("group_of", bool),
    "image/object/view": ("pose", str),
    "image/object/weight": ("weight", float),
    AREA: ("area", float),
}
"""Attribute and type of the features that say something of each object."""

KNOWN = frozenset(
    [
        *(SOURCE_ID, FILENAME, HEIGHT, WIDTH, ENCODED, FORMAT, SHA256),
        *(*CORNERS, PIXELS, CLASS_TEXT, CLASS_LABEL, MASK),
        *OBJECT_ATTRIBUTES,
    ]
)
"""The features that have a meaning of their own; others are attributes of the item."""


def fits(value: Any, kind: type) -> bool:
    """Whether a value comes back as it is from a feature of that kind."""
    if type(value) is not kind:
        return False
    if isinstance(value, float):
        return float32(value) == value
    if isinstance(value, str):
        return not any("\ud800" <= letter <= "\udfff" for letter in value)
    return not isinstance(value, int) or -(1 << 63) <= value < 1 << 63


def encode_value(values: list[Any], kind: type) -> Feature:
    """The feature for values of one type."""
    if kind is str:
        return Bytes(tuple(value.encode() for value in values))
    if kind is float:
        return Floats(tuple(values))
    return Ints(tuple(int(value) for value in values))
