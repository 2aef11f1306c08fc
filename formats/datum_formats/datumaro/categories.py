"""Categories of the JSON, both ways, and the union of those of several files."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from datum.errors import FormatError
from datum.model import AttributeSpec, Categories, LabelCategory, SkeletonSpec
from datum_formats.datumaro.records import (
    CategoriesRecord,
    ColormapRecord,
    ColorRecord,
    KeypointsRecord,
    LabelItemRecord,
    LabelsRecord,
    SkeletonsRecord,
    SpecRecord,
)

__all__ = ["LABEL_GROUPS", "decode_categories", "encode_categories", "unite"]

LABEL_GROUPS = "label_groups"
"""Key of the dataset's infos where Datumaro's groups of labels are kept."""


def decode_categories(record: CategoriesRecord, path: Path) -> tuple[Categories, dict[str, Any]]:
    """Categories, and what goes into the dataset's infos.

    Raises:
        FormatError: A label is there twice, or a joint is not one of the skeleton.
    """
    labels_record = record.label or LabelsRecord()
    colors, other_colors = _colors(record, len(labels_record.labels))
    skeletons, positions, other_skeletons = _skeletons(record, len(labels_record.labels), path)
    told = {
        LABEL_GROUPS: labels_record.label_groups,
        "undeclared_colors": other_colors,
        "undeclared_skeletons": other_skeletons,
    }
    infos: dict[str, Any] = {key: value for key, value in told.items() if value}
    names = _unique_names(labels_record.labels, path)
    labels = tuple(
        _label(item, names[index], colors.get(index), positions.get(index))
        for index, item in enumerate(labels_record.labels)
    )
    specs = _specs(labels_record.attributes, labels_record.attribute_specs)
    return Categories(labels=labels, attributes=specs, skeletons=skeletons), infos


def _unique_names(labels: Iterable[LabelItemRecord], path: Path) -> list[str]:
    """Names of labels; CVAT's fork repeats the names of joints, which then get their parent's."""
    names: dict[str, None] = {}
    for label in labels:
        name = label.name
        if name in names and label.parent:
            name = f"{label.parent}.{name}"
        if name in names:
            raise FormatError(f"label '{label.name}' is declared twice", path=path)
        names[name] = None
    return list(names)


def _label(
    item: LabelItemRecord, name: str, color: tuple[int, int, int] | None, positions: Any
) -> LabelCategory:
    infos = {} if isinstance(item.infos, UnsetType) else dict(item.infos)
    if positions:
        infos.setdefault("positions", positions)
    return LabelCategory(
        name=name,
        parent=item.parent or "",
        attributes=_specs(item.attributes, item.attribute_specs),
        color=color,
        infos=infos,
    )


def _specs(
    names: tuple[str, ...] | None, specs: tuple[SpecRecord, ...] | UnsetType
) -> tuple[AttributeSpec, ...]:
    if isinstance(specs, UnsetType):
        return tuple(AttributeSpec(name=name) for name in names or ())
    found = [
        AttributeSpec(
            name=spec.name,
            input_type=spec.input_type,
            default=spec.default,
            values=spec.values,
            mutable=spec.mutable,
        )
        for spec in specs
    ]
    told = {spec.name for spec in specs}
    found += [AttributeSpec(name=name) for name in names or () if name not in told]
    return tuple(found)


def _colors(
    record: CategoriesRecord, count: int
) -> tuple[dict[int, tuple[int, int, int]], list[Any]]:
    colors: dict[int, tuple[int, int, int]] = {}
    others: list[Any] = []
    for entry in (record.mask or ColormapRecord()).colormap:
        if 0 <= entry.label_id < count:
            colors[entry.label_id] = (entry.r, entry.g, entry.b)
        else:
            others.append(msgspec.json.decode(msgspec.json.encode(entry)))
    return colors, others


def _skeletons(
    record: CategoriesRecord, count: int, path: Path
) -> tuple[tuple[SkeletonSpec, ...], dict[int, Any], list[Any]]:
    specs: dict[int, SkeletonSpec] = {}
    positions: dict[int, Any] = {}
    others: list[Any] = []
    for entry in (record.points or SkeletonsRecord()).items:
        if not 0 <= entry.label_id < count:
            others.append(msgspec.json.decode(msgspec.json.encode(entry)))
            continue
        if entry.label_id in specs:
            raise FormatError(f"label {entry.label_id} has two skeletons", path=path)
        if entry.positions is not UNSET:
            positions[entry.label_id] = entry.positions
        specs[entry.label_id] = SkeletonSpec(
            label=entry.label_id, joints=entry.labels, edges=_edges(entry, path)
        )
    return tuple(specs[label] for label in sorted(specs)), positions, others


def _edges(entry: KeypointsRecord, path: Path) -> tuple[tuple[int, int], ...]:
    """Pairs of joints from 0. The file counts from 1, unless a 0 shows that it does not."""
    joints = entry.joints or ()
    first = 0 if any(0 in pair for pair in joints) else 1
    edges = tuple((a - first, b - first) for a, b in joints)
    if any(not 0 <= joint < len(entry.labels) for pair in edges for joint in pair):
        raise FormatError(
            f"the skeleton of label {entry.label_id} links a joint that it does not have", path=path
        )
    return edges


def encode_categories(categories: Categories, infos: Mapping[str, Any]) -> CategoriesRecord:
    """The JSON's categories; *infos* may hold Datumaro's groups of labels."""
    groups = infos.get(LABEL_GROUPS)
    attributes, specs = _encode_specs(categories.attributes)
    labels = LabelsRecord(
        labels=tuple(_encode_label(label) for label in categories.labels),
        label_groups=groups if isinstance(groups, list) else [],
        attributes=attributes,
        attribute_specs=specs,
    )
    colors = tuple(
        ColorRecord(label_id=index, r=label.color[0], g=label.color[1], b=label.color[2])
        for index, label in enumerate(categories.labels)
        if label.color is not None
    )
    skeletons = tuple(_encode_skeleton(categories, spec) for spec in categories.skeletons)
    return CategoriesRecord(
        label=labels,
        mask=ColormapRecord(colormap=colors) if colors else UNSET,
        points=SkeletonsRecord(items=skeletons) if skeletons else UNSET,
    )


def _encode_skeleton(categories: Categories, spec: SkeletonSpec) -> KeypointsRecord:
    known = 0 <= spec.label < len(categories.labels)
    infos = categories.labels[spec.label].infos if known else {}
    return KeypointsRecord(
        label_id=spec.label,
        labels=spec.joints,
        joints=tuple((a + 1, b + 1) for a, b in spec.edges),
        positions=infos.get("positions", UNSET),
    )


def _encode_label(label: LabelCategory) -> LabelItemRecord:
    attributes, specs = _encode_specs(label.attributes)
    return LabelItemRecord(
        name=label.name,
        parent=label.parent,
        attributes=attributes,
        attribute_specs=specs,
        infos=label.infos or UNSET,
    )


def _encode_specs(
    specs: tuple[AttributeSpec, ...],
) -> tuple[tuple[str, ...], tuple[SpecRecord, ...] | UnsetType]:
    """Names, and the whole where there is more to say than names."""
    names = tuple(spec.name for spec in specs)
    if all(spec == AttributeSpec(name=spec.name) for spec in specs):
        return names, UNSET
    return names, tuple(
        SpecRecord(
            name=spec.name,
            input_type=spec.input_type,
            default=spec.default,
            values=spec.values,
            mutable=spec.mutable,
        )
        for spec in specs
    )


def unite(
    parts: list[tuple[Path, Categories]],
) -> tuple[Categories, list[tuple[int, ...] | None]]:
    """Categories of all files, and for each file the new index of each label; None where equal.

    Raises:
        FormatError: A label, or its skeleton, differs from file to file.
    """
    first = parts[0][1]
    if all(part == first for _, part in parts):
        return first, [None] * len(parts)
    labels: dict[str, LabelCategory] = {}
    attributes: dict[str, AttributeSpec] = {}
    skeletons: dict[int, SkeletonSpec] = {}
    moves: list[tuple[int, ...] | None] = []
    for path, part in parts:
        for label in part.labels:
            _agree(labels, label.name, label, f"label '{label.name}'", path)
        order = {name: index for index, name in enumerate(labels)}
        move = tuple(order[label.name] for label in part.labels)
        for spec in part.attributes:
            _agree(attributes, spec.name, spec, f"attribute '{spec.name}'", path)
        for skeleton in part.skeletons:
            moved = msgspec.structs.replace(skeleton, label=move[skeleton.label])
            _agree(skeletons, moved.label, moved, f"skeleton of label {skeleton.label}", path)
        moves.append(move)
    united = Categories(
        labels=tuple(labels.values()),
        attributes=tuple(attributes.values()),
        skeletons=tuple(skeletons[label] for label in sorted(skeletons)),
    )
    return united, moves


def _agree(known: dict[Any, Any], key: Any, value: Any, what: str, path: Path) -> None:
    if known.setdefault(key, value) != value:
        raise FormatError(f"{what} differs from that of another subset", path=path)
