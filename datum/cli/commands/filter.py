"""``datum filter``."""

import click

from datum.cli.operating import OPERATION_OPTIONS, print_placed, print_preview
from datum.cli.options import command, complete_revisions
from datum.cli.run import Run

__all__ = ["COMMAND"]


@command(
    "Keep the items and annotations that an XPath picks.\n\n"
    "Modes: i, items; a, annotations; i+a, a+i, items+annotations, annotations+items, which also "
    "removes items left without annotations. --dry-run prints the items that would stay, each as the XML "
    "document that expressions are asked of; --dry-run --stat counts what would change. Without -o the "
    "result is committed to the current branch.",
    examples=(
        "datum filter -e '/item[image/width < image/height]'\n"
        "datum filter -e '/item[subset=\"train\"]' -o train_only\n"
        'datum filter --mode annotations -e \'/item/annotation[(label="cat" and area > 99.5) or '
        'label!="person"]\'\n'
        "datum filter -m i+a -e '/item/annotation[occluded=\"True\"]'\n"
        "datum filter --dry-run --stat -m a -e '/item/annotation[area > 1024]'"
    ),
)
@click.argument("target", required=False, default="", shell_complete=complete_revisions)
@click.option("-e", "--filter", "expression", metavar="XPATH", help="XPath 1.0.")
@click.option("-m", "--mode", default="i", show_default=True, help="What is picked.")
@click.option("--dry-run", is_flag=True, help="Print the items as XML; change nothing.")
@click.option("--stat", is_flag=True, help="With --dry-run, count what would change instead.")
@OPERATION_OPTIONS
def COMMAND(
    run: Run,
    target: str,
    expression: str | None,
    mode: str,
    dry_run: bool,
    stat: bool,
    output: str,
    overwrite: bool,
) -> None:
    """Filter."""
    if dry_run and not stat:
        _print_xml(run, target, expression, mode)
        return
    if not expression:
        raise click.UsageError("name what to keep with -e XPATH")
    if dry_run:
        _preview(run, target, expression, mode)
        return
    project = run.project()
    with run.console.progress("filtering") as progress:
        placed = project.filter(
            expression, mode, target=target, output=output, overwrite=overwrite, progress=progress
        )
    print_placed(run, placed, "filter")


def _preview(run: Run, target: str, expression: str, mode: str) -> None:
    from datum.lineage.operations import filter_operation

    operations = [filter_operation(expression, mode)]
    with run.console.progress("filtering") as progress:
        preview = run.project().preview(operations, target=target, progress=progress)
    print_preview(run, preview, "filter", stat=True)


def _print_xml(run: Run, target: str, expression: str | None, mode: str) -> None:
    """The items that stay, as the documents that expressions are asked of."""
    from lxml import etree

    from datum.transforms.filtering import compile_filter, item_xml, parse_mode

    dataset = run.project().dataset(target)
    pick = compile_filter(expression, parse_mode(mode)) if expression else None
    documents = []
    for item in dataset:
        kept = item if pick is None else pick(item, dataset.categories)
        if kept is None:
            continue
        text = etree.tostring(
            item_xml(kept, dataset.categories), pretty_print=True, encoding="unicode"
        )
        if run.as_json:
            documents.append(text)
        else:
            run.console.out(text.rstrip())
    if run.as_json:
        run.console.json(documents)
