"""Looking at a dataset on disk, or at another project, without a project of one's own."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from datum.dataset.dataset import Dataset
from datum.detection import detect_one
from datum.errors import RevisionError
from datum.objects.disk import DiskStore
from datum.plugins import format_names
from datum.project.layout import FOLDER, Layout
from datum.project.reading import Progress, Source, read_source
from datum.project.session import Session
from datum.project.targets import current_dataset

__all__ = ["open_target"]


@contextmanager
def open_target(text: str, *, progress: Progress | None = None) -> Iterator[tuple[Dataset, str]]:
    """The dataset that ``PATH``, ``PATH:FORMAT``, ``DIR`` or ``DIR@REV`` names, and its format.

    What is read lies in a store that is deleted at the end of the context; a project has no format.

    Raises:
        RevisionError: It names nothing.
        DetectionError: No format, or several, fit the path.
        FormatError: The dataset is not what its format says.
    """
    folder, _, revision = text.rpartition("@") if "@" in text else (text, "", "")
    if (Path(folder) / FOLDER / "config.toml").is_file():
        yield _of_project(Session(Layout(Path(folder).absolute())), revision), ""
        return
    path, format_name = _split(text)
    with tempfile.TemporaryDirectory(prefix="datum-look-") as scratch:
        store = DiskStore.create(Path(scratch, "store"), index_dir=Path(scratch, "index"))
        writer = store.writer()
        source = Source(path=path.absolute(), format=format_name, media="none")
        read = read_source(store, writer, source, progress=progress)
        yield Dataset(writer, read.snapshot), format_name


def _of_project(session: Session, revision: str) -> Dataset:
    if revision:
        return session.dataset(session.resolve(revision))
    return current_dataset(session, session.store.writer()).dataset


def _split(text: str) -> tuple[Path, str]:
    path, _, format_name = text.rpartition(":")
    if path and format_name in format_names():
        return Path(path), format_name
    if not Path(text).exists():
        raise RevisionError(
            text, "is no dataset on disk and no project", hint="name PATH, PATH:FORMAT or DIR@REV"
        )
    return Path(text), detect_one(Path(text)).name
