"""Reading the JSON of SA-1B."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from datum.errors import FormatError
from datum.model import Annotation, Box, Item, Mask
from datum.plugins import Reading
from datum_formats._common.images import image_media
from datum_formats._common.jsonfile import read_json
from datum_formats._common.labels import LabelTable, read_labels
from datum_formats._common.rle import compress, runs
from datum_formats._common.sidecars import Sidecar, find_sidecars, image_item
from datum_formats.segment_anything.document import (
    ANNOTATION_KEYS,
    IMAGE_KEYS,
    Ann,
    Document,
    Image,
    Names,
    Rle,
)

__all__ = ["read_segment_anything"]


def read_segment_anything(path: Path, _options: Mapping[str, Any]) -> Reading:
    """Read the files below *path*, or the one that it is.

    Raises:
        FormatError: A file is broken: at once where its labels are, while iterating else.
    """
    sidecars = find_sidecars(path, ".json")
    table = LabelTable(read_labels(path), _used(sidecars))
    return Reading(categories=table.categories, items=_items(sidecars, table))


def _used(sidecars: Sequence[Sidecar]) -> Iterator[str]:
    for sidecar in sidecars:
        if sidecar.file is not None:
            names: Names = read_json(sidecar.file, Names)
            yield from (one.label for one in names.annotations if one.label)


def _items(sidecars: Sequence[Sidecar], table: LabelTable) -> Iterator[Item]:
    for sidecar in sidecars:
        if sidecar.file is None:
            yield image_item(sidecar)
            continue
        document: Document = read_json(sidecar.file, Document)
        try:
            yield _item(sidecar, document, table)
        except (ValueError, msgspec.ValidationError) as error:
            raise FormatError(str(error), path=sidecar.file) from error
        except FormatError as error:
            raise FormatError(error.reason, path=sidecar.file) from error


def _item(sidecar: Sidecar, document: Document, table: LabelTable) -> Item:
    image = msgspec.convert(document.image, Image)
    attributes = {name: value for name, value in document.image.items() if name not in IMAGE_KEYS}
    if image.image_id is not None:
        attributes["image_id"] = image.image_id
    size = None
    if image.height and image.width and image.height > 0 and image.width > 0:
        size = (image.height, image.width)
    name = image.file_name.replace("\\", "/").rpartition("/")[2]
    if sidecar.image is not None:
        name = sidecar.image.relative_to(sidecar.folder).as_posix()
    media = image_media(sidecar.image, name, size)
    notes = [
        note
        for number, said in enumerate(document.annotations, start=1)
        for note in _annotations(said, number, table)
    ]
    return Item(
        id=sidecar.id,
        subset=sidecar.subset,
        media=(media,) if name else (),
        attributes={**attributes, **(image.attributes or {})},
        annotations=tuple(notes),
    )


def _annotations(said: dict[str, Any], number: int, table: LabelTable) -> list[Annotation]:
    """A box and a mask in one group, or what there is of them."""
    ann = msgspec.convert(said, Ann)
    attributes = {name: value for name, value in said.items() if name not in ANNOTATION_KEYS}
    common: dict[str, Any] = {
        "label": table.find(ann.label),
        "score": ann.score,
        "attributes": {**attributes, **(ann.attributes or {})},
    }
    found: list[Annotation] = []
    if ann.bbox is not None:
        x, y, w, h = ann.bbox
        found.append(Box(x=x, y=y, w=w, h=h, **common))
    if ann.segmentation is not None:
        found.append(_mask(ann.segmentation, common))
    if not found:
        raise ValueError(f"annotation {ann.id or number} has neither segmentation nor bbox")
    if len(found) > 1:
        found = [msgspec.structs.replace(one, group=number) for one in found]
    return found


def _mask(rle: Rle, common: dict[str, Any]) -> Mask:
    height, width = rle.size
    if height < 0 or width < 0:
        raise ValueError(f"a mask is {height} x {width}")
    if isinstance(rle.counts, str):
        counts = rle.counts.encode()
        if sum(runs(counts)) != height * width:
            raise ValueError(f"run lengths do not add up to {height} x {width}")
    else:
        counts = compress(rle.counts, height, width)
    return Mask(height=height, width=width, counts=counts, **common)
