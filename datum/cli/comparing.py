"""What ``diff``, ``ediff`` and ``compare`` have in common: options, and how reports are printed."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from datum.cli.run import Run

if TYPE_CHECKING:
    from datum.comparison.results import DistanceReport, EqualityReport, TableReport
    from datum.outputs import FolderOutput

__all__ = ["COMPARE_OPTIONS", "compare_targets", "method_of"]

_WIDE = 24
"""Letters of a label in a table on the terminal."""
_CONFUSED = 10
"""Confusions that are listed on the terminal."""
_EQUALITY = ("ignore_item_attr", "ignore_attr", "ignore_field")
_DISTANCE = ("iou_thresh", "conf_thresh", "pictures", "visualizer")
_OF = {
    "distance": (*_DISTANCE, "match_images", "everything"),
    "equality": (*_EQUALITY, "match_images", "everything"),
    "table": (),
}
"""The options that each method has, beside those of all: where to write, and whether to replace."""
_FILES = ("pictures", "visualizer", "everything", "overwrite")
"""Options that say something about files alone."""

_OPTIONS = (
    click.option(
        "-m",
        "--method",
        type=click.Choice(["distance", "equality", "table"]),
        help="By overlap, by equality of all fields, or by counts.",
    ),
    click.option(
        "-o",
        "--output-dir",
        type=click.Path(),
        metavar="DIR",
        help="Where report, tables, pictures and page go; without it, nothing is written.",
    ),
    click.option("--overwrite", is_flag=True, help="Replace what is in that folder."),
    click.option(
        "--iou-thresh", type=float, metavar="IOU", help="Least overlap of a match; default 0.5."
    ),
    click.option(
        "--conf-thresh",
        type=float,
        metavar="SCORE",
        help="Least score of what counts as found; default 0, which is all.",
    ),
    click.option(
        "--pictures",
        type=int,
        metavar="N",
        help="How many items with errors are drawn, those with the most first; default 500.",
    ),
    click.option(
        "-iia",
        "--ignore-item-attr",
        multiple=True,
        metavar="NAME",
        help="An attribute of items that need not be equal; repeatable.",
    ),
    click.option(
        "-ia",
        "--ignore-attr",
        multiple=True,
        metavar="NAME",
        help="An attribute of annotations that need not be equal; repeatable.",
    ),
    click.option(
        "-if",
        "--ignore-field",
        multiple=True,
        metavar="NAME",
        help="A field that need not be equal, or media; repeatable; id and group if not given.",
    ),
    click.option(
        "--match-images", is_flag=True, help="Items of one image are one item, whatever their ids."
    ),
    click.option("--all", "everything", is_flag=True, help="Record what is equal or right, too."),
    click.option(
        "-f",
        "--format",
        "-v",
        "--visualizer",
        "visualizer",
        type=click.Choice(["simple"]),
        help="Pictures and a page, which is what there is.",
    ),
)


def COMPARE_OPTIONS(function: Callable[..., Any]) -> Callable[..., Any]:  # noqa: N802 (used as a decorator, like a constant)
    """The options of a comparison."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def method_of(options: dict[str, Any]) -> str:
    """The method that options mean; empty for none of them being given."""
    if options["method"]:
        return str(options["method"])
    given = _given(options)
    if given & {*_EQUALITY}:
        return "equality"
    return "distance" if given - {"method"} else ""


def _given(options: dict[str, Any]) -> set[str]:
    """Names of the options that were typed."""
    return {
        name for name, value in options.items() if value not in ((), None) and value is not False
    }


def _check(options: dict[str, Any], method: str) -> None:
    """See whether the options go together.

    Raises:
        UsageError: One says something about another method, or about files that are not written.
    """
    from datum.errors import UsageError

    given = _given(options)
    for name in (*_DISTANCE, *_EQUALITY, "match_images", "everything", "overwrite"):
        if name not in given:
            continue
        option = "--" + {"everything": "all"}.get(name, name).replace("_", "-")
        if name in _FILES and "output_dir" not in given:
            raise UsageError(f"{option} is about files", hint="-o DIR says where they go")
        if name != "overwrite" and name not in _OF[method]:
            methods = " or -m ".join(one for one, names in _OF.items() if name in names)
            raise UsageError(f"{option} is not for -m {method}", hint=f"it is for -m {methods}")


def compare_targets(
    run: Run, first: str, second: str, method: str, options: dict[str, Any], *, exit_code: bool
) -> None:
    """Compare two targets, print the report, and end with 1 if they differ and *exit_code*."""
    from datum.comparison.equality import IGNORED
    from datum.project.comparing import Comparing, compare

    _check(options, method)
    numbers = {
        "iou": options["iou_thresh"],
        "confidence": options["conf_thresh"],
        "pictures": options["pictures"],
    }
    how = Comparing(
        method=method,
        everything=options["everything"],
        by_image=options["match_images"],
        ignored_fields=options["ignore_field"] or IGNORED,
        ignored_attributes=options["ignore_attr"],
        ignored_item_attributes=options["ignore_item_attr"],
        **{name: value for name, value in numbers.items() if value is not None},
    )
    how.check()
    project = run.project()
    with _output(options) as output:
        with run.console.progress("reading") as progress:
            sides = [project.target(text, progress=progress) for text in (first, second)]
        sizes = [len(side.dataset) for side in sides]
        total = sum(sizes) if method == "table" else max(sizes)
        with run.console.progress("comparing", total) as progress:
            report = compare(sides[0], sides[1], how, output=output, progress=progress)
    _print(run, report, (sides[0].text, sides[1].text))
    if output is not None and not run.as_json:
        run.console.out(f"written to {output.path}; look at {output.path / 'index.html'}")
    run.finish(1 if exit_code and not report.equal else 0)


def _output(options: dict[str, Any]) -> AbstractContextManager["FolderOutput | None"]:
    """The folder that was named, which is refused before anything is read."""
    from datum.outputs import FolderOutput

    if not options["output_dir"]:
        return nullcontext()
    return FolderOutput(Path(options["output_dir"]), overwrite=options["overwrite"])


def _print(
    run: Run, report: "DistanceReport | EqualityReport | TableReport", sides: tuple[str, str]
) -> None:
    import msgspec

    from datum.comparison.results import DistanceReport, EqualityReport
    from datum.diff.text import finite_json

    if run.as_json:
        values = {"first_name": sides[0], "second_name": sides[1], "equal": report.equal}
        run.console.json(finite_json({**values, **msgspec.to_builtins(report)}))
    elif isinstance(report, DistanceReport):
        _print_distance(run, report, sides)
    elif isinstance(report, EqualityReport):
        _print_equality(run, report, sides)
    else:
        rows = [
            (
                row.section,
                _short(row.name, 40),
                row.first,
                row.second,
                f"{row.second - row.first:+}",
            )
            for row in report.rows
        ]
        run.console.table(("", "", _short(sides[0]), _short(sides[1]), "difference"), rows)


def _print_distance(run: Run, report: "DistanceReport", sides: tuple[str, str]) -> None:
    out, items = run.console.out, report.items
    out(
        f"truth {sides[0]}, compared with {sides[1]}: {items['both']} items in both, "
        f"{items['truth']} only in the truth, {items['found']} only in the other"
    )
    if not items["both"] and items["truth"] and items["found"]:
        run.console.note("no item is in both; --match-images takes items of one image for one")
    elif report.labels and not any(one.truth and one.found for one in report.labels):
        run.console.note("no label is in both; labels are matched by name")
    if report.below_confidence:
        out(f"{report.below_confidence} objects are below the confidence of {report.confidence:g}")
    from msgspec.structs import astuple

    precision = {(one.measure, one.label): one for one in report.precision}
    header = ("family", "label", "truth", "found", "match", "P", "R", "F1", "AP50", "AP")
    rows = []
    for one in (*report.totals, *report.labels):
        measure = "box" if one.family == "shape" else one.family
        ap = precision.get((measure, one.label))
        rows.append(
            (
                *(one.family, _short(one.label), one.truth, one.found, one.matched),
                *map(_share, (one.precision, one.recall, one.f1)),
                *(("", "") if ap is None else (_share(ap.ap50), _share(ap.ap))),
            )
        )
    if rows:
        run.console.table(header, rows)
    means = [(one.measure, *map(_share, astuple(one)[1:])) for one in report.means]
    if means:
        run.console.table(("mean AP", ".5:.95", ".5", ".75", "small", "medium", "large"), means)
    confused = sorted(
        (one for one in report.confusion if one[1] != one[2] and None not in one),
        key=lambda one: -one[3],
    )
    for family, truth, found, count in confused[:_CONFUSED]:
        out(f"  {count} {family}: {truth} found as {found}")


def _print_equality(run: Run, report: "EqualityReport", sides: tuple[str, str]) -> None:
    from datum.diff.text import categories_lines

    items, notes = report.items, report.annotations
    run.console.out(
        f"{sides[0]} and {sides[1]}: {items['both']} items in both, {items['different']} of them "
        f"different; {items['first']} only in the first, {items['second']} only in the second"
    )
    run.console.out(
        f"annotations: {notes['matched']} equal, {notes['first']} only in the first, "
        f"{notes['second']} only in the second"
    )
    for line in categories_lines(report.categories):
        run.console.signed(line)
    if report.labels:
        rows = [(kind, _short(label or "(no label)"), a, b) for kind, label, a, b in report.labels]
        run.console.table(("kind", "label", "first only", "second only"), rows)


def _short(text: str, most: int = _WIDE) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
