"""Reading the layout of Ultralytics: data.yaml, folders or lists of images, and their label files."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from datum.errors import FormatError
from datum.model import Annotation, Categories, Item
from datum.plugins import Reading
from datum_formats._common.files import read_lines, walk
from datum_formats._common.images import image_files, image_media
from datum_formats._common.names import stem
from datum_formats.yolo.config import Config, find_config, read_config
from datum_formats.yolo.names import label_path, locate
from datum_formats.yolo.poses import read_pose_config
from datum_formats.yolo.rows import LabelReader, Row, any_row, quad_row
from datum_formats.yolo.sizes import find_size, read_sizes

__all__ = ["read_detect", "read_oriented", "read_pose", "read_segment"]


class _Image(msgspec.Struct, frozen=True):
    """An image of a subset, which need not be there."""

    file: str
    """Relative to the root."""
    name: str
    """The id that it would have, and an extension."""


def read_detect(path: Path, _options: Mapping[str, Any]) -> Reading:
    """Read a dataset from its folder, a folder within, its data.yaml, or a label file.

    Lines of more than six numbers are outlines and are read as such.

    Raises:
        FormatError: There is no data.yaml, or it is broken; while iterating, that a folder, a list
            or a label file is.
    """
    return _read(path, any_row)


read_segment = read_detect
"""Lines say themselves what they are: :func:`read_detect` reads both."""


def read_oriented(path: Path, _options: Mapping[str, Any]) -> Reading:
    """As :func:`read_detect`, where every line has the four corners of a turned box.

    Raises:
        FormatError: As there.
    """
    return _read(path, quad_row)


def _read(path: Path, row: Callable[[Row], tuple[Annotation, ...]]) -> Reading:
    config = read_config(find_config(path))
    if config.said.get("kpt_shape"):
        raise FormatError(
            "kpt_shape says that this is a dataset of poses",
            path=config.path,
            hint="read it as yolo_ultralytics_pose",
        )
    reader = LabelReader(labels=len(config.names), row=row)
    return Reading(
        categories=Categories.of(config.names),
        items=_items(config, reader),
        infos=dict(config.infos),
    )


def read_pose(path: Path, _options: Mapping[str, Any]) -> Reading:
    """As :func:`read_detect`, where every line has a box and keypoints.

    Raises:
        FormatError: As there, or data.yaml does not say how many keypoints there are.
    """
    config = read_config(find_config(path))
    pose, infos = read_pose_config(config)
    reader = LabelReader(labels=len(config.names), row=pose.row)
    return Reading(
        categories=pose.categories,
        items=_items(config, reader),
        infos={**config.infos, **infos},
    )


def _items(config: Config, reader: LabelReader) -> Iterator[Item]:
    sizes = read_sizes(config.root)
    for subset, places in config.subsets.items():
        images = [image for place in places for image in _place(config, subset, place, len(places))]
        counts = Counter(stem(image.name) for image in images)
        seen: set[str] = set()
        for image in images:
            name = stem(image.name) if counts[stem(image.name)] == 1 else image.name
            if name in seen:
                raise FormatError(f"item '{subset}/{name}' is there twice", path=config.path)
            seen.add(name)
            yield _item(config.root, (subset, name), image, reader, sizes)


def _item(
    root: Path,
    key: tuple[str, str],
    image: _Image,
    reader: LabelReader,
    sizes: Mapping[str, tuple[int, int]],
) -> Item:
    known = find_size(sizes, (image.file, stem(image.file), "/".join(key), key[1]))
    media = image_media(root / image.file, image.name, known)
    size = (media.height, media.width) if media.height and media.width else None
    annotations = reader.read(root / label_path(image.file), size)
    return Item(id=key[1], subset=key[0], media=(media,), annotations=annotations)


def _place(config: Config, subset: str, said: str, places: int) -> list[_Image]:
    """The images of a folder or of a list that data.yaml names for a subset."""
    root = config.root
    place = _locate(config, said)
    if (root / place).is_dir() or (root / _labels_folder(place)).is_dir():
        return _folder(root, place, whole=places > 1)
    if (root / place).is_file():
        return _list(root, subset, root / place)
    if subset == "test":
        return []  # templates of data.yaml say where a test set would be
    raise FormatError(f"'{subset}' is at '{said}', which is not there", path=config.path)


def _locate(config: Config, said: str) -> str:
    """A place relative to the root; ``../`` before it is wrong but common, and is left out."""
    plain = said.replace("\\", "/")
    stripped = plain
    while stripped.startswith("../"):
        stripped = stripped[3:]
    if stripped != plain and (config.root / stripped).exists():
        plain = stripped
    return locate(config.root, plain, path=config.path).rstrip("/") or "."


def _labels_folder(place: str) -> str:
    folder, found, rest = f"/{place}/".rpartition("/images/")
    return f"{folder}/labels/{rest}".strip("/") if found else place


def _folder(root: Path, place: str, *, whole: bool) -> list[_Image]:
    """The images in a folder, and those of which there is the label file alone."""
    start = "" if place == "." else f"{place}/"
    found = [
        start + path.relative_to(root / place).as_posix() for path in image_files(root / place)
    ]
    stems = {stem(file) for file in found}
    labels = root / _labels_folder(place)
    for path in walk(labels):
        file = start + path.relative_to(labels).as_posix().removesuffix(".txt")
        if path.suffix == ".txt" and file not in stems and not _is_class_list(path):
            found.append(f"{file}.jpg")
    return [_Image(file, _short(file) if whole else file.removeprefix(start)) for file in found]


def _is_class_list(path: Path) -> bool:
    """Whether this is the list of names that some labelling tools leave beside the labels."""
    if path.name != "classes.txt":
        return False
    first = next(read_lines(path), (0, "0"))[1].split()[0]
    return not first.isdigit()


def _list(root: Path, subset: str, path: Path) -> list[_Image]:
    """The images of a list, relative to the list where they begin with ``./``, else to the root."""
    found: list[_Image] = []
    base = path.parent
    prefix = f"images/{path.stem}/"
    for line, text in read_lines(path):
        here = text.startswith("./") and base != root
        said = (base / text[2:]).relative_to(root).as_posix() if here else text
        file = _entry(root, said, path, line)
        name = file.removeprefix(prefix)
        if name == file:
            name = file.removeprefix(f"images/{subset}/")
        found.append(_Image(file, _short(file) if name == file else name))
    return found


def _entry(root: Path, text: str, path: Path, line: int) -> str:
    said = locate(root, text, path=path, line=line)
    if "\\" in said and not (root / label_path(said)).is_file():
        # a back-slash may be part of the name, which then has a label file
        said = locate(root, said.replace("\\", "/"), path=path, line=line)
    return said


def _short(file: str) -> str:
    """The path below the first folder ``images``."""
    _, found, rest = f"/{file}".partition("/images/")
    return rest if found else file
