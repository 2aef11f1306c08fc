"""Reading the image folder of Hugging Face."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from datum.errors import FormatError
from datum.model import DEFAULT_SUBSET, Box, Caption, Categories, Item, Label
from datum.plugins import Reading
from datum_formats._common.dataset_meta import DatasetMeta, read_meta
from datum_formats._common.files import inside
from datum_formats._common.images import find_images, image_media, image_names
from datum_formats.imagefolder.columns import METADATA_CSV, METADATA_JSONL
from datum_formats.imagefolder.rows import Row, read_rows

__all__ = ["read_imagefolder"]

Annotation = Label | Caption | Box


def read_imagefolder(path: Path, _options: Mapping[str, Any]) -> Reading:
    """Read the splits in the folder *path*, or the one that it is.

    Raises:
        FormatError: There is no folder, or its rows are broken.
    """
    if not path.is_dir():
        raise FormatError("not a folder", path=path)
    meta = read_meta(path)
    splits = _splits(path, meta)
    rows = {subset: file for subset, (_, file) in splits.items() if file is not None}
    names = _Names(meta, splits, rows)
    labels = names.labels()
    tree = _Tree(root=path, meta=meta, labels={name: n for n, name in enumerate(labels)})
    items = (
        item
        for subset, (folder, file) in sorted(splits.items())
        for item in tree.items(subset, folder, file, with_rows=bool(rows))
    )
    return Reading(categories=Categories.of(labels), items=items)


def _splits(path: Path, meta: DatasetMeta) -> dict[str, tuple[Path, Path | None]]:
    """The folder of each subset, and its file of rows."""
    own = _metadata(path)
    if own is not None:
        return {DEFAULT_SUBSET: (path, own)}
    folders = sorted(one for one in path.iterdir() if one.is_dir() and one.name[0] != ".")
    return {meta.subsets.get(one.name, one.name): (one, _metadata(one)) for one in folders}


def _metadata(folder: Path) -> Path | None:
    files = [folder / name for name in (METADATA_JSONL, METADATA_CSV)]
    return next((file for file in files if file.is_file()), None)


class _Names(msgspec.Struct, frozen=True):
    """Finds the labels of a dataset."""

    meta: DatasetMeta
    splits: Mapping[str, tuple[Path, Path | None]]
    rows: Mapping[str, Path]

    def labels(self) -> tuple[str, ...]:
        """Those of the meta file; else the sorted names in use, or the numbers up to the greatest."""
        if self.meta.labels is not None:
            return self.meta.labels
        if not self.rows:
            folders = (folder for folder, _ in self.splits.values())
            return tuple(sorted({name for one in folders for name in _folder_labels(one).values()}))
        said = {
            one for file in self.rows.values() for row in read_rows(file) for one in row.classes()
        }
        names = {one for one in said if isinstance(one, str)}
        numbers = [one for one in said if isinstance(one, int)]
        if names or not numbers:
            return tuple(sorted(names))
        return tuple(str(number) for number in range(max(numbers) + 1))


def _folder_labels(folder: Path) -> dict[Path, str]:
    """The label of each image that is in a folder of its own kind."""
    return {
        file: file.parent.name for file in find_images(folder).values() if file.parent != folder
    }


class _Tree(msgspec.Struct, frozen=True, kw_only=True):
    """A dataset whose labels are known."""

    root: Path
    meta: DatasetMeta
    labels: Mapping[str, int]

    def items(
        self, subset: str, folder: Path, file: Path | None, *, with_rows: bool
    ) -> Iterator[Item]:
        """The items of one subset: those of the rows, and images that no row names."""
        seen: set[str] = set()
        if file is not None:
            yield from self._of_rows(subset, folder, file, seen)
        found = {} if with_rows else _folder_labels(folder)
        for name, image in find_images(folder).items():
            path = image.relative_to(folder).as_posix()
            if path not in seen:
                label = found.get(image)
                yield Item(
                    id=self._id(folder, path, name),
                    subset=subset,
                    media=(image_media(image, path),),
                    annotations=() if label is None else (Label(label=self.labels.get(label)),),
                )

    def _of_rows(self, subset: str, folder: Path, file: Path, seen: set[str]) -> Iterator[Item]:
        names = image_names(dict.fromkeys(row.file_name for row in read_rows(file)))
        for row in read_rows(file):
            if row.file_name in seen:
                raise FormatError(f"'{row.file_name}' is there twice", path=file, line=row.line)
            seen.add(row.file_name)
            image = inside(folder, row.file_name, path=file, line=row.line)
            yield Item(
                id=self._id(folder, row.file_name, names[row.file_name]),
                subset=subset,
                media=(image_media(image, row.file_name),),
                attributes=dict(row.attributes),
                annotations=tuple(self._annotations(row, file)),
            )

    def _id(self, folder: Path, path: str, name: str) -> str:
        top = "" if folder == self.root else f"{folder.name}/"
        return self.meta.ids.get(top + path, name)

    def _annotations(self, row: Row, file: Path) -> Iterator[Annotation]:
        for name in row.labels:
            yield Label(label=self._label(name, row, file))
        for text in row.texts:
            yield Caption(text=text)
        for (x, y, w, h), said in row.boxes:
            label = None if said is None else self._label(said, row, file)
            yield Box(label=label, x=x, y=y, w=w, h=h)

    def _label(self, name: str | int, row: Row, file: Path) -> int:
        found = self.labels.get(name) if isinstance(name, str) else name
        if found is None or not 0 <= found < len(self.labels):
            raise FormatError(f"label {name!r} is not known", path=file, line=row.line)
        return found
