"""Operations: filter and transform a dataset, and put the result where it belongs."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from datum.dataset.dataset import Dataset
from datum.errors import ProjectError
from datum.lineage.operations import filter_operation
from datum.lineage.running import Made, Workplace, run_operation
from datum.losses import LossReport
from datum.objects.ids import ObjectId
from datum.objects.store import ObjectWriter
from datum.project.reading import Progress
from datum.project.session import Session
from datum.project.versions import software
from datum.refs.names import check_ref_name

__all__ = [
    "Made",
    "Placed",
    "Run",
    "destination",
    "filter_dataset",
    "is_folder",
    "operate_all",
]

Run = Callable[[ObjectWriter, Dataset], Made]
"""An operation, given where to write and what to work on."""


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
    work = Workplace(writer=writer, software=software(), progress=progress)
    return run_operation(filter_operation(expression, mode), dataset, work)


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


def operate_all(session: Session, source: ObjectId, runs: Sequence[Run], output: str) -> Placed:
    """Run operations on a commit, one on the result of the other; each result is a commit.

    Args:
        session: The project.
        source: The commit.
        runs: The operations.
        output: Name of a derived dataset; empty for the current branch.

    Raises:
        ProjectError: HEAD is on no branch, and *output* names nothing.
        RefMovedError: Somebody else moved the ref meanwhile.
    """
    ref, tip = destination(session, output)
    writer = session.store.writer()
    parents = (source,) if output else tuple(oid for oid in (tip, source) if oid is not None)
    losses = LossReport()
    files: dict[str, bytes] = {}
    oid, dataset = source, session.dataset(source)
    for run in runs:
        made = run(writer, dataset)
        oid = session.write_commit(writer, made.snapshot, parents, made.title, made.recipe)
        losses.include(made.losses)
        files.update(made.files)
        parents, dataset = (oid,), Dataset(writer, made.snapshot)
    session.publish(writer, {ref: oid}, expected={ref: tip})
    return Placed(
        root=session.layout.root,
        ref=ref,
        commit=oid,
        before=session.dataset(source),
        after=Dataset(session.store, dataset.oid),
        losses=losses,
        files=files,
    )


def destination(session: Session, output: str) -> tuple[str, ObjectId | None]:
    """The ref that a result goes to, and where it is now.

    Raises:
        ProjectError: HEAD is on no branch, and *output* names nothing.
    """
    if output:
        ref = check_ref_name(f"derived/{output}")
        return ref, session.refs.get(ref)
    head = session.head
    if head.ref is None:
        raise ProjectError(
            "HEAD is on no branch", hint="`datum switch -c NAME`, or keep the result with -o NAME"
        )
    return head.ref, session.refs.get(head.ref)
