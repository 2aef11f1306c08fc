"""Reading CIFAR."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from datum.errors import FormatError
from datum.model import Categories, Item, Label, LabelCategory, Media
from datum.plugins import Reading
from datum_formats._common.dataset_meta import META_NAME, read_meta
from datum_formats._common.files import read_bytes
from datum_formats._common.images import IMAGE_EXTENSIONS
from datum_formats._common.pickles import load_pickle
from datum_formats._common.pixels import encode_pixels
from datum_formats.cifar.sniff import META_NAMES

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["read_cifar"]

_SIDE = 32
_CHANNELS = 3


def read_cifar(path: Path, _options: Mapping[str, Any]) -> Reading:
    """Read the batches in the folder *path*, or the one batch that it is.

    Raises:
        FormatError: There is no meta file or batch, one is broken, or does more than to make arrays.
    """
    root = path.parent if path.is_file() else path
    metas = [root / name for name in META_NAMES if (root / name).is_file()]
    if not metas:
        raise FormatError("no batches.meta or meta", path=path)
    files = [path] if path.is_file() and path not in metas else _batches(root)
    subsets = read_meta(root).subsets
    batches = {subsets.get(file.name, file.name): file for file in files}
    labels = _labels(metas[0], list(batches.values()))
    items = (
        item
        for subset, file in sorted(batches.items())
        for item in _items(subset, file, len(labels))
    )
    return Reading(categories=Categories(labels=labels), items=items)


def _batches(root: Path) -> list[Path]:
    """The files that begin as pickles do."""
    found = []
    for file in sorted(root.iterdir()):
        if file.is_file() and file.name not in (*META_NAMES, META_NAME) and file.name[0] != ".":
            try:
                with file.open("rb") as opened:
                    head = opened.read(1)
            except OSError as error:
                raise FormatError(error.strerror or str(error), path=file) from error
            if head in (b"\x80", b"(", b"}"):
                found.append(file)
    return found


def _load(path: Path) -> dict[str, Any]:
    """A pickled map, by names as text: Python 2 wrote bytes."""
    value = load_pickle(read_bytes(path), path)
    if not isinstance(value, dict):
        raise FormatError("no map of names to values", path=path)
    return {_text(key): one for key, one in value.items()}


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _labels(meta: Path, batches: Sequence[Path]) -> tuple[LabelCategory, ...]:
    """The labels, with their parents where there are coarse ones."""
    said = _load(meta)
    coarse = _names(said, "coarse_label_names", meta)
    names = _names(said, "fine_label_names", meta) or _names(said, "label_names", meta)
    if names is None:
        raise FormatError("no names of labels", path=meta)
    labels = [LabelCategory(name=name) for name in names]
    if coarse is None:
        return tuple(labels)
    parents = said.get("coarse_labels")
    pairs = enumerate(parents) if isinstance(parents, list) else _gathered(batches)
    for label, parent in pairs:
        if _is_number(parent, len(coarse)) and _is_number(label, len(labels)):
            labels[label] = replace(labels[label], parent=coarse[parent])
    return tuple(labels)


def _gathered(batches: Sequence[Path]) -> Iterator[tuple[Any, Any]]:
    """The fine and the coarse label of every image."""
    for file in batches:
        batch = _load(file)
        yield from zip(_column(batch, "fine_labels"), _column(batch, "coarse_labels"), strict=False)


def _column(batch: Mapping[str, Any], name: str) -> list[Any]:
    """A column of a batch as a list."""
    value = batch.get(name)
    if value is None:
        return []
    return (
        list(value) if isinstance(value, list | tuple) else list(getattr(value, "tolist", list)())
    )


def _names(said: Mapping[str, Any], key: str, path: Path) -> list[str] | None:
    if key not in said:
        return None
    names = [_text(name) for name in _column(said, key)]
    if len(set(names)) != len(names):
        raise FormatError(f"a name of {key} is there twice", path=path)
    return names


def _is_number(value: Any, limit: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < limit


class _Batch(msgspec.Struct, frozen=True):
    """One batch, its columns as long as each other."""

    path: Path
    rows: Any
    """The pixels: an array of rows, or a list with None for those that are absent."""
    sizes: list[Any]
    names: list[Any]
    labels: list[Any]


def _items(subset: str, file: Path, labels: int) -> Iterator[Item]:
    batch = _batch(file)
    seen: set[str] = set()
    for number, row in enumerate(batch.rows):
        name = _text(batch.names[number]) if batch.names else f"{number:05d}.png"
        stem = PurePosixPath(name)
        is_image = stem.suffix.lower() in IMAGE_EXTENSIONS
        item_id = name[: -len(stem.suffix)] if is_image else name
        if not item_id or item_id in seen:
            raise FormatError(
                f"image {number}: the name '{name}' is empty or there twice", path=file
            )
        seen.add(item_id)
        yield Item(
            id=item_id,
            subset=subset,
            media=_media(batch, number, row, name),
            annotations=_label(batch, number, labels),
        )


def _batch(file: Path) -> _Batch:
    said = _load(file)
    rows = said.get("data")
    names, labels = _column(said, "filenames"), _column(said, "labels")
    labels = labels or _column(said, "fine_labels")
    sizes = _column(said, "image_sizes")
    if rows is None:
        rows = [None] * max(len(names), len(labels))
    if not isinstance(rows, list) and getattr(rows, "ndim", 0) < 2:  # noqa: PLR2004 (rows of values)
        raise FormatError("data is no array of rows", path=file)
    for column in (names, labels, sizes):
        if column and len(column) != len(rows):
            reason = f"{len(rows)} images, but {len(column)} names, labels or sizes"
            raise FormatError(reason, path=file)
    return _Batch(file, rows, sizes, names, labels)


def _label(batch: _Batch, number: int, labels: int) -> tuple[Label, ...]:
    label = batch.labels[number] if batch.labels else None
    if label is None:
        return ()
    if not _is_number(label, labels):
        reason = f"image {number} has label {label!r}, but there are {labels}"
        raise FormatError(reason, path=batch.path)
    return (Label(label=label),)


def _media(batch: _Batch, number: int, row: Any, name: str) -> tuple[Media, ...]:
    size = batch.sizes[number] if batch.sizes else (_SIDE, _SIDE)
    if row is None:
        return ()
    pixels = _pixels(row, size)
    if pixels is None:
        raise FormatError(f"image {number} is no row of pixels of its size", path=batch.path)
    return (encode_pixels(pixels, name),)


def _pixels(row: Any, size: Any) -> "NDArray[Any] | None":
    """Pixels of shape (3, height, width); None where the row is none."""
    import numpy as np

    if size is None or not (isinstance(size, list | tuple) and len(size) == 2):  # noqa: PLR2004
        size = (_SIDE, _SIDE)
    height, width = size
    if not (_is_number(height, 1 << 16) and _is_number(width, 1 << 16) and height and width):
        return None
    values = np.asarray(row)
    if values.dtype != np.uint8 or values.size != _CHANNELS * height * width:
        return None
    return values.reshape(_CHANNELS, height, width)
