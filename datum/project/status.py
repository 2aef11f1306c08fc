"""Status: where HEAD is, and what changed since in sources and working copies."""

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from datum.dataset.dataset import Dataset
from datum.dataset.write import empty_snapshot
from datum.diff.changes import CategoriesChange, ItemChange
from datum.diff.compare import compare_categories, compare_datasets
from datum.errors import DatumError
from datum.objects.ids import ObjectId
from datum.objects.store import ObjectWriter
from datum.project.reading import Progress
from datum.project.session import Session
from datum.project.sources import look_at_source, source_of, source_ref
from datum.project.working import look_at_working
from datum.refs.commits import merge_base
from datum.refs.head import Head

__all__ = ["Pending", "Status", "find_status"]


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """What a source or a working copy holds that the branch has not taken."""

    name: str
    kind: str
    """``source`` or ``working copy``."""
    path: Path
    format: str
    old: Dataset | None
    """What the branch took last; None where it cannot be told, see *error*."""
    new: Dataset | None
    behind: bool = False
    """Whether a working copy shows an older commit than its branch has."""
    error: str = ""
    """Why it cannot be read; empty where it can."""

    @property
    def changed(self) -> bool:
        """Whether there is something to take."""
        return self.old is not None and self.new is not None and self.old.oid != self.new.oid

    def changes(self) -> Iterator[ItemChange]:
        """What changed, item by item."""
        if self.old is None or self.new is None:
            return iter(())
        return compare_datasets(self.old, self.new)

    def labels(self) -> CategoriesChange:
        """What changed of the labels."""
        if self.old is None or self.new is None:
            return CategoriesChange()
        return compare_categories(self.old.categories, self.new.categories)


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """The state of a project."""

    head: Head
    commit: ObjectId | None
    pending: tuple[Pending, ...]

    @property
    def clean(self) -> bool:
        """Whether there is nothing to commit."""
        return not any(one.changed or one.error for one in self.pending)


def find_status(session: Session, *, progress: Progress | None = None) -> Status:
    """Look at every source and working copy; only those whose files changed are read."""
    tip = session.head_commit()
    writer = session.store.writer()
    pending = [
        _guarded(
            session, name, "source", lambda name: _source(session, writer, name, tip, progress)
        )
        for name in session.config.sources
    ]
    pending += [
        _guarded(
            session, name, "working copy", lambda name: _working(session, writer, name, progress)
        )
        for name in session.config.working
    ]
    return Status(head=session.head, commit=tip, pending=tuple(pending))


def _guarded(session: Session, name: str, kind: str, look: Callable[[str], Pending]) -> Pending:
    """What *look* finds, or why it could not: one broken source does not hide the others."""
    try:
        return look(name)
    except DatumError as error:
        configs = session.config.sources if kind == "source" else session.config.working
        config = configs[name]
        return Pending(
            name=name,
            kind=kind,
            path=Path(config.path),
            format=config.format,
            old=None,
            new=None,
            error=error.message,
        )


def _source(
    session: Session,
    writer: ObjectWriter,
    name: str,
    tip: ObjectId | None,
    progress: Progress | None,
) -> Pending:
    state = look_at_source(session, writer, name, progress=progress)
    taken = session.refs.get(source_ref(name))
    base = None
    if tip is not None and taken is not None:
        base = merge_base(session.store, tip, taken)
    old = empty_snapshot(writer) if base is None else session.commit(base).snapshot
    source = source_of(session, name)
    return Pending(
        name=name,
        kind="source",
        path=source.path,
        format=source.format,
        old=Dataset(writer, old),
        new=Dataset(writer, state.snapshot),
    )


def _working(
    session: Session, writer: ObjectWriter, name: str, progress: Progress | None
) -> Pending:
    state = look_at_working(session, writer, name, progress=progress)
    config = session.config.working[name]
    return Pending(
        name=name,
        kind="working copy",
        path=state.path,
        format=config.format,
        old=Dataset(writer, state.base),
        new=Dataset(writer, state.snapshot),
        behind=session.refs.get(config.ref) != state.commit,
    )
