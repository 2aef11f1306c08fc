"""Reading Labelbox' export."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from datum.errors import FormatError
from datum.model import (
    DEFAULT_SUBSET,
    Annotation,
    Box,
    Caption,
    Item,
    Label,
    Points,
    Polygon,
    Polyline,
)
from datum.model import Mask as Pixels
from datum.plugins import Reading
from datum_formats._common.bitmaps import decode_png, mask_counts
from datum_formats._common.files import inside, read_bytes
from datum_formats._common.images import image_media
from datum_formats._common.jsonfile import decode_as, json_lines
from datum_formats._common.labels import LabelTable, read_labels
from datum_formats._common.names import quoted_subset
from datum_formats._common.references import Images, unique_ids
from datum_formats.labelbox.document import Classification, Line, Mask, Object, labels_of

__all__ = ["QUESTION", "read_labelbox"]

QUESTION = "labels"
"""The question whose answers our writer makes of labels."""
_LARGEST = 2**28
"""Pixels of a mask that is decoded."""

Fields = dict[str, Any]
Where = tuple[Path, int]
"""A file and a line of it."""


def read_labelbox(path: Path, _options: Mapping[str, Any]) -> Reading:
    """Read the export that *path* is, or that lies in it.

    Raises:
        FormatError: There is none, or a line of it is broken.
    """
    file = (
        path
        if path.is_file()
        else next(iter(sorted(path.glob("*.ndjson"))), path / "export.ndjson")
    )
    used: set[str] = set()
    keys: list[tuple[str, str]] = []
    for number, raw in json_lines(file):
        line: Line = decode_as(raw, Line, file, line=number)
        used |= labels_of(line)
        keys.append((line.split or DEFAULT_SUBSET, line.reference))
    table = LabelTable(read_labels(file), used)
    return Reading(categories=table.categories, items=_items(file, table, _named(keys, file)))


def _named(keys: list[tuple[str, str]], file: Path) -> list[tuple[str, str, str]]:
    """Subset, id and name of the image of each line.

    Raises:
        FormatError: Two are one item, or one has no name.
    """
    by_subset: dict[str, list[str]] = {}
    for subset, said in keys:
        by_subset.setdefault(subset, []).append(said)
    named = {
        subset: iter(unique_ids(said, f"images/{quoted_subset(subset)}/", file))
        for subset, said in by_subset.items()
    }
    return [(subset, *next(named[subset])) for subset, _ in keys]


def _items(file: Path, table: LabelTable, named: list[tuple[str, str, str]]) -> Iterator[Item]:
    images = Images(file.parent)
    for (number, raw), (subset, own, name) in zip(json_lines(file), named, strict=True):
        line: Line = decode_as(raw, Line, file, line=number)
        height, width = line.media_attributes.height, line.media_attributes.width
        size = (height, width) if height and width and min(height, width) > 0 else None
        media = image_media(images.find(line.reference), name, size)
        try:
            attributes, notes = _said(line, table, (file, number))
        except ValueError as error:
            raise FormatError(str(error), path=file, line=number) from error
        yield Item(
            id=own, subset=subset, media=(media,), attributes=attributes, annotations=tuple(notes)
        )


def _said(line: Line, table: LabelTable, where: Where) -> tuple[Fields, list[Annotation]]:
    notes: list[Annotation] = []
    remote: list[Fields] = []
    for one in line.annotations():
        for question in one.classifications:
            notes += _answers(question, table)
        for thing in one.objects:
            if thing.mask is not None and _is_remote(thing.mask):
                remote.append({"label": thing.name, "url": thing.mask.url})
            else:
                notes.append(_object(thing, table, where))
    return ({"masks": remote} if remote else {}), notes


def _is_remote(mask: Mask) -> bool:
    return "://" in mask.url


def _answers(question: Classification, table: LabelTable) -> Iterator[Annotation]:
    """Labels for what was chosen, a caption for what was written."""
    own = {} if question.name == QUESTION else {"question": question.name}
    for name in question.names():
        yield Label(label=table.find(name), attributes=own)
    if question.text_answer is not None:
        yield Caption(text=question.text_answer.content, attributes={"question": question.name})


def _attributes(thing: Object) -> Fields:
    found: Fields = {}
    for one in thing.classifications:
        if one.text_answer is not None:
            found[one.name] = one.text_answer.content
        elif one.radio_answer is not None:
            found[one.name] = one.radio_answer.name
        elif one.checklist_answers is not None:
            found[one.name] = one.names()
    return found


def _object(thing: Object, table: LabelTable, where: Where) -> Annotation:
    common: Fields = {"label": table.find(thing.name), "attributes": _attributes(thing)}
    if thing.bounding_box is not None:
        box = thing.bounding_box
        return Box(x=box.left, y=box.top, w=box.width, h=box.height, **common)
    if thing.point is not None:
        return Points(points=(thing.point.x, thing.point.y), **common)
    if thing.mask is not None:
        return _mask(thing.mask, common, where)
    points = tuple(value for one in thing.polygon or thing.line or () for value in (one.x, one.y))
    if not points:
        raise ValueError(f"an object '{thing.name}' is of a kind that is not known")
    if thing.polygon:
        return Polygon(points=points, **common)
    return Polyline(points=points, **common)


def _mask(mask: Mask, common: Fields, where: Where) -> Annotation:
    file, number = where
    path = inside(file.parent, mask.url, path=file, line=number)
    pixels = decode_png(read_bytes(path), _LARGEST)
    height, width = pixels.shape
    counts = mask_counts(pixels, 0, 0, height, width)
    return Pixels(height=height, width=width, counts=counts, **common)
