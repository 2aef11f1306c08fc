"""What looks wrong in labels and attributes: their counts, and the anomalies that follow."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import numpy as np

from datum.analysis.examined import Examined, Key
from datum.model.categories import Categories
from datum.validators import ERROR, WARNING, Anomaly

__all__ = ["FORMAT_ATTRIBUTES", "Labels", "attribute_anomalies", "count_labels", "label_anomalies"]

FORMAT_ATTRIBUTES = frozenset(
    (
        *("is_crowd", "iscrowd", "difficult", "truncated", "occluded", "pose", "area", "track_id"),
        *("keyframe", "outside", "source", "rotation", "score", "visibility", "id"),
    )
)
"""Attributes that formats bring by themselves, and nobody declares."""


class Labels(msgspec.Struct, frozen=True, kw_only=True):
    """Labels and attributes, counted."""

    counts: dict[str, int]
    """Annotations of each label that is declared."""
    undefined: dict[str, list[Key]]
    """Items by the number of a label that is not declared, once for each annotation."""
    values: dict[str, dict[str, Counter[str]]]
    """By label and attribute, of those that are declared: how often each value is there."""
    lacking: dict[str, dict[str, list[Key]]]
    """By label and declared attribute: items of annotations that lack it."""
    foreign: dict[str, dict[str, list[tuple[Key, str]]]]
    """By label and attribute that is not declared: items, and the values there."""

    def report(self) -> dict[str, Any]:
        """The statistics, with the keys of the command reference."""
        return {
            "label_distribution": {
                "defined_labels": self.counts,
                "undefined_labels": {
                    label: {"count": len(keys), "items_with_undefined_label": keys}
                    for label, keys in self.undefined.items()
                },
            },
            "attribute_distribution": {
                "defined_attributes": {
                    label: {
                        name: {
                            "distribution": dict(counts),
                            "items_missing_attribute": self.lacking.get(label, {}).get(name, []),
                        }
                        for name, counts in known.items()
                    }
                    for label, known in self.values.items()
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
                    for label, foreign in self.foreign.items()
                },
            },
        }


def count_labels(seen: Examined, categories: Categories) -> Labels:
    """Count the labels and attributes of the shapes that a task looks at."""
    labels, names = seen.shapes.labels, categories.names()
    declared = (labels >= 0) & (labels < len(names))
    undefined: dict[str, list[Key]] = defaultdict(list)
    for n in np.flatnonzero(labels >= len(names)).tolist():
        undefined[str(int(labels[n]))].append(seen.keys[seen.shapes.owners[n]])
    counts = np.bincount(labels[declared], minlength=len(names)).tolist()
    found = Labels(
        counts=dict(zip(names, counts, strict=True)),
        undefined=undefined,
        values={
            one.name: {spec.name: Counter() for spec in one.attributes} for one in categories.labels
        },
        lacking=defaultdict(lambda: defaultdict(list)),
        foreign=defaultdict(lambda: defaultdict(list)),
    )
    common = FORMAT_ATTRIBUTES | {one.name for one in categories.attributes}
    for n, attributes in seen.attributes.items():
        if declared[n]:
            _count_values(
                found, names[labels[n]], seen.keys[seen.shapes.owners[n]], attributes, common
            )
    for label, one in enumerate(categories.labels):
        if one.attributes:
            _count_lacking(found, seen, label, one.name)
    return found


def _count_values(
    found: Labels, label: str, key: Key, attributes: Mapping[str, Any], common: frozenset[str]
) -> None:
    known = found.values[label]
    for name, value in attributes.items():
        if name in known:
            known[name][str(value)] += 1
        elif name not in common:
            found.foreign[label][name].append((key, str(value)))


def _count_lacking(found: Labels, seen: Examined, label: int, name: str) -> None:
    for n in np.flatnonzero(seen.shapes.labels == label).tolist():
        has = seen.attributes.get(n, {})
        for attribute in found.values[name]:
            if attribute not in has:
                found.lacking[name][attribute].append(seen.keys[seen.shapes.owners[n]])


def label_anomalies(found: Labels, options: Mapping[str, Any]) -> Iterator[Anomaly]:
    """What looks wrong in labels."""
    if not found.counts:
        yield Anomaly(type="MissingLabelCategories", description="no labels are declared")
    for label, keys in found.undefined.items():
        for item_id, subset in keys:
            yield Anomaly(
                type="UndefinedLabel",
                description=f"label {label} is not declared",
                item_id=item_id,
                subset=subset,
                fields={"label": label},
            )
    few = options["few_samples_thr"]
    for label, count in found.counts.items():
        fields: dict[str, Any] = {"label": label}
        if not count:
            text = f"label '{label}' is declared and not used"
            yield Anomaly(type="LabelDefinedButNotFound", description=text, fields=fields)
        elif count <= few:
            text = f"label '{label}' has {count} samples"
            fields |= {"value": count, "threshold": few}
            yield Anomaly(type="FewSamplesInLabel", description=text, fields=fields)
    used = [label for label, count in found.counts.items() if count]
    if len(used) == 1:
        text = f"only one label is used: '{used[0]}'"
        yield Anomaly(type="OnlyOneLabel", description=text, fields={"label": used[0]})
    yield from _imbalance("ImbalancedLabels", "labels", found.counts, options, {})


def _imbalance(
    kind: str,
    what: str,
    counts: Mapping[str, int],
    options: Mapping[str, Any],
    fields: Mapping[str, Any],
) -> Iterator[Anomaly]:
    most, least = max(counts.values(), default=0), min(counts.values(), default=0)
    limit = options["imbalance_ratio_thr"]
    if most and most >= limit * least:
        # nothing at all is no number of times less, and JSON has no infinity
        ratio = most / least if least else None
        yield Anomaly(
            type=kind,
            description=f"{what}: from {least} to {most} samples",
            fields={**fields, "value": ratio, "threshold": limit, "least": least, "most": most},
        )


def attribute_anomalies(
    found: Labels, categories: Categories, options: Mapping[str, Any]
) -> Iterator[Anomaly]:
    """What looks wrong in attributes.

    Where no attribute is declared at all, one that nobody declared is a warning, else an error.
    """
    for label, lacking in found.lacking.items():
        for name, keys in lacking.items():
            for item_id, subset in keys:
                yield Anomaly(
                    type="MissingAttribute",
                    description=f"attribute '{name}' of label '{label}' is missing",
                    item_id=item_id,
                    subset=subset,
                    fields={"label": label, "attribute": name},
                )
    yield from _undeclared(found, bool(categories.attributes) or any(found.values.values()))
    for label, known in found.values.items():
        for name, counts in known.items():
            yield from _of_attribute(label, name, counts, options)


def _undeclared(found: Labels, schema: bool) -> Iterator[Anomaly]:
    for label, foreign in found.foreign.items():
        for name, places in foreign.items():
            for item_id, subset in dict.fromkeys(key for key, _ in places):
                yield Anomaly(
                    type="UndefinedAttribute",
                    description=f"attribute '{name}' of label '{label}' is not declared",
                    item_id=item_id,
                    subset=subset,
                    severity=ERROR if schema else WARNING,
                    fields={"label": label, "attribute": name},
                )


def _of_attribute(
    label: str, name: str, counts: Mapping[str, int], options: Mapping[str, Any]
) -> Iterator[Anomaly]:
    what, fields = f"attribute '{name}' of label '{label}'", {"label": label, "attribute": name}
    if not counts:
        text = f"{what} is declared and not used"
        yield Anomaly(type="AttributeDefinedButNotFound", description=text, fields=fields)
    if len(counts) == 1:
        text = f"{what} has one value only"
        yield Anomaly(type="OnlyOneAttributeValue", description=text, fields=fields)
    few = options["few_samples_thr"]
    for value, count in counts.items():
        if count <= few:
            more = {"attribute_value": value, "value": count, "threshold": few}
            text = f"{what} is '{value}' {count} times"
            yield Anomaly(type="FewSamplesInAttribute", description=text, fields={**fields, **more})
    yield from _imbalance("ImbalancedAttribute", what, counts, options, fields)
