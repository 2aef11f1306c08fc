"""Merging: what was named is found, merged, and put where it belongs, with a recipe and a report."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from datum.dataset.dataset import Dataset
from datum.errors import OutputExistsError
from datum.lineage.recipe import External, Recipe
from datum.losses import LossReport
from datum.merge.policies import MERGE, VERSION, Combined, MergeOptions, merge_snapshots
from datum.merge.report import MergeReport, unique_names
from datum.objects.ids import DEFAULT_HASH, ObjectId
from datum.objects.store import ObjectWriter
from datum.project.chains import DATASET, role_of
from datum.project.committing import committed
from datum.project.creating import create_project, sharing_project
from datum.project.operations import Placed, destination, is_folder
from datum.project.reading import Progress
from datum.project.replacing import making_project
from datum.project.session import Session
from datum.project.taking import take_dataset
from datum.project.targets import Target, find_target
from datum.project.versions import software
from datum.refs.commits import Identity

__all__ = ["merge_again", "merge_into", "merge_targets", "merge_to_folder"]

Result = tuple[Placed, MergeReport]


def merge_targets(
    session: Session,
    targets: Sequence[str],
    options: MergeOptions | None = None,
    output: str = "",
    *,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Result:
    """Merge targets in a project: one into what HEAD has, several with each other.

    Args:
        session: The project.
        targets: What to merge.
        options: How; by default ``update`` for one target, and ``intersect`` for several.
        output: Name of a derived dataset, or a folder for a project; empty for the current branch.
        overwrite: Replace a project that is in that folder.
        progress: Told how many items are done.

    Raises:
        OutputExistsError: The folder is there and not empty, and *overwrite* is not given.
        ProjectError: HEAD is on no branch, and *output* names nothing.
        RevisionError: A target names nothing.
        UsageError: The options make no sense for so many datasets.
    """
    alone = len(targets) == 1
    options = options or MergeOptions(policy="update" if alone else "intersect")
    options.check(len(targets) + alone)
    onto = committed(session) if alone else None
    if not (output and is_folder(output)):
        every: list[Target | str] = [*targets]
        if onto is not None:
            every.insert(0, _onto(session, onto))
        return merge_into(session, every, options, output, progress=progress)
    if onto is None:
        return merge_to_folder(
            session, targets, options, Path(output), overwrite=overwrite, progress=progress
        )
    with sharing_project(session, onto, Path(output), overwrite=overwrite) as other:
        every = [_onto(other, onto), *targets]
        return merge_into(other, every, options, finder=session, progress=progress)


def _onto(session: Session, commit: ObjectId) -> Target:
    return Target(text="HEAD", dataset=session.dataset(commit), commit=commit)


def merge_to_folder(
    session: Session | None,
    targets: Sequence[str],
    options: MergeOptions,
    folder: Path,
    *,
    overwrite: bool = False,
    author: Identity | None = None,
    command: str = "datum",
    progress: Progress | None = None,
) -> Result:
    """Merge targets into a project of their own.

    Args:
        session: The project in which names are looked up; None where all are paths.
        targets: What to merge.
        options: How.
        folder: Where the project is made.
        overwrite: Replace the project that is there.
        author: Who acts, where there is no project.
        command: What was typed, where there is no project.
        progress: Told how many items are done.

    Raises:
        OutputExistsError: The folder is there and not empty, and *overwrite* is not given.
    """
    if not overwrite and folder.exists() and any(folder.iterdir()):
        raise OutputExistsError(folder)
    options.check(len(targets))
    hash_name, spare = DEFAULT_HASH, None
    if session is not None:
        hash_name, spare = session.store.hasher.name, session.layout
        author, command = session.author, session.command
    with making_project(folder, replace=overwrite, spare=spare):
        layout = create_project(folder, hash_name=hash_name)
        other = Session(layout, author=author, command=command)
        return merge_into(other, targets, options, finder=session, progress=progress)


def merge_into(
    session: Session,
    targets: Sequence[Target | str],
    options: MergeOptions,
    output: str = "",
    *,
    finder: Session | None = None,
    progress: Progress | None = None,
) -> Result:
    """Merge targets and commit the result, whose parents are the commits of all that went in.

    What is not of this project's history becomes a commit of its own, so that the result can be
    compared with it and made again.

    Args:
        session: The project that gets the result.
        targets: What to merge, or its names.
        options: How.
        output: Name of a derived dataset; empty for the current branch.
        finder: The project in which names are looked up, if it is another one.
        progress: Told how many items are done.

    Raises:
        ProjectError: HEAD is on no branch, and *output* names nothing.
        RevisionError: A target names nothing.
        UsageError: The options make no sense for so many datasets.
    """
    options.check(len(targets))
    ref, tip = destination(session, output)
    writer = session.store.writer()
    found = [
        find_target(finder or session, writer, one, progress=progress)
        if isinstance(one, str)
        else one
        for one in targets
    ]
    datasets = [take_dataset(writer, one.dataset) for one in found]
    names = unique_names([one.text for one in found])
    options = replace(options, trust_ids=all(one.here for one in found))
    made = merge_snapshots(
        writer, list(zip(names, datasets, strict=True)), options, progress=progress
    )
    commits = [
        _commit_of(session, writer, one, dataset)
        for one, dataset in zip(found, datasets, strict=True)
    ]
    recipe = Recipe(
        operation=MERGE,
        version=VERSION,
        parameters=options.parameters(),
        inputs=tuple(
            (_role(session, one, ref), dataset.oid)
            for one, dataset in zip(found, datasets, strict=True)
        ),
        software=software(),
    )
    oid = session.write_commit(
        writer,
        made.snapshot,
        (*(() if output or tip is None else (tip,)), *commits),
        f"Merge ({options.policy}) {', '.join(names)}",
        recipe,
    )
    session.publish(writer, {ref: oid}, expected={ref: tip})
    placed = Placed(
        root=session.layout.root,
        ref=ref,
        commit=oid,
        before=Dataset(session.store, datasets[0].oid),
        after=Dataset(session.store, made.snapshot),
        losses=LossReport(),
    )
    return placed, made.report


def _role(session: Session, target: Target, ref: str) -> str:
    """What the recipe calls an input: a ref that an update follows, if it is one of this project."""
    if target.commit is None or not target.here:
        return DATASET
    return role_of(session, target.text, target.commit, ref)


def _commit_of(
    session: Session, writer: ObjectWriter, target: Target, dataset: Dataset
) -> ObjectId:
    """The commit of a target; a new one for what is not of this project's history."""
    if target.commit is not None and writer.has(target.commit):
        return target.commit
    recipe = Recipe(
        operation="take",
        externals=(External(uri=target.text),),
        software=software(),
        determinism="external",
    )
    return session.write_commit(writer, dataset.oid, (), f"Take {target.text}", recipe)


def merge_again(
    writer: ObjectWriter,
    recipe: Recipe,
    datasets: Sequence[Dataset],
    *,
    progress: Progress | None = None,
) -> Combined:
    """Do a merge again, as its recipe says, with these inputs in place of its own."""
    inputs = [(f"input {n}", one) for n, one in enumerate(datasets, start=1)]
    options = msgspec.convert(recipe.parameters, MergeOptions)
    return merge_snapshots(writer, inputs, options, progress=progress)
