"""Classification: a folder for each subset, in it a folder for each class, in it the images.

Ultralytics looks at folders alone. The writer adds a ``data.yaml`` for what they cannot say: the
order of the labels, labels without images, and the subsets, whatever they are called.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from datum.errors import FormatError
from datum.losses import LossReport
from datum.model import DEFAULT_SUBSET, Categories, Item, Label
from datum.plugins import Reading, Writing
from datum_formats._common.files import read_bytes
from datum_formats._common.images import image_files, image_media
from datum_formats._common.losses import (
    Places,
    count_dataset,
    count_fields,
    count_item,
    lose,
    where,
)
from datum_formats._common.names import image_name, stem, subset_folder
from datum_formats.yolo.config import RESERVED, config_text, read_config
from datum_formats.yolo.names import locate

__all__ = ["class_lines", "read_classes", "write_classes"]

_PLACES = Places(name="classification by folders")
_SUBSETS = ("train", "val", "valid", "validation", "test")
_CONFIG = "data.yaml"
_LONGEST = 255
"""Bytes of the name of a folder."""


def read_classes(path: Path, _options: Mapping[str, Any]) -> Reading:
    """Read the images below *path*, the folder of the dataset.

    Raises:
        FormatError: There is no such folder, or its data.yaml is broken; while iterating, that two
            images would have one id.
    """
    if not path.is_dir():
        raise FormatError("no folder with a folder for each class", path=path)
    if (path / _CONFIG).is_file():
        config = read_config(path / _CONFIG)
        folders = {
            name: path / locate(path, places[0], path=config.path)
            for name, places in config.subsets.items()
        }
        names = list(config.names)
    else:
        folders = {name: path / name for name in _SUBSETS if (path / name).is_dir()}
        folders = folders or {DEFAULT_SUBSET: path}
        names = sorted({name for folder in folders.values() for name in _classes(folder)})
    return Reading(categories=Categories.of(names), items=_items(path, folders, names))


def _classes(folder: Path) -> list[str]:
    if not folder.is_dir():
        return []
    return [one.name for one in folder.iterdir() if one.is_dir() and not one.name.startswith(".")]


def _items(root: Path, folders: Mapping[str, Path], names: list[str]) -> Iterator[Item]:
    labels = {name: label for label, name in enumerate(names)}
    for subset, folder in folders.items():
        for name, files in sorted(_named(folder, labels).items()):
            media = image_media(files[0], files[0].relative_to(root).as_posix())
            said = [_class(file, folder, labels) for file in files]
            notes = tuple(Label(label=label) for label in said if label is not None)
            yield Item(id=name, subset=subset, media=(media,), annotations=notes)


def _class(file: Path, folder: Path, labels: Mapping[str, int]) -> int | None:
    parts = file.relative_to(folder).parts
    return labels.get(parts[0]) if len(parts) > 1 else None


def _named(folder: Path, labels: Mapping[str, int]) -> dict[str, list[Path]]:
    """The files by id: the name below the class, and with the class where several images share it."""
    named: dict[str, list[Path]] = {}
    for file in image_files(folder):
        parts = file.relative_to(folder).parts
        below = parts[1:] if len(parts) > 1 and parts[0] in labels else parts
        named.setdefault(stem("/".join(below)), []).append(file)
    found: dict[str, list[Path]] = {}
    for name, files in named.items():
        if len(files) == 1 or _are_copies(files):
            groups = {name: files}
        else:
            groups = {file.relative_to(folder).as_posix(): [file] for file in files}
        for key, group in groups.items():
            if key in found or (key != name and key in named):
                raise FormatError(f"two images would have the id '{key}'", path=group[0])
            found[key] = group
    return found


def _are_copies(files: list[Path]) -> bool:
    """Whether these are one image in several classes."""
    first = files[0]
    if any(file.suffix != first.suffix or _size(file) != _size(first) for file in files):
        return False
    data = read_bytes(first)
    return all(read_bytes(file) == data for file in files[1:])


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError as error:
        raise FormatError(error.strerror or str(error), path=file) from error


def write_classes(writing: Writing) -> None:
    """Write each image into the folder of each of its labels.

    Raises:
        FormatError: A subset, a label or an item has a name that no folder or file can have.
    """
    dataset = writing.dataset
    count_dataset(writing, _PLACES)
    names = dataset.categories.names()
    for name in names:
        _check_label(name)
    folders = {name: subset_folder(name, RESERVED) for name in dataset.subsets()}
    for subset, folder in folders.items():
        for item in dataset.items(subset):
            _write_item(writing, item, f"{folder}/", names)
    keys = {"task": "classify"}
    places = {subset: f"{folder}/" for subset, folder in folders.items()}
    writing.output.write(_CONFIG, config_text(places, names, keys))


def _check_label(name: str) -> None:
    if (
        not name.strip()
        or name != name.strip()
        or name.startswith(".")
        or any(letter in "/\\\0\n\r" or "\ud800" <= letter <= "\udfff" for letter in name)
        or len(name.encode()) > _LONGEST
    ):
        raise FormatError(f"label {name!r} cannot be the name of a folder")


def _write_item(writing: Writing, item: Item, folder: str, names: tuple[str, ...]) -> None:
    count_item(writing, item, _PLACES)
    labels = _labels(item, len(names), writing.losses)
    image = item.image
    if not writing.save_media or image is None or image.content is None:
        writing.losses.add("item", "an item is its image, which is not written", where=where(item))
        return
    name = image_name(item, writing.image_ext)
    parts = name.split("/")
    if not labels and len(parts) > 1 and parts[0] in names:
        raise FormatError(f"item '{where(item)}' has no label, and its id begins with one")
    for place in [f"{names[label]}/" for label in labels] or [""]:
        writing.output.media(folder + place + name, image)


def class_lines(item: Item, categories: Categories, losses: LossReport) -> bytes:
    """A line for each label of an item."""
    labels = _labels(item, len(categories.labels), losses)
    return "".join(f"{label}\n" for label in labels).encode()


def _labels(item: Item, count: int, losses: LossReport) -> list[int]:
    """The labels of an item, each once; what else it has is counted."""
    found: list[int] = []
    for one in item.annotations:
        label = one.label
        if not isinstance(one, Label) or label is None or not 0 <= label < count:
            lose([one], "classification has labels of whole images alone", item, losses)
        elif label in found:
            lose([one], "an image is in the folder of a label once", item, losses)
        else:
            found.append(label)
            count_fields(one, item, losses, _PLACES)
    return found
