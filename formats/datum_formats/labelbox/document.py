"""A line of Labelbox' export, as values."""

from typing import Any

import msgspec

__all__ = ["Answer", "Classification", "DataRow", "Line", "Mask", "Object", "Point", "labels_of"]


class Point(msgspec.Struct, frozen=True):
    """In pixels."""

    x: float
    y: float


class Bounds(msgspec.Struct, frozen=True):
    """In pixels."""

    top: float
    left: float
    height: float
    width: float


class Mask(msgspec.Struct, frozen=True):
    """Where a picture of it is."""

    url: str


class Answer(msgspec.Struct, frozen=True):
    """One that was chosen."""

    name: str


class Text(msgspec.Struct, frozen=True):
    """One that was written."""

    content: str


class Classification(msgspec.Struct, frozen=True, kw_only=True):
    """A question, and its answer."""

    name: str
    radio_answer: Answer | None = None
    checklist_answers: list[Answer] | None = None
    text_answer: Text | None = None

    def names(self) -> list[str]:
        """The answers that were chosen."""
        chosen = [self.radio_answer] if self.radio_answer else self.checklist_answers or []
        return [one.name for one in chosen if one.name]


class Object(msgspec.Struct, frozen=True, kw_only=True):
    """An object of the image; one of the last fields is there."""

    name: str = ""
    classifications: list[Classification] = []
    bounding_box: Bounds | None = None
    polygon: list[Point] | None = None
    line: list[Point] | None = None
    point: Point | None = None
    mask: Mask | None = None


class Annotations(msgspec.Struct, frozen=True):
    """What was said of an image."""

    objects: list[Object] = []
    classifications: list[Classification] = []


class Label(msgspec.Struct, frozen=True):
    """The work of one person or model."""

    annotations: Annotations = Annotations()


class Project(msgspec.Struct, frozen=True):
    """What was said of an image in one project."""

    labels: list[Label] = []


class DataRow(msgspec.Struct, frozen=True, kw_only=True):
    """The image."""

    external_id: str | None = None
    row_data: str | None = None
    id: str | None = None


class Media(msgspec.Struct, frozen=True):
    """Its size."""

    height: int | None = None
    width: int | None = None


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line."""

    data_row: DataRow
    media_attributes: Media = Media()
    metadata_fields: list[dict[str, Any]] = []
    projects: dict[str, Project] = {}

    @property
    def reference(self) -> str:
        """What is said of where the image is."""
        row = self.data_row
        return row.external_id or row.row_data or row.id or ""

    @property
    def split(self) -> str:
        """The metadata field of that name; empty where there is none."""
        for field in self.metadata_fields:
            value = field.get("value")
            if isinstance(value, list) and value and isinstance(value[0], dict):
                value = value[0].get("schema_name")
            if field.get("schema_name") == "split" and isinstance(value, str):
                return value
        return ""

    def annotations(self) -> list[Annotations]:
        """What was said in all projects."""
        return [label.annotations for one in self.projects.values() for label in one.labels]


def labels_of(line: Line) -> set[str]:
    """The names of labels that a line uses."""
    found: set[str] = set()
    for one in line.annotations():
        found.update(thing.name for thing in one.objects if thing.name)
        found.update(name for question in one.classifications for name in question.names())
    return found
