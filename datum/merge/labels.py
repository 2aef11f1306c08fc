"""Categories of two datasets united by name, and annotations moved to the united labels."""

from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from datum.diff.labels import renamed_labels
from datum.merge.categories import merge_label, merge_skeletons, merge_specs
from datum.merge.conflicts import Conflict
from datum.merge.values import Prefer, decide
from datum.model import Categories, Item, LabelCategory

__all__ = [
    "LabelMap",
    "UnitedLabels",
    "label_map",
    "merge_categories",
    "relabel",
    "unite_categories",
    "unite_labels",
]

LabelMap = Mapping[int, int | None]
"""Index of a label in one dataset to its index in another; None where it is gone."""

_AWAY = 1 << 40
"""Indices from here on stand for labels that are not in the united list."""


class UnitedLabels(msgspec.Struct, frozen=True, kw_only=True):
    """The labels of a merge, and where those of base and theirs are among them."""

    categories: Categories
    """Labels of ours in their order, then those that theirs added."""
    of_base: LabelMap
    of_theirs: LabelMap
    gone: Mapping[int, LabelCategory]
    """Labels that ours removed and theirs has, by the index that stands for them in the maps."""
    by_name: bool
    """Whether a label that theirs renamed is another label after all."""
    dropped: frozenset[str]
    """Labels that theirs removed and ours has as they were."""

    @property
    def plain(self) -> bool:
        """Whether every label has the same index everywhere."""
        maps = (self.of_base, self.of_theirs)
        return all(index == place for one in maps for index, place in one.items())


def label_map(source: Categories, target: Categories) -> LabelMap:
    """Where each label of *source* is in *target*, by name."""
    places = {name: index for index, name in enumerate(target.names())}
    return {index: places.get(name) for index, name in enumerate(source.names())}


def relabel(item: Item, mapping: LabelMap) -> Item:
    """The item with its labels moved; annotations of labels that are gone stay without one."""
    if all(index == place for index, place in mapping.items()):
        return item
    annotations = tuple(
        one if one.label is None else replace(one, label=mapping.get(one.label, one.label))
        for one in item.annotations
    )
    return replace(item, annotations=annotations)


def unite_categories(ours: Categories, theirs: Categories) -> Categories:
    """The labels of both, ours first; what ours leaves open of a common label is filled in."""
    return merge_categories(Categories(), ours, theirs)[0]


def merge_categories(
    base: Categories, ours: Categories, theirs: Categories, prefer: Prefer = "ours"
) -> tuple[Categories, list[Conflict]]:
    """Three-way merge of categories, by name; see :func:`unite_labels`."""
    united, conflicts = unite_labels(base, ours, theirs, prefer)
    return united.categories, conflicts


def unite_labels(
    base: Categories, ours: Categories, theirs: Categories, prefer: Prefer = "ours"
) -> tuple[UnitedLabels, list[Conflict]]:
    """Three-way merge of categories, by name; a label that one side renamed in place is renamed.

    A label that theirs removed stays where ours has it: annotations may use it. Skeletons and
    declarations follow the side that changed them.
    """
    conflicts: list[Conflict] = []
    mine, yours = _new_names(base, ours, theirs)
    by_name = yours != renamed_labels(base, theirs)
    names = _final_names(base, mine, yours, prefer, conflicts)
    base, ours, theirs = (
        _renamed(one, names | {new: names[old] for old, new in own.items()})
        for one, own in ((base, {}), (ours, mine), (theirs, yours))
    )
    places = {name: n for n, name in enumerate(ours.names())}
    before = {label.name: label for label in base.labels}
    labels = list(ours.labels)
    away: dict[str, int] = {}
    gone: dict[int, LabelCategory] = {}
    for label in theirs.labels:
        if label.name in places:
            n = places[label.name]
            old = before.get(label.name)
            labels[n] = merge_label(old, labels[n], label, prefer, conflicts)
        elif label.name in before:
            gone[away.setdefault(label.name, _AWAY + len(away))] = label
        else:
            places[label.name] = len(labels)
            labels.append(label)
    for label in base.labels:
        if label.name not in places:
            away.setdefault(label.name, _AWAY + len(away))
    merged = Categories(
        labels=tuple(labels),
        attributes=merge_specs(
            (base.attributes, ours.attributes, theirs.attributes), prefer, conflicts
        ),
    )
    places |= away
    united = UnitedLabels(
        categories=merge_skeletons(merged, (base, ours, theirs), prefer, conflicts),
        of_base={n: places[name] for n, name in enumerate(base.names())},
        of_theirs={n: places[name] for n, name in enumerate(theirs.names())},
        gone=gone,
        by_name=by_name,
        dropped=frozenset(
            label.name
            for label in ours.labels
            if label.name in before and label.name not in set(theirs.names())
        ),
    )
    return united, conflicts


def _new_names(
    base: Categories, ours: Categories, theirs: Categories
) -> tuple[dict[str, str], dict[str, str]]:
    """What ours and theirs call labels of *base* anew.

    A name that the other side has for another label is not a new name: the two labels are one.
    """
    mine, yours = renamed_labels(base, ours), renamed_labels(base, theirs)
    of_ours, of_theirs = set(ours.names()), set(theirs.names())
    return (
        {a: b for a, b in mine.items() if b not in of_theirs or yours.get(a) == b},
        {a: b for a, b in yours.items() if b not in of_ours or mine.get(a) == b},
    )


def _final_names(
    base: Categories,
    mine: Mapping[str, str],
    yours: Mapping[str, str],
    prefer: Prefer,
    conflicts: list[Conflict],
) -> dict[str, str]:
    """What each label of *base* is called in the end."""
    final = {}
    for name in base.names():
        own, other = mine.get(name, name), yours.get(name, name)
        final[name], clash = decide(name, own, other, prefer)
        if clash:
            what = f"name of label {name}"
            conflicts.append(Conflict(item="", what=what, base=name, ours=own, theirs=other))
    return final


def _renamed(categories: Categories, names: Mapping[str, str]) -> Categories:
    labels = tuple(
        replace(one, name=names.get(one.name, one.name), parent=names.get(one.parent, one.parent))
        for one in categories.labels
    )
    return replace(categories, labels=labels)
