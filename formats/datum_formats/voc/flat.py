"""VOC's annotation files without its lists: beside the images, as Roboflow has them, or apart from them.

Roboflow puts a folder for each subset, in it images and XML files; what is passed around on Kaggle
has a folder of each, and no subsets.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from datum.errors import FormatError
from datum.model import DEFAULT_SUBSET, Annotation, Box, Item, Points
from datum.plugins import Reading, Writing
from datum_formats._common.exports import items_with_images
from datum_formats._common.files import walk
from datum_formats._common.images import find_images, image_media
from datum_formats._common.labels import LABELS, LabelTable, labels_text, read_labels
from datum_formats._common.losses import Places, count_dataset
from datum_formats._common.names import stem, subset_folder, subset_of
from datum_formats._common.sidecars import Sidecar, find_sidecars
from datum_formats._common.xmlfile import is_xml_text
from datum_formats.voc.annotation_file import Part, Record, Thing, parse_annotation
from datum_formats.voc.annotation_text import AnnotationText
from datum_formats.voc.plan import Planner
from datum_formats.voc.tasks import Task, offset_of

__all__ = ["read_apart", "read_beside", "write_apart", "write_beside"]

_PLACES = Places(name="VOC", fields=frozenset(["attributes"]), item_attributes=True)
_XML = ("annotations", "Annotations")
_IMAGES = ("images", "Images", "JPEGImages")


def read_beside(path: Path, options: Mapping[str, Any]) -> Reading:
    """Read XML files that are beside the images, in a folder for each subset or in one.

    Raises:
        FormatError: A file is broken: at once, since each says labels.
    """
    return _read(path, find_sidecars(path, ".xml"), options)


def read_apart(path: Path, options: Mapping[str, Any]) -> Reading:
    """Read XML files of a folder ``annotations``, images of a folder ``images``; and so in each folder.

    Raises:
        FormatError: There is no such folder, or a file is broken.
    """
    is_one = _marks(path) is not None or (path / LABELS).is_file()
    roots = {DEFAULT_SUBSET: path} if is_one else {}
    for folder in sorted(path.glob("*")):
        if folder.is_dir() and folder.name not in (*_XML, *_IMAGES) and _marks(folder):
            roots[subset_of(folder.name)] = folder
    if not roots:
        raise FormatError("no folder annotations in it", path=path)
    pairs = [one for subset, root in roots.items() for one in _pairs(subset, root)]
    return _read(path, pairs, options)


def _marks(path: Path) -> Path | None:
    """The folder of annotations in a folder."""
    return next((path / name for name in _XML if (path / name).is_dir()), None)


def _pairs(subset: str, path: Path) -> Iterator[Sidecar]:
    folder = _marks(path)
    if folder is None:
        return
    place = next((path / name for name in _IMAGES if (path / name).is_dir()), path)
    images = find_images(place)
    for file in walk(folder):
        if file.suffix == ".xml":
            name = stem(file.relative_to(folder).as_posix())
            image = images.pop(name, None)
            yield Sidecar(subset=subset, id=name, folder=place, file=file, image=image)
    for name, image in images.items():
        yield Sidecar(subset=subset, id=name, folder=place, file=None, image=image)


def _read(path: Path, sidecars: Sequence[Sidecar], options: Mapping[str, Any]) -> Reading:
    offset = offset_of(options)
    declared = read_labels(path)
    table = LabelTable(declared, _used(sidecars, offset))
    return Reading(categories=table.categories, items=_items(sidecars, table, offset))


def _used(sidecars: Sequence[Sidecar], offset: int) -> Iterator[str]:
    for sidecar in sidecars:
        if sidecar.file is not None:
            for thing in parse_annotation(sidecar.file, offset).things:
                yield from (one.name for one in (thing, *thing.parts) if one.name)


def _items(sidecars: Sequence[Sidecar], table: LabelTable, offset: int) -> Iterator[Item]:
    for sidecar in sidecars:
        record = Record() if sidecar.file is None else parse_annotation(sidecar.file, offset)
        name = (record.filename or "").replace("\\", "/").rpartition("/")[2]
        if sidecar.image is not None:
            name = sidecar.image.relative_to(sidecar.folder).as_posix()
        media = image_media(sidecar.image, name, record.size)
        yield Item(
            id=sidecar.id,
            subset=sidecar.subset,
            media=(media,) if name or record.size else (),
            attributes=record.attributes,
            annotations=tuple(_annotations(record, table)),
        )


def _annotations(record: Record, table: LabelTable) -> Iterator[Annotation]:
    """Boxes, each in a group with its parts, and points."""
    for number, thing in enumerate(record.things, start=1):
        group = number if thing.parts else 0
        yield _one(thing, table, group)
        for part in thing.parts:
            yield _one(part, table, group)


def _one(part: Part, table: LabelTable, group: int) -> Annotation:
    label = table.find(part.name)
    if part.box is None:
        point = (part.point if isinstance(part, Thing) else None) or (0.0, 0.0)
        return Points(points=point, label=label, group=group, attributes=part.attributes)
    x, y, w, h = part.box
    return Box(x=x, y=y, w=w, h=h, label=label, group=group, attributes=part.attributes)


def write_beside(writing: Writing) -> None:
    """Write a folder for each subset, with XML files beside the images.

    Raises:
        FormatError: A subset, an item or a label has a name that the layout cannot hold.
    """

    def place(subset: str) -> tuple[str, str]:
        folder = f"{subset_folder(subset, {LABELS})}/"
        return folder, folder

    _write(writing, place)


def write_apart(writing: Writing) -> None:
    """Write the folders ``annotations`` and ``images``, in a folder for each subset but the default.

    Raises:
        FormatError: As in :func:`write_beside`.
    """
    taken = {LABELS, *_XML, *_IMAGES}

    def place(subset: str) -> tuple[str, str]:
        folder = "" if subset == DEFAULT_SUBSET else f"{subset_folder(subset, taken)}/"
        return f"{folder}annotations/", f"{folder}images/"

    _write(writing, place)


def _write(writing: Writing, place: Callable[[str], tuple[str, str]]) -> None:
    """Write each item; *place* says the folders of annotations and images of a subset."""
    labels = writing.dataset.categories.labels
    names = writing.dataset.categories.names()
    writing.output.write(LABELS, labels_text(names))
    for name in names:
        if not is_xml_text(name):
            raise FormatError(f"label {name!r} cannot be in XML")
    count_dataset(writing, _PLACES)
    planner = Planner(labels, frozenset([Task.DETECTION]), writing.losses)
    text = AnnotationText(labels, offset_of(writing.options), writing.losses, attributes=True)
    for subset in writing.dataset.subsets():
        marks, pictures = place(subset)
        for item, image in items_with_images(writing, subset, pictures, _PLACES):
            if not is_xml_text(image):
                raise FormatError(f"item '{subset}/{item.id}' cannot be in XML")
            named = image.rpartition("/")[2] if item.image is not None else None
            head = text.head(item, named, with_id=False)
            body = text.body(item, planner.plan(item), [], {})
            writing.output.write(f"{marks}{item.id}.xml", (head + body).encode())
