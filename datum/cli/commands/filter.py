"""``datum filter``."""

from typing import TYPE_CHECKING

import click

from datum.cli.operating import OPERATION_OPTIONS, print_placed, print_preview
from datum.cli.options import command, complete_revisions
from datum.cli.run import Run

if TYPE_CHECKING:
    from datum.filtering.modes import Language

__all__ = ["COMMAND"]


@command(
    "Keep the items and annotations that an expression picks.\n\n"
    "-e takes an XPath on the XML document of each item, --sql a condition on its fields. Modes: i, items; "
    "a, annotations; i+a, a+i, items+annotations, annotations+items, which also removes items left without "
    "annotations. --dry-run prints the items that would stay, each as the XML document that XPath is asked "
    "of; --dry-run --stat counts what would change. Without -o the result is committed to the current "
    "branch. All fields are on the page Filtering of the documentation.",
    examples=(
        "datum filter -e '/item[image/width < image/height]'\n"
        "datum filter -e '/item[subset=\"train\"]' -o train_only\n"
        'datum filter --mode annotations -e \'/item/annotation[(label="cat" and area > 99.5) or '
        'label!="person"]\'\n'
        "datum filter -m i+a -e '/item/annotation[occluded=\"True\"]'\n"
        "datum filter -m i+a --sql 'label = \"car\" and area > 100'\n"
        "datum filter --sql 'width < height and annotations > 0'\n"
        "datum filter --dry-run --stat -m a -e '/item/annotation[area > 1024]'"
    ),
)
@click.argument("target", required=False, default="", shell_complete=complete_revisions)
@click.option("-e", "--filter", "xpath", metavar="XPATH", help="XPath 1.0.")
@click.option("--sql", metavar="CONDITION", help="A condition as SQL has it behind `where`.")
@click.option("-m", "--mode", default="i", show_default=True, help="What is picked.")
@click.option("--dry-run", is_flag=True, help="Print the items as XML; change nothing.")
@click.option("--stat", is_flag=True, help="With --dry-run, count what would change instead.")
@OPERATION_OPTIONS
def COMMAND(
    run: Run,
    target: str,
    xpath: str | None,
    sql: str | None,
    mode: str,
    dry_run: bool,
    stat: bool,
    output: str,
    overwrite: bool,
) -> None:
    """Filter."""
    if xpath and sql:
        raise click.UsageError("give -e or --sql, not both")
    expression = sql or xpath
    language: Language = "sql" if sql else "xpath"
    if dry_run and not stat:
        _print_xml(run, target, expression, mode, language)
        return
    if not expression:
        raise click.UsageError("name what to keep with -e XPATH or --sql CONDITION")
    if dry_run:
        _preview(run, target, expression, mode, language)
        return
    project = run.project()
    with run.console.progress("filtering") as progress:
        placed = project.filter(
            expression,
            mode,
            language=language,
            target=target,
            output=output,
            overwrite=overwrite,
            progress=progress,
        )
    print_placed(run, placed, "filter")


def _preview(run: Run, target: str, expression: str, mode: str, language: "Language") -> None:
    from datum.lineage.operations import filter_operation

    operations = [filter_operation(expression, mode, language)]
    with run.console.progress("filtering") as progress:
        preview = run.project().preview(operations, target=target, progress=progress)
    print_preview(run, preview, "filter", stat=True)


def _print_xml(
    run: Run, target: str, expression: str | None, mode: str, language: "Language"
) -> None:
    """The items that stay, as the documents that expressions are asked of."""
    from lxml import etree

    from datum.filtering.document import item_xml
    from datum.lineage.operations import filter_operation

    project = run.project()
    if expression:
        operation = filter_operation(expression, mode, language)
        dataset = project.preview([operation], target=target).after
    else:
        dataset = project.dataset(target)
    documents = (
        etree.tostring(item_xml(item, dataset.categories), pretty_print=True, encoding="unicode")
        for item in dataset
    )
    if run.as_json:
        run.console.json_stream(documents)
    else:
        run.console.paged(text.rstrip() for text in documents)
