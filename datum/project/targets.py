"""Targets: what a dataset is named by, wherever one is asked for.

A revision (``main``, ``derived/x`` or ``x``, ``HEAD~1``), a project (``DIR``, ``DIR@REV``), or a dataset on
disk (``PATH:FORMAT``, or ``PATH`` where the format is recognised). Revisions win over paths; ``./x`` is a
path.
"""

from pathlib import Path

import msgspec

from datum.dataset.dataset import Dataset
from datum.dataset.write import empty_snapshot
from datum.detection import detect_one
from datum.errors import RevisionError, UsageError
from datum.merge.datasets import merge_datasets
from datum.objects.ids import ObjectId
from datum.objects.store import ObjectWriter
from datum.plugins import format_names
from datum.project.layout import FOLDER, Layout
from datum.project.reading import Progress, Source, read_source
from datum.project.session import Session
from datum.project.sources import look_at_source

__all__ = ["Target", "current_dataset", "find_target"]


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A dataset that was named."""

    text: str
    dataset: Dataset
    commit: ObjectId | None = None
    """Its commit; None for one on disk, or not yet committed."""
    here: bool = True
    """Whether it is of this project's history, so that annotation ids can be trusted."""


def current_dataset(
    session: Session, writer: ObjectWriter, *, progress: Progress | None = None
) -> Target:
    """The dataset of HEAD; on a branch without a commit, the composition of the sources."""
    commit = session.head_commit()
    if commit is not None:
        return Target(text="HEAD", dataset=session.dataset(commit), commit=commit)
    empty = Dataset(writer, empty_snapshot(writer))
    composed = empty
    for name in session.config.sources:
        state = look_at_source(session, writer, name, progress=progress)
        theirs = Dataset(writer, state.snapshot)
        merged = merge_datasets(writer, empty, composed, theirs)
        if merged.conflicts:
            raise UsageError(
                f"the sources disagree: {merged.conflicts[0].line()}",
                hint="`datum commit --prefer ours`, `--prefer theirs` or `--rename` decides",
            )
        composed = Dataset(writer, merged.snapshot)
    return Target(text="sources", dataset=composed)


def find_target(
    session: Session, writer: ObjectWriter, text: str, *, progress: Progress | None = None
) -> Target:
    """The dataset that a text names.

    Args:
        session: The project.
        writer: Takes the objects of a dataset on disk; nothing of it is kept unless it is sealed.
        text: What was typed; empty for the dataset of HEAD, or else of the sources.
        progress: Told how far reading is.

    Raises:
        RevisionError: It names nothing, or several things.
    """
    if not text:
        return current_dataset(session, writer, progress=progress)
    if not text.startswith((".", "/")):
        try:
            commit = session.resolve(text)
            return Target(text=text, dataset=session.dataset(commit), commit=commit)
        except RevisionError as error:
            other = _elsewhere(session, writer, text, progress)
            if other is None:
                raise _nothing(text, error) from error
            return other
    found = _elsewhere(session, writer, text, progress)
    if found is None:
        raise RevisionError(text, "is no project and no dataset on disk", hint=_HINT)
    return found


_HINT = "a target is a revision, a project DIR or DIR@REV, or PATH:FORMAT"


def _nothing(text: str, error: RevisionError) -> RevisionError:
    return RevisionError(text, f"{error.reason}; nor is it a path", hint=error.hint or _HINT)


def _elsewhere(
    session: Session, writer: ObjectWriter, text: str, progress: Progress | None
) -> Target | None:
    folder, _, revision = text.rpartition("@") if "@" in text else (text, "", "HEAD")
    if (Path(folder) / FOLDER / "config.toml").is_file():
        return _project(session, Path(folder), revision, text, progress)
    path, _, format_name = text.rpartition(":")
    if path and format_name in format_names() and Path(path).exists():
        return _on_disk(session, writer, Path(path), format_name, progress)
    if Path(text).exists():
        return _on_disk(session, writer, Path(text), detect_one(Path(text)).name, progress)
    return None


def _project(
    session: Session, folder: Path, revision: str, text: str, progress: Progress | None
) -> Target:
    other = Session(Layout(folder.absolute()), author=session.author, command=session.command)
    if revision == "HEAD" and other.head_commit() is None:
        found = current_dataset(other, other.store.writer(), progress=progress)
        return msgspec.structs.replace(found, text=text, here=False)
    commit = other.resolve(revision)
    return Target(text=text, dataset=other.dataset(commit), commit=commit, here=False)


def _on_disk(
    session: Session,
    writer: ObjectWriter,
    path: Path,
    format_name: str,
    progress: Progress | None,
) -> Target:
    source = Source(path=path.absolute(), format=format_name, media="store")
    read = read_source(session.store, writer, source, progress=progress)
    text = f"{path}:{format_name}"
    return Target(text=text, dataset=Dataset(writer, read.snapshot), here=False)
