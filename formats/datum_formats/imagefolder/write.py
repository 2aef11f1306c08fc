"""Writing the image folder of Hugging Face."""

import math
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from datum.model import Box, Caption, Item, Label, Media
from datum.plugins import Writing
from datum_formats._common.dataset_meta import META_NAME, encode_meta
from datum_formats._common.folder_names import folder_name
from datum_formats._common.images import IMAGE_EXTENSIONS, image_names
from datum_formats._common.jsonfile import encode
from datum_formats._common.names import check_id
from datum_formats._common.unkept import Unkept
from datum_formats.imagefolder.columns import FILE_NAME, METADATA_JSONL, RESERVED

__all__ = ["write_imagefolder"]

_REASON = "rows of metadata.jsonl have no place for it"


def write_imagefolder(writing: Writing) -> None:
    """Write the images, and a row for each.

    Raises:
        FormatError: A subset or an id cannot be the name of a file.
        MediaError: An image cannot be read, or not be turned into another type.
    """
    kinds = {"label", "caption", "box"}
    unkept = Unkept(losses=writing.losses, reason=_REASON, kinds=kinds, item_attributes=None)
    unkept.dataset(writing.dataset)
    _Folders(writing, unkept).write()


class _Folders:
    """One export."""

    def __init__(self, writing: Writing, unkept: Unkept) -> None:
        self._writing = writing
        self._unkept = unkept
        self._labels = writing.dataset.categories.names()
        self._used: set[str] = set()
        self._odd: dict[str, str] = {}

    def write(self) -> None:
        output = self._writing.output
        subsets: dict[str, str] = {}
        for subset in self._writing.dataset.subsets():
            top = folder_name(subset, "subset")
            subsets[top] = subset
            output.stream(f"{top}/{METADATA_JSONL}", list(self._rows(subset, top)))
        meta = encode_meta(
            labels=None if tuple(sorted(self._used)) == self._labels else self._labels,
            subsets={top: subset for top, subset in subsets.items() if top != subset},
            ids=self._odd,
        )
        if meta is not None:
            output.write(META_NAME, meta)

    def _rows(self, subset: str, top: str) -> Iterator[bytes]:
        """The rows of a subset, whose images are written."""
        ids: dict[str, str] = {}
        for item in self._writing.dataset.items(subset):
            self._unkept.item(item)
            image = self._image(item)
            if image is None:
                continue
            path = check_id(item) + self._ext(image)
            ids[path] = item.id
            self._writing.output.media(f"{top}/{path}", image)
            yield encode(self._row(item, path))
        names = image_names(ids)
        self._odd.update((f"{top}/{p}", i) for p, i in ids.items() if names[p] != i)

    def _image(self, item: Item) -> Media | None:
        """The image of an item; None where there is nothing to write, which is counted."""
        where = f"{item.subset}/{item.id}"
        image = item.image
        if image is None or image.content is None:
            self._writing.losses.add("item", "it has no image to write", where=where)
            return None
        if self._ext(image).lower() not in IMAGE_EXTENSIONS:
            self._writing.losses.add("item", "its media is no image", where=where)
            return None
        return image

    def _ext(self, image: Media) -> str:
        return self._writing.image_ext or PurePosixPath(image.path).suffix or ".jpg"

    def _row(self, item: Item, path: str) -> dict[str, Any]:
        where = f"{item.subset}/{item.id}"
        row: dict[str, Any] = {FILE_NAME: path}
        labels = [self._name(one, where) for one in item.annotations if isinstance(one, Label)]
        _put(row, "label", [name for name in labels if name is not None])
        _put(row, "text", [one.text for one in item.annotations if isinstance(one, Caption)])
        boxes = [
            one for one in item.annotations if isinstance(one, Box) and self._is_finite(one, where)
        ]
        if boxes:
            row["objects"] = {
                "bbox": [[one.x, one.y, one.w, one.h] for one in boxes],
                "categories": [self._name(one, where) for one in boxes],
            }
        for name, value in item.attributes.items():
            if name in RESERVED:
                reason = "a column of that name means something"
                self._writing.losses.add(f"attribute {name}", reason, where=where)
            elif isinstance(value, float) and not math.isfinite(value):
                self._writing.losses.add(
                    f"attribute {name}", "JSON has no such number", where=where
                )
            else:
                row[name] = value
        return row

    def _name(self, one: Label | Box, where: str) -> str | None:
        """The name of a label; None where it has none, which is counted where it matters."""
        if one.label is not None and 0 <= one.label < len(self._labels):
            name = self._labels[one.label]
            self._used.add(name)
            return name
        if one.label is not None or isinstance(one, Label):
            self._writing.losses.add("label", "its label is not known", where=where)
        return None

    def _is_finite(self, one: Box, where: str) -> bool:
        if all(map(math.isfinite, (one.x, one.y, one.w, one.h))):
            return True
        self._writing.losses.add("box", "a number of it is not finite", where=where)
        return False


def _put(row: dict[str, Any], name: str, values: list[str]) -> None:
    """One value in a column, several as a list in the column of many."""
    if len(values) > 1:
        row[f"{name}s"] = values
    elif values:
        row[name] = values[0]
