"""Categories of several datasets united by name, and what they do not agree about."""

from collections.abc import Sequence

import msgspec

from datum.merge.consensus.findings import ConflictingCategories
from datum.merge.labels import LabelMap, label_map, unite_labels
from datum.model import AttributeSpec, Categories

__all__ = ["United", "unite_many"]


class United(msgspec.Struct, frozen=True):
    """Categories of all, and where the labels of each input are among them."""

    categories: Categories
    maps: tuple[LabelMap, ...]
    conflicts: tuple[ConflictingCategories, ...]


def unite_many(inputs: Sequence[tuple[str, Categories]]) -> United:
    """The labels of all by name, in the order in which they come; the first to declare one stands.

    Args:
        inputs: Name and categories of each.
    """
    united = Categories()
    conflicts: list[ConflictingCategories] = []
    for name, categories in inputs:
        conflicts += _specs_that_differ(name, united, categories)
        merged, clashes = unite_labels(Categories(), united, categories)
        united = merged.categories
        conflicts += [
            ConflictingCategories(
                sources=(name,),
                what=one.what,
                first=msgspec.to_builtins(one.ours),
                other=msgspec.to_builtins(one.theirs),
            )
            for one in clashes
        ]
    maps = tuple(label_map(categories, united) for _, categories in inputs)
    return United(united, maps, tuple(conflicts))


def _specs_that_differ(
    name: str, united: Categories, categories: Categories
) -> list[ConflictingCategories]:
    """Attributes that are declared twice, and differently."""
    found = _differing(name, united.attributes, categories.attributes, "")
    labels = {label.name: label for label in united.labels}
    for label in categories.labels:
        if label.name in labels:
            place = f" of label {label.name}"
            found += _differing(name, labels[label.name].attributes, label.attributes, place)
    return found


def _differing(
    name: str, first: Sequence[AttributeSpec], other: Sequence[AttributeSpec], place: str
) -> list[ConflictingCategories]:
    known = {spec.name: spec for spec in first}
    return [
        ConflictingCategories(
            sources=(name,),
            what=f"attribute {spec.name}{place}",
            first=msgspec.to_builtins(known[spec.name]),
            other=msgspec.to_builtins(spec),
        )
        for spec in other
        if spec.name in known and known[spec.name] != spec
    ]
