"""Counting what a format has no place for, for formats that keep little."""

from collections.abc import Collection

import msgspec

from datum.losses import LossReport
from datum.model import Annotation, Categories, Item
from datum.plugins import Dataset

__all__ = ["Unkept"]


class Unkept(msgspec.Struct, frozen=True, kw_only=True):
    """What is counted, and where to."""

    losses: LossReport
    reason: str
    """Such as ``CIFAR has no place for it``."""
    kinds: Collection[str] = frozenset()
    """Kinds of annotations that the format keeps."""
    fields: Collection[str] = frozenset()
    """Of group, score and z_order those that it keeps."""
    attributes: Collection[str] | None = frozenset()
    """Attributes of annotations that it keeps; None for all."""
    item_attributes: Collection[str] | None = frozenset()
    """Attributes of items that it keeps; None for all."""
    parents: bool = False
    """Whether it keeps the parents of labels."""

    def dataset(self, dataset: Dataset) -> None:
        """Count what is known of the dataset as a whole, and of its labels."""
        for name in dataset.infos:
            self.losses.add(f"info {name}", self.reason)
        self.labels(dataset.categories)

    def labels(self, categories: Categories) -> None:
        """Count what is known of labels but for their names."""
        for label in categories.labels:
            if label.parent and not self.parents:
                self.losses.add("parent of a label", self.reason, where=label.name)
            if label.attributes:
                self.losses.add("attributes of a label", self.reason, where=label.name)
            if label.color is not None:
                self.losses.add("color of a label", self.reason, where=label.name)
            for name in label.infos:
                self.losses.add(f"info {name} of a label", self.reason, where=label.name)
        if categories.attributes:
            self.losses.add("attributes of labels", self.reason)
        if categories.skeletons:
            self.losses.add("skeletons", self.reason, count=len(categories.skeletons))

    def item(self, item: Item) -> None:
        """Count what is said of an item and is not kept."""
        where = f"{item.subset}/{item.id}"
        for name in item.attributes:
            if self.item_attributes is not None and name not in self.item_attributes:
                self.losses.add(f"attribute {name}", self.reason, where=where)
        if len(item.media) > 1:
            self.losses.add("media", self.reason, where=where, count=len(item.media) - 1)
        for one in item.annotations:
            self._annotation(one, where)

    def _annotation(self, one: Annotation, where: str) -> None:
        if one.kind not in self.kinds:
            self.losses.add(one.kind, self.reason, where=where)
            return
        for name, unset in (("group", 0), ("score", None), ("z_order", 0)):
            if getattr(one, name) != unset and name not in self.fields:
                self.losses.add(name, self.reason, where=where)
        for name in one.attributes:
            if self.attributes is not None and name not in self.attributes:
                self.losses.add(f"attribute {name}", self.reason, where=where)
