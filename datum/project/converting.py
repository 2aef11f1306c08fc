"""Converting a dataset from one format into another, with nothing kept but the result."""

import tempfile
from pathlib import Path

from datum.dataset.dataset import Dataset
from datum.losses import LossReport
from datum.objects.disk import DiskStore
from datum.project.exporting import Export, export_dataset
from datum.project.operations import filter_dataset
from datum.project.reading import Progress, Source, read_source

__all__ = ["convert"]


def convert(
    path: Path,
    format_name: str,
    folder: Path,
    export: Export,
    *,
    expression: str = "",
    mode: str = "items",
    strict: bool = False,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> tuple[int, LossReport]:
    """Read a dataset in one format and write it in another.

    The annotations pass through a store that is deleted afterwards, so that memory does not grow with
    the dataset; images are referred to where they are.

    Returns:
        The number of items, and what the format could not keep.
    """
    with tempfile.TemporaryDirectory(prefix="datum-convert-") as scratch:
        store = DiskStore.create(Path(scratch, "store"), index_dir=Path(scratch, "index"))
        writer = store.writer()
        source = Source(path=path.absolute(), format=format_name, media="reference")
        read = read_source(store, writer, source, progress=progress)
        dataset = Dataset(writer, read.snapshot)
        if expression:
            made = filter_dataset(writer, dataset, expression, mode)
            dataset = Dataset(writer, made.snapshot)
        losses = export_dataset(
            writer,
            dataset,
            folder,
            export,
            strict=strict,
            overwrite=overwrite,
            spared=[path],
            progress=progress,
        )
        return len(dataset), losses
