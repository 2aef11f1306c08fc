"""Replays: what a dataset was made by runs again, in a writer that is never published.

Each step is run on the very input that its recipe names, with nothing remembered from an earlier run,
and what comes out is compared with what is on record by one id.
"""

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import msgspec

from datum.dataset.dataset import Dataset
from datum.dataset.keys import item_key
from datum.dataset.write import edit_rows
from datum.diff.counts import ItemCounts, count_items
from datum.diff.dataset_diff import DatasetDiff
from datum.errors import DatumError
from datum.lineage.operations import find_operation
from datum.lineage.recipe import Recipe
from datum.lineage.running import Workplace, run_operation
from datum.merge.datasets import merge_datasets
from datum.merge.items import Prefer
from datum.merge.policies import MERGE, VERSION
from datum.objects.ids import ObjectId
from datum.objects.store import ObjectWriter
from datum.project.merging import merge_again
from datum.project.origins import Origin, lineage
from datum.project.reading import Progress, Source, read_source
from datum.project.session import Session
from datum.project.sources import source_of
from datum.project.versions import software

__all__ = ["DIFFERS", "FAILED", "GIVEN", "SAME", "Step", "reproduce"]

SAME = "same"
DIFFERS = "differs"
GIVEN = "given"
FAILED = "failed"

_EXAMPLES = 10
"""Items of a difference that are named."""

_COMPLETE = {"revert": 2, "restore": 2}
"""Versions of the verbs since which their recipes say all that is needed to run them again."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One commit of a lineage, and what came of running its recipe again."""

    origin: Origin
    outcome: str
    """``same``; ``differs``; ``failed``, where it cannot be run; ``given``, for what people or sources
    brought in, which is taken as it was."""
    found: ObjectId | None = None
    """The snapshot that came out; None where none did."""
    reasons: tuple[str, ...] = ()
    """The error; or what is otherwise than when it ran first, and may be why it differs."""
    items: ItemCounts = ItemCounts()
    """How many items differ."""
    examples: tuple[str, ...] = ()
    """The first items that differ, as ``subset/id``."""
    categories: bool = False
    """Whether the labels differ."""

    @property
    def good(self) -> bool:
        """Whether what came out is what is on record, or was not in question."""
        return self.outcome in (SAME, GIVEN)


def reproduce(
    session: Session,
    start: ObjectId,
    *,
    every: bool = False,
    sources: bool = False,
    progress: Progress | None = None,
) -> Iterator[Step]:
    """Run a lineage again, the oldest step first, up to the first that is not as it was.

    Args:
        session: The project; its store, refs and log stay as they are.
        start: The commit.
        every: Go on behind what people and sources brought in, to the beginning.
        sources: Read the sources again too, from the files that are there now; implies *every*.
        progress: Told how far each step is.
    """
    steps = _steps(session, start, every=every or sources, sources=sources)
    for origin, again in reversed(steps):
        step = _step(session, origin, progress) if again else Step(origin=origin, outcome=GIVEN)
        yield step
        if not step.good:
            return


def _steps(
    session: Session, start: ObjectId, *, every: bool, sources: bool
) -> list[tuple[Origin, bool]]:
    """The commits that matter, newest first, and whether each is to be run again."""
    needed = {start}
    read: set[str] = set()
    found = []
    for origin in lineage(session, start):
        if origin.oid not in needed:
            continue
        needed.remove(origin.oid)
        again = _can_run(origin.recipe)
        name = _source_name(origin.recipe)
        if sources and name and name not in read:  # older reads were of files that changed since
            read.add(name)
            again = True
        found.append((origin, again))
        if again or every:
            needed |= {one.commit for one in origin.inputs if one.commit and (every or one.role)}
        if not needed:
            break
    return found


def _can_run(recipe: Recipe | None) -> bool:
    if recipe is None:
        return False
    if recipe.operation in _COMPLETE:
        return recipe.version >= _COMPLETE[recipe.operation]
    return recipe.operation in ("filter", MERGE) or recipe.operation.startswith("transform ")


def _source_name(recipe: Recipe | None) -> str:
    return str(recipe.parameters["name"]) if recipe and recipe.operation == "read" else ""


def _step(session: Session, origin: Origin, progress: Progress | None) -> Step:
    recipe, recorded = origin.recipe, origin.commit.snapshot
    if recipe is None:
        return Step(origin=origin, outcome=GIVEN)
    writer = session.store.writer()
    try:
        snapshot, version = _run(session, writer, origin, recipe, progress)
    except DatumError as error:
        return Step(origin=origin, outcome=FAILED, reasons=(error.message,))
    if snapshot == recorded:
        return Step(origin=origin, outcome=SAME, found=snapshot)
    diff = DatasetDiff.of(Dataset(writer, recorded), Dataset(writer, snapshot))
    return Step(
        origin=origin,
        outcome=DIFFERS,
        found=snapshot,
        reasons=tuple(_reasons(recipe, version)),
        items=count_items(diff.old, diff.new),
        examples=tuple(change.name for change in islice(diff, _EXAMPLES)),
        categories=bool(diff.categories()),
    )


def _run(
    session: Session,
    writer: ObjectWriter,
    origin: Origin,
    recipe: Recipe,
    progress: Progress | None,
) -> tuple[ObjectId, int]:
    """The snapshot that comes out now, and the version of the operation."""
    special = _SPECIAL.get(recipe.operation)
    if special is not None:
        return special(session, writer, origin, recipe), recipe.version
    if recipe.operation == MERGE:
        datasets = [Dataset(writer, oid) for _, oid in recipe.inputs]
        return merge_again(writer, recipe, datasets, progress=progress).snapshot, VERSION
    operation = find_operation(recipe.operation, recipe.parameters)
    if operation is None:
        raise AssertionError(f"{recipe.operation} was said to run")
    work = Workplace(writer=writer, software=software(), progress=progress)
    made = run_operation(operation, Dataset(writer, recipe.inputs[0][1]), work)
    return made.snapshot, operation.version


def _revert(_: Session, writer: ObjectWriter, _origin: Origin, recipe: Recipe) -> ObjectId:
    branch, reverted, to = (Dataset(writer, oid) for _, oid in recipe.inputs)
    prefer: Prefer = recipe.parameters["prefer"] or "ours"
    return merge_datasets(writer, reverted, branch, to, prefer).snapshot


def _restore(_: Session, writer: ObjectWriter, _origin: Origin, recipe: Recipe) -> ObjectId:
    branch, taken_from = (Dataset(writer, oid) for _, oid in recipe.inputs)
    keys = [item_key(*names) for names in recipe.parameters["items"]]
    return edit_rows(writer, branch, {key: taken_from.row(key) for key in keys})


def _read(session: Session, writer: ObjectWriter, origin: Origin, recipe: Recipe) -> ObjectId:
    values = recipe.parameters
    source = Source(
        path=_source_path(session, recipe),
        format=values["format"],
        options=values["options"],
        media=values["media"],
    )
    parents = origin.commit.parents
    previous = session.dataset(parents[0]) if parents else None
    return read_source(session.store, writer, source, previous=previous).snapshot


def _source_path(session: Session, recipe: Recipe) -> Path:
    """Where a source is now, if it is still configured: the project may have been moved with it."""
    name = recipe.parameters["name"]
    if name in session.config.sources:
        return source_of(session, name).path
    return Path(recipe.externals[0].uri)


_SPECIAL: dict[str, Callable[[Session, ObjectWriter, Origin, Recipe], ObjectId]] = {
    "read": _read,
    "restore": _restore,
    "revert": _revert,
}


def _reasons(recipe: Recipe, version: int) -> Iterator[str]:
    if version != recipe.version:
        yield f"{recipe.operation} is of version {version}, and was of version {recipe.version}"
    now = software()
    for name, before in recipe.software.items():
        if now.get(name) != before:
            yield f"{name} is of version {now.get(name, 'none')}, and was of version {before}"
    if recipe.operation == "read":
        yield f"the files of source {recipe.parameters['name']} may have changed"
