"""The head of a file: the task, and the labels that it declares."""

from collections.abc import Iterator, Mapping
from typing import Any

from datum.model import AttributeSpec, Categories, LabelCategory, SkeletonSpec
from datum_formats._common.xmlfile import quoteattr
from datum_formats.cvat.survey import Survey, check_xml
from datum_formats.cvat.values import as_text, is_xml

__all__ = ["head"]

_HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n  <meta>\n'
)


def head(categories: Categories, found: Survey, subset: str, said: object) -> str:
    """Everything before the images of a subset.

    Args:
        categories: The labels.
        found: What was found out of the dataset.
        subset: Its name.
        said: What a file that was read said of its task, if anything.

    Raises:
        FormatError: A name cannot stand in XML.
    """
    meta = dict(said) if isinstance(said, Mapping) else {}
    outer = next((key for key in ("task", "project", "job") if key in meta), "task")
    inner = meta.pop(outer, None)
    task: dict[str, Any] = dict(inner) if isinstance(inner, Mapping) else {}
    count = found.counts.get(subset, 0)
    task.setdefault("name", subset)
    task |= {"size": str(count), "mode": "annotation"}
    for key, value in (
        ("overlap", "0"),
        ("z_order", "True"),
        ("start_frame", "0"),
        ("stop_frame", str(max(count - 1, 0))),
        ("frame_filter", ""),
    ):
        task.setdefault(key, value)
    lines = [_HEAD, f"    <{outer}>\n"]
    lines += _elements(task, 6)
    lines.append("      <labels>\n")
    for index, label in enumerate(categories.labels):
        spec = categories.skeleton_of(index)
        lines += _label(label, found.labels[index], spec)
    lines.append(f"      </labels>\n    </{outer}>\n")
    lines += _elements(meta, 4)
    lines.append("  </meta>\n")
    return "".join(lines)


def _elements(said: Mapping[Any, Any], indent: int) -> Iterator[str]:
    """Elements for what :func:`datum_formats.cvat.schema.meta_of` found."""
    space = " " * indent
    for key, value in said.items():
        if not isinstance(key, str) or not key.isidentifier() or not key.isascii():
            continue
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, Mapping):
                yield f"{space}<{key}>\n"
                yield from _elements(one, indent + 2)
                yield f"{space}</{key}>\n"
            elif isinstance(one, str) and is_xml(one):
                yield f"{space}<{key}>{as_text(one)}</{key}>\n"


def _label(
    label: LabelCategory, specs: tuple[AttributeSpec, ...], skeleton: SkeletonSpec | None
) -> Iterator[str]:
    kind = label.infos.get("type")
    if skeleton is not None:
        kind = "skeleton"
    elif not isinstance(kind, str) or not is_xml(kind):
        kind = "any"
    yield "        <label>\n"
    yield f"          <name>{as_text(label.name)}</name>\n"
    color = _color(label)
    if color:
        yield f"          <color>{as_text(color)}</color>\n"
    yield f"          <type>{as_text(kind)}</type>\n"
    yield "          <attributes>\n"
    for spec in specs:
        yield _spec(spec)
    yield "          </attributes>\n"
    if label.parent:
        yield f"          <parent>{as_text(check_xml(label.parent, 'parent'))}</parent>\n"
    if skeleton is not None:
        yield f"          <svg>{as_text(_svg(skeleton))}</svg>\n"
    yield "        </label>\n"
    for joint in skeleton.joints if skeleton is not None else ():
        yield (
            f"        <label>\n          <name>{as_text(check_xml(joint, 'joint'))}</name>\n"
            "          <type>points</type>\n          <attributes>\n          </attributes>\n"
            f"          <parent>{as_text(label.name)}</parent>\n        </label>\n"
        )


def _color(label: LabelCategory) -> str:
    if label.color is not None:
        red, green, blue = label.color
        return f"#{red:02x}{green:02x}{blue:02x}"
    said = label.infos.get("color")
    return said if isinstance(said, str) and is_xml(said) else ""


def _spec(spec: AttributeSpec) -> str:
    return (
        "            <attribute>\n"
        f"              <name>{as_text(spec.name)}</name>\n"
        f"              <mutable>{spec.mutable}</mutable>\n"
        f"              <input_type>{as_text(spec.input_type or 'text')}</input_type>\n"
        f"              <default_value>{as_text(spec.default)}</default_value>\n"
        f"              <values>{as_text(chr(10).join(spec.values))}</values>\n"
        "            </attribute>\n"
    )


def _svg(skeleton: SkeletonSpec) -> str:
    """A drawing of the skeleton, its joints in a zigzag."""
    last = max(len(skeleton.joints) - 1, 1)
    places = [(5 + 90 * n // last, 25 if n % 2 else 75) for n in range(len(skeleton.joints))]
    parts = []
    for start, end in skeleton.edges:
        (x1, y1), (x2, y2) = places[start], places[end]
        parts.append(
            f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" data-type="edge" '
            f'data-node-from="{start + 1}" data-node-to="{end + 1}"></line>'
        )
    for number, (joint, (x, y)) in enumerate(zip(skeleton.joints, places, strict=True), start=1):
        name = quoteattr(joint, {'"': "&quot;"})
        parts.append(
            f'<circle r="1.5" cx="{x}" cy="{y}" data-type="element node" '
            f'data-element-id="{number}" data-node-id="{number}" data-label-name={name}></circle>'
        )
    return "".join(parts)
