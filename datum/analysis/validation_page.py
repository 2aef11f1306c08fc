"""The page of a validation: what looks wrong, by type, and what was counted."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from datum.report import Html, Section, bar_chart, facts, joined, number, page, paragraph, table
from datum.validators import SEVERITIES

__all__ = ["validation_page"]

_ROWS = 200
"""Anomalies shown of each type."""
_PLAIN = frozenset(("anomaly_type", "description", "severity", "item_id", "subset"))

Report = Mapping[str, Any]


def validation_page(report: Report, name: str, task: str) -> str:
    """A page with all that a report says, which needs nothing beside it.

    Args:
        report: As ``validate`` gives it.
        name: What the dataset is called.
        task: The validator.
    """
    sections = [Section("Summary", _summary(report)), *_types(report["validation_reports"])]
    sections += _statistics(report["statistics"])
    return page(f"Validation of {name}", sections, subtitle=f"{task}, written by datum validate")


def _summary(report: Report) -> Html:
    found = report["validation_reports"]
    counts = Counter((one["severity"], one["anomaly_type"]) for one in found)
    order = sorted(counts, key=lambda row: (SEVERITIES.index(row[0]), -counts[row], row[1]))
    rows = [[severity, name, counts[severity, name]] for severity, name in order]
    shown = dict(report["summary"])
    if "total_ann_count" in report["statistics"]:
        shown["annotations"] = report["statistics"]["total_ann_count"]
    nothing = [] if rows else [paragraph("Nothing looks wrong.")]
    return joined(
        [facts(shown), *nothing, *([table(["severity", "anomaly", "count"], rows)] if rows else [])]
    )


def _types(found: Sequence[Report]) -> Iterator[Section]:
    """A table for each type of anomaly, the worst first."""

    def rank(one: Report) -> tuple[int, str]:
        return (SEVERITIES.index(one["severity"]), one["anomaly_type"])

    for (_, name), group in groupby(sorted(found, key=rank), key=rank):
        yield Section(name, _anomalies(list(group)))


def _anomalies(found: Sequence[Report]) -> Html:
    shown = found[:_ROWS]
    fields = list(dict.fromkeys(name for one in shown for name in one if name not in _PLAIN))
    items = any("item_id" in one for one in shown)
    header = [*(["subset", "item"] if items else []), "what", *fields]
    rows = [
        [
            *([one.get("subset"), one.get("item_id")] if items else []),
            one["description"],
            *(_cell(name, one.get(name)) for name in fields),
        ]
        for one in shown
    ]
    more = len(found) - len(shown)
    left = [paragraph(f"and {number(more)} more, which the JSON has")] if more else []
    return joined([table(header, rows), *left])


def _cell(name: str, value: object) -> object:
    if name == "annotation_id":
        return None if value is None else str(value)  # a name, not an amount
    if isinstance(value, list | tuple):
        return ", ".join(
            "/".join(map(str, one)) if isinstance(one, list | tuple) else str(one) for one in value
        )
    return value


def _statistics(found: Report) -> Iterator[Section]:
    labels = found.get("label_distribution", {}).get("defined_labels", {})
    if labels:
        order = sorted(labels, key=lambda name: -labels[name])
        chart = bar_chart({name: labels[name] for name in order}, title="Annotations by label")
        yield Section("Labels", chart)
    for name, value in found.items():
        if name.endswith("_distribution_in_label") and value:
            yield Section("Measures by label", _measures(value))


def _measures(by_label: Report) -> Html:
    rows = [
        [
            label,
            name,
            *(one[key] for key in ("mean", "stdev", "min", "median", "max")),
            sum(map(len, one["items_far_from_mean"].values())),
        ]
        for label, measures in by_label.items()
        for name, one in measures.items()
    ]
    header = [
        "label",
        "measure",
        "mean",
        "deviation",
        "least",
        "median",
        "most",
        "far from the mean",
    ]
    return table(header, rows)
