"""Reading VOC: labels first, then item by item."""

from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from datum.errors import FormatError
from datum.model import Annotation, Box, Categories, Item, Label, LabelCategory, Media, Points
from datum.plugins import Reading
from datum_formats._common.images import find_images, image_media
from datum_formats.voc.annotation_file import Mark, Part, Record, Thing, parse_annotation
from datum_formats.voc.places import ImageSets, Place, find_place, is_file, read_image_sets
from datum_formats.voc.read_labels import find_labels, read_class_lists
from datum_formats.voc.tasks import Task, list_folders, offset_of

__all__ = ["read_voc"]

_MOST_ERRORS = 20
"""Faults of one dataset that are reported together."""


def read_voc(path: Path, options: Mapping[str, Any], *, tasks: Collection[Task]) -> Reading:
    """Read what *tasks* say of the dataset at *path*: its root, a part of it, or one file.

    Raises:
        FormatError: It is no such dataset, or a list or the label map is broken. While items are
            iterated: an annotation file or mask is; the others are read, and the fault raised last.
    """
    place = find_place(path)
    sets = read_image_sets(place, list_folders(tasks))
    labels = find_labels(place, sets, tasks)
    source = _Source(place, sets, labels, frozenset(tasks), offset_of(options))
    return Reading(categories=Categories(labels=labels), items=source.items())


class _Source:
    """A dataset whose labels are known; makes its items."""

    def __init__(
        self,
        place: Place,
        sets: ImageSets,
        labels: tuple[LabelCategory, ...],
        tasks: frozenset[Task],
        offset: int,
    ) -> None:
        self._place = place
        self._sets = sets
        self._labels = labels
        self._tasks = tasks
        self._offset = offset
        self._index_of = {label.name: index for index, label in enumerate(labels)}
        self._with_boxes = bool(tasks & {Task.DETECTION, Task.LAYOUT, Task.ACTION})
        self._with_parts = Task.LAYOUT in tasks
        self._has_images = place.images.is_dir()
        self._has_masks = Task.SEGMENTATION in tasks and (
            place.class_masks.is_dir() or place.object_masks.is_dir()
        )
        self._signs = read_class_lists(sets, labels) if Task.CLASSIFICATION in tasks else {}

    def items(self) -> Iterator[Item]:
        errors: list[FormatError] = []
        for subset in sorted(self._sets.names):
            for name in self._sets.names[subset]:
                try:
                    yield self._item(subset, name)
                except FormatError as error:
                    errors.append(error)
                    if len(errors) == _MOST_ERRORS:
                        _raise(errors)
        if errors:
            _raise(errors)

    def _item(self, subset: str, name: str) -> Item:
        path = self._place.annotations / f"{name}.xml"
        record = parse_annotation(path, self._offset) if is_file(path) else Record()
        try:
            annotations = (
                *self._label_annotations(subset, name, record),
                *self._annotations(name, record),
            )
        except KeyError as error:
            reason = f"label '{error.args[0]}' is not among those found at first"
            raise FormatError(reason, path=path) from error
        return Item(
            id=name if record.item_id is None else record.item_id,
            subset=subset,
            media=self._media(name, record, path),
            attributes=record.attributes,
            annotations=annotations,
        )

    def _label(self, named: Part | Mark) -> int | None:
        return None if named.name is None else self._index_of[named.name]

    def _label_annotations(self, subset: str, name: str, record: Record) -> Iterator[Label]:
        """Labels of the lists; the annotation file says more of some of them."""
        if Task.CLASSIFICATION not in self._tasks:
            return
        told = {self._label(mark) for mark in record.labels}
        for label, difficult in self._signs.get(subset, {}).get(name, ()):
            if label not in told:
                yield Label(label=label, attributes={"difficult": True} if difficult else {})
        for mark in record.labels:
            yield Label(label=self._label(mark), attributes=mark.attributes)

    def _annotations(self, name: str, record: Record) -> list[Annotation]:
        things = record.things if self._with_boxes else []
        labels = [self._label(thing) for thing in things]
        masks: list[Annotation] = []
        grouped = {n for n, thing in enumerate(things, 1) if thing.parts and self._with_parts}
        marks = {mark.index: mark for mark in record.masks}
        for segment in self._segments(name) if self._has_masks else ():
            label, mark = segment.label, marks.get(segment.index, Mark())
            if label is None:
                label = self._label(mark)
            group = segment.index if 0 < segment.index <= len(things) else 0
            group = group if group and labels[group - 1] == label else 0
            grouped |= {group} if group else set()
            masks.append(
                msgspec.structs.replace(
                    segment.mask, label=label, group=group, attributes=mark.attributes
                )
            )
        found: list[Annotation] = []
        for number, (thing, label) in enumerate(zip(things, labels, strict=True), start=1):
            found += self._boxes(thing, label, number if number in grouped else 0)
        return [*found, *masks]

    def _segments(self, name: str) -> Iterator[Any]:
        from datum_formats.voc.masks import read_segments

        file = f"{name}.png"
        classes, objects = self._place.class_masks / file, self._place.object_masks / file
        return read_segments(classes, objects, self._palette)

    @cached_property
    def _palette(self) -> Any:
        from datum_formats.voc.masks import Palette

        return Palette.of(self._labels)

    def _boxes(self, thing: Thing, label: int | None, group: int) -> Iterator[Annotation]:
        if thing.box is None:
            point = thing.point or (0.0, 0.0)
            yield Points(points=point, label=label, group=group, attributes=thing.attributes)
        else:
            yield _box(thing, label, group)
        if self._with_parts:
            for part in thing.parts:
                yield _box(part, self._label(part), group)

    def _media(self, name: str, record: Record, path: Path) -> tuple[Media, ...]:
        named = record.filename
        if named and named[0] == "/":
            named = named.rsplit("/", 1)[-1]
        if named and ".." in named.split("/"):
            raise FormatError(f"'{named}' leaves the dataset", path=path)
        if self._has_images:
            file = self._place.images / named if named else None
            if file is None or not is_file(file):
                file = self._images.get(name)
            if file is not None:
                relative = file.relative_to(self._place.images).as_posix()
                return (image_media(file, relative, record.size),)
        if named or record.size:
            return (image_media(None, named or "", record.size),)
        return ()

    @cached_property
    def _images(self) -> dict[str, Path]:
        return find_images(self._place.images)


def _box(part: Part, label: int | None, group: int) -> Box:
    x, y, w, h = part.box or (0.0, 0.0, 0.0, 0.0)
    return Box(x=x, y=y, w=w, h=h, label=label, group=group, attributes=part.attributes)


def _raise(errors: list[FormatError]) -> None:
    first = errors[0]
    raise FormatError(
        first.reason, path=first.path, line=first.line, others=errors[1:], hint=first.hint
    )
