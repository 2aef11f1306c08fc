"""Writing VOC: an annotation file for each item, masks, images, lists, and the label map."""

from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path

import msgspec

from datum.losses import LossReport
from datum.model import Categories, Item, Label, LabelCategory
from datum.plugins import Writing
from datum_formats.voc.annotation_text import AnnotationText
from datum_formats.voc.labels import (
    ACTIONS,
    BACKGROUND,
    PARTS,
    assign_colors,
    label_map_text,
    parts_of,
    read_label_map,
    standard_labels,
)
from datum_formats.voc.list_files import DIFFICULT, ListFiles
from datum_formats.voc.mask_files import MaskFiles
from datum_formats.voc.names import FileNames
from datum_formats.voc.plan import Outline, Planner
from datum_formats.voc.tasks import Task, find_tasks, offset_of

__all__ = ["write_voc"]

_NO_PLACE = "VOC has no place for it"


def write_voc(writing: Writing, *, tasks: Collection[Task]) -> None:
    """Write what *tasks* say, or those of the option ``tasks``.

    Raises:
        UnknownNameError: There is no such task.
        FormatError: An id cannot be the name of a file, or the file of a label map is broken.
    """
    chosen = writing.options.get("tasks")
    picked = find_tasks(chosen) if chosen else frozenset(tasks)
    _count_categories(writing.dataset.categories, writing.losses)
    for name in writing.dataset.infos:
        writing.losses.add(f"info {name}", _NO_PLACE)
    _Export(writing, picked).run()


class _Export:
    """One export."""

    def __init__(self, writing: Writing, tasks: frozenset[Task]) -> None:
        source = writing.dataset.categories.labels
        options = writing.options
        self._writing = writing
        self._output = writing.output
        self._losses = writing.losses
        self._labels = _label_map(source, options.get("label_map"))
        known = _with_infos(source, self._labels)
        self._background = next(
            (index for index, label in enumerate(known) if label.name == BACKGROUND), None
        )
        self._planner = Planner(known, tasks, writing.losses)
        self._text = AnnotationText(
            known,
            offset_of(options),
            writing.losses,
            attributes=bool(options.get("allow_attributes", True)),
        )
        target = {label.name: index for index, label in enumerate(self._labels)}
        self._masks = MaskFiles(
            self._labels,
            [target.get(label.name) for label in source],
            writing.losses,
            colored=bool(options.get("apply_colormap", True)),
        )
        self._subsets = list(writing.dataset.subsets())
        self._names = FileNames(several=len(self._subsets) > 1)
        keep_empty = bool(options.get("keep_empty"))
        self._lists = ListFiles(self._output, self._subsets, known, tasks, keep_empty=keep_empty)
        self._has_masks = False

    def run(self) -> None:
        for subset in self._subsets:
            for item in self._writing.dataset.items(subset):
                self._item(item)
            self._lists.finish(subset)
        labels = self._colored() if self._has_masks else self._labels
        self._output.write("labelmap.txt", label_map_text(labels).encode())

    def _item(self, item: Item) -> None:
        plan = self._planner.plan(item)
        indices, painted = self._masks.paint(plan, f"{item.subset}/{item.id}")
        masks = {index: one for index, one in indices.items() if self._is_telling(one)}
        labels, plain = _told_labels(plan.labels)

        body = self._text.body(item, plan, labels, masks)
        head = self._text.head
        name, is_new = self._names.claim(
            item, lambda: (head(item, None, with_id=False), body, painted)
        )
        if is_new:
            filename = self._image(item, name)
            text = head(item, filename, with_id=name != item.id) + body
            self._output.write(f"Annotations/{name}.xml", text.encode())
        if is_new and painted is not None:
            self._has_masks = True
            self._output.write(f"SegmentationClass/{name}.png", painted[0])
            self._output.write(f"SegmentationObject/{name}.png", painted[1])
        self._lists.add(name, plan, plain, has_masks=painted is not None)

    def _is_telling(self, outline: Outline) -> bool:
        """Whether more is to be said of a mask than its picture shows."""
        one = outline.first
        return bool(one.attributes) or (one.label is not None and one.label == self._background)

    def _image(self, item: Item, name: str) -> str | None:
        """Write the image, if it is to be written; its name."""
        image = item.image
        if image is None:
            return None
        where = f"{item.subset}/{item.id}"
        if len(item.media) > 1:
            reason = "VOC has one image for an item"
            self._losses.add("media", reason, where=where, count=len(item.media) - 1)
        ext = self._writing.image_ext if self._writing.save_media else ""
        filename = self._names.image(msgspec.structs.replace(item, id=name), ext)
        if self._writing.save_media and image.content is not None:
            self._output.media(f"JPEGImages/{filename}", image)
        elif self._writing.save_media:
            self._losses.add("media", "its bytes are not to be had", where=where)
        return filename

    def _colored(self) -> list[LabelCategory]:
        """The labels with the colours that masks were painted in."""
        parts = {part for label in self._labels for part in parts_of(label)}
        colors = assign_colors(self._labels)
        shown = []
        for label, color in zip(self._labels, colors, strict=True):
            if label.color not in (None, color):
                reason = "black, void, or another label has it; masks got another one"
                self._losses.add("color", reason, where=label.name)
            keep = label.color is None and label.name in parts  # as the reader chooses it
            shown.append(label if keep else msgspec.structs.replace(label, color=color))
        return shown


def _told_labels(labels: Sequence[Label]) -> tuple[list[Label], list[Label]]:
    """The labels of which more is to be said than a list of the class can, and the others."""
    counts = Counter(one.label for one in labels)
    special = {
        one.label
        for one in labels
        if one.label is None or counts[one.label] > 1 or one.attributes not in ({}, DIFFICULT)
    }
    told = [one for one in labels if one.label in special]
    return told, [one for one in labels if one.label not in special]


def _label_map(source: Sequence[LabelCategory], chosen: str | None) -> tuple[LabelCategory, ...]:
    """The labels of ``labelmap.txt``: the dataset's, the standard ones, or those of a file."""
    standard = standard_labels()
    if chosen == "guess":
        known = {label.name for label in standard}
        chosen = "voc" if all(label.name in known for label in source) else "source"
    if chosen in (None, "source"):
        return tuple(source)
    return standard if chosen == "voc" else read_label_map(Path(str(chosen)))


def _with_infos(
    source: Sequence[LabelCategory], target: Sequence[LabelCategory]
) -> list[LabelCategory]:
    """The dataset's labels with the parts and actions of the label map that is written."""
    infos = {label.name: label.infos for label in target}
    return [
        msgspec.structs.replace(label, infos=infos.get(label.name, label.infos)) for label in source
    ]


def _count_categories(categories: Categories, losses: LossReport) -> None:
    """Count what labelmap.txt cannot hold."""
    for label in categories.labels:
        if label.parent:
            losses.add("parent of a label", _NO_PLACE, where=label.name)
        if label.attributes:
            losses.add("attributes of a label", _NO_PLACE, where=label.name)
        for name in label.infos:
            if name not in (PARTS, ACTIONS):
                losses.add(f"info {name} of a label", _NO_PLACE, where=label.name)
    if categories.attributes:
        losses.add("attributes of labels", _NO_PLACE)
    if categories.skeletons:
        losses.add("skeletons", _NO_PLACE, count=len(categories.skeletons))
