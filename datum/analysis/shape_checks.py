"""What looks wrong in shapes and images."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np

from datum.analysis.examined import Examined, Key
from datum.model.categories import Categories
from datum.model.columns import Bools
from datum.validators import Anomaly, ValidationContext

__all__ = [
    "Faults",
    "find_faults",
    "image_anomalies",
    "item_anomalies",
    "keypoint_anomalies",
    "shape_anomalies",
]


class Faults(msgspec.Struct, frozen=True, kw_only=True):
    """Which shapes have what is no measure."""

    invalid: dict[str, Bools]
    """(n,) by x, y, width and height: whether it is no finite number."""
    negative: dict[str, Bools]
    """(n,) by width and height: whether it is below 0."""
    empty: Bools
    """(n,): whether it covers nothing."""
    good: Bools
    """(n,): whether it has none of these faults, so that it counts where measures are compared."""

    def invalid_report(self, seen: Examined) -> dict[str, Any]:
        """Properties by item and annotation id."""
        found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for name, bad in self.invalid.items():
            for n in np.flatnonzero(bad).tolist():
                found[_item(seen, n)][str(seen.shapes.ids[n])].append(name)
        return found

    def negative_report(self, seen: Examined) -> dict[str, Any]:
        """Values by item, annotation id and property."""
        found: dict[str, dict[str, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
        for column, (name, bad) in enumerate(self.negative.items(), 2):
            for n in np.flatnonzero(bad).tolist():
                value = float(seen.shapes.boxes[n, column])
                found[_item(seen, n)][str(seen.shapes.ids[n])][name] = value
        return found


def _item(seen: Examined, n: int) -> str:
    return str(seen.keys[seen.shapes.owners[n]])


def find_faults(seen: Examined, task: str) -> Faults:
    """See which shapes have measures that can be compared. Labels and keypoints need no area."""
    boxes, areas = seen.shapes.boxes, seen.shapes.areas
    invalid = dict(zip(("x", "y", "width", "height"), (~np.isfinite(boxes)).T, strict=True))
    odd = np.any(list(invalid.values()), axis=0)
    below = (boxes[:, 2:] < 0) & ~odd[:, None]
    negative = dict(zip(("width", "height"), below.T, strict=True))
    wrong = odd | below.any(axis=1)
    if task in ("detection", "segmentation"):
        empty = ~wrong & ((areas <= 0) | (boxes[:, 2:] == 0).any(axis=1))
    else:
        empty = np.zeros(len(boxes), np.bool_)
    return Faults(invalid=invalid, negative=negative, empty=empty, good=~(wrong | empty))


def shape_anomalies(
    seen: Examined, faults: Faults, categories: Categories, outside: float
) -> Iterator[Anomaly]:
    """Shapes that are damaged, empty, outside of the image, repeated, or cross themselves."""
    shapes = seen.shapes
    for name, bad in faults.invalid.items():
        for n in _numbers(bad):
            text = f"{name} is no finite number"
            yield _of_shape("InvalidValue", seen, n, categories, text, property=name)
    for column, (name, bad) in enumerate(faults.negative.items(), 2):
        for n in _numbers(bad):
            fields = {"property": name, "value": float(shapes.boxes[n, column]), "threshold": 0}
            text = f"{name} is {fields['value']:g}"
            yield _of_shape("NegativeLength", seen, n, categories, text, **fields)
    for n in _numbers(faults.empty):
        fields = {"value": float(shapes.areas[n]), "threshold": 0}
        yield _of_shape("ZeroArea", seen, n, categories, "covers nothing", **fields)
    for n in _numbers(faults.good & (shapes.over > outside)):
        fields = {"value": float(shapes.over[n]), "threshold": outside}
        text = f"{fields['value']:g} pixels outside of the image"
        yield _of_shape("OutsideImage", seen, n, categories, text, **fields)
    yield from _marked(seen, categories)


def _marked(seen: Examined, categories: Categories) -> Iterator[Anomaly]:
    for n in _numbers(seen.shapes.duplicated):
        text = "the same as another annotation of the item"
        yield _of_shape("DuplicatedAnnotation", seen, n, categories, text)
    for n in _numbers(seen.shapes.crossed):
        text = "the outline crosses itself"
        yield _of_shape("SelfIntersection", seen, n, categories, text)


def _numbers(chosen: Bools) -> list[int]:
    return list(np.flatnonzero(chosen).tolist())


def _of_shape(
    kind: str, seen: Examined, n: int, categories: Categories, text: str, **fields: Any
) -> Anomaly:
    label = int(seen.shapes.labels[n])
    who = {
        "annotation_id": int(seen.shapes.ids[n]),
        "label": categories.name_of(label if label >= 0 else None),
    }
    return _of_item(kind, seen.keys[seen.shapes.owners[n]], text, **who, **fields)


def item_anomalies(seen: Examined, task: str) -> Iterator[Anomaly]:
    """Items without annotations, or with several labels where there is to be one."""
    counts = seen.counts()
    for n in np.flatnonzero(counts == 0).tolist():
        yield _of_item("MissingAnnotation", seen.keys[n], f"no {task} annotation")
    if task == "classification":
        for n in np.flatnonzero(counts > 1).tolist():
            text = f"{counts[n]} labels instead of one"
            fields = {"value": int(counts[n]), "threshold": 1}
            yield _of_item("MultiLabelAnnotations", seen.keys[n], text, **fields)


def _of_item(kind: str, key: Key, text: str, **fields: Any) -> Anomaly:
    return Anomaly(type=kind, description=text, item_id=key[0], subset=key[1], fields=fields)


def image_anomalies(seen: Examined, context: ValidationContext) -> Iterator[Anomaly]:
    """Images in several subsets; those that cannot be read, or have another size than is said."""
    shown: dict[bytes, list[int]] = defaultdict(list)
    for n, oid in enumerate(seen.media):
        if oid is not None:
            shown[oid].append(n)
    for numbers in shown.values():
        keys = [seen.keys[n] for n in numbers]
        subsets = sorted({subset for _, subset in keys})
        if len(subsets) > 1:
            text = f"the same image in several subsets: {', '.join(subsets)}"
            yield _of_item("ImageInSeveralSubsets", keys[0], text, items=keys)
    if not context.options["check_images"]:
        return
    for oid, fact in context.look(shown):
        for n in shown[oid]:
            yield from _of_image(seen, n, (fact.height, fact.width), fact.fault)


def _of_image(seen: Examined, n: int, real: tuple[int, int], fault: str) -> Iterator[Anomaly]:
    said = seen.sizes[n]
    if fault:
        yield _of_item("CorruptImage", seen.keys[n], fault)
    elif said is not None and said != real:
        text = f"the image is {real[1]}x{real[0]} pixels, and is said to be {said[1]}x{said[0]}"
        fields = {"value": [real[1], real[0]], "expected": [said[1], said[0]]}
        yield _of_item("ImageSizeMismatch", seen.keys[n], text, **fields)


def keypoint_anomalies(seen: Examined, categories: Categories) -> Iterator[Anomaly]:
    """Skeletons with another number of joints than is declared, odd visibilities, nothing to see."""
    shapes = seen.shapes
    joints = {spec.label: len(spec.joints) for spec in categories.skeletons}
    rows = enumerate(zip(shapes.labels.tolist(), shapes.points.tolist(), strict=True))
    for n, (label, count) in rows:
        wanted = joints.get(label, count)
        if count != wanted:
            text = f"{count} keypoints instead of {wanted}"
            fields = {"value": count, "expected": wanted}
            yield _of_shape("WrongNumberOfKeypoints", seen, n, categories, text, **fields)
    for n in _numbers(shapes.odd):
        text = "the visibilities are not 0, 1 or 2 for each keypoint"
        yield _of_shape("InvalidVisibility", seen, n, categories, text)
    for n in _numbers(shapes.visible == 0):
        fields = {"value": 0, "threshold": 1}
        yield _of_shape("NoKeypoints", seen, n, categories, "no keypoint is there", **fields)
