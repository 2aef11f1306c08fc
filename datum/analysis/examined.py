"""What a task looks at in a dataset, counted: labels, attributes, measures of shapes."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from datum.model import Annotation, Blob, Categories, Item
from datum.model.geometry import area, bounds
from datum.model.pairing import content_text
from datum.model.tasks import TASK_KINDS

__all__ = ["FORMAT_ATTRIBUTES", "Examined", "Key", "Shape"]

Key = tuple[str, str]
"""Id and subset of an item."""

FORMAT_ATTRIBUTES = frozenset(
    (
        *("is_crowd", "iscrowd", "difficult", "truncated", "occluded", "pose", "area", "track_id"),
        *("keyframe", "outside", "source", "rotation", "score", "visibility", "id"),
    )
)
"""Attributes that formats bring by themselves, and nobody declares."""


class Shape(msgspec.Struct, frozen=True):
    """One annotation with its measures."""

    key: Key
    id: int | None
    label: str
    attributes: dict[str, str]
    """Those that are declared for its label, as text."""
    measures: dict[str, float]


class Examined:
    """The annotations of one task, counted."""

    def __init__(self, task: str, categories: Categories) -> None:
        self.task = task
        self.categories = categories
        self.total = 0
        self.missing: list[Key] = []
        self.several: list[Key] = []
        self.labels: Counter[str] = Counter(dict.fromkeys(categories.names(), 0))
        self.undefined: dict[str, list[Key]] = defaultdict(list)
        self.values: dict[str, dict[str, Counter[str]]] = {
            one.name: {spec.name: Counter() for spec in one.attributes} for one in categories.labels
        }
        self._common = frozenset(one.name for one in categories.attributes)
        """Attributes that annotations of every label may have."""
        self.lacking: dict[str, dict[str, list[Key]]] = defaultdict(lambda: defaultdict(list))
        self.foreign: dict[str, dict[str, list[tuple[Key, str]]]] = defaultdict(
            lambda: defaultdict(list)
        )
        self.negative: list[tuple[Shape, str]] = []
        self.invalid: list[tuple[Shape, str]] = []
        self.empty: list[Shape] = []
        self.outside: list[tuple[Shape, float]] = []
        self.duplicates: list[tuple[Key, int | None]] = []
        self.shapes: list[Shape] = []
        self.per_item: dict[Key, int] = {}
        self.media: dict[bytes, list[Key]] = defaultdict(list)

    def add(self, item: Item) -> None:
        """Count one item."""
        key = (item.id, item.subset)
        found = [one for one in item.annotations if one.kind in TASK_KINDS[self.task]]
        self.total += len(found)
        self.per_item[key] = len(found)
        if not found:
            self.missing.append(key)
        if len(found) > 1:
            self.several.append(key)
        for one in found:
            attributes = self._label(key, one)
            if self.task != "classification":
                self._shape(key, one, attributes, item.size)
        self.duplicates += [(key, one.id) for one in _repeated(found)]
        if item.image is not None and isinstance(item.image.content, Blob):
            self.media[item.image.content.oid].append(key)

    def _label(self, key: Key, one: Annotation) -> dict[str, str]:
        """Count label and attributes; the attributes that are declared."""
        if one.label is None:
            return {}
        name = self.categories.name_of(one.label)
        if one.label >= len(self.categories.labels):
            self.undefined[str(one.label)].append(key)
            return {}
        self.labels[name] += 1
        for attribute in self.values[name]:
            if attribute not in one.attributes:
                self.lacking[name][attribute].append(key)
        return dict(self._attributes(key, one, name))

    def _attributes(self, key: Key, one: Annotation, name: str) -> Iterator[tuple[str, str]]:
        known = self.values[name]
        for attribute, value in one.attributes.items():
            if attribute in known:
                known[attribute][str(value)] += 1
                yield attribute, str(value)
            elif attribute not in self._common and attribute not in FORMAT_ATTRIBUTES:
                self.foreign[name][attribute].append((key, str(value)))

    def _shape(
        self, key: Key, one: Annotation, attributes: dict[str, str], size: tuple[int, int] | None
    ) -> None:
        x, y, w, h = bounds(one) or (0.0, 0.0, 0.0, 0.0)
        if one.kind == "rotated_box":
            w, h = one.w, one.h  # type: ignore[union-attr]  # the kind says which class it is
        measures = {"width": w, "height": h}
        places = {"x": x, "y": y, **measures}
        name = self.categories.name_of(one.label)
        shape = Shape(key, one.id, name, attributes, measures)
        bad = [prop for prop, value in places.items() if not math.isfinite(value)]
        below = [prop for prop, value in measures.items() if value < 0]
        self.invalid += [(shape, prop) for prop in bad]
        if bad:
            return
        if self.task == "detection" and below:
            self.negative += [(shape, prop) for prop in below]
            return
        covered = area(one)
        if covered <= 0 or w == 0 or h == 0:
            self.empty.append(shape)
            return
        over = 0.0 if size is None else max(-x, -y, x + w - size[1], y + h - size[0])
        if over > 1 and one.kind != "rotated_box":
            self.outside.append((shape, over))
        self._measure(shape, covered)

    def _measure(self, shape: Shape, covered: float) -> None:
        measures = shape.measures
        w, h = measures["width"], measures["height"]
        if self.task == "detection":
            measures |= {"area(wxh)": w * h, "ratio(w/h)": w / h}
            measures |= {"short": min(w, h), "long": max(w, h)}
        else:
            measures["area"] = covered
        if shape.label:
            self.shapes.append(shape)


def _repeated(found: Iterable[Annotation]) -> Iterator[Annotation]:
    """Annotations that say the same as an earlier one of their item."""
    seen: set[Any] = set()
    for one in found:
        text = content_text(one)
        if text in seen:
            yield one
        seen.add(text)
