"""correct: what a validation report finds is put right, as far as that can be done without a choice.

``--reports FILE`` is a report that ``datum validate`` wrote. Findings are taken by their fields, not by their
prose, and the recipe holds what was taken, so that the file is not needed again. By anomaly:

- MissingAnnotation, MultiLabelAnnotations: the item is removed.
- NegativeLength, InvalidValue, ZeroArea, FarFromLabelMean, FarFromAttrMean, DuplicatedAnnotation: the annotation
  is removed (of two equal ones the one that the report names, the later). ``fix_boxes`` mends boxes instead.
- OutsideImage: the annotation is cut to the image, as by ``clip_to_image``.
- MissingAttribute: the item's annotations with that label, where they lack the attribute, get its declared
  default; an empty text where there is none.
- UndefinedAttribute: the attribute is declared for the label.
- UndefinedLabel, MissingLabelCategories: labels are declared up to the greatest that is used. They are called
  as their index, ``#`` before it where that name is taken.

``--only ANOMALY``, which may be given several times, takes these findings alone; without it all of the above.
Items and annotations that are removed are counted by anomaly. So is what is not corrected: other anomalies,
and findings of items and annotations that are not in the dataset, as when it changed since the report. An
annotation that was mended since then is not looked at again: validate anew first.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from datum.errors import UnknownNameError, UsageError
from datum.model import Annotation, AttributeSpec, Categories, Item, LabelCategory
from datum.plugins import Dataset, Option, Plan, Transform, TransformContext
from datum.transforms.chance import Key
from datum.transforms.changing import Losing, change_annotations, size_of
from datum.transforms.cutting import cut_out

__all__ = ["CORRECT"]

_ITEM = ("MissingAnnotation", "MultiLabelAnnotations")
_ANNOTATION = (
    *("NegativeLength", "InvalidValue", "ZeroArea", "FarFromLabelMean", "FarFromAttrMean"),
    "DuplicatedAnnotation",
)
_CUT, _LACKING = "OutsideImage", "MissingAttribute"
_CATEGORIES = ("UndefinedAttribute", "UndefinedLabel", "MissingLabelCategories")
_CORRECTED = (*_ITEM, *_ANNOTATION, _CUT, _LACKING, *_CATEGORIES)

_MOST_LABELS = 1 << 16
"""A label's index from here on is damage, and no label."""


class _Finding(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is taken of a finding. The fields are another's, so any type may be there."""

    anomaly_type: str
    item_id: Any = None
    subset: Any = None
    annotation_id: Any = None
    label: Any = None
    attribute: Any = None

    @property
    def key(self) -> Key:
        return (str(self.subset), str(self.item_id))


class _Report(msgspec.Struct, frozen=True):
    validation_reports: tuple[_Finding, ...]


class _Repairs(msgspec.Struct):
    """What is to be done with one item."""

    drop: str = ""
    """The anomaly for which it goes."""
    remove: dict[Any, str] = msgspec.field(default_factory=dict)
    """By the id of an annotation: the anomaly for which it goes."""
    cut: set[Any] = msgspec.field(default_factory=set)
    add: list[tuple[int, str, str]] = msgspec.field(default_factory=list)
    """Label, attribute and its value."""


def plan(dataset: Dataset, context: TransformContext) -> Plan:
    """Sort the findings by item; what concerns categories is done at once."""
    findings = _chosen(context)
    repairs = _repairs(findings, dataset.categories)
    keys = set(dataset.item_keys())
    for one in findings:
        if one.item_id is not None and one.key not in keys:
            context.losses.add(one.anomaly_type, "there is no such item", where="/".join(one.key))

    def item(given: Item) -> Item | None:
        mine = repairs.get(given.key)
        return given if mine is None else _repaired(given, mine, context)

    return Plan(item=item, categories=_declared(findings, dataset))


def _taken(text: str) -> str:
    """What a recipe keeps of a report."""
    try:
        report = msgspec.json.decode(text, type=_Report)
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise UsageError(
            f"--reports of correct is no validation report: {error}",
            hint="`datum validate -t TASK` writes one",
        ) from error
    return msgspec.json.encode(report).decode()


def _chosen(context: TransformContext) -> Sequence[_Finding]:
    """The findings that are corrected; others are counted."""
    only = context.options["only"]
    for name in only:
        if name not in _CORRECTED:
            raise UnknownNameError("anomaly that correct knows", name, _CORRECTED)
    chosen = []
    for one in msgspec.json.decode(context.options["reports"], type=_Report).validation_reports:
        if one.anomaly_type in (only or _CORRECTED):
            chosen.append(one)
        elif not only:
            context.losses.add(one.anomaly_type, "it is not corrected")
    return chosen


def _repairs(findings: Iterable[_Finding], known: Categories) -> dict[Key, _Repairs]:
    repairs: dict[Key, _Repairs] = defaultdict(_Repairs)
    for one in findings:
        name = one.anomaly_type
        if name in _ITEM:
            repairs[one.key].drop = name
        elif name in _ANNOTATION:
            repairs[one.key].remove.setdefault(one.annotation_id, name)
        elif name == _CUT:
            repairs[one.key].cut.add(one.annotation_id)
        elif name == _LACKING:
            label = known.find(str(one.label))
            if label is not None:
                attribute = str(one.attribute)
                default = _default(known, label, attribute)
                repairs[one.key].add.append((label, attribute, default))
    return repairs


def _default(known: Categories, label: int, attribute: str) -> str:
    specs = (*known.labels[label].attributes, *known.attributes)
    return next((spec.default for spec in specs if spec.name == attribute), "")


def _repaired(item: Item, mine: _Repairs, context: TransformContext) -> Item | None:
    lose = Losing(item, context)
    if mine.drop:
        lose("item", f"{mine.drop}; removed")
        return None
    ids = {one.id for one in item.annotations}
    missing = {**dict.fromkeys(mine.cut, _CUT), **mine.remove}
    for number, name in missing.items():
        if number not in ids or number is None:
            lose(name, "there is no such annotation")

    def change(one: Annotation) -> Sequence[Annotation]:
        if one.id is not None and one.id in mine.remove:
            lose(one.kind, f"{mine.remove[one.id]}; removed")
            return ()
        lacking = {
            name: value
            for label, name, value in mine.add
            if label == one.label and name not in one.attributes
        }
        if lacking:
            one = replace(one, attributes={**one.attributes, **lacking})
        return _cut(item, one, context, lose) if one.id in mine.cut else (one,)

    return change_annotations(item, change)


def _cut(
    item: Item, one: Annotation, context: TransformContext, lose: Losing
) -> Sequence[Annotation]:
    size = size_of(item, context)
    cut = None if size is None else cut_out(one, (0, 0, size[1], size[0]), size)
    if cut is None:
        lose(one.kind, f"{_CUT}; it cannot be cut, left as it was")
        return (one,)
    if not cut.parts:
        lose(one.kind, f"{_CUT}; removed")
    elif cut.note:
        lose(one.kind, cut.note)
    return cut.parts


def _declared(findings: Iterable[_Finding], dataset: Dataset) -> Categories | None:
    """The categories with what was found undeclared; None where nothing was."""
    known = dataset.categories
    labels = list(known.labels)
    greatest = _greatest_label(findings, dataset)
    names = set(known.names())
    for index in range(len(labels), greatest + 1):
        name = str(index)
        while name in names:
            name = f"#{name}"
        names.add(name)
        labels.append(LabelCategory(name=name))
    for one in findings:
        if one.anomaly_type == "UndefinedAttribute":
            _declare(labels, str(one.label), str(one.attribute))
    if all(new is old for new, old in zip(labels, known.labels, strict=False)):
        return None if len(labels) == len(known.labels) else replace(known, labels=tuple(labels))
    return replace(known, labels=tuple(labels))


def _greatest_label(findings: Iterable[_Finding], dataset: Dataset) -> int:
    """The greatest label that the findings ask for; -1 for none."""
    greatest = -1
    for one in findings:
        if one.anomaly_type == "UndefinedLabel":
            text = str(one.label).removeprefix("#")
            greatest = max(greatest, int(text) if text.isdecimal() and len(text) < 6 else -1)  # noqa: PLR2004
    if any(one.anomaly_type == "MissingLabelCategories" for one in findings):
        for _, said in dataset.statements():
            greatest = max([greatest, *(one.label for one in said if one.label is not None)])
    return greatest if greatest < _MOST_LABELS else -1


def _declare(labels: list[LabelCategory], label: str, attribute: str) -> None:
    for n, one in enumerate(labels):
        if one.name == label and attribute not in {spec.name for spec in one.attributes}:
            labels[n] = replace(one, attributes=(*one.attributes, AttributeSpec(name=attribute)))


CORRECT = Transform(
    name="correct",
    title="Put right what a validation report finds",
    help=__doc__ + "\nExample: datum transform -t correct -- --reports report-detection.json",
    options=(
        Option(
            name="reports",
            short=("-r",),
            file=True,
            keep=_taken,
            required=True,
            help="a report of `datum validate`",
        ),
        Option(
            name="only", many=True, default=(), help="an anomaly to correct, all if none is named"
        ),
    ),
    plan=plan,
)
