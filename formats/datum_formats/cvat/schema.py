"""The labels that a file declares, with their attributes and skeletons."""

import html
import re
from collections.abc import Iterable
from typing import Any

import msgspec
from lxml import etree

from datum.model import AttributeSpec, Categories, LabelCategory, SkeletonSpec

__all__ = [
    "Declared",
    "Schema",
    "label_elements",
    "meta_of",
    "read_labels",
    "schema_of",
    "used_labels",
]

_COLOR = re.compile(r"#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})")
_TAG = re.compile(r"<(line|circle)\b([^>]*)>")
_DATA = re.compile(r"""data-([a-z-]+)=(?:"([^"]*)"|'([^']*)')""")


class Schema(msgspec.Struct, frozen=True):
    """Categories, with what reading a shape looks up."""

    categories: Categories
    index: dict[str, int]
    """Of a label, by name."""
    types: tuple[dict[str, str], ...]
    """Input types of attributes by name, for each label."""
    joints: dict[int, dict[str, int]]
    """Places of joints by name, for each label that has a skeleton."""


class Declared(msgspec.Struct, frozen=True):
    """A label as a file has it; joints are labels with a parent there."""

    label: LabelCategory
    svg: str = ""
    is_skeleton: bool = False


def schema_of(declared: Iterable[Declared]) -> Schema:
    """The schema of labels in their order; those of one name are united."""
    labels: dict[str, LabelCategory] = {}
    parts: dict[str, list[str]] = {}
    drawings: dict[str, str] = {}
    known = list(declared)
    with_joints = {one.label.name: _drawn(one.svg) for one in known if one.is_skeleton}
    for one in known:
        name, parent = one.label.name, one.label.parent
        drawn = with_joints.get(parent)
        # a label may have a parent without being one of its joints, which the drawing names
        if drawn is not None and not one.is_skeleton and (name in drawn or not drawn):
            joints = parts.setdefault(parent, [])
            if name not in joints:
                joints.append(name)
            continue
        labels[name] = _united(labels[name], one.label) if name in labels else one.label
        if one.is_skeleton:
            drawings.setdefault(name, one.svg)
    index = {name: number for number, name in enumerate(labels)}
    skeletons = tuple(
        SkeletonSpec(
            label=index[name],
            joints=tuple(parts.get(name, ())),
            edges=_edges(drawings[name], parts.get(name, [])),
        )
        for name in labels
        if name in drawings
    )
    return Schema(
        Categories(labels=tuple(labels.values()), skeletons=skeletons),
        index,
        tuple(
            {spec.name: spec.input_type for spec in label.attributes} for label in labels.values()
        ),
        {spec.label: {name: n for n, name in enumerate(spec.joints)} for spec in skeletons},
    )


def _united(one: LabelCategory, other: LabelCategory) -> LabelCategory:
    names = {spec.name for spec in one.attributes}
    further = tuple(spec for spec in other.attributes if spec.name not in names)
    return msgspec.structs.replace(one, attributes=one.attributes + further)


def label_elements(meta: etree._Element) -> list[etree._Element]:
    """The declarations of labels in a ``meta``."""
    return [label for labels in meta.iter("labels") for label in labels.iterchildren("label")]


def read_labels(meta: etree._Element) -> list[Declared]:
    """The labels that a ``meta`` declares, and their joints."""
    return [_label(element) for element in label_elements(meta)]


def _label(element: etree._Element) -> Declared:
    infos: dict[str, Any] = {}
    kind = _text(element, "type")
    if kind and kind != "skeleton":
        infos["type"] = kind
    color = _text(element, "color")
    match = _COLOR.fullmatch(color)
    if color and match is None:
        infos["color"] = color
    label = LabelCategory(
        name=_text(element, "name"),
        parent=_text(element, "parent"),
        color=None if match is None else _rgb(match),
        attributes=tuple(_spec(one) for one in element.iterfind("attributes/attribute")),
        infos=infos,
    )
    drawing = element.find("svg")
    svg = ""
    if drawing is not None:
        svg = (drawing.text or "") + "".join(etree.tostring(e, encoding=str) for e in drawing)
    return Declared(label, svg, is_skeleton=kind == "skeleton")


def _rgb(match: re.Match[str]) -> tuple[int, int, int]:
    red, green, blue = (int(part, 16) for part in match.groups())
    return (red, green, blue)


def _spec(element: etree._Element) -> AttributeSpec:
    values = _text(element, "values")
    return AttributeSpec(
        name=_text(element, "name"),
        input_type=_text(element, "input_type"),
        default=_text(element, "default_value"),
        values=tuple(values.split("\n")) if values else (),
        mutable=_text(element, "mutable").lower() == "true",
    )


def _text(element: etree._Element, tag: str) -> str:
    return element.findtext(tag) or ""


def _drawn(svg: str) -> frozenset[str]:
    """Names of the joints in a skeleton's drawing; none where it has numbers alone."""
    data = (dict(_data(rest)) for tag, rest in _TAG.findall(svg) if tag == "circle")
    return frozenset(one["label-name"] for one in data if "label-name" in one)


def _data(attributes: str) -> list[tuple[str, str]]:
    """Names and values of the attributes whose names begin with ``data-``."""
    found = _DATA.findall(attributes)
    return [(name, html.unescape(one or two)) for name, one, two in found]


def _edges(svg: str, joints: list[str]) -> tuple[tuple[int, int], ...]:
    """Pairs of joints that a skeleton's drawing links."""
    lines: list[tuple[str, str]] = []
    nodes: dict[str, str] = {}
    for tag, rest in _TAG.findall(svg):
        data = dict(_data(rest))
        if tag == "line":
            lines.append((data.get("node-from", ""), data.get("node-to", "")))
        elif "node-id" in data:
            nodes[data["node-id"]] = data.get("label-name", "")
    places = {name: place for place, name in enumerate(joints)}
    found = {node: places.get(name, number) for number, (node, name) in enumerate(nodes.items())}
    return tuple(
        (found[start], found[end])
        for start, end in lines
        if found.get(start, len(joints)) < len(joints) and found.get(end, len(joints)) < len(joints)
    )


def used_labels(elements: Iterable[etree._Element]) -> list[Declared]:
    """Labels, and joints, that shapes of images or tracks name, in the order of their first use."""
    found: dict[tuple[str, str], bool] = {}
    for element in elements:
        for shape in (element, *element.iter("*")):
            name = shape.get("label")
            parent = shape.getparent()
            if name is None or (parent is not None and parent.tag == "skeleton"):
                continue
            joints = [joint.get("label") for joint in shape.iter("points")]
            is_skeleton = shape.tag == "skeleton" or shape.find("skeleton") is not None
            found[name, ""] = found.get((name, ""), False) or is_skeleton
            if is_skeleton:
                found.update(dict.fromkeys(((joint, name) for joint in joints if joint), False))
    return [
        Declared(LabelCategory(name=name, parent=parent), is_skeleton=is_skeleton)
        for (name, parent), is_skeleton in found.items()
    ]


def meta_of(element: etree._Element) -> Any:
    """What a ``meta`` says beside the labels: text, maps, and lists of what occurs several times."""
    if not len(element):
        return element.text or ""
    found: dict[str, Any] = {}
    for child in element.iterchildren("*"):
        if child.tag == "labels":
            continue
        value = meta_of(child)
        if child.tag in found:
            before = found[child.tag]
            found[child.tag] = [*(before if isinstance(before, list) else [before]), value]
        else:
            found[str(child.tag)] = value
    return found
