"""The JSON of VIA, as values."""

from typing import Any

import msgspec

__all__ = ["Entry", "Named", "Region", "Shape"]


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """Where a region is, in pixels; which fields count depends on the name."""

    name: str
    x: float = 0.0
    y: float = 0.0
    width: float = 0.0
    height: float = 0.0
    cx: float = 0.0
    cy: float = 0.0
    r: float = 0.0
    rx: float = 0.0
    ry: float = 0.0
    theta: float = 0.0
    """Radians."""
    all_points_x: list[float] = msgspec.field(default_factory=list)
    all_points_y: list[float] = msgspec.field(default_factory=list)


class Region(msgspec.Struct, frozen=True, kw_only=True):
    """A shape, and what is said of it."""

    shape_attributes: Shape
    region_attributes: dict[str, Any] = msgspec.field(default_factory=dict)


class Named(msgspec.Struct, frozen=True):
    """Of an image, the name alone."""

    filename: str


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """An image."""

    filename: str
    size: int | float | str | None = None
    """Of the file, in bytes."""
    file_attributes: dict[str, Any] = msgspec.field(default_factory=dict)
    regions: list[Region] | dict[str, Region] = msgspec.field(default_factory=list)
    """A map of numbers in VIA 1."""

    def listed(self) -> list[Region]:
        """The regions in order."""
        return list(self.regions.values()) if isinstance(self.regions, dict) else self.regions
