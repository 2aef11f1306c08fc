"""Previews: what operations would make of a dataset; nothing of it is kept."""

from collections.abc import Sequence

import msgspec

from datum.dataset.dataset import Dataset
from datum.diff.counts import ItemCounts, count_items
from datum.diff.dataset_diff import DatasetDiff
from datum.lineage.operations import Operation
from datum.losses import LossReport
from datum.objects.store import ObjectWriter
from datum.project.chains import DATASET, run_on
from datum.project.reading import Progress
from datum.project.session import Session

__all__ = ["Preview", "preview_chain"]


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What operations would make of a dataset."""

    before: Dataset
    after: Dataset
    """Both in a writer that is never sealed."""
    losses: LossReport
    files: tuple[str, ...] = ()
    """Reports that would be written, by path."""

    def diff(self) -> DatasetDiff:
        """What would change."""
        return DatasetDiff.of(self.before, self.after)

    def counts(self) -> ItemCounts:
        """How many items would change."""
        return count_items(self.before, self.after)


def preview_chain(
    session: Session,
    writer: ObjectWriter,
    dataset: Dataset,
    operations: Sequence[Operation],
    *,
    progress: Progress | None = None,
) -> Preview:
    """Run operations on a dataset, each on the result of the one before, and publish nothing.

    Args:
        session: The project; its store, refs and log stay as they are.
        writer: Holds the dataset, and takes what is made of it.
        dataset: The dataset.
        operations: What to do.
        progress: Told how far each step is.
    """
    after = dataset
    losses = LossReport()
    files: list[str] = []
    for operation in operations:
        made = run_on(session, operation, DATASET, (), progress=progress)(writer, after)
        losses.include(made.losses)
        files += made.files
        after = Dataset(writer, made.snapshot)
    return Preview(
        before=Dataset(writer, dataset.oid), after=after, losses=losses, files=tuple(files)
    )
