"""How the measures of shapes are spread for each label, and which of them are far from the rest."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import numpy as np

from datum.analysis.exact import LIMIT
from datum.analysis.examined import Examined, Key
from datum.model.categories import Categories
from datum.model.columns import Bools, Floats, Ints
from datum.validators import Anomaly

__all__ = ["Distribution", "distributions", "measures_of", "spread_anomalies"]

_BINS = 10

Place = tuple[str, ...]
"""A label; or a label, an attribute and its value."""


class Distribution(msgspec.Struct, frozen=True):
    """The values of one measure at one place."""

    report: Mapping[str, Any]
    """The template of the command reference."""
    far: list[tuple[Key, int, float]]
    """Item, annotation id and value, of those that are far from the mean."""


def measures_of(seen: Examined, task: str) -> dict[str, Floats]:
    """(n,) each: what is measured of shapes for a task, by the reference's name."""
    shapes = seen.shapes
    w, h = shapes.boxes[:, 2], shapes.boxes[:, 3]
    if task == "detection":
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            return {
                "width": w,
                "height": h,
                "area(wxh)": w * h,
                "ratio(w/h)": w / h,
                "short": np.minimum(w, h),
                "long": np.maximum(w, h),
            }
    if task == "segmentation":
        return {"area": shapes.areas, "width": w, "height": h}
    return {"visible": shapes.visible.astype(np.float64), "width": w, "height": h}


def distributions(
    seen: Examined, categories: Categories, task: str, good: Bools, far_from_mean: float
) -> dict[Place, dict[str, Distribution]]:
    """How measures are spread, by label, and by value of the attributes that are declared for it.

    Args:
        seen: The shapes.
        categories: Names of labels, and their attributes.
        task: What is measured follows from it.
        good: (n,) which shapes count; those do not whose measures have no squares, either.
        far_from_mean: By how many standard deviations a value may differ from the mean.
    """
    measures = measures_of(seen, task)
    for values in measures.values():
        good = good & (np.abs(values) <= LIMIT)
    return {
        place: {
            name: _distribution(seen, values[where], where, far_from_mean)
            for name, values in measures.items()
        }
        for place, where in _places(seen, categories, good).items()
    }


def _places(seen: Examined, categories: Categories, good: Bools) -> dict[Place, Ints]:
    labels = seen.shapes.labels
    chosen = np.flatnonzero(good & (labels >= 0))
    chosen = chosen[np.argsort(labels[chosen], kind="stable")]
    names, first = np.unique(labels[chosen], return_index=True)
    found: dict[Place, Ints] = (
        {
            (categories.name_of(label),): where
            for label, where in zip(names.tolist(), np.split(chosen, first[1:]), strict=True)
        }
        if len(chosen)
        else {}
    )
    known = [{spec.name for spec in one.attributes} for one in categories.labels]
    by_value: dict[Place, list[int]] = defaultdict(list)
    for n, attributes in seen.attributes.items():
        label = int(labels[n])
        if good[n] and 0 <= label < len(known) and known[label]:
            for name, value in attributes.items():
                if name in known[label]:
                    by_value[categories.name_of(label), name, str(value)].append(n)
    return found | {place: np.array(where) for place, where in by_value.items()}


def _distribution(
    seen: Examined, values: Floats, where: Ints, far_from_mean: float
) -> Distribution:
    average, deviation = float(values.mean()), float(values.std())
    # what rounding alone makes of equal values is not far
    limit = max(far_from_mean * deviation, 1e-9 * abs(average))
    outlying = np.flatnonzero(np.abs(values - average) > limit).tolist()
    far = [
        (seen.keys[seen.shapes.owners[where[n]]], int(seen.shapes.ids[where[n]]), float(values[n]))
        for n in outlying
    ]
    by_item: dict[str, dict[str, float]] = defaultdict(dict)
    for key, number, value in far:
        by_item[str(key)][str(number)] = value
    counts, edges = np.histogram(values, bins=_BINS)
    report = {
        "items_far_from_mean": dict(by_item),
        "mean": average,
        "stdev": deviation,
        "min": float(values.min()),
        "max": float(values.max()),
        "median": float(np.median(values)),
        "histogram": {"bins": edges.tolist(), "counts": counts.tolist()},
    }
    return Distribution(report, far)


def spread_anomalies(
    places: Mapping[Place, Mapping[str, Distribution]], options: Mapping[str, Any]
) -> Iterator[Anomaly]:
    """Histograms that few bins dominate, and values far from the mean."""
    for place, measures in places.items():
        where = dict(zip(("label", "attribute", "attribute_value"), place, strict=False))
        for name, found in measures.items():
            fields = where | {"property": name}
            yield from _dominated(place, name, found, fields, options)
            yield from _far(place, name, found, fields, options["far_from_mean_thr"])


def _dominated(
    place: Place,
    name: str,
    found: Distribution,
    fields: Mapping[str, Any],
    options: Mapping[str, Any],
) -> Iterator[Anomaly]:
    counts = sorted(found.report["histogram"]["counts"])
    top = max(1, round(len(counts) * options["topk_bins"]))
    share, limit = sum(counts[-top:]) / sum(counts), options["dominance_ratio_thr"]
    if share >= limit:
        kind = "ImbalancedDistInLabel" if len(place) == 1 else "ImbalancedDistInAttribute"
        text = f"{share:.0%} of the values of {name} for {'/'.join(place)} are in {top} of 10 bins"
        more = {"value": share, "threshold": limit}
        yield Anomaly(type=kind, description=text, fields={**fields, **more})


def _far(
    place: Place, name: str, found: Distribution, fields: Mapping[str, Any], limit: float
) -> Iterator[Anomaly]:
    kind = "FarFromLabelMean" if len(place) == 1 else "FarFromAttrMean"
    average, deviation = found.report["mean"], found.report["stdev"]
    for (item_id, subset), number, value in found.far:
        more = {"annotation_id": number, "value": value, "mean": average, "stdev": deviation}
        yield Anomaly(
            type=kind,
            description=f"{name} {value:g} is far from the mean {average:g} of {'/'.join(place)}",
            item_id=item_id,
            subset=subset,
            fields={**fields, **more, "threshold": limit},
        )
