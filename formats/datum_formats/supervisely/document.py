"""The JSON of Supervisely, as values."""

from typing import Any

import msgspec

__all__ = ["Document", "Graph", "Meta", "Object", "Tag", "TagMeta"]


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A joint: of a class with its name, of an object with its place."""

    label: str = ""
    loc: tuple[float, float] = (0.0, 0.0)
    disabled: bool = False


class Edge(msgspec.Struct, frozen=True):
    """Two joints that are linked, by their keys."""

    src: str
    dst: str


class Graph(msgspec.Struct, frozen=True):
    """The joints of a class."""

    nodes: dict[str, Node] = {}
    edges: list[Edge] = []


class Class(msgspec.Struct, frozen=True, kw_only=True):
    """A class of objects."""

    title: str
    color: str = ""
    geometry_config: Any = None


class TagMeta(msgspec.Struct, frozen=True, kw_only=True):
    """A tag that objects and images may have."""

    name: str
    value_type: str = "none"
    values: list[Any] | None = None


class Meta(msgspec.Struct, frozen=True):
    """The file of the project."""

    classes: list[Class] = []
    tags: list[TagMeta] = []


class Tag(msgspec.Struct, frozen=True, kw_only=True):
    """A tag of an object or an image."""

    name: str
    value: Any = None


class Points(msgspec.Struct, frozen=True):
    """An outline and its holes."""

    exterior: list[tuple[float, float]] = []
    interior: list[list[tuple[float, float]]] = []


class Bitmap(msgspec.Struct, frozen=True):
    """Base64 of a compressed PNG, and where its upper left pixel is."""

    data: str
    origin: tuple[int, int]


class Object(msgspec.Struct, frozen=True, kw_only=True):
    """One object of an image."""

    classTitle: str = ""  # noqa: N815 (Supervisely's spelling)
    geometryType: str = "polygon"  # noqa: N815 (see above)
    tags: list[Tag] = []
    description: str | None = None
    points: Points | None = None
    bitmap: Bitmap | None = None
    nodes: dict[str, Node] | None = None


class Size(msgspec.Struct, frozen=True):
    """Of an image, in pixels."""

    height: int | None = None
    width: int | None = None


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """The file of an image."""

    objects: list[Object]
    size: Size = Size()
    tags: list[Tag] = []
    description: str | None = None
