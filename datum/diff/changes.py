"""What a diff is made of: values that say what changed, down to the field."""

from typing import Any

import msgspec

from datum.model import Annotation

__all__ = [
    "ADDED",
    "CHANGED",
    "REMOVED",
    "AnnotationChange",
    "CategoriesChange",
    "FieldChange",
    "ItemChange",
]

ADDED, REMOVED, CHANGED = "added", "removed", "changed"


class FieldChange(msgspec.Struct, frozen=True):
    """A field with another value; None where it was, or is, absent."""

    name: str
    old: Any
    new: Any


class AnnotationChange(msgspec.Struct, frozen=True, kw_only=True):
    """One annotation: added, removed or changed."""

    old: Annotation | None
    new: Annotation | None
    old_label: str = ""
    new_label: str = ""
    """Names of the labels; empty for none."""
    fields: tuple[FieldChange, ...] = ()
    """What changed; empty unless both sides are there."""
    moved: float | None = None
    """Pixels that the centre moved, where the geometry changed and has a place."""
    iou: float | None = None
    """Overlap of old and new, where the geometry changed and covers an area."""

    @property
    def status(self) -> str:
        """``added``, ``removed`` or ``changed``."""
        return ADDED if self.old is None else REMOVED if self.new is None else CHANGED

    @property
    def one(self) -> Annotation:
        """The new side, else the old."""
        either = self.new or self.old
        if either is None:
            raise ValueError("an annotation change has a side")
        return either

    @property
    def label(self) -> str:
        """The name of the label on the side that :attr:`one` is."""
        return self.new_label if self.new is not None else self.old_label


class ItemChange(msgspec.Struct, frozen=True, kw_only=True):
    """One item: added, removed or changed."""

    subset: str
    id: str
    status: str
    """``added``, ``removed`` or ``changed``."""
    fields: tuple[FieldChange, ...] = ()
    """Attributes and media that changed."""
    annotations: tuple[AnnotationChange, ...] = ()

    @property
    def name(self) -> str:
        """``subset/id``."""
        return f"{self.subset}/{self.id}"


class CategoriesChange(msgspec.Struct, frozen=True, kw_only=True):
    """Labels that were added, removed, renamed, moved or declared otherwise."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    reordered: bool = False
    changed: tuple[str, ...] = ()
    """Labels, by their new name, whose parent, attributes, colour, skeleton or infos changed."""

    def __bool__(self) -> bool:
        """Whether anything changed."""
        return bool(self.added or self.removed or self.renamed or self.reordered or self.changed)
