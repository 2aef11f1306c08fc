"""Categories of two datasets united by name, and annotations moved to the united labels."""

from collections.abc import Mapping

from msgspec.structs import replace

from datum.merge.conflicts import Conflict
from datum.model import Annotation, AttributeSpec, Categories, Item, LabelCategory

__all__ = ["LabelMap", "label_map", "merge_categories", "relabel", "unite_categories"]

LabelMap = Mapping[int, int | None]
"""Index of a label in one dataset to its index in another; None where it is gone."""


def label_map(source: Categories, target: Categories) -> LabelMap:
    """Where each label of *source* is in *target*, by name."""
    places = {name: index for index, name in enumerate(target.names())}
    return {index: places.get(name) for index, name in enumerate(source.names())}


def relabel(item: Item, mapping: LabelMap) -> Item:
    """The item with its labels moved; annotations of labels that are gone stay without one."""
    if all(index == place for index, place in mapping.items()):
        return item
    return replace(item, annotations=tuple(_relabel(one, mapping) for one in item.annotations))


def _relabel(annotation: Annotation, mapping: LabelMap) -> Annotation:
    label = annotation.label
    return annotation if label is None else replace(annotation, label=mapping.get(label, label))


def unite_categories(ours: Categories, theirs: Categories) -> Categories:
    """The labels of both, ours first; what ours leaves open of a common label is filled in."""
    return merge_categories(Categories(), ours, theirs)[0]


def merge_categories(
    base: Categories, ours: Categories, theirs: Categories
) -> tuple[Categories, list[Conflict]]:
    """Three-way merge of categories, by name; a label that theirs renamed in place is renamed.

    A label that theirs removed stays where ours has it: annotations may use it. Skeletons and
    declarations follow the side that changed them.
    """
    conflicts: list[Conflict] = []
    renamed = _renamed(base, theirs)
    ours = _rename(ours, renamed)
    base = _rename(base, renamed)
    labels = list(ours.labels)
    places = {label.name: n for n, label in enumerate(labels)}
    before = {label.name: label for label in base.labels}
    for label in theirs.labels:
        if label.name not in places:
            if label.name not in before:
                places[label.name] = len(labels)
                labels.append(label)
            continue
        n = places[label.name]
        labels[n] = _merge_label(before.get(label.name), labels[n], label, conflicts)
    united = Categories(
        labels=tuple(labels),
        attributes=_unite_specs(ours.attributes, theirs.attributes),
        skeletons=ours.skeletons,
    )
    return _with_skeletons(united, base, theirs), conflicts


def _renamed(base: Categories, theirs: Categories) -> dict[str, str]:
    """Labels that have another name in the same place, old name to new."""
    old, new = base.names(), theirs.names()
    pairs = zip(old, new, strict=False)
    return {a: b for a, b in pairs if a != b and a not in new and b not in old}


def _rename(categories: Categories, names: Mapping[str, str]) -> Categories:
    taken = set(categories.names())
    safe = {old: new for old, new in names.items() if new not in taken}
    labels = tuple(
        replace(one, name=safe[one.name]) if one.name in safe else one for one in categories.labels
    )
    return replace(categories, labels=labels)


def _merge_label(
    base: LabelCategory | None,
    ours: LabelCategory,
    theirs: LabelCategory,
    conflicts: list[Conflict],
) -> LabelCategory:
    if theirs in (ours, base):
        return ours
    if ours == base:
        return theirs
    if ours.parent and theirs.parent and ours.parent != theirs.parent:
        conflicts.append(
            Conflict(
                item="",
                what=f"parent of label {ours.name}",
                base=base.parent if base else "",
                ours=ours.parent,
                theirs=theirs.parent,
            )
        )
    return replace(
        ours,
        parent=ours.parent or theirs.parent,
        attributes=_unite_specs(ours.attributes, theirs.attributes),
        color=ours.color or theirs.color,
        infos={**theirs.infos, **ours.infos},
    )


def _unite_specs(
    ours: tuple[AttributeSpec, ...], theirs: tuple[AttributeSpec, ...]
) -> tuple[AttributeSpec, ...]:
    known = {spec.name for spec in ours}
    return (*ours, *(spec for spec in theirs if spec.name not in known))


def _with_skeletons(united: Categories, base: Categories, theirs: Categories) -> Categories:
    """Skeletons of theirs for labels that have none, or whose skeleton only theirs changed."""
    found = {spec.label: spec for spec in united.skeletons}
    for spec in theirs.skeletons:
        name = theirs.labels[spec.label].name
        place = united.find(name)
        if place is None:
            continue
        old = base.skeleton_of(base.find(name))
        mine = found.get(place)
        if mine is None or (old and (mine.joints, mine.edges) == (old.joints, old.edges)):
            found[place] = replace(spec, label=place)
    return replace(united, skeletons=tuple(found[label] for label in sorted(found)))
