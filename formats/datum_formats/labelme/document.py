"""The JSON of LabelMe, as values."""

from typing import Any

import msgspec

__all__ = ["DOCUMENT_KEYS", "SHAPE_KEYS", "Document", "Names", "Shape"]


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """One shape; keys beyond these are attributes."""

    label: str | None = None
    points: list[tuple[float, float]] = msgspec.field(default_factory=list)
    shape_type: str | None = None
    """None is a polygon, as in the oldest files."""
    group_id: int | None = None
    description: str | None = None
    flags: dict[str, bool] | None = None
    mask: str | None = None
    """Base64 of a PNG that fills the box of the two points."""
    score: float | None = None
    attributes: dict[str, Any] | None = None


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """The file of an image; keys beyond these are attributes of the item."""

    shapes: list[dict[str, Any]]
    version: str | None = None
    flags: dict[str, bool] | None = None
    imagePath: str | None = None  # noqa: N815 (LabelMe's spelling)
    imageData: str | None = None  # noqa: N815 (see above)
    """Base64 of the image's file."""
    imageHeight: int | None = None  # noqa: N815 (see above)
    imageWidth: int | None = None  # noqa: N815 (see above)
    attributes: dict[str, Any] | None = None


class _Named(msgspec.Struct, frozen=True):
    label: str | None = None


class Names(msgspec.Struct, frozen=True):
    """Of a file, the labels alone."""

    shapes: list[_Named]
    flags: dict[str, bool] | None = None


SHAPE_KEYS = frozenset(Shape.__struct_fields__)
DOCUMENT_KEYS = frozenset(Document.__struct_fields__)
