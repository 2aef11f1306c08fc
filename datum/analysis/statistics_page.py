"""The page of statistics: what :func:`datum.analysis.statistics.find_statistics` found, as charts."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from datum.report import (
    Html,
    Section,
    bar_chart,
    facts,
    heat_table,
    histogram,
    joined,
    number,
    page,
    paragraph,
    table,
)

__all__ = ["statistics_page"]

_LABELS = 24
"""Labels in the table of which are seen together."""
_ROWS = 200
"""Rows of a list of images."""
_BARS = 48
"""Bars of a histogram of whole numbers."""

Report = Mapping[str, Any]


def statistics_page(report: Report, name: str) -> str:
    """A page with everything that the statistics say, which needs nothing beside it.

    Args:
        report: As ``find_statistics`` gives it.
        name: What the dataset is called.
    """
    sections = [Section("Overview", _overview(report))]
    if "annotations" in report:
        sections += _annotations(report)
    sections.append(Section("Images", _images(report)))
    return page(f"Statistics of {name}", sections, subtitle="written by datum stats")


def _overview(report: Report) -> Html:
    shown = {"images": report["images count"], "unique images": report["unique images count"]}
    if "unreadable images count" in report:
        shown["unreadable images"] = report["unreadable images count"]
    if "annotations" in report:
        shown |= {
            "annotations": report["annotations count"],
            "objects": report["objects"]["count"],
            "images without annotations": report["unannotated images count"],
        }
    header = ["subset", "images"]
    if "annotations" in report:
        header += ["annotations", "objects", "without annotations"]
    header += ["mean (red, green, blue)", "deviation"]
    rows = [_subset_row(subset, found) for subset, found in report["subsets"].items()]
    return joined([facts(shown), table(header, rows, caption="Subsets")])


def _subset_row(name: str, found: Report) -> list[object]:
    row: list[object] = [name, found["images count"]]
    if "annotations" in found:
        row += [found["annotations count"], found["objects"]["count"]]
        row.append(found["unannotated images count"])
    return [*row, _channels(found["image mean"]), _channels(found["image std"])]


def _channels(values: Sequence[float] | str) -> str:
    return values if isinstance(values, str) else ", ".join(f"{value:.1f}" for value in values)


def _annotations(report: Report) -> Iterator[Section]:
    yield Section("Labels", _labels(report))
    yield Section("Objects", _objects(report))
    yield Section("Shapes", _shapes(report))
    if report["keypoints"]["count"]:
        yield Section("Keypoints", _keypoints(report["keypoints"]))
    if report["lines"]["length"]["count"]:
        lines = report["lines"]
        yield Section(
            "Lines", _spreads({"length in pixels": lines["length"], "points": lines["points"]})
        )
    if report["annotations"]["labels"]["attributes"]:
        yield Section("Attributes", _attributes(report["annotations"]["labels"]["attributes"]))
    if report["co-occurrence"]:
        yield Section("Labels seen together", _together(report))


def _labels(report: Report) -> Html:
    shares, objects = report["annotations"]["labels"]["distribution"], report["objects"]["by label"]
    order = sorted(shares, key=lambda name: -shares[name][0])
    rows = []
    for name in order:
        found = objects.get(name, {"objects": 0, "images": 0})
        count, share = shares[name]
        pixels = report["annotations"]["segments"]["pixel distribution"].get(name, [0, 0])[1]
        rows.append([name, count, found["objects"], found["images"], 100 * share, 100 * pixels])
    header = ["label", "annotations", "objects", "images", "% of annotations", "% of the area"]
    return joined(
        [
            bar_chart({name: shares[name][0] for name in order}, title="Annotations by label"),
            table(header, rows, caption="Every label, also those that are not used"),
        ]
    )


def _objects(report: Report) -> Html:
    objects = report["objects"]
    kinds = {
        name: found["count"]
        for name, found in report["annotations by type"].items()
        if found["count"]
    }
    return joined(
        [
            paragraph("Annotations of one image, group and label are one object."),
            _whole_numbers(objects["per image"], "Images by number of objects"),
            _whole_numbers(report["annotations per image"], "Images by number of annotations"),
            bar_chart(kinds, title="Annotations by kind"),
        ]
    )


def _whole_numbers(counts: Mapping[str, int], title: str) -> Html:
    """A histogram of whole numbers, several to a bar where there are many."""
    if not counts:
        return Html()
    numbers = {int(name): count for name, count in counts.items()}
    step = max(numbers) // _BARS + 1
    edges = list(range(0, max(numbers) + step + 1, step))
    bars = [0] * (len(edges) - 1)
    for value, count in numbers.items():
        bars[value // step] += count
    return histogram(edges, bars, title=title)


def _shapes(report: Report) -> Html:
    segments, boxes = report["annotations"]["segments"], report["boxes"]
    bins = segments["area distribution"]
    parts = [paragraph(f"The average area is {number(segments['avg. area'])} square pixels.")]
    if bins:
        edges = [one["min"] for one in bins] + [bins[-1]["max"]]
        counts = [one["count"] for one in bins]
        parts.append(histogram(edges, counts, title="Areas in square pixels"))
        classes = {
            "small, below 32×32 pixels": segments["size classes"]["small"],
            "medium, below 96×96 pixels": segments["size classes"]["medium"],
            "large": segments["size classes"]["large"],
        }
        parts.append(bar_chart(classes, title="Areas by the size classes of COCO"))
    names = {
        "width": "width in pixels",
        "height": "height in pixels",
        "aspect ratio": "width by height",
    }
    parts.append(_spreads({f"box {said}": boxes[name] for name, said in names.items()}))
    return joined(parts)


def _spreads(spreads: Mapping[str, Report]) -> Html:
    """A table of how values are spread, and a histogram of each, whose bins grow."""
    some = {name: found for name, found in spreads.items() if found["count"]}
    if not some:
        return Html()
    columns = ("count", "mean", "stdev", "min", "max")
    rows = [[name, *(found[column] for column in columns)] for name, found in some.items()]
    charts = [
        histogram(
            [one["min"] for one in found["bins"]] + [found["bins"][-1]["max"]],
            [one["count"] for one in found["bins"]],
            title=f"{name[0].upper()}{name[1:]}; each bar is 1.41 times as wide as the one before",
        )
        for name, found in some.items()
    ]
    return joined([table(["", "count", "mean", "deviation", "least", "most"], rows), *charts])


def _keypoints(found: Report) -> Html:
    shown = {name: count for name, count in found["by visibility"].items() if count}
    rows = [
        [label, joint, *counts.values()]
        for label, joints in found["by label"].items()
        for joint, counts in joints.items()
    ]
    header = ["label", "joint", *found["by visibility"]]
    return joined([bar_chart(shown, title="Keypoints by visibility"), table(header, rows)])


def _attributes(found: Mapping[str, Report]) -> Html:
    return joined(
        bar_chart(
            {value: count for value, (count, _) in one["distribution"].items()},
            title=f"{name}: {number(one['count'])} annotations, {number(one['values count'])} values",
            most=20,
        )
        for name, one in found.items()
    )


def _together(report: Report) -> Html:
    """Images in which two labels are, for the labels that are in most images."""
    images = {name: one["images"] for name, one in report["objects"]["by label"].items()}
    names = sorted(images, key=lambda name: -images[name])[:_LABELS]
    names = [name for name in names if images[name]]
    counts: dict[tuple[str, str], int] = {}
    for row in report["co-occurrence"]:
        first, second = row["labels"]
        counts[first, second] = counts[second, first] = row["images"]
    values = [[counts.get((row, column), 0) for column in names] for row in names]
    more = len(images) - len(names)
    return joined(
        [
            heat_table(names, names, values, title="Images in which both labels are"),
            *([paragraph(f"{more} labels that are in fewer images are left out.")] if more else []),
        ]
    )


def _images(report: Report) -> Html:
    parts = []
    sizes = report.get("image sizes", {})
    if sizes:
        order = sorted(sizes, key=lambda name: -sizes[name])
        parts.append(
            bar_chart({name: sizes[name] for name in order}, title="Width × height", most=30)
        )
    unread = report.get("unreadable images", [])
    if unread:
        rows = [[one["id"], one["subset"], one["reason"]] for one in unread[:_ROWS]]
        parts += [table(["image", "subset", "why"], rows, caption="Images that cannot be read")]
        parts += _more(len(unread))
    groups = report["repeated images"]
    if groups:
        rows = [
            [", ".join(f"{subset}/{item_id}" for item_id, subset in group)]
            for group in groups[:_ROWS]
        ]
        parts += [table(["items with the same image"], rows, caption="Images that are repeated")]
        parts += _more(len(groups))
    return joined(parts or [paragraph("Nothing is known of sizes, and no image is repeated.")])


def _more(count: int) -> list[Html]:
    left = count - _ROWS
    return [paragraph(f"and {number(left)} more, which the JSON has")] if left > 0 else []
