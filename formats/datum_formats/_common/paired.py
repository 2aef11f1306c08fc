"""Layouts with a folder of images and a folder of files of annotations, paired by their names."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from datum.errors import FormatError
from datum.model import DEFAULT_SUBSET, Annotation, Box, Item, Media
from datum.plugins import Writing
from datum_formats._common.files import walk
from datum_formats._common.images import find_images, image_media
from datum_formats._common.labels import LABELS
from datum_formats._common.names import image_name, is_text, subset_of
from datum_formats._common.unkept import Unkept

__all__ = [
    "Pair",
    "find_pairs",
    "known_label",
    "labeled_boxes",
    "put_image",
    "subset_folders",
    "written_items",
]


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """An item as its files say it."""

    id: str
    """The path of both without extension."""
    file: Path | None
    """With the annotations."""
    media: Media


def subset_folders(path: Path, marks: Sequence[str]) -> dict[str, Path]:
    """The folders of subsets by their names: those that have one of *marks* in them.

    Where *path* has one itself it is all of the dataset; a list of labels alone is one without items.

    Args:
        path: A folder.
        marks: Names of folders.

    Raises:
        FormatError: There is none.
    """
    if any((path / mark).is_dir() for mark in marks):
        return {DEFAULT_SUBSET: path}
    inner = sorted(folder for folder in path.glob("*") if folder.is_dir())
    found = {
        subset_of(folder.name): folder
        for folder in inner
        if any((folder / mark).is_dir() for mark in marks)
    }
    if not found and not (path / LABELS).is_file():
        raise FormatError(f"no folder {' or '.join(marks)} in it, or below", path=path)
    return found


def find_pairs(images: Path, files: Path, ext: str, default: str = ".jpg") -> Iterator[Pair]:
    """The items of two folders, sorted: an image, a file of annotations, or both.

    Args:
        images: The folder of images.
        files: The folder of annotations.
        ext: Of these, with the dot.
        default: Extension of an image that is absent.

    Raises:
        FormatError: The name of a file is no text.
    """
    found = find_images(images)
    notes = {
        file.relative_to(files).as_posix()[: -len(ext)]: file
        for file in walk(files)
        if file.suffix.lower() == ext and len(file.name) > len(ext)
    }
    for name in sorted({*found, *notes}):
        if not is_text(name):
            raise FormatError("the name of the file is not UTF-8", path=ascii(str(notes[name])))
        image = found.get(name)
        path = name + default if image is None else image.relative_to(images).as_posix()
        yield Pair(id=name, file=notes.get(name), media=image_media(image, path))


def written_items(
    writing: Writing, subset: str, folder: str, unkept: Unkept
) -> Iterator[tuple[Item, str]]:
    """The items of a subset, each with the name of its image below *folder*, which has a slash.

    Images are written where that is wanted; what is lost of items is counted.

    Raises:
        FormatError: An id cannot be the name of a file; the message names the item.
    """
    for item in writing.dataset.items(subset):
        unkept.item(item)
        name = image_name(item, writing.image_ext)
        put_image(writing, item, folder + name)
        yield item, name


def put_image(writing: Writing, item: Item, path: str, *, has_size: bool = False) -> None:
    """Write the image of an item, where that is wanted; count what is lost where it is not there.

    Args:
        writing: The export.
        item: The item.
        path: Of the image.
        has_size: Whether the format says the size of an image beside it.
    """
    image, where = item.image, f"{item.subset}/{item.id}"
    if writing.save_media and image is not None and image.content is not None:
        writing.output.media(path, image)
        return
    if writing.save_media:
        writing.losses.add("media", "its bytes are not at hand", where=where)
    if item.size is not None and not has_size:
        writing.losses.add("size", "it is that of the image, which is not written", where=where)


def labeled_boxes(item: Item, boxes: Sequence[Box], writing: Writing) -> list[tuple[Box, int]]:
    """The boxes that have a label, and it; the others are counted as lost."""
    return [(one, label) for one in boxes if (label := known_label(one, item, writing)) is not None]


def known_label(one: Annotation, item: Item, writing: Writing) -> int | None:
    """The label of an annotation in a format that needs one; that there is none is counted."""
    if one.label is not None and 0 <= one.label < len(writing.dataset.categories.labels):
        return one.label
    where = f"{item.subset}/{item.id}"
    writing.losses.add(one.kind, "it has no label, which the format needs", where=where)
    return None
