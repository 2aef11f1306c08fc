"""``datum validate``."""

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from datum.cli.extras import option_lines, parse_extras, wants_help
from datum.cli.freefile import write_free
from datum.cli.options import command, complete_revisions
from datum.cli.run import Run

if TYPE_CHECKING:
    from datum.validators import Validator

__all__ = ["COMMAND"]


@command(
    "Find what looks wrong in a dataset, for one task.\n\n"
    "Writes report-TASK.json, or report-TASK-SUBSET.json, with a number where that is taken, and with "
    "--html a page beside it, which needs no network; --json prints the same and writes no file but the "
    "page. `datum validate -l` lists the tasks, `datum validate -t TASK -- -h` shows what one looks for "
    "and its thresholds, which follow after --. Ends with 1 where there are errors.",
    examples=(
        "datum validate -t detection\n"
        "datum validate -t classification -s train -- -ir 40\n"
        "datum validate -t segmentation --html --ignore FarFromLabelMean\n"
        "datum validate -t detection --severity OutsideImage=error --min-severity error"
    ),
)
@click.argument("target", required=False, default="", shell_complete=complete_revisions)
@click.option(
    "-t",
    "--task_type",
    "--task-type",
    "task",
    metavar="TASK",
    help="What the dataset is for: classification, detection, segmentation, keypoints, or a plugin's.",
)
@click.option("-s", "--subset_name", "--subset", "subset", help="The only subset to look at.")
@click.option("-l", "--list", "list_all", is_flag=True, help="List the tasks.")
@click.option("--only", multiple=True, metavar="ANOMALY", help="Report this type; may be repeated.")
@click.option(
    "--ignore", multiple=True, metavar="ANOMALY", help="Leave a type out; may be repeated."
)
@click.option(
    "--min-severity",
    default="info",
    show_default=True,
    type=click.Choice(["error", "warning", "info"]),
    help="The mildest that is reported.",
)
@click.option(
    "--severity",
    "severities",
    multiple=True,
    metavar="ANOMALY=SEVERITY",
    help="How severe a type is: error, warning or info; may be repeated.",
)
@click.option("--html", is_flag=True, help="Write a page, too, to look through.")
def COMMAND(
    run: Run,
    target: str,
    task: str | None,
    subset: str | None,
    list_all: bool,
    only: tuple[str, ...],
    ignore: tuple[str, ...],
    min_severity: str,
    severities: tuple[str, ...],
    html: bool,
) -> None:
    """Validate."""
    from datum.validators import find_validator

    if list_all:
        _list(run)
        return
    if not task:
        raise click.UsageError("name the task with -t; -l lists them")
    validator = find_validator(task)
    if wants_help(run.extras):
        _explain(run, validator)
        return
    from datum.analysis.validating import Choice, run_validator

    choice = Choice(
        only=only, ignore=ignore, least=min_severity, severities=dict(map(_pair, severities))
    )
    project = run.project()
    dataset = project.dataset(target)
    with run.console.progress("looking", len(dataset)) as progress:
        report = run_validator(
            validator,
            dataset,
            parse_extras(validator.options, run.extras, "validate"),
            subset=subset,
            choice=choice,
            memo=project.session.store.memo(),
            progress=progress,
        )
    summary = report["summary"]
    name = f"report-{validator.name}" + (f"-{subset.replace('/', '_')}" if subset else "")
    if run.as_json:
        run.console.json(report)
    else:
        _print(run, report)
        path = write_free(name, json.dumps(report, indent=4, allow_nan=False) + "\n")
        run.console.out(f"written to {path}")
    if html:
        from datum.analysis.validation_page import validation_page

        title = " ".join(filter(None, (project.name, target, subset)))
        path = write_free(name, validation_page(report, title, validator.name), ".html")
        run.console.note(f"page: {path}") if run.as_json else run.console.out(f"page: {path}")
    run.finish(1 if summary["errors"] else 0)


def _pair(text: str) -> tuple[str, str]:
    name, equals, severity = text.partition("=")
    if not equals:
        raise click.UsageError(f"--severity {text}: write ANOMALY=SEVERITY")
    return name, severity


def _list(run: Run) -> None:
    from datum.validators import find_validator, validator_names

    rows = [(name, find_validator(name).title) for name in validator_names()]
    if run.as_json:
        run.console.json([{"name": name, "title": title} for name, title in rows])
    else:
        run.console.table(("task", "what it looks at"), rows)


def _explain(run: Run, validator: "Validator") -> None:
    lines = [validator.help.strip(), "", "Options, after --", *option_lines(validator.options)]
    for line in [*lines, "", "Anomalies"]:
        run.console.out(line)
    rows = [(one.name, one.severity, one.about) for one in validator.anomalies]
    run.console.table(("anomaly", "severity", "what it says"), rows)


def _print(run: Run, report: dict[str, Any]) -> None:
    found = Counter((one["severity"], one["anomaly_type"]) for one in report["validation_reports"])
    if found:
        rows = [(level, name, count) for (level, name), count in sorted(found.items())]
        run.console.table(("severity", "anomaly", "count"), rows)
    summary = report["summary"]
    run.console.out(f"{summary['errors']} errors, {summary['warnings']} warnings")
