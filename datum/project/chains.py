"""Chains of operations: each link is a commit with a recipe, and is found again where it ran before."""

from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

from datum.dataset.dataset import Dataset
from datum.lineage.operations import Operation
from datum.lineage.recipe import Recipe, read_recipe
from datum.lineage.running import Earlier, Made, Workplace, run_operation
from datum.objects.ids import ObjectId
from datum.objects.store import ObjectWriter
from datum.project.committing import committed
from datum.project.creating import sharing_project
from datum.project.operations import Placed, Run, destination, is_folder, operate_all
from datum.project.reading import Progress
from datum.project.session import Session
from datum.project.versions import software
from datum.refs.commits import Commit, first_parents
from datum.refs.revisions import find_ref

__all__ = ["DATASET", "PARENT", "role_of", "run_chain", "run_on"]

DATASET = "dataset"
"""The role of an input that was named by its commit alone."""
PARENT = "parent"
"""The role of an input that is the state which the commit was made onto."""

_FAR = 256
"""Commits looked through for an earlier run of the same operation."""


def run_chain(
    session: Session,
    operations: Sequence[Operation],
    *,
    target: str = "",
    output: str = "",
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Placed:
    """Run operations on a commit, each on the result of the one before.

    Args:
        session: The project.
        operations: What to do.
        target: What was typed for the commit; empty for where the project stands.
        output: Name of a derived dataset, or a folder for a project; empty for the current branch.
        overwrite: Replace a project that is in that folder.
        progress: Told how far each step is.

    Raises:
        OutputExistsError: The folder is there and not empty, and *overwrite* is not given.
        ProjectError: HEAD is on no branch, and *output* names nothing.
        RefMovedError: Somebody else moved the ref meanwhile.
    """
    source = committed(session, target)
    if output and is_folder(output):
        with sharing_project(session, source, Path(output), overwrite=overwrite) as other:
            return _run_here(other, source, operations, progress=progress)
    return _run_here(session, source, operations, origin=target, output=output, progress=progress)


def _run_here(
    session: Session,
    source: ObjectId,
    operations: Sequence[Operation],
    *,
    origin: str = "",
    output: str = "",
    progress: Progress | None = None,
) -> Placed:
    """Run operations on a commit, and put the result in the same project."""
    ref, tip = destination(session, output)
    starts = [source] if tip is None else [tip, source]
    roles = [role_of(session, origin, source, ref), *[PARENT] * len(operations)]
    runs = [
        run_on(session, operation, role, starts, progress=progress)
        for operation, role in zip(operations, roles, strict=False)
    ]
    return operate_all(session, source, runs, output)


def role_of(session: Session, origin: str, source: ObjectId, ref: str) -> str:
    """What a recipe calls its input: the ref that was named, so that it can be followed later."""
    head = session.head
    refs = session.refs.all()
    named = head.ref if origin in ("", "HEAD", "@") else find_ref(origin, refs)
    if named is None or refs.get(named) != source:
        return DATASET
    return PARENT if named == ref else named


def run_on(
    session: Session,
    operation: Operation,
    role: str,
    starts: Iterable[ObjectId],
    *,
    progress: Progress | None = None,
) -> Run:
    """The operation as :func:`operate_all` takes it; what an earlier run of it found out is used.

    Args:
        session: The project.
        operation: What to do.
        role: What the recipe calls the input: the full name of the ref that an update follows,
            :data:`PARENT` or :data:`DATASET`.
        starts: Commits in whose history an earlier run may be.
        progress: Told how far it is.
    """

    def run(writer: ObjectWriter, dataset: Dataset) -> Made:
        work = Workplace(
            writer=writer, software=software(), memo=session.store.memo(), progress=progress
        )
        earlier = _earlier(session, operation, starts) if operation.local else None
        return run_operation(
            operation, Dataset(writer, dataset.oid), work, role=role, earlier=earlier
        )

    return run


def _earlier(session: Session, operation: Operation, starts: Iterable[ObjectId]) -> Earlier | None:
    """The last run of the same operation, by the same software, that a history tells of."""
    wanted = (operation.name, operation.version, operation.parameters, software())
    for start in dict.fromkeys(starts):
        for _, commit in islice(first_parents(session.store, start), _FAR):
            if commit.recipe is None:
                continue
            recipe = read_recipe(session.store, commit.recipe)
            made = (recipe.operation, recipe.version, recipe.parameters, recipe.software)
            if made == wanted and _is_kept(session, commit, recipe):
                return Earlier(recipe.inputs[0][1], commit.snapshot)
    return None


def _is_kept(session: Session, commit: Commit, recipe: Recipe) -> bool:
    """Whether the input is still there: as long as the commit is, its parents are."""
    return recipe.inputs[0][1] in (session.commit(one).snapshot for one in commit.parents)
