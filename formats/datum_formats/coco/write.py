"""Writing a COCO dataset: one file for each subset and task that has something to say."""

from collections.abc import Collection, Mapping
from typing import Any

from datum.errors import UnknownNameError
from datum.model import DEFAULT_SUBSET
from datum.plugins import Writing
from datum_formats.coco.categories import categories_json, category_ids
from datum_formats.coco.compose import Composer
from datum_formats.coco.layout import TASKS, Layout
from datum_formats.coco.read import FILE_INFOS, KEY_INFOS
from datum_formats.coco.survey import survey
from datum_formats.coco.tasks import Chooser
from datum_formats.coco.writer import Plan, write_file

__all__ = ["write"]

_STANDARD = Layout()


def write(task: str, writing: Writing, *, layout: Layout = _STANDARD) -> None:
    """Write a dataset.

    Args:
        task: The one whose files are written; empty for those that have content, or that the
            option ``tasks`` names.
        writing: Dataset, output, options, report of losses.
        layout: Where the files are to be.

    Raises:
        FormatError: An item cannot be written.
        UnknownNameError: The option ``tasks`` names no task.
    """
    asked = [task] if task else _asked(writing.options)
    categories = writing.dataset.categories
    ids, new = category_ids(categories, writing.losses, reindex=writing.options["reindex"])
    keys = writing.dataset.infos.get(KEY_INFOS)
    composer = Composer(
        ids,
        {spec.label: len(spec.joints) for spec in categories.skeletons},
        frozenset(key for key in keys if isinstance(key, str))
        if isinstance(keys, list)
        else frozenset(),
        allow_attributes=writing.options["allow_attributes"],
        reindex=writing.options["reindex"],
    )
    plan = Plan(
        writing=writing,
        chooser=Chooser(asked, categories),
        composer=composer,
        categories=categories_json(categories, ids, writing.losses),
        new_category_ids=new and bool(ids),
        layout=layout,
    )
    written: set[str] = set()
    merged: set[str] = set()
    for subset in writing.dataset.subsets() or [DEFAULT_SUBSET]:
        found = survey(writing, plan.chooser, subset, merged, layout)
        for one in _files(asked, found.tasks):
            write_file(plan, found, one)
            written.add(layout.annotations(one, subset).rpartition("/")[2])
    _count_file_infos(writing, written)


def _asked(options: Mapping[str, Any]) -> list[str]:
    """The tasks that the option names, with commas or several times, in their order."""
    names = [name.strip() for value in options.get("tasks") or () for name in value.split(",")]
    for name in names:
        if name not in TASKS:
            raise UnknownNameError("task of coco", name, TASKS)
    return [task for task in TASKS if task in names]


def _files(asked: Collection[str], filled: Collection[str]) -> list[str]:
    """The tasks whose files are written; always one, so that no item is lost."""
    if not asked:
        return [task for task in TASKS if task in filled] or ["image_info"]
    found = [task for task in asked if task in filled or task == "image_info"]
    return found or list(asked)[:1]


def _count_file_infos(writing: Writing, written: Collection[str]) -> None:
    own = writing.dataset.infos.get(FILE_INFOS)
    for stem in own if isinstance(own, dict) else ():
        if f"{stem}.json" not in written:
            writing.losses.add("info", f"it is of {stem}.json, which is not written")
