"""``datum validate``."""

import json
from collections import Counter

import click

from datum.cli.extras import option_lines, parse_extras, wants_help
from datum.cli.freefile import write_free
from datum.cli.options import command, complete_revisions
from datum.cli.run import Run

__all__ = ["COMMAND"]


@command(
    "Find what looks wrong in a dataset, for one task.\n\n"
    "Writes report-TASK.json, or report-TASK-SUBSET.json, with a number where that is taken; --json "
    "prints the same and writes nothing. Thresholds follow after --; `-- -h` shows them. Ends with 1 "
    "where there are errors.",
    examples="datum validate -t detection\ndatum validate -t classification -s train -- -ir 40",
)
@click.argument("target", required=False, default="", shell_complete=complete_revisions)
@click.option(
    "-t",
    "--task_type",
    "--task-type",
    "task",
    required=True,
    type=click.Choice(["classification", "detection", "segmentation"]),
    help="What the dataset is for.",
)
@click.option("-s", "--subset_name", "--subset", "subset", help="The only subset to look at.")
def COMMAND(run: Run, target: str, task: str, subset: str | None) -> None:
    """Validate."""
    from datum.analysis.validation import OPTIONS, validate
    from datum.errors import UnknownNameError
    from datum.plugins import parse_options

    if wants_help(run.extras):
        for line in option_lines(OPTIONS):
            run.console.out(line)
        return
    options = parse_options(OPTIONS, parse_extras(OPTIONS, run.extras, "validate"), "validate")
    dataset = run.project().dataset(target)
    if subset is not None and subset not in dataset.subsets():
        raise UnknownNameError("subset", subset, dataset.subsets())
    report = validate(dataset, task, options, subset=subset)
    summary = report["summary"]
    if run.as_json:
        run.console.json(report)
    else:
        found = Counter(
            (one["severity"], one["anomaly_type"]) for one in report["validation_reports"]
        )
        if found:
            rows = [(level, name, count) for (level, name), count in sorted(found.items())]
            run.console.table(("severity", "anomaly", "count"), rows)
        run.console.out(f"{summary['errors']} errors, {summary['warnings']} warnings")
        name = f"report-{task}-{subset.replace('/', '_')}" if subset else f"report-{task}"
        path = write_free(name, json.dumps(report, indent=4) + "\n")
        run.console.out(f"written to {path}")
    run.finish(1 if summary["errors"] else 0)
