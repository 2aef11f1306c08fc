"""Items as XML documents, of which XPath expressions are asked; docs/filtering.md describes them."""

from collections.abc import Iterator
from typing import Any

from lxml import etree

from datum.filtering.table import TYPE_NAMES, Held, Source, tag_of, xml_text
from datum.model import Annotation, Batch, Caption, Categories, Item, Points, Skeleton
from datum.model.batches import items_of
from datum.model.columns import Columns
from datum.model.measures import measure

__all__ = ["documents", "item_xml"]

_VISIBLE = ("absent", "hidden", "visible")

Place = tuple[float, ...]
"""Left, top, width and height of the bounds, and the area of the annotation."""


def item_xml(item: Item, categories: Categories) -> "etree._Element":
    """The document of one item."""
    return next(documents(Held([item]), categories))


def documents(source: Source, categories: Categories) -> "Iterator[etree._Element]":
    """The document of each item."""
    columns = source.columns
    places = _places(columns)
    for item in items_of(Batch(source.items, columns)):
        yield _document(item, places, categories)


def _places(columns: Columns) -> Iterator[Place | None]:
    """Where each annotation is; None for one that has no place in the image."""
    found = measure(columns)
    rows = zip(found.bounds.tolist(), found.areas.tolist(), found.placed.tolist(), strict=True)
    return ((*bounds, area) if placed else None for bounds, area, placed in rows)


def _document(
    item: Item, places: Iterator[Place | None], categories: Categories
) -> "etree._Element":
    root = etree.Element("item")
    image = item.image
    _fill(root, {"id": item.id, "subset": item.subset, "path": image.path if image else ""})
    if image is not None:
        element = etree.SubElement(root, "image")
        _fill(
            element,
            {
                "width": "unknown" if image.width is None else image.width,
                "height": "unknown" if image.height is None else image.height,
                "has_data": int(image.content is not None),
                "path": image.path,
            },
        )
    _attributes(root, item.attributes)
    for annotation in item.annotations:
        _annotation(root, annotation, next(places), categories)
    return root


def _annotation(
    root: "etree._Element", annotation: Annotation, place: Place | None, categories: Categories
) -> None:
    element = etree.SubElement(root, "annotation")
    values: dict[str, Any] = {
        "id": annotation.id,
        "type": TYPE_NAMES.get(annotation.kind, annotation.kind),
        "kind": annotation.kind,
        "group": annotation.group,
        "z_order": annotation.z_order,
    }
    if annotation.label is not None:
        values |= {"label": categories.name_of(annotation.label), "label_id": annotation.label}
    if annotation.score is not None:
        values["score"] = annotation.score
    if isinstance(annotation, Caption):
        values["caption"] = annotation.text
    if place is not None:
        box = dict(zip("xywh", place, strict=False))
        values |= {**box, "area": place[4]}
        _fill(etree.SubElement(element, "bbox"), {**box, "area": place[2] * place[3]})
    _fill(element, values)
    _points(element, annotation)
    _attributes(element, annotation.attributes)


def _points(element: "etree._Element", annotation: Annotation) -> None:
    points: tuple[float, ...] = getattr(annotation, "points", ())
    flags: tuple[int, ...] = getattr(annotation, "visibility", ())
    keypoints = isinstance(annotation, Points | Skeleton)
    for n in range(len(points) // 2):
        values: dict[str, Any] = {"x": points[2 * n], "y": points[2 * n + 1]}
        if keypoints:
            flag = flags[n] if n < len(flags) else 2
            values["visible"] = _VISIBLE[flag] if 0 <= flag < len(_VISIBLE) else flag
        _fill(etree.SubElement(element, "point"), values)


def _attributes(element: "etree._Element", attributes: dict[str, Any]) -> None:
    for name, value in attributes.items():
        tag = tag_of(name)
        if tag is not None:
            _fill(element, {tag: value})
        _fill(etree.SubElement(element, "attribute"), {"name": name, "value": value})


def _fill(element: "etree._Element", values: dict[str, Any]) -> None:
    for tag, value in values.items():
        etree.SubElement(element, tag).text = xml_text(value)
