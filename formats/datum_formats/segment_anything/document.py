"""The JSON of SA-1B, as values."""

from typing import Any

import msgspec

__all__ = ["ANNOTATION_KEYS", "IMAGE_KEYS", "Ann", "Document", "Image", "Names", "Rle"]


class Rle(msgspec.Struct, frozen=True):
    """Run lengths in columns, compressed or not."""

    size: tuple[int, int]
    """Height and width."""
    counts: str | list[int]


class Ann(msgspec.Struct, frozen=True, kw_only=True):
    """A mask; keys beyond these are attributes."""

    segmentation: Rle | None = None
    bbox: tuple[float, float, float, float] | None = None
    area: float | None = None
    id: int | None = None
    label: str | None = None
    score: float | None = None
    attributes: dict[str, Any] | None = None
    """Those that are called as one of these keys."""


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """The image; keys beyond these are attributes."""

    file_name: str = ""
    image_id: int | str | None = None
    width: int | None = None
    height: int | None = None
    attributes: dict[str, Any] | None = None


class Document(msgspec.Struct, frozen=True):
    """The file of an image."""

    image: dict[str, Any]
    annotations: list[dict[str, Any]]


class _Named(msgspec.Struct, frozen=True):
    label: str | None = None


class Names(msgspec.Struct, frozen=True):
    """Of a file, the labels alone."""

    annotations: list[_Named]


ANNOTATION_KEYS = frozenset(Ann.__struct_fields__)
IMAGE_KEYS = frozenset(Image.__struct_fields__)
