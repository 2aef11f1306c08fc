"""The validators for the tasks of the command reference, and one for keypoints.

The anomalies are the reference's twenty, and those that it lacks. Thresholds and values are fields
beside the description. Attributes that formats bring by themselves are never undefined.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from datum.analysis.distributions import Distribution, distributions, spread_anomalies
from datum.analysis.examined import Examined, examine
from datum.analysis.label_checks import attribute_anomalies, count_labels, label_anomalies
from datum.analysis.shape_checks import (
    Faults,
    find_faults,
    image_anomalies,
    item_anomalies,
    keypoint_anomalies,
    shape_anomalies,
)
from datum.plugins import Option
from datum.validators import (
    ERROR,
    WARNING,
    Anomaly,
    AnomalyType,
    Findings,
    ValidationContext,
    Validator,
)

__all__ = ["CLASSIFICATION", "DETECTION", "KEYPOINTS", "OPTIONS", "SEGMENTATION"]

OPTIONS = (
    Option(
        name="few_samples_thr",
        type=int,
        default=1,
        short=("-fs",),
        help="a label or value with at most so many samples has too few",
    ),
    Option(
        name="imbalance_ratio_thr",
        type=float,
        default=50,
        short=("-ir",),
        help="from so many times as many samples as the least on, the most are too many",
    ),
    Option(
        name="far_from_mean_thr",
        type=float,
        default=5.0,
        short=("-m",),
        help="a value is far from the mean by more than so many standard deviations",
    ),
    Option(
        name="dominance_ratio_thr",
        type=float,
        default=0.8,
        short=("-dr",),
        help="from such a share of the values on, the top bins of a histogram dominate it",
    ),
    Option(
        name="topk_bins",
        type=float,
        default=0.1,
        short=("-k",),
        help="share of the bins that are its top bins",
    ),
    Option(
        name="outside_thr",
        type=float,
        default=1.0,
        short=("-o",),
        help="pixels by which a shape may leave its image",
    ),
    Option(
        name="check_images",
        type=bool,
        default=True,
        help="decode every image; what was found is remembered",
    ),
)
"""The thresholds."""

_COMMON = (
    AnomalyType("MissingLabelCategories", ERROR, "no labels are declared"),
    AnomalyType("MissingAnnotation", WARNING, "an item has no annotation of the task"),
    AnomalyType("MissingAttribute", WARNING, "an annotation lacks an attribute of its label"),
    AnomalyType("UndefinedLabel", ERROR, "a label is not declared"),
    AnomalyType(
        "UndefinedAttribute",
        ERROR,
        "an attribute is not declared; a warning where none is declared at all",
    ),
    AnomalyType("LabelDefinedButNotFound", WARNING, "a label is declared and not used"),
    AnomalyType("AttributeDefinedButNotFound", WARNING, "an attribute is declared and not used"),
    AnomalyType("OnlyOneLabel", WARNING, "only one label is used"),
    AnomalyType("OnlyOneAttributeValue", WARNING, "an attribute has one value only"),
    AnomalyType("FewSamplesInLabel", WARNING, "a label has few samples"),
    AnomalyType("FewSamplesInAttribute", WARNING, "a value of an attribute has few samples"),
    AnomalyType("ImbalancedLabels", WARNING, "some labels have many times the samples of others"),
    AnomalyType("ImbalancedAttribute", WARNING, "some values have many times those of others"),
    AnomalyType("DuplicatedAnnotation", WARNING, "kind, label and shape are there twice"),
    AnomalyType("ImageInSeveralSubsets", WARNING, "one image is in train and in test, say"),
    AnomalyType("CorruptImage", ERROR, "an image cannot be decoded"),
    AnomalyType("ImageSizeMismatch", ERROR, "an image has another size than its source says"),
)
_SHAPES = (
    AnomalyType("ImbalancedDistInLabel", WARNING, "a measure of a label is all in a few bins"),
    AnomalyType("ImbalancedDistInAttribute", WARNING, "the same, for a value of an attribute"),
    AnomalyType("FarFromLabelMean", WARNING, "a measure is far from the mean of its label"),
    AnomalyType("FarFromAttrMean", WARNING, "the same, for a value of an attribute"),
    AnomalyType("InvalidValue", ERROR, "a coordinate is no finite number"),
    AnomalyType("OutsideImage", WARNING, "a shape leaves its image"),
)
_EMPTY = AnomalyType("ZeroArea", ERROR, "a shape covers nothing")


_PREFIX = {"detection": "bbox", "segmentation": "mask", "keypoints": "keypoint"}
"""How the reference's keys for distributions begin."""


def _validator(task: str, title: str, about: str, *anomalies: AnomalyType) -> Validator:
    return Validator(
        name=task,
        title=title,
        help=about,
        anomalies=(*_COMMON, *anomalies),
        options=OPTIONS,
        dataset=lambda context: _find(task, context),
    )


def _find(task: str, context: ValidationContext) -> Findings:
    seen = examine(context.batches(), task)
    labels = count_labels(seen, context.categories)
    faults = find_faults(seen, task)
    far = context.options["far_from_mean_thr"]
    places: Mapping[Any, Any] = {}
    if task != "classification":
        places = distributions(seen, context.categories, task, faults.good, far)
    counts = seen.counts()
    statistics: dict[str, Any] = {
        "total_ann_count": int(counts.sum()),
        "items_missing_annotation": _keys(seen, counts == 0),
        **labels.report(),
    }
    if task == "classification":
        statistics["items_with_multiple_labels"] = _keys(seen, counts > 1)
    else:
        statistics |= _shape_statistics(task, seen, faults, places)

    def anomalies() -> Iterator[Anomaly]:
        yield from label_anomalies(labels, context.options)
        yield from item_anomalies(seen, task)
        yield from attribute_anomalies(labels, context.categories, context.options)
        outside = context.options["outside_thr"]
        yield from shape_anomalies(seen, faults, context.categories, outside)
        if task == "keypoints":
            yield from keypoint_anomalies(seen, context.categories)
        yield from spread_anomalies(places, context.options)
        yield from image_anomalies(seen, context)

    return Findings(anomalies=anomalies(), statistics=statistics)


def _keys(seen: Examined, chosen: Any) -> list[Any]:
    return [seen.keys[n] for n in chosen.nonzero()[0].tolist()]


def _shape_statistics(
    task: str,
    seen: Examined,
    faults: Faults,
    places: Mapping[tuple[str, ...], Mapping[str, Distribution]],
) -> dict[str, Any]:
    by_label: dict[str, Any] = {}
    by_value: dict[str, dict[str, dict[str, Any]]] = defaultdict(lambda: defaultdict(dict))
    for place, measures in places.items():
        reports = {name: found.report for name, found in measures.items()}
        if len(place) == 1:
            by_label[place[0]] = reports
        else:
            by_value[place[0]][place[1]][place[2]] = reports
    found: dict[str, Any] = {"items_with_invalid_value": faults.invalid_report(seen)}
    if task == "detection":
        found["items_with_negative_length"] = faults.negative_report(seen)
    kind = _PREFIX[task]
    return found | {
        f"{kind}_distribution_in_label": by_label,
        f"{kind}_distribution_in_attribute": by_value,
        f"{kind}_distribution_in_dataset_item": {
            str(key): count for key, count in zip(seen.keys, seen.counts().tolist(), strict=True)
        },
    }


CLASSIFICATION = _validator(
    "classification",
    "One label for each image",
    "Looks at labels of whole images.\nExample: datum validate -t classification -- -ir 40",
    AnomalyType("MultiLabelAnnotations", ERROR, "an item has more than one label"),
)
DETECTION = _validator(
    "detection",
    "Boxes around objects",
    "Looks at boxes, upright and rotated. An object that has none, but a polygon, a mask or an ellipse, "
    "counts by the box around it. Rotated boxes may leave the image.\n"
    "Example: datum validate -t detection -- -m 4",
    *_SHAPES,
    _EMPTY,
    AnomalyType("NegativeLength", ERROR, "the width or height of a box is below 0"),
)
SEGMENTATION = _validator(
    "segmentation",
    "Outlines and masks of objects",
    "Looks at polygons, masks and ellipses. A polygon crosses itself where two of its edges cross "
    "between their ends; edges that only touch do not.\nExample: datum validate -t segmentation",
    *_SHAPES,
    _EMPTY,
    AnomalyType("SelfIntersection", WARNING, "an outline crosses itself"),
)
KEYPOINTS = _validator(
    "keypoints",
    "Keypoints and skeletons",
    "Looks at points and skeletons. The number of joints is compared with the skeleton that the "
    "categories declare for the label.\nExample: datum validate -t keypoints",
    *_SHAPES,
    AnomalyType("WrongNumberOfKeypoints", ERROR, "not as many as the label's skeleton has"),
    AnomalyType("InvalidVisibility", ERROR, "not 0, 1 or 2 for each keypoint"),
    AnomalyType("NoKeypoints", WARNING, "none of the keypoints is there"),
)
