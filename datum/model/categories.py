"""Categories: what annotations may say."""

from collections.abc import Iterable
from typing import Self

import msgspec

from datum.model.annotation import AttributeValue

__all__ = ["AttributeSpec", "Categories", "LabelCategory", "SkeletonSpec"]


class AttributeSpec(msgspec.Struct, frozen=True, kw_only=True):
    """An attribute that annotations may have, as a labelling tool declares it."""

    name: str
    input_type: str = ""
    """Empty where unknown; else as CVAT says it: text, number, checkbox, select, radio."""
    default: str = ""
    values: tuple[str, ...] = ()
    mutable: bool = False


class LabelCategory(msgspec.Struct, frozen=True, kw_only=True):
    """A label: its name is unique among the labels of a dataset."""

    name: str
    parent: str = ""
    """Name of the parent or supercategory; it need not be a label itself."""
    attributes: tuple[AttributeSpec, ...] = ()
    color: tuple[int, int, int] | None = None
    """Red, green, blue, 0 to 255, in which masks are painted."""
    infos: dict[str, AttributeValue] = msgspec.field(default_factory=dict)
    """What the source says of the label and there is no field for, such as COCO's id."""


class SkeletonSpec(msgspec.Struct, frozen=True, kw_only=True):
    """The keypoints of a label: names of the joints, and pairs of joints (from 0) that are linked."""

    label: int
    joints: tuple[str, ...]
    edges: tuple[tuple[int, int], ...] = ()


class Categories(msgspec.Struct, frozen=True, kw_only=True):
    """All that annotations of a dataset may say. A label's index in *labels* is the class id."""

    labels: tuple[LabelCategory, ...] = ()
    attributes: tuple[AttributeSpec, ...] = ()
    """Attributes that annotations of every label may have."""
    skeletons: tuple[SkeletonSpec, ...] = ()
    """Ordered by label, one for a label at most."""

    @classmethod
    def of(cls, names: Iterable[str]) -> Self:
        """Categories of plain labels."""
        return cls(labels=tuple(LabelCategory(name=name) for name in names))

    def names(self) -> tuple[str, ...]:
        """The labels' names, in order."""
        return tuple(label.name for label in self.labels)

    def find(self, name: str) -> int | None:
        """The index of the label called *name*."""
        for index, label in enumerate(self.labels):
            if label.name == name:
                return index
        return None

    def name_of(self, label: int | None) -> str:
        """The name of a label's index; empty for None, ``#n`` for one that is not declared."""
        if label is None:
            return ""
        return self.labels[label].name if 0 <= label < len(self.labels) else f"#{label}"

    def skeleton_of(self, label: int | None) -> SkeletonSpec | None:
        """The skeleton of a label."""
        return next((spec for spec in self.skeletons if spec.label == label), None)
