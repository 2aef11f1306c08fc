"""``datum ls``."""

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

import click

from datum.cli.options import command, complete_revisions
from datum.cli.run import Run

if TYPE_CHECKING:
    from datum.dataset.dataset import Dataset
    from datum.model import Item
    from datum.project.project import Project

__all__ = ["COMMAND"]


@command(
    "List the items of a revision.\n\n"
    "REV is a revision, a project or a dataset on disk; HEAD if not given, and the sources where nothing "
    "was committed yet. The list is printed as it is read.",
    examples="datum ls\ndatum ls main train -n 20\ndatum ls -l --subset val\ndatum ls HEAD~1 --json",
)
@click.argument("revision", required=False, default="", shell_complete=complete_revisions)
@click.argument("subset", required=False, default="")
@click.option("--subset", "wanted", default="", metavar="NAME", help="The items of one subset.")
@click.option("-l", "--long", is_flag=True, help="Size, media, and annotations by label.")
@click.option("-n", "--max-count", "limit", type=click.IntRange(min=0), help="So many at most.")
def COMMAND(
    run: Run, revision: str, subset: str, wanted: str, long: bool, limit: int | None
) -> None:
    """List items."""
    project = run.project()
    dataset, only = _what(project, revision, subset or wanted)
    if run.as_json:
        items = islice(dataset.items(only) if only else iter(dataset), limit)
        run.console.json_stream(_to_json(item, dataset) for item in items)
    elif long:
        items = islice(dataset.items(only) if only else iter(dataset), limit)
        run.console.paged(_long(item, dataset) for item in items)
    else:
        run.console.paged(islice(_names(dataset, only), limit))


def _what(project: "Project", revision: str, subset: str) -> "tuple[Dataset, str]":
    """The dataset and the subset; one word alone may be either."""
    from datum.errors import RevisionError, UnknownNameError

    try:
        dataset = project.dataset(revision)
    except RevisionError:
        if subset or revision not in (dataset := project.dataset()).subsets():
            raise
        return dataset, revision
    if subset and not dataset.count(subset):
        raise UnknownNameError("subset", subset, dataset.subsets())
    return dataset, subset


def _names(dataset: "Dataset", subset: str) -> Iterator[str]:
    from datum.dataset.keys import key_text

    return (key_text(key) for key in dataset.keys(subset or None))


def _counts(item: "Item", dataset: "Dataset") -> dict[str, int]:
    counts: dict[str, int] = {}
    for one in item.annotations:
        name = dataset.categories.name_of(one.label) or "(no label)"
        counts[name] = counts.get(name, 0) + 1
    return dict(sorted(counts.items()))


def _long(item: "Item", dataset: "Dataset") -> str:
    size = "-" if item.size is None else f"{item.size[1]}×{item.size[0]}"
    path = "-" if item.image is None else item.image.path or item.image.role
    counts = ", ".join(f"{count} {name}" for name, count in _counts(item, dataset).items())
    return f"{size:>11}  {item.subset}/{item.id}  {path}  {counts or '-'}"


def _to_json(item: "Item", dataset: "Dataset") -> dict[str, object]:
    return {
        "subset": item.subset,
        "id": item.id,
        "width": None if item.size is None else item.size[1],
        "height": None if item.size is None else item.size[0],
        "media": None if item.image is None else item.image.path,
        "annotations": _counts(item, dataset),
    }
