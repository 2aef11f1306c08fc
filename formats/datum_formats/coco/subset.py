"""The items of one subset, out of all the files that tell of it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
from msgspec import UNSET

from datum.errors import FormatError
from datum.model import Annotation, Batch, Categories, Item, Media
from datum.model.columns import Columns
from datum_formats._common.images import image_media
from datum_formats._common.names import stem
from datum_formats.coco.arrays import columns_of_anns
from datum_formats.coco.documents import Document, again, decode_images, take_annotations
from datum_formats.coco.faults import Faults
from datum_formats.coco.layout import ImageFinder, clean_name
from datum_formats.coco.objects import ItemReader
from datum_formats.coco.panoptic import read_segments
from datum_formats.coco.shapes import Ann, ImageExtra, Int64
from datum_formats.coco.unite import Told, unite

__all__ = ["read_subset"]


class ImageJson(msgspec.Struct, frozen=True):
    """An image as a file has it; further keys are taken from the plain mapping."""

    id: Int64 | str
    file_name: str | None = None
    width: int | float | None = None
    height: int | float | None = None
    datum: ImageExtra | None = None


class Picture(msgspec.Struct):
    """An image, with all that the files tell of it."""

    name: str
    raw_name: str
    size: tuple[int, int] | None
    attributes: dict[str, Any]
    extra: ImageExtra
    path: Path
    """The file that told of it first."""
    told: list[Told]


_TOGETHER = 1024
"""Images whose annotations become arrays at once."""

_FIELDS = frozenset(ImageJson.__struct_fields__)


def read_subset(
    root: Path, documents: Sequence[Document], categories: Categories
) -> Iterator[Item | Batch]:
    """The items of a subset, in the order of the files.

    Args:
        root: The dataset's folder.
        documents: All files of the subset, with their labels.
        categories: Of the dataset.

    Raises:
        FormatError: Something in them is malformed; several faults are told at once.
    """
    faults = Faults()
    pictures: dict[str, Picture] = {}
    for number, document in enumerate(map(again, documents)):
        by_id = _add_images(document, pictures, faults)
        _add_annotations(document, number, by_id, faults)
    faults.check()
    reader = _Reader(
        documents,
        ImageFinder(root, [document.source for document in documents]),
        ItemReader({spec.label: len(spec.joints) for spec in categories.skeletons}),
        faults,
    )
    ids = _item_ids(pictures.values())
    named = zip(ids, pictures.values(), strict=True)
    while some := list(islice(named, _TOGETHER)):
        yield from reader.read(some)
    faults.check()


class _Reader(msgspec.Struct, frozen=True):
    """Makes items of pictures."""

    documents: Sequence[Document]
    finder: ImageFinder
    items: ItemReader
    faults: Faults

    def read(self, named: Sequence[tuple[str, Picture]]) -> Iterator[Item | Batch]:
        """The items of some pictures: all at once where their annotations are plain."""
        columns = self._columns([picture for _, picture in named])
        found = [self._item(name, picture, plain=columns is not None) for name, picture in named]
        whole = [item for item in found if item is not None]
        if columns is None or len(whole) < len(found):  # with a fault, nothing comes of it anyway
            yield from whole
        else:
            yield Batch(whole, columns)

    def _columns(self, pictures: Sequence[Picture]) -> Columns | None:
        if len(self.documents) > 1:
            return None
        first = self.documents[0].extra.first_new_annotation_id
        return columns_of_anns(
            [[ann for ann, _, _ in picture.told] for picture in pictures],
            None if first is UNSET else first,
        )

    def _item(self, item_id: str, picture: Picture, *, plain: bool) -> Item | None:
        try:
            annotations = () if plain else self._annotations(picture)
            media = _media(picture, self.finder)
        except FormatError as error:
            known = error if error.path else FormatError(error.reason, path=picture.path)
            self.faults.take(known)
            return None
        picture.told = []
        return Item(
            id=item_id,
            subset=self.documents[0].subset,
            media=media,
            attributes=picture.attributes,
            annotations=annotations,
        )

    def _annotations(self, picture: Picture) -> tuple[Annotation, ...]:
        told = _with_segments(picture, self.documents)
        united = told if len({ann.id for ann, _, _ in told}) == len(told) else unite(told)
        return self.items.read([(ann, first_new) for ann, first_new, _ in united])


def _add_images(
    document: Document, pictures: dict[str, Picture], faults: Faults
) -> dict[int | str, Picture]:
    """Add the images of a file; each by the id that the file gives it."""
    by_id: dict[int | str, Picture] = {}
    entries: dict[int | str, dict[str, Any]] = {}
    names: dict[str, int | str] = {}
    for entry in decode_images(document):
        try:
            image = msgspec.convert(entry, ImageJson)
            picture = _picture(image, entry, document)
        except (msgspec.ValidationError, FormatError) as error:
            reason = error.reason if isinstance(error, FormatError) else str(error)
            faults.add(f"image {entry.get('id')!r}: {reason}", document.path)
            continue
        if entries.setdefault(image.id, entry) != entry:
            faults.add(f"two different images have the id {image.id!r}", document.path)
        elif names.setdefault(picture.name, image.id) != image.id:
            faults.add(f"two images have the file_name '{picture.name}'", document.path)
        elif image.id not in by_id:
            known = pictures.setdefault(picture.name, picture)
            by_id[image.id] = known
            if known is not picture:
                _unite_images(known, picture, document, faults)
    return by_id


def _picture(image: ImageJson, entry: Mapping[str, Any], document: Document) -> Picture:
    attributes = {key: value for key, value in entry.items() if key not in _FIELDS}
    if isinstance(image.id, str) or not document.made(image.id, "image"):
        attributes = {"id": image.id, **attributes}
    extra = image.datum or ImageExtra()
    stated = image.file_name or _name_in(entry.get("coco_url")) or str(image.id)
    name = clean_name(stated, document.path)
    if not name:
        raise FormatError("file_name is empty")
    return Picture(
        name=name,
        raw_name=stated,
        size=_size(image),
        attributes={**attributes, **extra.attributes},
        extra=extra,
        path=document.path,
        told=[],
    )


def _name_in(url: object) -> str:
    """The last part of a URL, which is all that LVIS says of an image's name."""
    return url.partition("?")[0].rpartition("/")[2] if isinstance(url, str) else ""


def _size(image: ImageJson) -> tuple[int, int] | None:
    """Height and width; None where they are not stated, also as 0."""
    if not image.width or not image.height:
        return None
    whole = (int(image.height), int(image.width))
    if whole != (image.height, image.width) or min(whole) < 0 or max(whole) >= 1 << 31:
        raise FormatError(f"its size is {image.width} x {image.height}")
    return whole


def _unite_images(known: Picture, other: Picture, document: Document, faults: Faults) -> None:
    """Add what another file says of the image; what differs goes by the name of its task too."""
    if known.size and other.size and known.size != other.size:
        faults.add(f"the size of '{known.name}' differs from that in {known.path}", document.path)
    known.size = known.size or other.size
    for key, value in other.attributes.items():
        if known.attributes.setdefault(key, value) != value:
            known.attributes[f"{document.source.task or document.path.stem}:{key}"] = value


def _add_annotations(
    document: Document, number: int, by_id: Mapping[int | str, Picture], faults: Faults
) -> None:
    """Give each annotation of a file to its image, with the index of its label."""
    labels = document.labels
    first = document.extra.first_new_annotation_id
    first_new = None if first is UNSET else first
    for ann in take_annotations(document):
        picture = by_id.get(ann.image_id)
        if picture is None:
            faults.add(f"annotation {ann.id}: there is no image {ann.image_id!r}", document.path)
            continue
        if ann.category_id is not None:
            label = labels.get(ann.category_id)
            if label is None:
                reason = f"annotation {ann.id}: there is no category {ann.category_id}"
                faults.add(reason, document.path)
                continue
            ann.category_id = label
        picture.told.append((ann, first_new, number))


def _item_ids(pictures: Iterator[Picture] | Any) -> list[str]:
    """The items' ids: names without extension, where that leaves them different."""
    listed = list(pictures)
    stems = Counter(stem(one.name) for one in listed if one.extra.id is UNSET)
    found = []
    for one in listed:
        short = stem(one.name)
        plain = short if stems[short] == 1 else one.name
        found.append(plain if one.extra.id is UNSET else one.extra.id)
    for item_id, times in Counter(found).items():
        if times > 1:
            raise FormatError(f"{times} images are called '{item_id}'", path=listed[0].path)
    return found


def _with_segments(picture: Picture, documents: Sequence[Document]) -> list[Told]:
    """What is told of the image, panoptic annotations as their segments."""
    if all(ann.segments_info is None for ann, _, _ in picture.told):
        return picture.told
    found: list[Told] = []
    for ann, first_new, number in picture.told:
        if ann.segments_info is None:
            found.append((ann, first_new, number))
            continue
        document = documents[number]
        segments = read_segments(ann, document.path, picture.size)
        found += [(_labelled(segment, document), first_new, number) for segment in segments]
    return found


def _labelled(segment: Ann, document: Document) -> Ann:
    if segment.category_id is not None:
        label = document.labels.get(segment.category_id)
        if label is None:
            reason = f"segment {segment.id}: there is no category {segment.category_id}"
            raise FormatError(reason, path=document.path)
        segment.category_id = label
    return segment


def _media(picture: Picture, finder: ImageFinder) -> tuple[Media, ...]:
    if not picture.extra.media:
        return ()
    file = finder.find(picture.raw_name, picture.name, picture.path)
    return (image_media(file, picture.name, picture.size),)
