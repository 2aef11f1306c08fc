"""Questions to history: the log, the log of one item, blame, revert, restore."""

from collections.abc import Iterator

import msgspec

from datum.dataset.dataset import Dataset, Row
from datum.dataset.keys import item_key, key_text, split_key
from datum.dataset.write import edit_rows, empty_snapshot
from datum.diff.changes import AnnotationChange, ItemChange
from datum.diff.compare import compare_annotations, compare_items
from datum.diff.dataset_diff import DatasetDiff
from datum.errors import ConflictError, ProjectError, UnknownNameError, UsageError
from datum.lineage.recipe import Recipe, read_recipe
from datum.merge.datasets import merge_datasets
from datum.merge.items import Prefer
from datum.model import Annotation
from datum.objects.ids import ObjectId
from datum.project.session import Session
from datum.project.versions import software
from datum.refs.commits import Commit, walk

__all__ = [
    "BlameLine",
    "blame",
    "branch_parent",
    "commit_diff",
    "commits_of_item",
    "history",
    "item_change",
    "parse_key",
    "restore",
    "revert",
]


class BlameLine(msgspec.Struct, frozen=True, kw_only=True):
    """An annotation, and the commit that last changed it."""

    annotation: Annotation
    label: str
    oid: ObjectId
    commit: Commit
    change: AnnotationChange
    """What that commit did to it."""


def parse_key(text: str) -> bytes:
    """The key of an item from ``SUBSET/ID``.

    Raises:
        UsageError: There is no slash in it.
    """
    subset, slash, item_id = text.partition("/")
    if not slash or not subset or not item_id:
        raise UsageError(f"'{text}' is no item", hint="write SUBSET/ID; `datum ls` shows the items")
    return item_key(subset, item_id)


def history(
    session: Session, start: ObjectId, *, every_parent: bool = False
) -> Iterator[tuple[ObjectId, Commit]]:
    """Commits from *start* back: those of the branch, or with every parent those of sources too."""
    if every_parent:
        yield from walk(session.store, [start])
        return
    here: ObjectId | None = start
    while here is not None:
        commit = session.commit(here)
        yield here, commit
        here = branch_parent(session, commit)


def branch_parent(session: Session, commit: Commit) -> ObjectId | None:
    """What a commit was committed onto; None for the first one of a branch.

    The first commit of a branch that takes in sources has their commits as its only parents.
    """
    for parent in commit.parents[:1]:
        takes_in = _operation(session, commit) == "commit"
        if not takes_in or _operation(session, session.commit(parent)) != "read":
            return parent
    return None


def _operation(session: Session, commit: Commit) -> str:
    return "" if commit.recipe is None else read_recipe(session.store, commit.recipe).operation


def commit_diff(session: Session, commit: Commit) -> DatasetDiff:
    """What a commit changed: the diff against what it was committed onto, or against nothing."""
    parent = branch_parent(session, commit)
    new = Dataset(session.store, commit.snapshot)
    if parent is not None:
        return DatasetDiff.of(session.dataset(parent), new)
    writer = session.store.writer()
    return DatasetDiff.of(Dataset(writer, empty_snapshot(writer)), Dataset(writer, new.oid))


def commits_of_item(
    session: Session, start: ObjectId, key: bytes
) -> Iterator[tuple[ObjectId, Commit, Row | None, Row | None]]:
    """The commits that changed an item, newest first, with its ids before and after.

    Raises:
        UnknownNameError: No commit ever had it.
    """
    found = False
    for oid, commit in history(session, start):
        after = Dataset(session.store, commit.snapshot).row(key)
        before = _parent_row(session, commit, key)
        if before != after:
            found = True
            yield oid, commit, before, after
    if not found:
        raise UnknownNameError("item", key_text(key), (), hint="`datum ls` shows the items")


def item_change(
    session: Session, commit: Commit, key: bytes, before: Row | None, after: Row | None
) -> ItemChange | None:
    """What a commit did to an item, from the ids that :func:`commits_of_item` gives."""
    new = Dataset(session.store, commit.snapshot)
    parent = branch_parent(session, commit)
    old = new if parent is None else session.dataset(parent)
    return compare_items(
        key,
        None if before is None else old.read(key, before),
        None if after is None else new.read(key, after),
        (old.categories, new.categories),
    )


def _parent_row(session: Session, commit: Commit, key: bytes) -> Row | None:
    parent = branch_parent(session, commit)
    return None if parent is None else session.dataset(parent).row(key)


def blame(session: Session, start: ObjectId, key: bytes) -> list[BlameLine]:
    """For each annotation of an item, the commit that last changed it.

    Raises:
        UnknownNameError: The item is not in that commit.
    """
    dataset = session.dataset(start)
    row = dataset.row(key)
    if row is None:
        raise UnknownNameError("item", key_text(key), (), hint="`datum ls` shows the items")
    waiting = {one.id: one for one in dataset.read_annotations(row)}
    lines: dict[int | None, BlameLine] = {}
    for oid, commit, before, after in commits_of_item(session, start, key):
        if not waiting:
            break
        new = Dataset(session.store, commit.snapshot)
        parent = branch_parent(session, commit)
        old = new if parent is None else session.dataset(parent)
        changes = compare_annotations(
            () if before is None else old.read_annotations(before),
            () if after is None else new.read_annotations(after),
            (old.categories, new.categories),
        )
        for change in changes:
            one = None if change.new is None else waiting.pop(change.new.id, None)
            if one is not None:
                lines[one.id] = BlameLine(
                    annotation=one,
                    label=dataset.categories.name_of(one.label),
                    oid=oid,
                    commit=commit,
                    change=change,
                )
    return [lines[one.id] for one in dataset.read_annotations(row) if one.id in lines]


def revert(
    session: Session, revision: str, *, prefer: Prefer | None = None, message: str = ""
) -> ObjectId:
    """Commit the opposite of a commit onto the current branch.

    Raises:
        ProjectError: HEAD is on no branch, or there is nothing to take back.
        ConflictError: What it changed was changed again since.
    """
    oid = session.resolve(revision)
    commit = session.commit(oid)
    ref, tip = _branch(session)
    writer = session.store.writer()
    parent = branch_parent(session, commit)
    if parent is None:
        raise ProjectError(f"{revision} is the first commit", hint="`datum undo` takes it back")
    merged = merge_datasets(
        writer,
        Dataset(writer, commit.snapshot),
        Dataset(writer, session.commit(tip).snapshot),
        Dataset(writer, session.commit(parent).snapshot),
        prefer or "ours",
    )
    if merged.conflicts and prefer is None:
        lines = [conflict.line() for conflict in merged.conflicts]
        raise ConflictError(
            f"{len(lines)} conflicts, the first: {lines[0]}",
            lines,
            hint="`--prefer theirs` takes it back all the same, `--prefer ours` keeps what is there",
        )
    if merged.snapshot == session.commit(tip).snapshot:
        raise ProjectError(f"nothing of {revision} is left to take back")
    recipe = Recipe(
        operation="revert",
        version=2,
        parameters={"prefer": prefer},
        inputs=(
            ("branch", session.commit(tip).snapshot),
            ("reverted", commit.snapshot),
            ("to", session.commit(parent).snapshot),
        ),
        software=software(),
    )
    title = message or f"Revert {commit.message.partition(chr(10))[0]}"
    new = session.write_commit(writer, merged.snapshot, (tip,), title, recipe)
    session.publish(writer, {ref: new}, expected={ref: tip})
    return new


def restore(session: Session, keys: list[str], revision: str, *, message: str = "") -> ObjectId:
    """Commit items as they were in another revision; those that it lacks go.

    Args:
        session: The project.
        keys: ``SUBSET/ID`` of items, or ``SUBSET`` for all of a subset.
        revision: Where they are taken from.
        message: Of the commit.

    Raises:
        UnknownNameError: Neither revision has such an item.
        ProjectError: They are like that already.
    """
    origin = session.dataset(session.resolve(revision))
    ref, tip = _branch(session)
    current = session.dataset(tip)
    rows: dict[bytes, Row | None] = {}
    for text in keys:
        rows.update(_restored(origin, current, text))
    changed = {key: row for key, row in rows.items() if current.row(key) != row}
    if not changed:
        raise ProjectError("these items are like that already")
    if origin.categories.names() != current.categories.names():
        raise ProjectError(
            "the labels changed since",
            hint="`datum revert` takes a whole commit back, labels included",
        )
    writer = session.store.writer()
    snapshot = edit_rows(writer, Dataset(writer, current.oid), changed)
    recipe = Recipe(
        operation="restore",
        version=2,
        parameters={"items": [list(split_key(key)) for key in sorted(changed)]},
        inputs=(("branch", current.oid), ("origin", origin.oid)),
        software=software(),
    )
    title = message or f"Restore {len(changed)} items from {revision}"
    new = session.write_commit(writer, snapshot, (tip,), title, recipe)
    session.publish(writer, {ref: new}, expected={ref: tip})
    return new


def _restored(origin: Dataset, current: Dataset, text: str) -> dict[bytes, Row | None]:
    if "/" not in text:
        keys = {*origin.keys(text), *current.keys(text)}
        if not keys:
            subsets = {*origin.subsets(), *current.subsets()}
            raise UnknownNameError("subset", text, subsets)
        return {key: origin.row(key) for key in keys}
    key = parse_key(text)
    row = origin.row(key)
    if row is None and current.row(key) is None:
        raise UnknownNameError("item", text, (), hint="`datum ls` shows the items")
    return {key: row}


def _branch(session: Session) -> tuple[str, ObjectId]:
    head = session.head
    tip = session.head_commit()
    if head.ref is None or tip is None:
        raise ProjectError(
            "HEAD is on no branch that has commits", hint="`datum switch NAME` goes to one"
        )
    return head.ref, tip
