"""Commit: take into the current branch what changed in its sources and working copies."""

import msgspec

from datum.dataset.dataset import Dataset
from datum.dataset.write import empty_snapshot
from datum.errors import ConflictError, ProjectError, UsageError
from datum.lineage.recipe import Recipe
from datum.merge.conflicts import Conflict
from datum.merge.datasets import merge_datasets
from datum.merge.items import Prefer
from datum.objects.ids import ObjectId
from datum.objects.store import ObjectWriter
from datum.project.copies import working_of_ref
from datum.project.reading import Progress
from datum.project.renaming import rename_clashes
from datum.project.session import Session
from datum.project.sources import (
    SourceState,
    commit_source,
    look_at_source,
    remember_source,
    source_ref,
)
from datum.project.targets import find_target
from datum.project.versions import software
from datum.project.working import (
    WorkingState,
    follow_commit,
    look_at_working,
)
from datum.refs.commits import merge_base

__all__ = ["CommitResult", "commit", "committed"]


class CommitResult(msgspec.Struct, frozen=True, kw_only=True):
    """A commit that was made."""

    oid: ObjectId
    parent: ObjectId | None
    snapshot: ObjectId
    ref: str
    sources: tuple[str, ...]
    """Names of the sources and working copies that something was taken from."""
    packs: tuple[str, ...]
    """Packs that it wrote."""
    inline_size: int
    """Bytes of objects that travel in the log record itself."""


class _Taking(msgspec.Struct):
    """A commit in the making."""

    snapshot: ObjectId
    parents: list[ObjectId]
    moves: dict[str, ObjectId | None]
    conflicts: list[tuple[str, Conflict]]
    taken: list[str]
    prefer: Prefer | None


def commit(
    session: Session,
    message: str,
    *,
    prefer: Prefer | None = None,
    rename: bool = False,
    allow_empty: bool = False,
    progress: Progress | None = None,
) -> CommitResult:
    """Take into the current branch what changed in each source and working copy.

    Args:
        session: The project.
        message: Says what and why.
        prefer: Whose value stands where branch and source changed the same field; None to refuse.
        rename: Tell items of one subset and id in several sources apart by the source's name.
        allow_empty: Commit although nothing changed.
        progress: Told how far reading is.

    Raises:
        ProjectError: HEAD is on no branch, or nothing changed.
        ConflictError: Two changes cannot both stand.
        RefMovedError: Somebody else committed first.
    """
    head = session.head
    if head.ref is None:
        raise ProjectError(
            "HEAD is on no branch", hint="make one for it with `datum switch -c NAME`"
        )
    tip = session.refs.get(head.ref)
    writer = session.store.writer()
    base = empty_snapshot(writer)
    start = base if tip is None else session.commit(tip).snapshot
    taking = _Taking(start, [] if tip is None else [tip], {}, [], [], prefer)
    states = [
        look_at_source(session, writer, name, progress=progress) for name in session.config.sources
    ]
    fresh = [
        _take_source(session, writer, taking, state, tip, base, rename=rename) for state in states
    ]
    copies = [
        look_at_working(session, writer, name, progress=progress)
        for name in working_of_ref(session, head.ref)
    ]
    for copy in copies:
        _take_working(session, writer, taking, copy)
    _refuse_conflicts(taking)
    if not taking.taken and not allow_empty:
        raise ProjectError("nothing to commit", hint=_nothing_hint(session))
    recipe = Recipe(
        operation="commit",
        parameters={"taken": list(taking.taken), "rename": rename},
        inputs=() if tip is None else (("branch", session.commit(tip).snapshot),),
        software=software(),
        determinism="external",
    )
    oid = session.write_commit(writer, taking.snapshot, tuple(taking.parents), message, recipe)
    record = session.publish(writer, {**taking.moves, head.ref: oid}, expected={head.ref: tip})
    for state, source_commit in zip(states, fresh, strict=True):
        if state.read is not None and source_commit is not None:
            remember_source(session, state.name, source_commit, state.read)
    for copy in copies:
        if copy.edited:
            follow_commit(session, copy, oid, alone=taking.taken == [copy.name])
    return CommitResult(
        oid=oid,
        parent=tip,
        snapshot=taking.snapshot,
        ref=head.ref,
        sources=tuple(taking.taken),
        packs=record.packs,
        inline_size=len(record.inline or b""),
    )


def _nothing_hint(session: Session) -> str:
    if not session.config.sources:
        return "add a dataset first: `datum add path PATH -f FORMAT`"
    return "`datum status` shows what would be taken"


def _take_source(
    session: Session,
    writer: ObjectWriter,
    taking: _Taking,
    state: SourceState,
    tip: ObjectId | None,
    empty: ObjectId,
    *,
    rename: bool,
) -> ObjectId | None:
    """Merge one source into the commit; the source's commit that was taken."""
    source_commit = commit_source(session, writer, state)
    if source_commit != state.tip:
        taking.moves[source_ref(state.name)] = source_commit
    base = None
    if tip is not None and state.tip is not None:
        base = merge_base(session.store, tip, state.tip)
    if base == source_commit:
        return source_commit
    base_snapshot = empty if base is None else session.commit(base).snapshot
    theirs = Dataset(writer, state.snapshot)
    ours = Dataset(writer, taking.snapshot)
    if rename and base is None:
        theirs = rename_clashes(writer, ours, theirs, state.name)
    base_dataset = Dataset(writer, base_snapshot)
    merged = merge_datasets(writer, base_dataset, ours, theirs, taking.prefer or "ours")
    taking.conflicts.extend((state.name, conflict) for conflict in merged.conflicts)
    taking.snapshot = merged.snapshot
    taking.parents.append(source_commit)
    taking.taken.append(state.name)
    return source_commit


def _take_working(
    session: Session, writer: ObjectWriter, taking: _Taking, copy: WorkingState
) -> None:
    """Merge the edits of a working copy into the commit.

    The folder shows what its format can hold of the commit that it was written from. So the edits are
    first made to that commit, where they win; only then it is told what else changed since.
    """
    if copy.snapshot == copy.base:
        return
    origin = Dataset(writer, session.commit(copy.commit).snapshot)
    shown, edited = Dataset(writer, copy.base), Dataset(writer, copy.snapshot)
    lifted = merge_datasets(writer, shown, origin, edited, "theirs").snapshot
    merged = merge_datasets(
        writer,
        origin,
        Dataset(writer, taking.snapshot),
        Dataset(writer, lifted),
        taking.prefer or "ours",
    )
    taking.conflicts.extend((copy.name, conflict) for conflict in merged.conflicts)
    taking.snapshot = merged.snapshot
    taking.taken.append(copy.name)


def _refuse_conflicts(taking: _Taking) -> None:
    if not taking.conflicts or taking.prefer is not None:
        return
    lines = [f"{source}: {conflict.line()}" for source, conflict in taking.conflicts]
    raise ConflictError(
        f"{len(lines)} conflicts, the first: {lines[0]}",
        lines,
        hint="`datum commit --prefer theirs` takes the source's side, `--prefer ours` the branch's; "
        "`--rename` keeps both items of a name",
    )


def committed(session: Session, target: str = "") -> ObjectId:
    """The commit that a text names; a first commit of the sources where there is none yet.

    Raises:
        UsageError: It names a dataset that is not of this project's history.
    """
    if target:
        found = find_target(session, session.store.writer(), target)
        if found.commit is None or not found.here:
            raise UsageError(
                f"{target} is not in this project",
                hint="add it first: `datum add path PATH -f FORMAT`, then `datum commit`",
            )
        return found.commit
    oid = session.head_commit()
    return commit(session, "Take in the sources").oid if oid is None else oid
