"""Categories: those of several files put into one list of labels, and the list as JSON again."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from datum.errors import FormatError
from datum.losses import LossReport
from datum.model import AttributeSpec, Categories, LabelCategory, SkeletonSpec

__all__ = ["CategoryJson", "Gatherer", "categories_json", "category_ids", "keep_ids"]

Channel = Annotated[int, Meta(ge=0, le=255)]

_KNOWN = {"id", "name", "supercategory", "color", "keypoints", "skeleton", "datum"}
_MOST_DUMMIES = 100_000


class CategoryExtra(msgspec.Struct, frozen=True, omit_defaults=True):
    """What COCO has no field for: the attributes that a labelling tool declares."""

    attributes: tuple[AttributeSpec, ...] = ()


class CategoryJson(msgspec.Struct, frozen=True):
    """A category as a file has it; further keys are taken from the plain mapping."""

    id: Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
    name: str
    supercategory: str | None = None
    color: tuple[Channel, Channel, Channel] | None = None
    keypoints: tuple[str, ...] | None = None
    skeleton: tuple[tuple[int, int], ...] | None = None
    datum: CategoryExtra | None = None


class Gatherer:
    """Puts the categories of one file after the other into one list, in the order of the files."""

    def __init__(self) -> None:
        self._labels: dict[str, LabelCategory] = {}
        self._index: dict[str, int] = {}
        self._skeletons: dict[int, SkeletonSpec] = {}

    def add(self, entries: Sequence[dict[str, Any]], path: Path, *, ids: bool) -> dict[int, int]:
        """Add a file's categories; the label's index for each id.

        Categories of several files are one where their names are.

        Args:
            entries: As JSON has them.
            path: The file, for errors.
            ids: Whether the ids are worth keeping, not made by the writer.

        Raises:
            FormatError: A category is malformed, or two of the file have one id.
        """
        labels: dict[int, int] = {}
        names: set[str] = set()
        for entry in entries:
            category = _category(entry, path)
            if category.id in labels:
                raise FormatError(f"two categories have the id {category.id}", path=path)
            infos = {key: value for key, value in entry.items() if key not in _KNOWN}
            name = category.name
            if name in names:
                infos["name"] = name
                name = f"{name}#{category.id}"
            names.add(name)
            if ids:
                infos = {"id": category.id, **infos}
            labels[category.id] = self._label(name, category, infos)
            self._skeleton(labels[category.id], category, path)
        return labels

    def _label(self, name: str, category: CategoryJson, infos: dict[str, Any]) -> int:
        known = self._labels.get(name)
        if known is None:
            self._index[name] = len(self._index)
            known = LabelCategory(name=name)
        self._labels[name] = LabelCategory(
            name=name,
            parent=known.parent or category.supercategory or "",
            color=known.color or category.color,
            attributes=known.attributes or (category.datum.attributes if category.datum else ()),
            infos={**infos, **known.infos},
        )
        return self._index[name]

    def _skeleton(self, label: int, category: CategoryJson, path: Path) -> None:
        joints = category.keypoints or ()
        edges = tuple((first - 1, second - 1) for first, second in category.skeleton or ())
        if not joints and not edges:
            return
        if any(not 0 <= end < len(joints) for edge in edges for end in edge):
            reason = f"skeleton of category {category.id} links a keypoint that it does not have"
            raise FormatError(reason, path=path)
        spec = SkeletonSpec(label=label, joints=joints, edges=edges)
        if self._skeletons.setdefault(label, spec) != spec:
            reason = f"keypoints of '{category.name}' differ from those of another file"
            raise FormatError(reason, path=path)

    def categories(self, attributes: tuple[AttributeSpec, ...]) -> Categories:
        """All that was added."""
        skeletons = tuple(spec for _, spec in sorted(self._skeletons.items()))
        return Categories(
            labels=tuple(self._labels.values()), attributes=attributes, skeletons=skeletons
        )


def _category(entry: dict[str, Any], path: Path) -> CategoryJson:
    try:
        return msgspec.convert(entry, CategoryJson)
    except msgspec.ValidationError as error:
        name = entry.get("id", entry.get("name"))
        raise FormatError(f"category {name!r}: {error}", path=path) from error


def keep_ids(
    categories: Categories, maps: Sequence[Mapping[int, int]], path: Path
) -> tuple[Categories, list[dict[int, int]]]:
    """Categories whose labels' indexes are the categories' ids, gaps filled with ``class-N``.

    Args:
        categories: As gathered.
        maps: Of each file, the label for each id.
        path: The dataset, for errors.

    Raises:
        FormatError: The ids cannot be indexes.
    """
    ids: dict[int, int] = {}
    for one in maps:
        for number, label in one.items():
            if ids.setdefault(label, number) != number:
                raise FormatError("files disagree on the ids of categories", path=path)
    numbers = set(ids.values())
    if len(numbers) != len(ids) or any(not 0 <= number < _MOST_DUMMIES for number in numbers):
        raise FormatError("ids of categories cannot be indexes of labels", path=path)
    places = {number: label for label, number in ids.items()}
    labels = tuple(
        categories.labels[places[number]]
        if number in places
        else LabelCategory(name=f"class-{number}", infos={"id": number})
        for number in range(max(numbers, default=-1) + 1)
    )
    skeletons = tuple(
        msgspec.structs.replace(spec, label=ids[spec.label]) for spec in categories.skeletons
    )
    changed = Categories(
        labels=labels,
        attributes=categories.attributes,
        skeletons=tuple(sorted(skeletons, key=lambda spec: spec.label)),
    )
    return changed, [{number: number for number in one} for one in maps]


def category_ids(
    categories: Categories, losses: LossReport, *, reindex: bool
) -> tuple[tuple[int, ...], bool]:
    """The id of each label's category, and whether they are new.

    The ids that the labels had are kept where each has one of its own, unless *reindex* is set.
    """
    stated = [label.infos.get("id") for label in categories.labels]
    whole = [number for number in stated if isinstance(number, int) and _fits(number)]
    if not reindex and len(set(whole)) == len(stated):
        return tuple(whole), False
    if not reindex and whole:
        losses.add("category id", "not unique, or missing for other labels", count=len(whole))
    return tuple(range(1, len(stated) + 1)), not reindex


def _fits(number: int) -> bool:
    return not isinstance(number, bool) and -(2**63) <= number < 2**63


def categories_json(
    categories: Categories, ids: Sequence[int], losses: LossReport
) -> list[dict[str, Any]]:
    """The categories as JSON.

    Args:
        categories: All of the dataset.
        ids: For each label.
        losses: Where is counted what cannot be held.
    """
    skeletons = {spec.label: spec for spec in categories.skeletons}
    found = []
    for index, label in enumerate(categories.labels):
        entry: dict[str, Any] = {"id": ids[index], "name": _name(label)}
        entry["supercategory"] = label.parent
        if label.color is not None:
            entry["color"] = label.color
        spec = skeletons.get(index)
        if spec is not None:
            entry["keypoints"] = spec.joints
            entry["skeleton"] = [[first + 1, second + 1] for first, second in spec.edges]
        infos = {key: value for key, value in label.infos.items() if key not in _KNOWN}
        entry.update(infos)
        for key in sorted(label.infos.keys() & (_KNOWN - {"id", "name"})):
            losses.add(f"label info {key}", "the name is a field of COCO", where=label.name)
        if label.attributes:
            entry["datum"] = CategoryExtra(attributes=label.attributes)
        found.append(entry)
    _count_unknown_skeletons(categories, losses)
    return found


def _name(label: LabelCategory) -> str:
    """The name, without what reading added to tell it from an earlier one of the file."""
    name = label.infos.get("name")
    if isinstance(name, str) and label.name.startswith(f"{name}#"):
        return name
    return label.name


def _count_unknown_skeletons(categories: Categories, losses: LossReport) -> None:
    labels = Counter(spec.label for spec in categories.skeletons)
    lost = sum(count for label, count in labels.items() if label >= len(categories.labels))
    if lost:
        losses.add("skeleton", "its label is not declared", count=lost)
