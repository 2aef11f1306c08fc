"""What a writer must know of a dataset before its first shape: attributes, frames, names."""

from collections.abc import Mapping

import msgspec

from datum.errors import FormatError
from datum.losses import LossReport
from datum.model import Annotation, AttributeSpec, Categories, Item
from datum.plugins import Dataset
from datum_formats.cvat.names import folder_of
from datum_formats.cvat.values import input_type_of, is_xml

__all__ = ["Survey", "check_xml", "count_dataset", "is_stated", "survey", "where"]


class Survey(msgspec.Struct, frozen=True, kw_only=True):
    """What a writer goes by."""

    labels: tuple[tuple[AttributeSpec, ...], ...]
    """Attributes to be declared for each label."""
    types: tuple[dict[str, str], ...]
    """Input types of the same, by name, for each label."""
    counts: dict[str, int]
    """Items of each subset."""
    frames: dict[str, frozenset[int]]
    """Numbers that items of each subset have."""
    in_folders: bool
    """Whether images of each subset need a folder of their own."""


def survey(dataset: Dataset, *, allow_undeclared: bool, reindex: bool) -> Survey:
    """Look at the whole dataset once.

    Raises:
        FormatError: A name cannot stand in XML, or not be a file's.
    """
    known = _declared(dataset.categories)
    undeclared: list[dict[str, str]] = [{} for _ in known]
    counts: dict[str, int] = {}
    frames: dict[str, set[int]] = {}
    folders = {subset: folder_of(check_xml(subset, "subset")) for subset in dataset.subsets()}
    in_folders = len(folders) > 1
    for item in dataset:
        counts[item.subset] = counts.get(item.subset, 0) + 1
        frame = item.attributes.get("frame")
        if not reindex and isinstance(frame, int) and not isinstance(frame, bool):
            frames.setdefault(item.subset, set()).add(frame)
        in_folders = in_folders or item.id.split("/")[0] == folders[item.subset]
        if allow_undeclared:
            for annotation in item.annotations:
                _note(annotation, known, undeclared)
    labels = tuple(
        (
            *specs.values(),
            *(AttributeSpec(name=name, input_type=kind) for name, kind in new.items()),
        )
        for specs, new in zip(known, undeclared, strict=True)
    )
    return Survey(
        labels=labels,
        types=tuple({spec.name: spec.input_type for spec in specs} for specs in labels),
        counts=counts,
        frames={subset: frozenset(numbers) for subset, numbers in frames.items()},
        in_folders=in_folders,
    )


def _declared(categories: Categories) -> list[dict[str, AttributeSpec]]:
    """Attributes of each label by name, those of all labels included."""
    found = []
    joints = {
        (categories.name_of(spec.label), joint)
        for spec in categories.skeletons
        for joint in spec.joints
    }
    for label in categories.labels:
        check_xml(label.name, "label")
        if (label.parent, label.name) in joints:
            raise FormatError(f"label '{label.name}' is called like a joint of '{label.parent}'")
        specs = {spec.name: spec for spec in (*label.attributes, *categories.attributes)}
        for spec in specs.values():
            for text in (spec.name, spec.input_type, spec.default, *spec.values):
                check_xml(text, f"an attribute of label '{label.name}'")
        found.append(specs)
    return found


def _note(
    annotation: Annotation,
    known: list[dict[str, AttributeSpec]],
    undeclared: list[dict[str, str]],
) -> None:
    label = annotation.label
    if label is None or not annotation.attributes or not 0 <= label < len(known):
        return
    for name, value in annotation.attributes.items():
        if name in known[label] or is_stated(name, value, known[label]) or not is_xml(name):
            continue
        kind = input_type_of(value)
        if undeclared[label].setdefault(name, kind) != kind:
            undeclared[label][name] = "text"


def is_stated(name: str, value: object, declared: Mapping[str, object]) -> bool:
    """Whether the attribute is one that shapes have as an attribute of XML."""
    if name in declared:
        return False
    if name == "occluded":
        return isinstance(value, bool)
    return name == "source" and isinstance(value, str) and is_xml(value)


def check_xml(text: str, what: str) -> str:
    """The text, if XML can hold it.

    Raises:
        FormatError: It cannot.
    """
    if not is_xml(text):
        raise FormatError(f"{what} {text!r} has a character that XML cannot hold")
    return text


def count_dataset(dataset: Dataset, losses: LossReport) -> None:
    """Count what of infos and categories is lost."""
    for name in sorted(set(dataset.infos) - {"cvat"}):
        losses.add(f"info {name}", "CVAT has no place for it")
    for label in dataset.categories.labels:
        for name in sorted(set(label.infos) - {"type", "color"}):
            losses.add(f"info {name} of a label", "CVAT has no place for it", where=label.name)


def where(item: Item) -> str:
    """The item, as losses name it."""
    return f"{item.subset}/{item.id}"
