"""Annotations: what is said about an item.

Coordinates are pixels, origin top left, continuous, float64. Every kind has the common fields of
:class:`Common`; the others are its geometry. Values are frozen and compare by content.
"""

from typing import Any, ClassVar

import msgspec

__all__ = [
    "KINDS",
    "KIND_CODES",
    "Annotation",
    "AttributeValue",
    "Box",
    "Caption",
    "Common",
    "Cuboid2D",
    "Cuboid3D",
    "Ellipse",
    "Label",
    "Mask",
    "Points",
    "Polygon",
    "Polyline",
    "RotatedBox",
    "Skeleton",
]

AttributeValue = Any
"""None, bool, int, float, str, or a list or str-keyed dict of these."""


class Common(msgspec.Struct, frozen=True, kw_only=True):
    """The fields that every annotation has."""

    kind: ClassVar[str] = ""

    id: int | None = None
    """Unique in its item; None where the source has no ids and none was given yet."""
    label: int | None = None
    """Index into the labels of the categories."""
    group: int = 0
    """Annotations of one item with the same non-zero group belong together; 0 is none."""
    z_order: int = 0
    """Larger is above."""
    score: float | None = None
    """Confidence, from 0 to 1."""
    attributes: dict[str, AttributeValue] = msgspec.field(default_factory=dict)


class Label(Common, frozen=True, kw_only=True):
    """A label of the whole item."""

    kind: ClassVar[str] = "label"


class Box(Common, frozen=True, kw_only=True):
    """An axis-aligned box: left, top, width, height."""

    kind: ClassVar[str] = "box"

    x: float
    y: float
    w: float
    h: float


class RotatedBox(Common, frozen=True, kw_only=True):
    """A box turned around its centre; *angle* in degrees, clockwise as seen on the screen."""

    kind: ClassVar[str] = "rotated_box"

    cx: float
    cy: float
    w: float
    h: float
    angle: float


class Polygon(Common, frozen=True, kw_only=True):
    """A closed outline, x0, y0, x1, y1, …, not repeating the first point, and the holes in it."""

    kind: ClassVar[str] = "polygon"

    points: tuple[float, ...]
    holes: tuple[tuple[float, ...], ...] = ()


class Polyline(Common, frozen=True, kw_only=True):
    """An open line, x0, y0, x1, y1, and so on."""

    kind: ClassVar[str] = "polyline"

    points: tuple[float, ...]


class Points(Common, frozen=True, kw_only=True):
    """Keypoints: x0, y0, …; visibility 0 absent, 1 hidden, 2 visible, one for each point."""

    kind: ClassVar[str] = "points"

    points: tuple[float, ...]
    visibility: tuple[int, ...] = ()
    """Empty where the source says nothing, which means that all are visible."""


class Skeleton(Common, frozen=True, kw_only=True):
    """Keypoints in the order of the label's skeleton in the categories; visibility as in Points."""

    kind: ClassVar[str] = "skeleton"

    points: tuple[float, ...]
    visibility: tuple[int, ...] = ()


class Mask(Common, frozen=True, kw_only=True):
    """Pixels of an image of *height* x *width*, as COCO's compressed run lengths."""

    kind: ClassVar[str] = "mask"

    height: int
    width: int
    counts: bytes
    """Column-major runs, in the compressed form of the COCO API."""


class Ellipse(Common, frozen=True, kw_only=True):
    """An ellipse: centre, radii, *angle* in degrees, clockwise as seen on the screen."""

    kind: ClassVar[str] = "ellipse"

    cx: float
    cy: float
    rx: float
    ry: float
    angle: float = 0.0


class Cuboid2D(Common, frozen=True, kw_only=True):
    """A box in space as drawn on the image: eight corners, x0, y0, …, front face first."""

    kind: ClassVar[str] = "cuboid_2d"

    points: tuple[float, ...]


class Cuboid3D(Common, frozen=True, kw_only=True):
    """A box in space: centre, rotation around x, y, z in radians, extent; three numbers each."""

    kind: ClassVar[str] = "cuboid_3d"

    position: tuple[float, float, float]
    rotation: tuple[float, float, float]
    scale: tuple[float, float, float]


class Caption(Common, frozen=True, kw_only=True):
    """A text about the item."""

    kind: ClassVar[str] = "caption"

    text: str


Annotation = (
    Label
    | Box
    | RotatedBox
    | Polygon
    | Polyline
    | Points
    | Skeleton
    | Mask
    | Ellipse
    | Cuboid2D
    | Cuboid3D
    | Caption
)

KINDS: dict[str, type[Annotation]] = {
    kind.kind: kind
    for kind in (
        Label,
        Box,
        RotatedBox,
        Polygon,
        Polyline,
        Points,
        Skeleton,
        Mask,
        Ellipse,
        Cuboid2D,
        Cuboid3D,
        Caption,
    )
}
"""Every kind by its name."""

KIND_CODES: dict[type[Annotation], int] = {
    Label: 1,
    Box: 2,
    RotatedBox: 3,
    Polygon: 4,
    Polyline: 5,
    Points: 6,
    Skeleton: 7,
    Mask: 8,
    Ellipse: 9,
    Cuboid2D: 10,
    Cuboid3D: 11,
    Caption: 12,
}
"""The number of each kind in columns and in stored objects; frozen."""
