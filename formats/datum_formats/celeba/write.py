"""Writing CelebA."""

import re
from collections.abc import Iterable, Sequence
from typing import TypeVar

from datum.model import DEFAULT_SUBSET, Box, Item, Points
from datum.plugins import Writing
from datum_formats._common.dataset_meta import META_NAME, encode_meta
from datum_formats._common.decimals import number_text
from datum_formats._common.faces import boxes_of, landmarks_of, numbers_of
from datum_formats._common.image_paths import ImagePaths
from datum_formats._common.listed import quoted
from datum_formats._common.single_label import label_of
from datum_formats._common.unkept import Unkept
from datum_formats.celeba.tables import (
    ATTRIBUTES,
    BOX_COLUMNS,
    IDENTITIES,
    LANDMARK_COLUMNS,
    PARTITIONS,
    SUBSETS,
    Layout,
)

__all__ = ["write_celeba"]

Shape = TypeVar("Shape", Box, Points)

_REASON = "CelebA has no place for it"
_POINTS = 5
_IDENTITY = re.compile("[1-9][0-9]{0,8}")


def write_celeba(writing: Writing, *, layout: Layout) -> None:
    """Write the lists and the images.

    Raises:
        FormatError: An id cannot be the name of a file.
        MediaError: An image cannot be read, or not be turned into another type.
    """
    kinds = {"label", "points"} | ({"box"} if layout.boxes else set())
    unkept = Unkept(losses=writing.losses, reason=_REASON, kinds=kinds, item_attributes=None)
    unkept.dataset(writing.dataset)
    _Lists(writing, unkept, layout).write()


class _Lists:
    """The lists of one export."""

    def __init__(self, writing: Writing, unkept: Unkept, layout: Layout) -> None:
        self._writing = writing
        self._unkept = unkept
        self._layout = layout
        self._paths = ImagePaths(writing)
        self._labels = writing.dataset.categories.names()
        self._plain = _are_identities(self._labels, self._used())
        self._partitions = {subset: str(number) for number, subset in enumerate(SUBSETS)}
        self._rows: dict[str, list[str]] = {IDENTITIES: [], PARTITIONS: []}
        self._boxes: list[str] = []
        self._landmarks: list[str] = []
        self._attributes: list[tuple[str, dict[str, bool]]] = []

    def _used(self) -> set[int | None]:
        """The labels of images."""
        known = self._writing.dataset.statements()
        return {one.label for _, said in known for one in said if one.kind == "label"}

    def write(self) -> None:
        for subset in self._writing.dataset.subsets():
            if subset not in self._partitions and subset != DEFAULT_SUBSET:
                self._partitions[subset] = str(len(self._partitions))
            for item in self._writing.dataset.items(subset):
                self._item(item)
        output = self._writing.output
        for path, rows in self._rows.items():
            output.write(path, _lines(rows))
        names = sorted({name for _, flags in self._attributes for name in flags})
        if names:
            rows = [_flags(path, flags, names) for path, flags in self._attributes]
            output.write(ATTRIBUTES, _table(names, rows))
        if self._layout.boxes and self._boxes:
            output.write(self._layout.boxes, _table(BOX_COLUMNS, self._boxes))
        output.write(self._layout.landmarks, _table(LANDMARK_COLUMNS, self._landmarks))
        others = list(self._partitions.items())[len(SUBSETS) :]
        meta = encode_meta(
            labels=None if self._plain else self._labels,
            subsets={number: subset for subset, number in others},
            ids=self._paths.odd_ids(),
        )
        if meta is not None:
            output.write(META_NAME, meta)

    def _item(self, item: Item) -> None:
        self._unkept.item(item)
        path = self._paths.path(item)
        self._paths.write(item, path, f"{self._layout.images}/")
        name = quoted(path)
        label = label_of(item, self._writing)
        if label is not None:
            identity = self._labels[label] if self._plain else str(label + 1)
            self._rows[IDENTITIES].append(f"{name} {identity}")
        if item.subset in self._partitions:
            self._rows[PARTITIONS].append(f"{name} {self._partitions[item.subset]}")
        self._attributes.append((name, self._flags(item)))
        self._shapes(item, name, label)

    def _flags(self, item: Item) -> dict[str, bool]:
        """The attributes that the list can hold."""
        flags: dict[str, bool] = {}
        for name, value in item.attributes.items():
            if isinstance(value, bool) and len(name.split()) == 1 and name == name.strip():
                flags[name] = value
            else:
                reason = "CelebA has attributes of one word that are true or false"
                where = f"{item.subset}/{item.id}"
                self._writing.losses.add(f"attribute {name}", reason, where=where)
        return flags

    def _shapes(self, item: Item, name: str, label: int | None) -> None:
        if self._layout.boxes:
            boxes = self._first(boxes_of(item, self._writing, label), item)
            self._boxes += [" ".join([name, *map(number_text, numbers_of(one))]) for one in boxes]
        points = self._first(landmarks_of(item, self._writing, label, _POINTS), item)
        self._landmarks += [" ".join([name, *map(number_text, numbers_of(one))]) for one in points]

    def _first(self, shapes: Sequence[Shape], item: Item) -> Sequence[Shape]:
        """The first shape; that there are others is counted."""
        for one in shapes[1:]:
            where = f"{item.subset}/{item.id}"
            self._writing.losses.add(one.kind, "a face has one", where=where)
        return shapes[:1]


def _are_identities(labels: Sequence[str], used: set[int | None]) -> bool:
    """Whether the labels are numbers, in their order, and each of an image."""
    numbers = [int(name) for name in labels if _IDENTITY.fullmatch(name)]
    in_order = len(numbers) == len(labels) and numbers == sorted(set(numbers))
    return in_order and used >= set(range(len(labels)))


def _flags(path: str, flags: dict[str, bool], names: Iterable[str]) -> str:
    words = {True: "1", False: "-1", None: "0"}
    return " ".join([path, *(words[flags.get(name)] for name in names)])


def _lines(rows: Iterable[str]) -> bytes:
    return "".join(f"{row}\n" for row in rows).encode()


def _table(names: Sequence[str], rows: Sequence[str]) -> bytes:
    return _lines([str(len(rows)), " ".join(names), *rows])
