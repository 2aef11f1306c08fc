"""The pages of comparisons."""

import base64
from collections import Counter
from collections.abc import Callable, Sequence

from msgspec.structs import astuple

from datum.comparison.distance import ItemMatches, Match
from datum.comparison.results import CountRow, DistanceReport, EqualityReport, TableReport
from datum.report import (
    Card,
    Html,
    Section,
    escaped,
    facts,
    gallery,
    heat_table,
    joined,
    line_chart,
    page,
    paragraph,
    table,
)

__all__ = ["Sides", "distance_page", "equality_page", "table_page"]

Sides = tuple[str, str]
"""What the two datasets are called."""

_CURVES = 8
"""Curves in one chart."""
_CONFUSED = 40
"""Labels in one confusion matrix."""
_LINES = 8
"""Errors listed on one card."""
_NOTHING = "(nothing)"


def distance_page(
    report: DistanceReport,
    sides: Sides,
    items: Sequence[ItemMatches],
    names: Sequence[str],
    picture: Callable[[int], tuple[bytes, str]],
    wrong: int,
) -> str:
    """A page to look through a comparison by distance.

    Args:
        report: The counts.
        sides: What the datasets are called.
        items: Those to show, in order.
        names: Of the labels.
        picture: Gives a small JPEG of the n-th item, and the path of the large one.
        wrong: How many items have errors.
    """
    cards = [_card(of, names, *picture(n)) for n, of in enumerate(items)]
    more = wrong - len(items)
    said = (
        f"The {len(items)} items with the most errors; {more} more are in errors.csv."
        if more
        else ""
    )
    sections = [
        Section("Overview", _overview(report)),
        Section("Labels", _label_table(report)),
        Section("Average precision", _precision(report)),
        Section("Confusion", _confusion(report)),
        Section(
            "Items with errors", joined([_legend(), paragraph(said), gallery(cards, kinds="error")])
        ),
    ]
    return page(
        "Comparison by distance",
        [one for one in sections if one.body],
        subtitle=f"truth: {sides[0]}; compared with it: {sides[1]}; IoU {report.iou:g}",
    )


def _overview(report: DistanceReport) -> Html:
    items = report.items
    figures: dict[str, object] = {
        "items in both": items["both"],
        "only in the truth": items["truth"],
        "only in the other": items["found"],
    }
    for mean in report.means:
        figures[f"{mean.measure} mAP"] = mean.ap
        figures[f"{mean.measure} mAP50"] = mean.ap50
    if report.below_confidence:
        figures["below the confidence"] = report.below_confidence
    rows = [(one.family, *astuple(one)[2:]) for one in report.totals]
    header = ("family", "truth", "found", "matched", "precision", "recall", "F1")
    return joined([facts(figures), table(header, rows)])


def _label_table(report: DistanceReport) -> Html:
    header = ("family", "label", "truth", "found", "matched", "precision", "recall", "F1")
    rows = list(map(astuple, report.labels))
    return table(header, rows) if rows else Html()


def _precision(report: DistanceReport) -> Html:
    if not report.precision:
        return Html()
    header = ("measure", "label", "AP .5:.95", "AP .5", "AP .75", "small", "medium", "large")
    rows = [astuple(one)[: len(header)] for one in report.precision]
    means = [(one.measure, "(mean)", *astuple(one)[1:]) for one in report.means]
    parts = [table(header, [*means, *rows])]
    for measure in dict.fromkeys(one.measure for one in report.precision):
        of = [one for one in report.precision if one.measure == measure]
        curves = {
            one.label: [(n / 100, value) for n, value in enumerate(one.curve)]
            for one in of[:_CURVES]
        }
        more = f" (the first {_CURVES} labels)" if len(of) > _CURVES else ""
        parts.append(line_chart(curves, title=f"{measure}: precision over recall at IoU .5{more}"))
    return joined(parts)


def _confusion(report: DistanceReport) -> Html:
    parts = []
    for family in dict.fromkeys(one[0] for one in report.confusion):
        cells = {(a, b): count for name, a, b, count in report.confusion if name == family}
        parts.append(_matrix(family, cells))
    return joined(parts)


def _matrix(family: str, cells: dict[tuple[str | None, str | None], int]) -> Html:
    """The labels that are confused most, in the order of the datasets, and what is missed or extra."""
    weight: Counter[str] = Counter()
    order: dict[str, None] = {}
    for (a, b), count in cells.items():
        for label in (a, b):
            if label is not None:
                order.setdefault(label)
                weight[label] += count * (a != b) + 1
    chosen = {label for label, _ in weight.most_common(_CONFUSED)}
    labels: list[str | None] = [label for label in order if label in chosen]
    if not labels:
        return Html()
    rows = [[cells.get((a, b), 0) for b in (*labels, None)] for a in (*labels, None)]
    shown = [_NOTHING if label is None else label for label in (*labels, None)]
    more = (
        f"; {len(order) - len(labels)} labels more in confusion.csv"
        if len(order) > len(labels)
        else ""
    )
    return heat_table(shown, shown, rows, title=f"{family}: truth in rows, found in columns{more}")


def _legend() -> Html:
    return Html(
        '<p><b class="good">green</b> right, <b class="bad">red</b> missed, <b class="blue">blue</b> '
        'extra, <b class="extra">orange</b> found with another label; the truth is a thin line, what '
        "was found a thick one.</p>"
    )


def _card(of: ItemMatches, names: Sequence[str], thumbnail: bytes, link: str) -> Card:
    errors = of.errors
    counts = Counter(one.error for one in errors)
    lines = [escaped(", ".join(f"{count} {error}" for error, count in sorted(counts.items())))]
    lines += [_error_line(one, names) for one in errors[:_LINES]]
    if len(errors) > _LINES:
        lines.append(escaped(f"and {len(errors) - _LINES} more"))
    return Card(
        title=f"{of.item.subset}/{of.item.id}",
        picture="data:image/jpeg;base64," + base64.b64encode(thumbnail).decode(),
        link=link,
        lines=tuple(lines),
        labels=tuple(sorted({label for one in errors for label in _labels(one, names)})),
        kinds=tuple(sorted(counts)),
        numbers={
            "errors": len(errors),
            "objects": len(of.matches),
            "missed": counts["missed"],
            "extra": counts["extra"],
            "mislabelled": counts["mislabelled"],
        },
    )


_CLASSES = {"missed": "bad", "extra": "blue", "mislabelled": "extra"}


def _error_line(one: Match, names: Sequence[str]) -> Html:
    said = " → ".join(_labels(one, names))
    score = one.found.score if one.found is not None else None
    more = "" if score is None else f", score {score:.2f}"
    more += f", IoU {one.overlap:.2f}" if one.overlap else ""
    return Html(
        f'<span class="{_CLASSES[one.error]}">{one.error}</span> {escaped(one.family)} '
        f"{escaped(said)}{escaped(more)}"
    )


def _labels(one: Match, names: Sequence[str]) -> list[str]:
    return [names[side.label] for side in (one.truth, one.found) if side is not None]


def equality_page(
    report: EqualityReport, sides: Sides, rows: Sequence[tuple[object, ...]], more: int
) -> str:
    """A page for a comparison for equality.

    Args:
        report: The counts.
        sides: What the datasets are called.
        rows: Differences: subset, id, side, what.
        more: How many differences there are beside these.
    """
    figures: dict[str, object] = {
        "items in both": report.items["both"],
        "of them different": report.items["different"],
        "only in the first": report.items["first"],
        "only in the second": report.items["second"],
        "equal annotations": report.annotations["matched"],
        "only in first": report.annotations["first"],
        "only in second": report.annotations["second"],
    }
    header = ("kind", "label", "only in the first", "only in the second")
    said = f"and {more} more, in differences.csv" if more else ""
    listed = table(("subset", "id", "where", "what"), rows)
    return page(
        "Comparison for equality",
        [
            Section("Overview", joined([facts(figures), table(header, report.labels)])),
            Section("Differences", joined([listed, paragraph(said)])),
        ],
        subtitle=f"first: {sides[0]}; second: {sides[1]}; "
        f"not compared: {', '.join(report.ignored_fields) or 'nothing'}",
    )


def table_page(report: TableReport, sides: Sides) -> str:
    """A page for two datasets side by side."""
    sections = dict.fromkeys(row.section for row in report.rows)
    return page(
        "Two datasets side by side",
        [
            Section(
                name[:1].upper() + name[1:],
                table(
                    ("", "first", "second", "difference"),
                    [_count_row(row) for row in report.rows if row.section == name],
                ),
            )
            for name in sections
        ],
        subtitle=f"first: {sides[0]}; second: {sides[1]}",
    )


def _count_row(row: CountRow) -> tuple[object, ...]:
    return (row.name, row.first, row.second, row.second - row.first)
