"""Running operations. What it costs follows the change where an earlier result is at hand.

A result is a function of its input, so an operation that looks at one item at a time need not look at
those that are as they were: the trees of the earlier input and of this one are walked side by side,
what differs is computed before and after, and the earlier result is edited accordingly. Otherwise all
items are computed, and the input's own trees are edited where something else comes out.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import islice

import msgspec

from datum.dataset.dataset import Dataset, Row
from datum.dataset.keys import key_of
from datum.dataset.media import store_media
from datum.dataset.rekey import rekey_snapshot
from datum.dataset.write import write_row
from datum.diff.compare import changed_rows
from datum.lineage.edits import Edits, Output
from datum.lineage.noted import NotedLosses, recall, remember
from datum.lineage.operations import BatchPick, Change, Operation
from datum.lineage.picking import picked_outputs
from datum.lineage.recipe import Recipe
from datum.losses import LossReport
from datum.model import Item
from datum.objects.ids import ObjectId
from datum.objects.store import ObjectWriter
from datum.plugins import Memo

__all__ = ["Earlier", "Made", "Workplace", "run_operation"]

_REPORT_EVERY = 500
_FEW = 4
"""Where more than one item in so many changed, all are computed: those would be computed twice."""
_AT_THE_END = b"\xff"
"""No key of an item, and after all of them: what is lost when items are made of several."""


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """The result of an operation, not yet published."""

    snapshot: ObjectId
    recipe: Recipe
    title: str
    """One line for the commit."""
    losses: LossReport
    files: Mapping[str, bytes] = msgspec.field(default_factory=dict)
    """Reports that were asked for, by path; not written yet."""


class Earlier(msgspec.Struct, frozen=True):
    """An earlier run of the same operation, whose result the store holds as a whole."""

    before: ObjectId
    after: ObjectId


class Workplace(msgspec.Struct, frozen=True, kw_only=True):
    """What running needs beside the dataset."""

    writer: ObjectWriter
    """Takes the objects, and reads the dataset."""
    software: dict[str, str]
    """For the recipe."""
    memo: Memo | None = None
    progress: Callable[[int], None] | None = None
    """Told the number of items done."""


def run_operation(
    operation: Operation,
    dataset: Dataset,
    work: Workplace,
    *,
    role: str = "dataset",
    earlier: Earlier | None = None,
) -> Made:
    """Run an operation.

    Args:
        operation: What to do.
        dataset: What to do it with.
        work: Where.
        role: What the recipe calls the input.
        earlier: An earlier run, by the same version, that only what changed is computed anew;
            the result is the same without it.

    Raises:
        UsageError: Two items would have one subset and id.
    """
    recipe = Recipe(
        operation=operation.name,
        version=operation.version,
        parameters=operation.parameters,
        inputs=((role, dataset.oid),),
        software=work.software,
        seed=operation.seed,
        determinism=operation.determinism,
    )
    found = None
    if earlier is not None and operation.local:
        found = _from_earlier(operation, dataset, work, recipe, earlier)
    result = found or _from_nothing(operation, dataset, work)
    if operation.local:
        remember(work.memo, recipe, result.losses)
    return Made(
        snapshot=result.snapshot,
        recipe=recipe,
        title=operation.title,
        losses=result.losses,
        files=result.files,
    )


class _Result(msgspec.Struct, frozen=True):
    snapshot: ObjectId
    losses: NotedLosses
    files: Mapping[str, bytes] = msgspec.field(default_factory=dict)


def _from_nothing(operation: Operation, dataset: Dataset, work: Workplace) -> _Result:
    """The result of computing every item."""
    losses = NotedLosses()
    change = operation.bind(dataset, losses, work.memo)
    if change.keys is not None:
        snapshot = rekey_snapshot(
            work.writer, dataset, change.keys, categories=change.categories, infos=change.infos
        )
        return _Result(snapshot, losses, change.files)
    edits = Edits(dataset)
    if change.pick is not None:
        _pick(edits, change.pick, dataset, work)
        return _Result(_applied(edits, work, dataset, change), losses, change.files)
    for number, (item, row) in enumerate(dataset.pairs(), start=1):
        losses.key = key_of(item)
        before = Output(losses.key, row, len(item.annotations))
        edits.replace([before], _outputs(work.writer, change, item, row))
        if work.progress is not None and number % _REPORT_EVERY == 0:
            work.progress(number)
    losses.key = _AT_THE_END
    for item in change.made():
        edits.replace([], [_written(work.writer, item, None)])
    return _Result(_applied(edits, work, dataset, change), losses, change.files)


def _pick(edits: Edits, pick: BatchPick, dataset: Dataset, work: Workplace) -> None:
    """Edit what a filter takes away."""
    outputs = picked_outputs(work.writer, pick, dataset, dataset.rows())
    for number, (old, new) in enumerate(outputs, start=1):
        edits.replace([old], [] if new is None else [new])
        if work.progress is not None and number % _REPORT_EVERY == 0:
            work.progress(number)


def _from_earlier(
    operation: Operation, dataset: Dataset, work: Workplace, recipe: Recipe, earlier: Earlier
) -> _Result | None:
    """The same result, by computing what changed since; None where that is not known to be so."""
    before, after = (Dataset(work.writer, oid) for oid in (earlier.before, earlier.after))
    lost = recall(work.memo, recipe, earlier.before)
    if lost is None or before.snapshot.categories != dataset.snapshot.categories:
        return None
    limit = len(dataset) // _FEW + 1
    changed = list(islice(changed_rows(before, dataset), limit + 1))
    if len(changed) > limit:
        return None
    losses = NotedLosses()
    change = operation.bind(dataset, losses, work.memo)
    edits, find = Edits(after), after.lookup()
    if change.pick is not None:
        if not _pick_again(edits, change.pick, dataset, work, changed, find):
            return None
        return _Result(_applied(edits, work, dataset, change), losses.with_others(lost))
    for number, (key, old, new) in enumerate(changed, start=1):
        losses.key = None  # what it lost then is known
        gone = [] if old is None else _outputs(work.writer, change, dataset.read(key, old), old)
        if any(find(one.key) != one.row for one in gone):
            return None  # the code is another than it says, or what it reads outside changed
        losses.key = key
        come = [] if new is None else _outputs(work.writer, change, dataset.read(key, new), new)
        edits.replace(gone, come)
        lost.pop(key, None)
        if work.progress is not None and number % _REPORT_EVERY == 0:
            work.progress(number)
    return _Result(_applied(edits, work, dataset, change), losses.with_others(lost))


def _pick_again(
    edits: Edits,
    pick: BatchPick,
    dataset: Dataset,
    work: Workplace,
    changed: Sequence[tuple[bytes, Row | None, Row | None]],
    find: Callable[[bytes], Row | None],
) -> bool:
    """Edit what a filter makes of items that changed; False where it was otherwise before."""
    sides = (
        ((key, old) for key, old, _ in changed if old is not None),
        ((key, new) for key, _, new in changed if new is not None),
    )
    gone, come = (
        {
            old.key: new
            for old, new in picked_outputs(work.writer, pick, dataset, rows, counted=True)
        }
        for rows in sides
    )
    if any(one is not None and find(key) != one.row for key, one in gone.items()):
        return False
    for key, _, _ in changed:
        old, new = gone.get(key), come.get(key)
        edits.replace([] if old is None else [old], [] if new is None else [new])
    return True


def _applied(edits: Edits, work: Workplace, dataset: Dataset, change: Change) -> ObjectId:
    return edits.apply(work.writer, like=dataset, categories=change.categories, infos=change.infos)


def _outputs(writer: ObjectWriter, change: Change, item: Item, row: Row) -> list[Output]:
    """What becomes of an item, written; what did not change is not written again."""
    return [
        Output(key_of(new), row, len(new.annotations))
        if _as_it_was(item, new)
        else _written(writer, new, row)
        for new in change.items(item)
    ]


def _as_it_was(old: Item, new: Item) -> bool:
    """Whether nothing but the key is another; parts that were not touched are the same objects."""
    return (
        new.annotations is old.annotations
        and new.media is old.media
        and new.attributes is old.attributes
    )


def _written(writer: ObjectWriter, item: Item, before: Row | None) -> Output:
    row, count = write_row(writer, item, media=store_media, before=before)
    return Output(key_of(item), row, count)
