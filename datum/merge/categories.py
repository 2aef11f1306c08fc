"""Three-way merge of what is declared: labels, attributes, skeletons."""

from typing import Any

from msgspec.structs import replace

from datum.merge.conflicts import Conflict
from datum.merge.values import Prefer, decide, merge_infos
from datum.model import AttributeSpec, Categories, LabelCategory, SkeletonSpec
from datum.model.equality import same

__all__ = ["merge_label", "merge_skeletons", "merge_specs"]

Specs = tuple[AttributeSpec, ...]
Skeleton = tuple[tuple[str, ...], tuple[tuple[int, int], ...]]


def merge_label(
    base: LabelCategory | None,
    ours: LabelCategory,
    theirs: LabelCategory,
    prefer: Prefer,
    conflicts: list[Conflict],
) -> LabelCategory:
    """One label of one name; what only one side says stands."""
    if same(theirs, ours) or (base is not None and same(theirs, base)):
        return ours
    old = base or LabelCategory(name=ours.name)

    def field(name: str, *, strict: bool) -> Any:
        sides = (getattr(old, name), getattr(ours, name), getattr(theirs, name))
        value, clash = decide(*sides, prefer)
        if clash and strict:
            what = f"{name} of label {ours.name}"
            conflicts.append(
                Conflict(item="", what=what, base=sides[0], ours=sides[1], theirs=sides[2])
            )
        return value

    return replace(
        ours,
        parent=field("parent", strict=True),
        # two sources paint a label as they like: that is no conflict
        color=field("color", strict=base is not None),
        attributes=merge_specs(
            (old.attributes, ours.attributes, theirs.attributes), prefer, conflicts
        ),
        infos=merge_infos(
            old.infos, ours.infos, theirs.infos, prefer, conflicts, f"infos of label {ours.name}"
        ),
    )


def merge_specs(
    sides: tuple[Specs, Specs, Specs], prefer: Prefer, conflicts: list[Conflict]
) -> Specs:
    """Declarations of attributes of base, ours and theirs, by name.

    One that only one side changed or removed follows that side; where both did, the preferred
    side stands, and that is a conflict if base had it.
    """
    base, ours, theirs = ({spec.name: spec for spec in side} for side in sides)
    merged = []
    for name in dict.fromkeys([*ours, *theirs]):
        old, mine, yours = base.get(name), ours.get(name), theirs.get(name)
        spec, clash = decide(old, mine, yours, prefer)
        if clash and old is not None:
            conflicts.append(
                Conflict(item="", what=f"attribute {name}", base=old, ours=mine, theirs=yours)
            )
        if spec is not None:
            merged.append(spec)
    return tuple(merged)


def merge_skeletons(
    united: Categories,
    sides: tuple[Categories, Categories, Categories],
    prefer: Prefer,
    conflicts: list[Conflict],
) -> Categories:
    """*united* with the skeletons of base, ours and theirs, which belong to labels by name."""
    base, ours, theirs = map(_skeletons, sides)
    merged = []
    for index, name in enumerate(united.names()):
        old, mine, yours = base.get(name), ours.get(name), theirs.get(name)
        if yours is None and name not in sides[2].names():
            yours = old  # a label that theirs does not have says nothing of its skeleton
        skeleton, clash = decide(old, mine, yours, prefer)
        if clash:
            what = f"skeleton of label {name}"
            conflicts.append(Conflict(item="", what=what, base=old, ours=mine, theirs=yours))
        if skeleton is not None:
            merged.append(SkeletonSpec(label=index, joints=skeleton[0], edges=skeleton[1]))
    return replace(united, skeletons=tuple(merged))


def _skeletons(categories: Categories) -> dict[str, Skeleton]:
    """The skeleton of each label, by name."""
    return {
        categories.labels[spec.label].name: (spec.joints, spec.edges)
        for spec in reversed(categories.skeletons)
        if 0 <= spec.label < len(categories.labels)
    }
