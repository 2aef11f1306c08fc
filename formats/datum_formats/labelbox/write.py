"""Writing Labelbox' export."""

from collections.abc import Iterator
from typing import Any

import msgspec

from datum.model import Annotation, Box, Caption, Item, Label, Mask, Points, Polygon, Polyline
from datum.plugins import Writing
from datum_formats._common.bitmaps import encode_png
from datum_formats._common.exports import items_with_images, subsets_of
from datum_formats._common.labels import LABELS, labels_text, name_of
from datum_formats._common.losses import Places, count_dataset, count_fields, lose, where
from datum_formats._common.names import subset_folder
from datum_formats._common.rle import decode_mask
from datum_formats._common.shapes import is_finite
from datum_formats.labelbox.read import QUESTION

__all__ = ["write_labelbox"]

_PLACES = Places(name="Labelbox", fields=frozenset(["attributes"]))

Fields = dict[str, Any]


def write_labelbox(writing: Writing) -> None:
    """Write a line for each item.

    Raises:
        FormatError: A subset, an item or a label has a name that the layout cannot hold.
    """
    writing.output.write(LABELS, labels_text(writing.dataset.categories.names()))
    count_dataset(writing, _PLACES)
    lines = (msgspec.json.encode(line) + b"\n" for line in _lines(writing))
    writing.output.stream("export.ndjson", lines)


def _lines(writing: Writing) -> Iterator[Fields]:
    number = 0
    for subset in subsets_of(writing):
        name = subset_folder(subset)
        for item, image in items_with_images(writing, subset, f"images/{name}/", _PLACES):
            number += 1
            said = _Line(writing, item, f"masks/{name}/{item.id}").annotations()
            height, width = item.size or (None, None)
            reference = f"images/{name}/{image}"
            split = {"schema_name": "split", "value": [{"schema_name": subset}]}
            yield {
                "data_row": {"id": str(number), "external_id": reference, "row_data": reference},
                "media_attributes": {"height": height, "width": width, "asset_type": "image"},
                "metadata_fields": [split],
                "projects": {"datum": {"labels": [{"annotations": said}]}},
            }


class _Line:
    """What is said of one item."""

    def __init__(self, writing: Writing, item: Item, mask: str) -> None:
        self._writing = writing
        self._item = item
        self._mask = mask
        self._names = writing.dataset.categories.names()

    def annotations(self) -> Fields:
        """The objects and answers; writes the masks."""
        objects: list[Fields] = []
        answers: list[Fields] = []
        for number, one in enumerate(self._item.annotations, start=1):
            if isinstance(one, Label | Caption):
                answers.append(self._answer(one))
                continue
            shape = self._shape(one, number)
            if shape is None:
                reason = "Labelbox has no such object, or not of this extent"
                lose([one], reason, self._item, self._writing.losses)
                continue
            self._count(one, one.attributes)
            texts = [
                _text(name, value)
                for name, value in one.attributes.items()
                if isinstance(value, str)
            ]
            objects.append({"name": name_of(one, self._names), **shape, "classifications": texts})
        return {"objects": objects, "classifications": answers, "relationships": []}

    def _count(self, one: Annotation, attributes: Fields) -> None:
        losses = self._writing.losses
        count_fields(one, self._item, losses, _PLACES)
        for name, value in attributes.items():
            if not isinstance(value, str):
                losses.add(f"attribute {name}", "Labelbox has texts alone", where=where(self._item))

    def _answer(self, one: Label | Caption) -> Fields:
        """A label as an answer that was chosen, a caption as one that was written."""
        question = one.attributes.get("question")
        asked = isinstance(question, str)
        rest = {
            name: value for name, value in one.attributes.items() if name != "question" or not asked
        }
        self._count(msgspec.structs.replace(one, attributes={}), {})
        for name in rest:
            reason = "answers about the image have no attributes"
            self._writing.losses.add(f"attribute {name}", reason, where=where(self._item))
        if isinstance(one, Caption):
            return _text(question if isinstance(question, str) else "caption", one.text)
        answer = {"name": name_of(one, self._names), "value": name_of(one, self._names)}
        named = question if isinstance(question, str) else QUESTION
        return {"name": named, "value": named, "checklist_answers": [answer]}

    def _shape(self, one: Annotation, number: int) -> Fields | None:
        """The kind of an object and its place; None where Labelbox has none for it."""
        match one:
            case Box() if is_finite((one.x, one.y, one.w, one.h)):
                bounds = {"top": one.y, "left": one.x, "height": one.h, "width": one.w}
                return {"annotation_kind": "ImageBoundingBox", "bounding_box": bounds}
            case Polygon() if one.points and is_finite(one.points):
                return {"annotation_kind": "ImagePolygon", "polygon": _points(one.points)}
            case Polyline() if one.points and is_finite(one.points):
                return {"annotation_kind": "ImagePolyline", "line": _points(one.points)}
            case Points() if len(one.points) == 2 and is_finite(one.points):  # noqa: PLR2004 (one point)
                return {"annotation_kind": "ImagePoint", "point": _points(one.points)[0]}
            case Mask() if one.height and one.width:
                path = f"{self._mask}_{number}.png"
                self._writing.output.write(path, encode_png(decode_mask(one)))
                return {"annotation_kind": "ImageSegmentationMask", "mask": {"url": path}}
            case _:
                return None


def _points(values: tuple[float, ...]) -> list[Fields]:
    return [{"x": x, "y": y} for x, y in zip(values[0::2], values[1::2], strict=True)]


def _text(name: str, content: str) -> Fields:
    return {"name": name, "value": name, "text_answer": {"content": content}}
