"""Operations: filter and transform a dataset, and put the result where it belongs."""

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from datum.dataset.dataset import Dataset, Row
from datum.dataset.keys import key_of
from datum.dataset.media import load_media, store_media
from datum.dataset.rekey import rekey_snapshot, two_of_one_key
from datum.dataset.values import encode_categories, encode_snapshot
from datum.dataset.write import write_row
from datum.errors import ProjectError, UsageError
from datum.lineage.recipe import Recipe
from datum.losses import LossReport
from datum.model import Categories, Item
from datum.objects import tree
from datum.objects.ids import ObjectId
from datum.objects.kinds import Kind
from datum.objects.store import ObjectWriter
from datum.plugins import Memo, Plan, Transform, TransformContext, find_transform, parse_options
from datum.project.reading import Progress
from datum.project.session import Session
from datum.project.versions import software
from datum.refs.names import check_ref_name

__all__ = ["Made", "Placed", "filter_dataset", "is_folder", "operate", "transform_dataset"]

_REPORT_EVERY = 500


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """The result of an operation, not yet published."""

    snapshot: ObjectId
    recipe: Recipe
    title: str
    """One line for the commit."""
    losses: LossReport
    files: Mapping[str, bytes] = msgspec.field(default_factory=dict)
    """Reports that were asked for, by path; not written yet."""


def filter_dataset(
    writer: ObjectWriter,
    dataset: Dataset,
    expression: str,
    mode: str = "items",
    *,
    progress: Progress | None = None,
) -> Made:
    """Keep the items and annotations that an XPath picks.

    Raises:
        UsageError: The expression is no XPath, or the mode is none.
    """
    from datum.transforms.filtering import compile_filter, parse_mode  # brings lxml

    chosen = parse_mode(mode)
    pick = compile_filter(expression, chosen)
    categories = dataset.categories
    change = _Change(items=lambda item: _of_one(pick(item, categories)), categories=categories)
    snapshot = _rebuild(writer, dataset, change, progress=progress)
    recipe = Recipe(
        operation="filter",
        parameters={"expression": expression, "mode": chosen},
        inputs=(("dataset", dataset.oid),),
        software=software(),
    )
    return Made(
        snapshot=snapshot,
        recipe=recipe,
        title=f"Filter {chosen} by {expression}",
        losses=LossReport(),
    )


def transform_dataset(
    writer: ObjectWriter,
    dataset: Dataset,
    name: str,
    options: dict[str, Any],
    *,
    memo: Memo | None = None,
    progress: Progress | None = None,
) -> Made:
    """Run a transform; what it finds out about media is remembered in *memo*.

    Raises:
        UnknownNameError: There is no such transform, or it has no such option.
        UsageError: An option does not fit, or two items would have one id.
    """
    transform = find_transform(name)
    values = parse_options(transform.options, options, transform.name)
    losses = LossReport()
    context = TransformContext(
        categories=dataset.categories,
        options=values,
        load=lambda media: load_media(dataset.store, media),
        losses=losses,
        memo=memo,
    )
    plan = Plan() if transform.plan is None else transform.plan(dataset, context)
    snapshot = _planned(writer, dataset, transform, plan, context, progress=progress)
    seed = values.get("seed")
    recipe = Recipe(
        operation=f"transform {transform.name}",
        version=transform.version,
        parameters={key: _plain(value) for key, value in values.items()},
        inputs=(("dataset", dataset.oid),),
        software=software(),
        seed=seed if isinstance(seed, int) else None,
        determinism="bitwise" if seed is None else "seeded",
    )
    return Made(
        snapshot=snapshot,
        recipe=recipe,
        title=f"Transform {transform.name}",
        losses=losses,
        files=plan.files,
    )


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


class _Change(msgspec.Struct, frozen=True, kw_only=True):
    """What an operation makes of a dataset."""

    items: Callable[[Item], Iterable[Item]]
    made: Callable[[], Iterable[Item]] = tuple
    categories: Categories
    infos: Mapping[str, Any] | None = None


def _of_one(item: Item | None) -> tuple[Item, ...]:
    return () if item is None else (item,)


def _planned(
    writer: ObjectWriter,
    dataset: Dataset,
    transform: Transform,
    plan: Plan,
    context: TransformContext,
    *,
    progress: Progress | None,
) -> ObjectId:
    categories = plan.categories or dataset.categories
    if transform.categories is not None:
        categories = transform.categories(categories, context.options)
    if plan.keys is not None:
        return rekey_snapshot(writer, dataset, plan.keys, categories=categories, infos=plan.infos)
    change = _Change(
        items=_each(transform, plan, context),
        made=plan.made or tuple,
        categories=categories,
        infos=plan.infos,
    )
    return _rebuild(writer, dataset, change, progress=progress)


def _each(
    transform: Transform, plan: Plan, context: TransformContext
) -> Callable[[Item], Iterable[Item]]:
    """What becomes of one item."""
    item, expand, planned = transform.item, transform.expand, plan.item
    if expand is not None:
        return lambda one: expand(one, context)
    if item is not None:
        return lambda one: _of_one(item(one, context))
    if planned is not None:
        return lambda one: _of_one(planned(one))
    if transform.plan is not None:
        return _of_one
    raise UsageError(f"transform {transform.name} does nothing to items")


def _rebuild(
    writer: ObjectWriter,
    dataset: Dataset,
    change: _Change,
    *,
    progress: Progress | None = None,
) -> ObjectId:
    """The snapshot of what *change* makes of every item; unchanged ones are not written again."""
    rows: dict[bytes, Row] = {}
    total = 0

    def add(new: Item, old: Item | None, before: Row | None) -> int:
        key = key_of(new)
        if key in rows:
            raise two_of_one_key(key)
        rows[key] = _row(writer, old, before, new)
        return len(new.annotations)

    for number, (item, row) in enumerate(dataset.pairs(), start=1):
        total += sum(add(new, item, row) for new in change.items(item))
        if progress is not None and number % _REPORT_EVERY == 0:
            progress(number)
    total += sum(add(new, None, None) for new in change.made())
    keys = sorted(rows)
    snapshot = replace(
        dataset.snapshot,
        items=tree.build(writer, ((key, rows[key].item) for key in keys)),
        annotations=tree.build(
            writer, ((key, oid) for key in keys if (oid := rows[key].annotations) is not None)
        ),
        categories=writer.put(Kind.CATEGORIES, encode_categories(change.categories)),
        item_count=len(rows),
        annotation_count=total,
        infos=dataset.snapshot.infos if change.infos is None else dict(change.infos),
    )
    return writer.put(Kind.SNAPSHOT, encode_snapshot(snapshot))


def _row(writer: ObjectWriter, old: Item | None, row: Row | None, new: Item) -> Row:
    same = (
        old is not None
        and new.annotations is old.annotations
        and new.media is old.media
        and new.attributes is old.attributes
    )
    if same and row is not None:
        return row
    return write_row(writer, new, media=store_media, before=row)[0]


def is_folder(output: str) -> bool:
    """Whether ``-o`` names a place on disk, not a derived dataset."""
    return os.sep in output or Path(output).is_dir()


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """The result of an operation, committed."""

    root: Path
    """Directory of the project that it is in."""
    ref: str
    commit: ObjectId
    before: Dataset
    after: Dataset
    losses: LossReport
    files: Mapping[str, bytes] = msgspec.field(default_factory=dict)
    """Reports that were asked for, by path; not written yet."""


def operate(
    session: Session,
    source: ObjectId,
    run: Callable[[ObjectWriter, Dataset], Made],
    output: str,
) -> Placed:
    """Run an operation on a commit, and commit the result.

    Args:
        session: The project.
        source: The commit.
        run: The operation.
        output: Name of a derived dataset; empty for the current branch.

    Raises:
        ProjectError: HEAD is on no branch, and *output* names nothing.
        RefMovedError: Somebody else moved the ref meanwhile.
    """
    ref, tip = _destination(session, output)
    before = session.dataset(source)
    writer = session.store.writer()
    made = run(writer, before)
    parents = (source,) if output else tuple(oid for oid in (tip, source) if oid is not None)
    oid = session.write_commit(writer, made.snapshot, parents, made.title, made.recipe)
    session.publish(writer, {ref: oid}, expected={ref: tip})
    return Placed(
        root=session.layout.root,
        ref=ref,
        commit=oid,
        before=before,
        after=Dataset(session.store, made.snapshot),
        losses=made.losses,
        files=made.files,
    )


def _destination(session: Session, output: str) -> tuple[str, ObjectId | None]:
    if output:
        ref = check_ref_name(f"derived/{output}")
        return ref, session.refs.get(ref)
    head = session.head
    if head.ref is None:
        raise ProjectError(
            "HEAD is on no branch", hint="`datum switch -c NAME`, or keep the result with -o NAME"
        )
    return head.ref, session.refs.get(head.ref)
