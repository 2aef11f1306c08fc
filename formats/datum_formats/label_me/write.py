"""Writing the XML of LabelMe."""

from collections.abc import Iterable, Mapping
from typing import Any

from lxml import etree

from datum.errors import FormatError
from datum.model import Annotation, Box, Item, Mask, Polygon
from datum.plugins import Writing
from datum_formats._common.bitmaps import encode_png
from datum_formats._common.exports import items_with_images
from datum_formats._common.labels import LABELS, labels_text, name_of
from datum_formats._common.losses import Places, count_dataset, count_fields, lose, where
from datum_formats._common.names import subset_folder
from datum_formats._common.rle import bounds, decode_mask
from datum_formats._common.shapes import corners, is_finite
from datum_formats._common.xmlfile import is_xml_text
from datum_formats.label_me.attributes import attributes_text, is_scalar
from datum_formats.label_me.read import MASKS

__all__ = ["write_label_me"]

_PLACES = Places(name="LabelMe", fields=frozenset(["group", "attributes"]))
_TRIANGLE = 6

Fields = dict[str, Any]


def write_label_me(writing: Writing) -> None:
    """Write a file for each item.

    Raises:
        FormatError: A subset, an item or a label has a name that the layout cannot hold.
    """
    names = writing.dataset.categories.names()
    writing.output.write(LABELS, labels_text(names))
    for name in names:
        if not is_xml_text(name):
            raise FormatError(f"label {name!r} cannot be in XML")
    count_dataset(writing, _PLACES)
    for subset in writing.dataset.subsets():
        folder = f"{subset_folder(subset, {LABELS})}/"
        for item, image in items_with_images(writing, subset, folder, _PLACES):
            _Document(writing, item, folder).write(image)


class _Document:
    """The file of one item, and its masks."""

    def __init__(self, writing: Writing, item: Item, folder: str) -> None:
        self._writing = writing
        self._item = item
        self._folder = folder
        above, slash, last = item.id.rpartition("/")
        self._masks = f"{folder}{above}{slash}{MASKS}/"
        self._stem = last

    def write(self, image: str) -> None:
        if not is_xml_text(image):
            raise FormatError(f"item {where(self._item)!r} cannot be in XML")
        root = etree.Element("annotation")
        _add(root, filename=image.rpartition("/")[2], folder=self._folder.rstrip("/"))
        if self._item.size is not None:
            size = etree.SubElement(root, "imagesize")
            _add(size, nrows=self._item.size[0], ncols=self._item.size[1])
        kept = [
            (one, shape)
            for one in self._item.annotations
            if (shape := self._shape(one)) is not None
        ]
        parts = _parts([one for one, _ in kept])
        for number, (one, shape) in enumerate(kept):
            root.append(self._object(one, shape, number, parts.get(number, {})))
        data = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
        self._writing.output.write(f"{self._folder}{self._item.id}.xml", data)

    def _shape(self, one: Annotation) -> etree._Element | None:
        """The outline or the mask of an annotation; None where LabelMe has none for it."""
        match one:
            case Box() if is_finite(corners(one)):
                return _outline(corners(one))
            case Polygon() if len(one.points) >= _TRIANGLE and is_finite(one.points):
                return _outline(one.points)
            case Mask() if self._item.size in {None, (one.height, one.width)}:
                return etree.Element("segm")
            case _:
                lose(
                    [one],
                    "LabelMe has no such object, or not of this extent",
                    self._item,
                    self._writing.losses,
                )
                return None

    def _object(
        self, one: Annotation, shape: etree._Element, number: int, parts: Mapping[str, str]
    ) -> etree._Element:
        names = self._writing.dataset.categories.names()
        label = name_of(one, names)
        count_fields(one, self._item, self._writing.losses, _PLACES)
        said = one.attributes
        rest = {name: value for name, value in said.items() if not _has_element(name, value)}
        for name in [name for name, value in rest.items() if not is_scalar(value)]:
            self._writing.losses.add(
                f"attribute {name}", "LabelMe has scalars alone", where=where(self._item)
            )
            del rest[name]
        element = etree.Element("object")
        _add(element, name=label, deleted=0, verified=int(said.get("verified") is True))
        _add(element, occluded="yes" if said.get("occluded") is True else "no")
        _add(element, date=_own(said, "date"), id=number)
        _add(
            etree.SubElement(element, "parts"),
            hasparts=parts.get("has", ""),
            ispartof=parts.get("of", ""),
        )
        if isinstance(one, Box):
            _add(element, type="bounding_box")
        _add(shape, username=_own(said, "username"))
        if isinstance(one, Mask):
            self._add_mask(shape, one, number)
        element.append(shape)
        _add(element, attributes=attributes_text(rest))
        return element

    def _add_mask(self, segm: etree._Element, mask: Mask, number: int) -> None:
        name = f"{self._stem}_mask_{number}.png"
        x, y, w, h = bounds(mask)
        _add(etree.SubElement(segm, "box"), xmin=x, ymin=y, xmax=x + w, ymax=y + h)
        _add(segm, mask=name)
        self._writing.output.write(self._masks + name, encode_png(decode_mask(mask)))


def _outline(points: tuple[float, ...]) -> etree._Element:
    polygon = etree.Element("polygon")
    for x, y in zip(points[0::2], points[1::2], strict=True):
        _add(etree.SubElement(polygon, "pt"), x=x, y=y)
    return polygon


def _add(parent: etree._Element, **texts: object) -> None:
    for name, text in texts.items():
        etree.SubElement(parent, name).text = repr(text) if isinstance(text, float) else str(text)


def _has_element(name: str, value: Any) -> bool:
    """Whether an attribute has an element of its own."""
    if name in {"occluded", "verified"}:
        return value is True
    return name in {"date", "username"} and bool(_own({name: value}, name))


def _own(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    fits = isinstance(value, str) and value == value.strip() and is_xml_text(value)
    return str(value) if fits and "\r" not in str(value) else ""


def _parts(annotations: Iterable[Annotation]) -> dict[int, dict[str, str]]:
    """For each object that has parts or is one, by its number: which; the first one has them."""
    groups: dict[int, list[int]] = {}
    for number, one in enumerate(annotations):
        if one.group:
            groups.setdefault(one.group, []).append(number)
    found: dict[int, dict[str, str]] = {}
    for leader, *others in groups.values():
        if others:
            found[leader] = {"has": ",".join(map(str, others))}
            found |= {number: {"of": str(leader)} for number in others}
    return found
