"""The JSON of Label Studio, as values."""

from typing import Any

import msgspec

__all__ = ["Result", "Results", "Task", "Value"]


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """Where a region is, in per cent of the image; which fields are there depends on the type."""

    x: float = 0.0
    y: float = 0.0
    width: float = 0.0
    height: float = 0.0
    rotation: float = 0.0
    radiusX: float = 0.0  # noqa: N815 (Label Studio's spelling)
    radiusY: float = 0.0  # noqa: N815 (see above)
    points: list[tuple[float, float]] = msgspec.field(default_factory=list)
    vertices: list[dict[str, Any]] = msgspec.field(default_factory=list)
    closed: bool | None = None
    format: str | None = None
    rle: list[int] = msgspec.field(default_factory=list)
    text: str | list[str] = ""
    choices: list[str] = msgspec.field(default_factory=list)


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """A region, a choice, a text, or a relation."""

    type: str
    value: dict[str, Any] = msgspec.field(default_factory=dict)
    id: str | None = None
    from_name: str | None = None
    original_width: int | None = None
    original_height: int | None = None
    score: float | None = None
    meta: dict[str, Any] | None = None
    from_id: str | None = None
    to_id: str | None = None
    direction: str | None = None
    labels: list[str] | None = None


class Results(msgspec.Struct, frozen=True, kw_only=True):
    """An annotation of one person, or a prediction of one model."""

    result: list[Result] | None = None
    score: float | None = None
    was_cancelled: bool | None = None
    completed_by: Any = None
    model_version: str | None = None


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """An image, and what is said of it."""

    data: dict[str, Any]
    annotations: list[Results] | None = None
    completions: list[Results] | None = None
    """As annotations were called before version 1."""
    predictions: list[Results] | None = None
