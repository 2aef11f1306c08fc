"""Exports: a dataset written in a format, with its loss report."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from datum.dataset.media import load_media, media_file
from datum.losses import LossReport
from datum.model import Categories, Item, Media, Statement
from datum.objects.store import MediaReader
from datum.outputs import FolderOutput, write_dataset
from datum.plugins import Dataset, find_format
from datum.project.guarding import refuse_harm
from datum.project.reading import Progress

__all__ = ["Export", "Told", "export_dataset", "written_paths"]

_REPORT_EVERY = 500


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """How a dataset is to be written."""

    format: str
    options: dict[str, Any] = msgspec.field(default_factory=dict)
    save_media: bool = False
    image_ext: str = ""
    """Extension that images are to get; empty to keep each one's own."""


class Told:
    """A dataset that tells how many of its items were read; otherwise the dataset itself."""

    def __init__(self, dataset: Dataset, progress: Progress) -> None:
        self._dataset = dataset
        self._progress = progress

    @property
    def categories(self) -> Categories:
        """What annotations may say."""
        return self._dataset.categories

    @property
    def infos(self) -> Mapping[str, Any]:
        """What is known of the dataset as a whole."""
        return self._dataset.infos

    def __len__(self) -> int:
        """The number of items."""
        return len(self._dataset)

    def __iter__(self) -> Iterator[Item]:
        """All items."""
        return self._counted(iter(self._dataset))

    def subsets(self) -> Sequence[str]:
        """Names of the subsets."""
        return self._dataset.subsets()

    def items(self, subset: str) -> Iterator[Item]:
        """The items of a subset."""
        return self._counted(self._dataset.items(subset))

    def item_keys(self) -> Iterator[tuple[str, str]]:
        """Subset and id of every item."""
        return self._dataset.item_keys()

    def bare_items(self, subset: str | None = None) -> Iterator[Item]:
        """All items without their annotations."""
        return self._counted(self._dataset.bare_items(subset))

    def statements(
        self, subset: str | None = None
    ) -> Iterator[tuple[tuple[str, str], list[Statement]]]:
        """Keys, and what the annotations say."""
        return self._dataset.statements(subset)

    def _counted(self, items: Iterator[Item]) -> Iterator[Item]:
        for number, item in enumerate(items, start=1):
            yield item
            if number % _REPORT_EVERY == 0:
                self._progress(number)


def export_dataset(
    store: MediaReader,
    dataset: Dataset,
    path: Path,
    export: Export,
    *,
    strict: bool = False,
    overwrite: bool = False,
    closed: Iterable[Path] = (),
    spared: Iterable[Path] = (),
    progress: Progress | None = None,
) -> LossReport:
    """Write a dataset into a folder that appears whole or not at all.

    Args:
        store: Where the media's bytes are.
        dataset: What to write.
        path: The folder.
        export: How to write it.
        strict: Refuse, before anything is written, to lose something.
        overwrite: Replace what is at *path*; never a project.
        closed: Folders into which nothing is to be written.
        spared: Files and folders that are not to be deleted.
        progress: Told how far it is.

    Returns:
        What the format could not keep.

    Raises:
        OutputExistsError: The folder is there and not empty.
        LossError: Something would be lost, and *strict* forbids it.
        UsageError: The format cannot be written, an option does not fit, or *path* must not be
            written to.
    """
    card = find_format(export.format)
    refuse_harm(path, overwrite=overwrite, closed=closed, spared=spared)
    load = _loader(store)
    shown = dataset if progress is None else Told(dataset, progress)
    with FolderOutput(
        path, load=load, place=lambda media: media_file(store, media), overwrite=overwrite
    ) as output:
        return write_dataset(
            card,
            shown,
            output,
            export.options,
            save_media=export.save_media,
            image_ext=export.image_ext,
            load=load,
            strict=strict,
        )


def _loader(store: MediaReader) -> Callable[[Media], bytes | None]:
    return lambda media: load_media(store, media)


def written_paths(store: MediaReader, dataset: Dataset, export: Export) -> set[str]:
    """The relative names of the files that an export makes."""
    output = _Listing()
    write_dataset(
        find_format(export.format),
        dataset,
        output,
        export.options,
        save_media=export.save_media,
        image_ext=export.image_ext,
        load=_loader(store),
    )
    return output.paths


class _Listing:
    """An output that remembers names, and looks at no bytes."""

    def __init__(self) -> None:
        self.paths: set[str] = set()

    def write(self, path: str, data: bytes) -> None:  # noqa: ARG002 (the contract of an output)
        self.paths.add(path)

    def stream(self, path: str, chunks: Iterable[bytes]) -> None:
        for _ in chunks:
            """A writer may count on its chunks being asked for."""
        self.paths.add(path)

    def media(self, path: str, media: Media) -> None:  # noqa: ARG002 (the contract of an output)
        self.paths.add(path)
