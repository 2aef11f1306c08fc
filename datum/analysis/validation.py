"""Validation: what looks wrong in a dataset, for one task; the anomalies of the command reference.

Thresholds and values are fields beside the description. Where no attribute is declared at all, one
that nobody declared is a warning, else an error; those that formats bring by themselves are neither.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from datum.analysis.examined import Examined, Key, Shape
from datum.dataset.dataset import Dataset
from datum.errors import UnknownNameError
from datum.model.tasks import TASK_KINDS
from datum.plugins import Option

__all__ = ["OPTIONS", "validate"]

OPTIONS = (
    Option(name="few_samples_thr", type=int, default=1, short=("-fs",), help="too few samples"),
    Option(
        name="imbalance_ratio_thr", type=float, default=50, short=("-ir",), help="most to least"
    ),
    Option(name="far_from_mean_thr", type=float, default=5.0, short=("-m",), help="in deviations"),
    Option(name="dominance_ratio_thr", type=float, default=0.8, short=("-dr",), help="of top bins"),
    Option(name="topk_bins", type=float, default=0.1, short=("-k",), help="share of top bins"),
)
"""The thresholds."""

Report = dict[str, Any]


def validate(
    dataset: Dataset, task: str, options: Mapping[str, Any], *, subset: str | None = None
) -> Report:
    """Statistics, anomalies and a summary, as a JSON value.

    Raises:
        UnknownNameError: There is no such task.
    """
    if task not in TASK_KINDS:
        raise UnknownNameError("task", task, TASK_KINDS)
    seen = Examined(task, dataset.categories)
    for item in dataset if subset is None else dataset.items(subset):
        seen.add(item)
    groups = _groups(seen)
    templates = {
        place: {prop: _template(shapes, prop, options) for prop in shapes[0].measures}
        for place, shapes in groups.items()
    }
    found = [*_labels(seen, options), *_attributes(seen, options), *_shapes(seen)]
    for place, props in templates.items():
        found += _spread(place, props, options)
    levels = [one["severity"] for one in found]
    return {
        "statistics": _statistics(seen, templates),
        "validation_reports": found,
        "summary": {"errors": levels.count("error"), "warnings": levels.count("warning")},
    }


def _anomaly(name: str, severity: str, text: str, key: Key | None = None, **fields: Any) -> Report:
    found: Report = {"anomaly_type": name, "description": text, "severity": severity}
    if key is not None:
        found |= {"item_id": key[0], "subset": key[1]}
    return found | fields


def _labels(seen: Examined, options: Mapping[str, Any]) -> Iterator[Report]:
    if not seen.labels:
        yield _anomaly("MissingLabelCategories", "error", "no labels are declared")
    for key in seen.missing:
        yield _anomaly("MissingAnnotation", "warning", f"no {seen.task} annotation", key)
    if seen.task == "classification":
        for key in seen.several:
            yield _anomaly("MultiLabelAnnotations", "error", "more than one label", key)
    for label, keys in seen.undefined.items():
        for key in keys:
            text = f"label {label} is not declared"
            yield _anomaly("UndefinedLabel", "error", text, key, label=label)
    yield from _label_counts(seen, options)


def _label_counts(seen: Examined, options: Mapping[str, Any]) -> Iterator[Report]:
    used = {name: count for name, count in seen.labels.items() if count}
    few = options["few_samples_thr"]
    for name, count in seen.labels.items():
        if not count:
            text = f"label '{name}' is declared and not used"
            yield _anomaly("LabelDefinedButNotFound", "warning", text, label=name)
        elif count <= few:
            fields = {"label": name, "value": count, "threshold": few}
            text = f"label '{name}' has {count} samples"
            yield _anomaly("FewSamplesInLabel", "warning", text, **fields)
    if len(used) == 1:
        yield _anomaly("OnlyOneLabel", "warning", "only one label is used", label=next(iter(used)))
    yield from _imbalance("ImbalancedLabels", seen.labels, options, {})


def _imbalance(
    name: str, counts: Mapping[str, int], options: Mapping[str, Any], fields: Report
) -> Iterator[Report]:
    most, least = max(counts.values(), default=0), min(counts.values(), default=0)
    limit = options["imbalance_ratio_thr"]
    if most and most >= limit * least:
        value = {"value": most / least if least else None, "threshold": limit}
        yield _anomaly(name, "warning", f"from {least} to {most} samples", **fields, **value)


def _attributes(seen: Examined, options: Mapping[str, Any]) -> Iterator[Report]:
    for label, lacking in seen.lacking.items():
        for name, keys in lacking.items():
            fields = {"label": label, "attribute": name}
            for key in keys:
                text = f"attribute '{name}' of label '{label}' is missing"
                yield _anomaly("MissingAttribute", "warning", text, key, **fields)
    yield from _foreign(seen)
    for label, known in seen.values.items():
        for name, counts in known.items():
            yield from _attribute({"label": label, "attribute": name}, counts, options)


def _foreign(seen: Examined) -> Iterator[Report]:
    schema = bool(seen.categories.attributes) or any(seen.values.values())
    for label, foreign in seen.foreign.items():
        for name, places in foreign.items():
            fields = {"label": label, "attribute": name}
            for key in dict.fromkeys(key for key, _ in places):
                text = f"attribute '{name}' of label '{label}' is not declared"
                level = "error" if schema else "warning"
                yield _anomaly("UndefinedAttribute", level, text, key, **fields)


def _attribute(
    fields: Report, counts: Mapping[str, int], options: Mapping[str, Any]
) -> Iterator[Report]:
    name = f"attribute '{fields['attribute']}' of label '{fields['label']}'"
    if not counts:
        text = f"{name} is declared and not used"
        yield _anomaly("AttributeDefinedButNotFound", "warning", text, **fields)
    if len(counts) == 1:
        text = f"{name} has one value only"
        yield _anomaly("OnlyOneAttributeValue", "warning", text, **fields)
    few = options["few_samples_thr"]
    for value, count in counts.items():
        if count <= few:
            more = {"attribute_value": value, "value": count, "threshold": few}
            text = f"{name} is '{value}' {count} times"
            yield _anomaly("FewSamplesInAttribute", "warning", text, **fields, **more)
    yield from _imbalance("ImbalancedAttribute", counts, options, fields)


def _shapes(seen: Examined) -> Iterator[Report]:
    for shape, prop in seen.invalid:
        text = f"{prop} is no finite number"
        yield _anomaly("InvalidValue", "error", text, shape.key, **_who(shape), property=prop)
    for shape, prop in seen.negative:
        value = shape.measures[prop]
        fields = {"property": prop, "value": value}
        text = f"{prop} is {value:g}"
        yield _anomaly("NegativeLength", "error", text, shape.key, **_who(shape), **fields)
    for shape in seen.empty:
        yield _anomaly("ZeroArea", "error", "covers nothing", shape.key, **_who(shape))
    for shape, over in seen.outside:
        text = f"{over:g} pixels outside of the image"
        fields = {"value": over, "threshold": 1}
        yield _anomaly("OutsideImage", "warning", text, shape.key, **_who(shape), **fields)
    for key, number in seen.duplicates:
        text = "the same as another annotation of the item"
        yield _anomaly("DuplicatedAnnotation", "warning", text, key, annotation_id=number)
    for keys in seen.media.values():
        if len({subset for _, subset in keys}) > 1:
            text = "the same image in several subsets"
            yield _anomaly("ImageInSeveralSubsets", "warning", text, keys[0], items=keys)


def _who(shape: Shape) -> Report:
    return {"annotation_id": shape.id, "label": shape.label}


Place = tuple[str, ...]
"""A label; or a label, an attribute and its value."""


def _groups(seen: Examined) -> dict[Place, list[Shape]]:
    groups: dict[Place, list[Shape]] = defaultdict(list)
    for shape in seen.shapes:
        groups[(shape.label,)].append(shape)
        for name, value in shape.attributes.items():
            groups[shape.label, name, value].append(shape)
    return groups


def _template(shapes: list[Shape], prop: str, options: Mapping[str, Any]) -> Report:
    import numpy as np

    values = np.array([shape.measures[prop] for shape in shapes])
    mean, deviation = float(values.mean()), float(values.std())
    # what rounding alone makes of equal values is not far
    limit = max(options["far_from_mean_thr"] * deviation, 1e-9 * abs(mean))
    outlying = np.flatnonzero(np.abs(values - mean) > limit).tolist()
    far: dict[str, dict[str, float]] = defaultdict(dict)
    for n in outlying:
        far[str(shapes[n].key)][str(shapes[n].id)] = float(values[n])
    counts, edges = np.histogram(values, bins=10)
    return {
        "items_far_from_mean": dict(far),
        "mean": mean,
        "stdev": deviation,
        "min": float(values.min()),
        "max": float(values.max()),
        "median": float(np.median(values)),
        "histogram": {"bins": edges.tolist(), "counts": counts.tolist()},
        "_far": [(shapes[n], float(values[n])) for n in outlying],
    }


def _spread(
    place: Place, props: Mapping[str, Report], options: Mapping[str, Any]
) -> Iterator[Report]:
    """Values far from the mean, and histograms that few bins dominate."""
    inside, far = (
        ("ImbalancedDistInLabel", "FarFromLabelMean")
        if len(place) == 1
        else ("ImbalancedDistInAttribute", "FarFromAttrMean")
    )
    where: Report = dict(zip(("label", "attribute", "attribute_value"), place, strict=False))
    for prop, found in props.items():
        counts = sorted(found["histogram"]["counts"])
        top = max(1, round(len(counts) * options["topk_bins"]))
        share = sum(counts[-top:]) / sum(counts)
        limit = options["dominance_ratio_thr"]
        fields: Report = where | {"property": prop}
        if share >= limit:
            text = (
                f"{share:.0%} of the values of {prop} for {'/'.join(place)} are in {top} of 10 bins"
            )
            yield _anomaly(inside, "warning", text, **fields, value=share, threshold=limit)
        for shape, value in found.pop("_far"):
            more = {"annotation_id": shape.id, "value": value, "mean": found["mean"]}
            more |= {"stdev": found["stdev"], "threshold": options["far_from_mean_thr"]}
            text = f"{prop} {value:g} is far from the mean {found['mean']:g} of {'/'.join(place)}"
            yield _anomaly(far, "warning", text, shape.key, **fields, **more)


def _statistics(seen: Examined, templates: Mapping[Place, Report]) -> Report:
    found: Report = {
        "total_ann_count": seen.total,
        "items_missing_annotation": seen.missing,
        "label_distribution": {
            "defined_labels": dict(seen.labels),
            "undefined_labels": {
                label: {"count": len(keys), "items_with_undefined_label": keys}
                for label, keys in seen.undefined.items()
            },
        },
        "attribute_distribution": _attribute_statistics(seen),
    }
    if seen.task == "classification":
        return found | {"items_with_multiple_labels": seen.several}
    invalid: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for shape, prop in seen.invalid:
        invalid[str(shape.key)][str(shape.id)].append(prop)
    found["items_with_invalid_value"] = invalid
    if seen.task == "detection":
        negative: dict[str, dict[str, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
        for shape, prop in seen.negative:
            negative[str(shape.key)][str(shape.id)][prop] = shape.measures[prop]
        found["items_with_negative_length"] = negative
    kind = "bbox" if seen.task == "detection" else "mask"
    by_value: dict[str, dict[str, dict[str, Report]]] = defaultdict(lambda: defaultdict(dict))
    for place, props in templates.items():
        if len(place) > 1:
            by_value[place[0]][place[1]][place[2]] = props
    return found | {
        f"{kind}_distribution_in_label": {
            place[0]: props for place, props in templates.items() if len(place) == 1
        },
        f"{kind}_distribution_in_attribute": by_value,
        f"{kind}_distribution_in_dataset_item": {str(k): n for k, n in seen.per_item.items()},
    }


def _attribute_statistics(seen: Examined) -> Report:
    return {
        "defined_attributes": {
            label: {
                name: {
                    "distribution": dict(counts),
                    "items_missing_attribute": list(seen.lacking[label][name]),
                }
                for name, counts in known.items()
            }
            for label, known in seen.values.items()
            if known
        },
        "undefined_attributes": {
            label: {
                name: {
                    "distribution": dict(Counter(value for _, value in places)),
                    "items_with_undefined_attr": [key for key, _ in places],
                }
                for name, places in foreign.items()
            }
            for label, foreign in seen.foreign.items()
        },
    }
