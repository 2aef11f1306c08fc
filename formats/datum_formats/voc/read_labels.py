"""The labels of a dataset, before its items: from the label map, or from what the files name."""

import re
from collections.abc import Collection, Iterable

import msgspec

from datum.errors import FormatError
from datum.model import LabelCategory
from datum_formats._common.files import read_bytes, read_lines
from datum_formats._common.listed import columns
from datum_formats.voc.annotation_file import Thing, parse_annotation
from datum_formats.voc.labels import (
    ACTIONS,
    BACKGROUND,
    PARTS,
    read_label_map,
    standard_labels,
    with_parts,
)
from datum_formats.voc.lists import class_list_stems, subset_of_stem
from datum_formats.voc.places import ClassList, ImageSets, Place
from datum_formats.voc.tasks import Task

__all__ = ["ClassSigns", "find_labels", "read_class_lists"]

ClassSigns = dict[str, dict[str, list[tuple[int, bool]]]]
"""By subset and name in the lists: labels, and whether all their objects are difficult."""

_NAMED = re.compile(rb"<(?:object|part)>\s*<name>([^<]*)</name>")
_SIGNS = {"1": True, "+1": True, "0": True, "-1": False}
_WITH_OBJECTS = {Task.DETECTION, Task.LAYOUT, Task.ACTION}


class _Found(msgspec.Struct):
    """Names that the files use."""

    names: set[str] = msgspec.field(default_factory=set)
    infos: dict[str, dict[str, set[str]]] = msgspec.field(default_factory=dict)
    """By label: names of parts and of actions."""

    def add(self, thing: Thing) -> None:
        if thing.name is None:
            return
        self.names.add(thing.name)
        infos = self.infos.setdefault(thing.name, {PARTS: set(), ACTIONS: set()})
        infos[PARTS].update(part.name for part in thing.parts if part.name is not None)
        infos[ACTIONS].update(thing.actions)


def find_labels(
    place: Place, sets: ImageSets, tasks: Collection[Task]
) -> tuple[LabelCategory, ...]:
    """The labels: those of the label map, then other names that the files use, sorted.

    Without a label map, the standard labels if no file uses another name.

    Raises:
        FormatError: The label map is broken.
    """
    declared = read_label_map(place.label_map) if place.label_map.is_file() else None
    found = _Found()
    if _WITH_OBJECTS & set(tasks):
        for name in dict.fromkeys(name for names in sets.names.values() for name in names):
            _scan(place, name, found, declared is not None)
    if Task.CLASSIFICATION in tasks:
        expected = class_list_stems([label.name for label in declared or ()], sets.stems)
        for listed in sets.class_lists:
            if listed.stem not in expected:
                found.names.add(_guess(listed, sets)[0])
    if declared is not None:
        known = {label.name for label in declared}
        return (*declared, *map(_bare, sorted(found.names - known)))
    return _undeclared(found, Task.SEGMENTATION in tasks and place.class_masks.is_dir())


def _bare(name: str) -> LabelCategory:
    return LabelCategory(name=name)


def _undeclared(found: _Found, with_background: bool) -> tuple[LabelCategory, ...]:
    standard = standard_labels()
    if found.names <= {label.name for label in standard}:
        return standard
    if with_background:
        found.names.add(BACKGROUND)
    labels = []
    for name in sorted(found.names, key=lambda name: (name != BACKGROUND, name)):
        infos = {key: sorted(words) for key, words in found.infos.get(name, {}).items() if words}
        labels.append(LabelCategory(name=name, infos=infos))
    return with_parts(labels)


def _scan(place: Place, name: str, found: _Found, declared: bool) -> None:
    """Find the names in an annotation file; only an unusual one is parsed for that."""
    path = place.annotations / f"{name}.xml"
    try:
        data = read_bytes(path)
        named = _NAMED.findall(data)
        usual = len(named) == data.count(b"<object") + data.count(b"<part")
        if (
            usual
            and not _is_odd(data)
            and (declared or not (b"<part" in data or b"<actions" in data))
        ):
            found.names.update(one.decode().strip() for one in named)
            return
        for thing in parse_annotation(path, 0).things:
            found.add(thing)
            found.names.update(part.name for part in thing.parts if part.name is not None)
    except (FormatError, UnicodeDecodeError):
        return  # absent, or broken: reading the item says so


def _is_odd(data: bytes) -> bool:
    """Whether the text of elements may not stand in the file as it is."""
    head = data[:100]
    encoded = b"encoding" in head and b"utf-8" not in head.lower()
    return encoded or not data.startswith(b"<") or b"<!" in data or b"&" in data


def _guess(listed: ClassList, sets: ImageSets) -> tuple[str, str]:
    """The class and the stem of the subset that the name of a list holds."""
    ends = [stem for stem in sets.stems if listed.stem.endswith(f"_{stem}")]
    subset = max(ends, key=len)
    return (subset_of_stem(listed.stem[: -len(subset) - 1]), subset)


def read_class_lists(sets: ImageSets, labels: Iterable[LabelCategory]) -> ClassSigns:
    """Which items show which classes.

    Raises:
        FormatError: A list cannot be read, or a line has no sign.
    """
    names = [label.name for label in labels]
    expected = class_list_stems(names, sets.stems)
    index_of = {name: index for index, name in enumerate(names)}
    signs: ClassSigns = {}
    for listed in sets.class_lists:
        found = expected.get(listed.stem)
        if found is None:
            name, stem = _guess(listed, sets)
            found = (index_of[name], stem)
        label, stem = found
        _read_class_list(listed, label, signs.setdefault(sets.stems[stem], {}))
    return signs


def _read_class_list(
    listed: ClassList, label: int, signs: dict[str, list[tuple[int, bool]]]
) -> None:
    for number, line in read_lines(listed.path):
        name, words = columns(line)
        if not words or words[-1] not in _SIGNS:
            reason = "no sign 1, 0 or -1 behind the name"
            raise FormatError(reason, path=listed.path, line=number)
        if _SIGNS[words[-1]]:
            if len(words) > 1 and not line.startswith('"'):
                name = line.rsplit(None, 1)[0]
            signs.setdefault(name, []).append((label, words[-1] == "0"))
