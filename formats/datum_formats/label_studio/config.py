"""The labelling interface of Label Studio, ``config.xml``: the labels in order, and their colours."""

import re
from collections.abc import Iterable
from pathlib import Path

from datum.errors import FormatError
from datum.model import Categories, LabelCategory
from datum_formats._common.xmlfile import is_xml_text, quoteattr, read_xml

__all__ = ["CONFIG", "config_text", "find_config", "read_config"]

CONFIG = "config.xml"
_COLOR = re.compile(r"#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})")

_TAGS = {
    "rectanglelabels": ("RectangleLabels", "Label"),
    "polygonlabels": ("PolygonLabels", "Label"),
    "ellipselabels": ("EllipseLabels", "Label"),
    "keypointlabels": ("KeyPointLabels", "Label"),
    "vectorlabels": ("VectorLabels", "Label"),
    "brushlabels": ("BrushLabels", "Label"),
    "choices": ("Choices", "Choice"),
}
_PLAIN = {
    "rectangle": "Rectangle",
    "polygon": "Polygon",
    "ellipse": "Ellipse",
    "keypoint": "KeyPoint",
    "vector": "Vector",
    "brush": "Brush",
    "textarea": "TextArea",
}


def find_config(root: Path) -> Path | None:
    """The interface that lies in *root*."""
    path = root / CONFIG
    return path if path.is_file() else None


def read_config(path: Path) -> Categories:
    """The labels and choices of an interface, in order.

    Raises:
        FormatError: It is no XML.
    """
    labels: dict[str, LabelCategory] = {}
    for element in read_xml(path).iter("Label", "Choice"):
        name = element.get("value")
        if name:
            found = _COLOR.fullmatch(element.get("background") or "")
            color = (int(found[1], 16), int(found[2], 16), int(found[3], 16)) if found else None
            known = labels.get(name)
            if known is None or known.color is None:
                labels[name] = LabelCategory(name=name, color=color)
    return Categories(labels=tuple(labels.values()))


def config_text(categories: Categories, types: Iterable[str]) -> bytes:
    """An interface with a tag for each type of result, each with all the labels.

    Raises:
        FormatError: The name of a label cannot be in XML.
    """
    lines = ["<View>", '  <Image name="image" value="$image"/>']
    wanted = set(types)
    if not wanted & set(_TAGS):
        wanted.add("rectanglelabels")  # some tag must list the labels
    for kind in sorted(wanted):
        if kind in _TAGS:
            tag, entry = _TAGS[kind]
            lines.append(f'  <{tag} name="{kind}" toName="image">')
            lines += [f"    <{entry} {_label(label)}/>" for label in categories.labels]
            lines.append(f"  </{tag}>")
        else:
            lines.append(f'  <{_PLAIN[kind]} name="{kind}" toName="image"/>')
    return "\n".join([*lines, "</View>", ""]).encode()


def _label(label: LabelCategory) -> str:
    if not label.name or not is_xml_text(label.name):
        raise FormatError(f"label {label.name!r} cannot be in {CONFIG}")
    color = "" if label.color is None else ' background="#{:02x}{:02x}{:02x}"'.format(*label.color)
    return f"value={quoteattr(label.name)}{color}"
