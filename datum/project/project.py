"""The project as people use it from Python; the command line calls the same methods.

Each method imports the verb that it needs: opening a project, as every command does, must not load
them all.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from datum.objects.ids import DEFAULT_HASH
from datum.project.replacing import open_project
from datum.project.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from datum.dataset.dataset import Dataset
    from datum.diff.dataset_diff import DatasetDiff
    from datum.filtering.modes import Language
    from datum.lineage.operations import Operation
    from datum.losses import LossReport
    from datum.merge.items import Prefer
    from datum.merge.policies import MergeOptions
    from datum.merge.report import MergeReport
    from datum.model import Media
    from datum.objects.ids import ObjectId
    from datum.objects.store import ObjectWriter
    from datum.project.committing import CommitResult
    from datum.project.config import MediaChoice
    from datum.project.editing import Editing
    from datum.project.operations import Placed
    from datum.project.preview import Preview
    from datum.project.reading import Progress
    from datum.project.status import Status
    from datum.project.targets import Target
    from datum.project.updating import Updated
    from datum.refs.commits import Commit, Identity

__all__ = ["Project"]


class Project:
    """A directory with ``.datum``: a store, sources, branches.

    Everything that people do to a project is a method here or a function of ``datum.project`` that
    takes :attr:`session`.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        """What the verbs work with."""

    @classmethod
    def create(
        cls,
        folder: str | Path = ".",
        *,
        hash_name: str = DEFAULT_HASH,
        author: Identity | None = None,
        command: str = "datum",
    ) -> Self:
        """Make an empty project.

        Raises:
            ProjectError: There is one already.
        """
        from datum.project.creating import create_project

        layout = create_project(Path(folder), hash_name=hash_name)
        return cls(Session(layout, author=author, command=command))

    @classmethod
    def open(
        cls,
        folder: str | Path = ".",
        *,
        author: Identity | None = None,
        command: str = "datum",
    ) -> Self:
        """Open the project that a folder lies in.

        Raises:
            ProjectError: It lies in none.
        """
        layout = open_project(Path(folder))
        return cls(Session(layout, author=author, command=command))

    @property
    def name(self) -> str:
        """The project's name: that of its directory if none was given."""
        return self.session.config.project.name or self.root.name

    @property
    def root(self) -> Path:
        """The directory of the project."""
        return self.session.layout.root

    def __repr__(self) -> str:
        """The directory."""
        return f"<Project {self.root}>"

    # --- sources

    def add(
        self,
        path: str | Path,
        format: str,  # noqa: A002 (the word of the command line)
        name: str = "",
        *,
        media: MediaChoice = "store",
        progress: Progress | None = None,
        **options: Any,
    ) -> str:
        """Add a source and read it at once; its name."""
        from datum.project.sources import add_source

        state = add_source(
            self.session,
            Path(path),
            format,
            name=name,
            options=options,
            media=media,
            progress=progress,
        )
        return state.name

    def remove(self, name: str) -> None:
        """Forget a source; what was taken from it stays."""
        from datum.project.sources import remove_source

        remove_source(self.session, name)

    # --- versions

    def commit(
        self,
        message: str,
        *,
        prefer: Prefer | None = None,
        rename: bool = False,
        allow_empty: bool = False,
        progress: Progress | None = None,
    ) -> CommitResult:
        """Take in what changed in sources and working copies.

        Raises:
            ProjectError: Nothing changed.
            ConflictError: Two changes cannot both stand.
        """
        from datum.project.committing import commit

        return commit(
            self.session,
            message,
            prefer=prefer,
            rename=rename,
            allow_empty=allow_empty,
            progress=progress,
        )

    def status(self, *, progress: Progress | None = None) -> Status:
        """What changed in sources and working copies since the branch last took them."""
        from datum.project.status import find_status

        return find_status(self.session, progress=progress)

    def log(self, revision: str = "HEAD") -> Iterator[tuple[ObjectId, Commit]]:
        """The commits of a branch, newest first."""
        from datum.project.history import history

        return history(self.session, self.session.resolve(revision))

    def target(
        self,
        text: str = "",
        *,
        writer: ObjectWriter | None = None,
        progress: Progress | None = None,
    ) -> Target:
        """The dataset that a text names; without one, that of HEAD or else of the sources.

        Args:
            text: What was typed.
            writer: Takes the objects of one that is not in the store; one of its own if not given.
            progress: Told how far reading is.
        """
        from datum.project.targets import find_target

        writer = writer or self.session.store.writer()
        return find_target(self.session, writer, text, progress=progress)

    def dataset(self, text: str = "") -> Dataset:
        """As :meth:`target`, the dataset alone."""
        return self.target(text).dataset

    def diff(self, old: str = "HEAD~1", new: str = "HEAD") -> DatasetDiff:
        """What differs between two datasets, by any names that :meth:`target` knows.

        Raises:
            RevisionError: One of the names is none.
        """
        from datum.diff.dataset_diff import DatasetDiff

        writer = self.session.store.writer()
        first, second = (self.target(text, writer=writer) for text in (old, new))
        trust = first.here and second.here
        return DatasetDiff.of(first.dataset, second.dataset, trust_ids=trust)

    # --- operations

    def filter(
        self,
        expression: str,
        mode: str = "items",
        *,
        language: Language = "xpath",
        target: str = "",
        output: str = "",
        overwrite: bool = False,
        progress: Progress | None = None,
    ) -> Placed:
        """Keep the items and annotations that an expression picks, and commit the result.

        Args:
            expression: XPath 1.0 on the documented representation of items, or a condition of SQL.
            mode: ``items``, ``annotations`` or ``items+annotations``.
            language: ``xpath`` or ``sql``.
            target: What to filter; without it, HEAD.
            output: Name of a derived dataset, or a folder for a project; without it, the current
                branch.
            overwrite: Replace a project that is in that folder.
            progress: Told how far it is.
        """
        from datum.lineage.operations import filter_operation

        operation = filter_operation(expression, mode, language)
        return self.run(
            [operation], target=target, output=output, overwrite=overwrite, progress=progress
        )

    def transform(
        self,
        name: str,
        options: Mapping[str, Any] | None = None,
        *,
        target: str = "",
        output: str = "",
        overwrite: bool = False,
        progress: Progress | None = None,
    ) -> Placed:
        """Run a transform and commit the result; the other arguments are those of :meth:`filter`."""
        from datum.lineage.operations import transform_operation

        operation = transform_operation(name, options or {})
        return self.run(
            [operation], target=target, output=output, overwrite=overwrite, progress=progress
        )

    def merge(
        self,
        *targets: str,
        options: MergeOptions | None = None,
        output: str = "",
        overwrite: bool = False,
        progress: Progress | None = None,
    ) -> tuple[Placed, MergeReport]:
        """Merge one target into what HEAD has, or several with each other, and commit the result.

        The report says what they do not agree about. The arguments are those of
        :func:`datum.project.merging.merge_targets`.
        """
        from datum.project.merging import merge_targets

        return merge_targets(
            self.session, targets, options, output, overwrite=overwrite, progress=progress
        )

    def run(
        self,
        operations: Sequence[Operation],
        *,
        target: str = "",
        output: str = "",
        overwrite: bool = False,
        progress: Progress | None = None,
    ) -> Placed:
        """Run operations, each on the result of the one before; each result is a commit.

        The other arguments are those of :meth:`filter`.
        """
        from datum.project.chains import run_chain

        return run_chain(
            self.session,
            operations,
            target=target,
            output=output,
            overwrite=overwrite,
            progress=progress,
        )

    def preview(
        self,
        operations: Sequence[Operation],
        *,
        target: str = "",
        progress: Progress | None = None,
    ) -> Preview:
        """What :meth:`run` would make; nothing of it is kept.

        Args:
            operations: What to do, each with the result of the one before.
            target: The dataset, of this project or not; without it, that of HEAD or the sources.
            progress: Told how far each step is.
        """
        from datum.project.preview import preview_chain
        from datum.project.taking import take_dataset

        writer = self.session.store.writer()
        found = self.target(target, writer=writer, progress=progress)
        dataset = take_dataset(writer, found.dataset)
        return preview_chain(self.session, writer, dataset, operations, progress=progress)

    def update(self, *names: str, progress: Progress | None = None) -> list[Updated]:
        """Bring derived datasets up to date with what they were made from.

        Args:
            names: Of derived datasets; without any, all.
            progress: Told how far each step is.

        Raises:
            ProjectError: One cannot be made again, or what it was made from is gone.
        """
        from datum.project.updating import update

        return update(self.session, names, progress=progress)

    def edit(self, message: str) -> Editing:
        """A context in which items are put and removed, committed together at the end."""
        from datum.project.editing import Editing

        return Editing(self.session, message)

    def export(
        self,
        path: str | Path,
        format: str,  # noqa: A002 (the word of the command line)
        *,
        target: str = "",
        save_media: bool = False,
        image_ext: str = "",
        strict: bool = False,
        overwrite: bool = False,
        progress: Progress | None = None,
        **options: Any,
    ) -> LossReport:
        """Write a dataset in a format; what could not be kept is in the report.

        Raises:
            LossError: Something would be lost, and *strict* forbids it.
            OutputExistsError: The folder is there and not empty.
        """
        from datum.project.exporting import Export, export_dataset
        from datum.project.guarding import closed_folders

        found = self.target(target, progress=progress)
        export = Export(format=format, options=options, save_media=save_media, image_ext=image_ext)
        return export_dataset(
            found.dataset.store,
            found.dataset,
            Path(path),
            export,
            strict=strict,
            overwrite=overwrite,
            closed=closed_folders(self.session),
            progress=progress,
        )

    def load(self, media: Media) -> bytes | None:
        """The bytes of media; None where none are known."""
        from datum.dataset.media import load_media

        return load_media(self.session.store, media)

    def _repr_html_(self) -> str:
        """Branches, for notebooks."""
        from datum.html import table

        refs = self.session.refs.all("heads/")
        rows = [(ref.removeprefix("heads/"), oid.hex()[:12]) for ref, oid in refs.items()]
        return table(f"project {self.root}", ("branch", "commit"), rows)
