"""filter: items and annotations that an XPath 1.0 expression picks.

Each item is an XML document, ``item``, with ``id``, ``subset``, ``path``, ``image`` (``width``,
``height``, ``has_data``, ``path``), one element for each attribute of the item, and one ``annotation``
for each annotation: ``id``, ``type``, ``kind``, ``label``, ``label_id``, ``group``, ``z_order``,
``score``, one element for each attribute, and the geometry: ``x``, ``y``, ``w``, ``h``, ``area`` for
every kind that has them, ``bbox`` with the same of the bounds, ``point`` with ``x``, ``y`` and
``visible``, ``caption``. Truth is ``True`` or ``False``. A character of an attribute's name that XML
does not allow becomes ``-``; an attribute whose name is one of the above is under ``attribute`` alone,
which every attribute also is: ``attribute[name="occluded"]/value``.
"""

import re
from collections.abc import Callable
from typing import Any, Literal

from lxml import etree
from msgspec.structs import replace

from datum.errors import UnknownNameError, UsageError
from datum.model import Annotation, Caption, Categories, Item, Points, Skeleton
from datum.model.geometry import area, bounds

__all__ = ["MODES", "Mode", "compile_filter", "item_xml", "parse_mode"]

Mode = Literal["items", "annotations", "items+annotations"]

MODES: dict[str, Mode] = {
    "i": "items",
    "items": "items",
    "a": "annotations",
    "annotations": "annotations",
    "i+a": "items+annotations",
    "a+i": "items+annotations",
    "items+annotations": "items+annotations",
    "annotations+items": "items+annotations",
}
"""Every spelling of a mode."""

TYPE_NAMES = {"box": "bbox", "rotated_box": "rotated_bbox"}
"""Names of kinds in ``type`` that differ from datum's own, which are in ``kind``."""

_VISIBLE = ("absent", "hidden", "visible")
_NOT_A_NAME = re.compile(r"[^\w.-]")
_TAKEN = frozenset(
    (
        "id",
        "type",
        "kind",
        "label",
        "label_id",
        "group",
        "z_order",
        "score",
        "x",
        "y",
        "w",
        "h",
        "area",
        "bbox",
        "point",
        "caption",
        "subset",
        "path",
        "image",
        "annotation",
        "attribute",
    )
)


def parse_mode(text: str) -> Mode:
    """The mode of any of its spellings.

    Raises:
        UnknownNameError: It is none.
    """
    if text not in MODES:
        raise UnknownNameError("filter mode", text, MODES)
    return MODES[text]


def compile_filter(
    expression: str, mode: Mode = "items"
) -> Callable[[Item, Categories], Item | None]:
    """A function that gives the item as filtered, or None where it goes.

    Args:
        expression: XPath 1.0.
        mode: ``items``: an item stays where the expression is true of it. ``annotations``: those
            annotations stay that the expression picks. ``items+annotations``: and items that are
            left without any go.

    Raises:
        UsageError: The expression is no XPath.
    """
    try:
        xpath = etree.XPath(expression)
    except (etree.XPathError, ValueError) as error:  # ValueError: characters that XML lacks
        raise UsageError(
            f"{expression!r} is no XPath: {error}", hint="/item[subset='train'] is an example"
        ) from error

    def run(item: Item, categories: Categories) -> Any:
        document = item_xml(item, categories)
        try:
            return document, xpath(document)
        except etree.XPathError as error:
            raise UsageError(f"'{expression}': {error}") from error

    def by_item(item: Item, categories: Categories) -> Item | None:
        found = run(item, categories)[1]
        # NaN is false in XPath
        return item if found and found == found else None  # noqa: PLR0124 (NaN is not equal to itself, and not true in XPath)

    def by_annotation(item: Item, categories: Categories) -> Item | None:
        document, found = run(item, categories)
        elements = document.findall("annotation")
        picked = {id(element) for element in found} if isinstance(found, list) else None
        if picked is None or (picked and picked.isdisjoint(map(id, elements))):
            raise UsageError(
                f"'{expression}' picks no annotations",
                hint="in this mode write /item/annotation[…]",
            )
        kept = tuple(
            one
            for one, element in zip(item.annotations, elements, strict=True)
            if id(element) in picked
        )
        if not kept and mode == "items+annotations":
            return None
        return item if len(kept) == len(item.annotations) else replace(item, annotations=kept)

    return by_item if mode == "items" else by_annotation


def item_xml(item: Item, categories: Categories) -> "etree._Element":
    """The XML document of an item."""
    root = etree.Element("item")
    image = item.image
    _fill(root, {"id": item.id, "subset": item.subset, "path": image.path if image else ""})
    if image is not None:
        element = etree.SubElement(root, "image")
        _fill(
            element,
            {
                "width": image.width if image.width is not None else "unknown",
                "height": image.height if image.height is not None else "unknown",
                "has_data": int(image.content is not None),
                "path": image.path,
            },
        )
    _attributes(root, item.attributes)
    for annotation in item.annotations:
        _annotation(root, annotation, categories)
    return root


def _annotation(root: "etree._Element", annotation: Annotation, categories: Categories) -> None:
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
    place = bounds(annotation)
    if place is not None:
        box = dict(zip("xywh", place, strict=True))
        values |= {**box, "area": area(annotation)}
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
        tag = _NOT_A_NAME.sub("-", name)
        if tag not in _TAKEN and _is_tag(tag):
            _fill(element, {tag: value})
        _fill(etree.SubElement(element, "attribute"), {"name": name, "value": value})


def _is_tag(name: str) -> bool:
    """Whether XML can have an element of that name."""
    try:
        etree.QName(name)
    except ValueError:
        return False
    return True


def _fill(element: "etree._Element", values: dict[str, Any]) -> None:
    for tag, value in values.items():
        etree.SubElement(element, tag).text = _NOT_XML.sub("�", str(value))


_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML cannot hold."""
