"""Reading a dataset on disk into snapshots; media that did not change are not hashed again."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from datum.dataset.dataset import Dataset
from datum.dataset.media import MediaPolicy, forget_media, reference_media, store_media
from datum.dataset.write import build_snapshot
from datum.errors import FormatError, ProjectError, UsageError
from datum.model import Batch, Blob, FileOnDisk, Item, Media
from datum.objects.disk import DiskStore
from datum.objects.ids import ObjectId
from datum.objects.store import ObjectWriter
from datum.plugins import Format, find_format, parse_options
from datum.project.config import MediaChoice
from datum.project.signature import Stamp, folders_around, scan, signature, stamp

__all__ = ["Progress", "ReadResult", "Source", "read_source", "reader_of"]

Progress = Callable[[int], None]
"""Called with the number of items done."""

_REPORT_EVERY = 500
_CORRECT = "nothing was taken in: correct it, and run the command again"
_PLAIN: dict[MediaChoice, MediaPolicy] = {
    "store": store_media,
    "reference": reference_media,
    "none": forget_media,
}


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Where a dataset on disk is, and how to read it."""

    path: Path
    format: str
    options: dict[str, Any] = msgspec.field(default_factory=dict)
    media: MediaChoice = "store"


class ReadResult(msgspec.Struct, frozen=True):
    """A snapshot that was read, and the state of the files it was read from."""

    snapshot: ObjectId
    signature: bytes | None
    """None where files changed too shortly before to tell a later change by their times."""
    files: tuple[str, ...]
    """Media outside of the path, and folders where such may appear, whose changes count too."""


def reader_of(name: str) -> tuple[Format, Callable[[Path, Mapping[str, Any]], Any]]:
    """A format by name, and its function that reads.

    Raises:
        UnknownNameError: There is no such format.
        UsageError: It only writes.
    """
    found = find_format(name)
    if found.read is None:
        raise UsageError(f"{name} can be written and not read")
    return found, found.read


def read_source(
    store: DiskStore,
    writer: ObjectWriter,
    source: Source,
    *,
    previous: Dataset | None = None,
    progress: Progress | None = None,
) -> ReadResult:
    """Read a dataset on disk into a snapshot.

    Args:
        store: Remembers the stamps of media.
        writer: Takes the objects.
        source: What to read.
        previous: The last state read, from which annotations without ids inherit theirs.
        progress: Told how far it is.

    Raises:
        FormatError: The dataset is not what its format says.
        ProjectError: There is nothing at the path.
    """
    if not source.path.exists():
        raise ProjectError(
            f"{source.path} does not exist", hint="name the folder or file of a dataset"
        )
    card, read = reader_of(source.format)
    options = parse_options(card.read_options, source.options, card.name)
    before, settled = signature(scan(source.path))
    media = _Media(store, source.media)
    try:
        reading = read(source.path, options)
        snapshot = build_snapshot(
            writer,
            replace(reading, items=_told(reading.items, progress)),
            media=media,
            previous=previous,
            trust_ids=card.keeps_ids,
        )
    except UsageError as error:
        hint = error.hint or _CORRECT
        raise FormatError(error.message, path=source.path, hint=hint) from error
    except FormatError as error:
        error.hint = error.hint or _CORRECT
        raise
    media.remember()
    others = folders_around(source.path) if media.missing else []
    outside = tuple(path for path in (*media.seen, *others) if _is_outside(path, source.path))
    state, outside_settled = signature([*scan(source.path), *outside])
    unchanged = signature(scan(source.path))[0] == before
    trusted = settled and outside_settled and unchanged
    return ReadResult(snapshot, state if trusted else None, outside)


def _told(stream: Iterable[Item | Batch], progress: Progress | None) -> Iterator[Item | Batch]:
    done = 0
    for one in stream:
        yield one
        before, done = done, done + (len(one.items) if isinstance(one, Batch) else 1)
        if progress is not None and before // _REPORT_EVERY < done // _REPORT_EVERY:
            progress(done)


def _is_outside(path: str, source: Path) -> bool:
    return path != str(source) and not Path(path).is_relative_to(source)


class _Media:
    """The policy for a source's media, with the ids of files that did not change remembered."""

    _table = "media"

    def __init__(self, store: DiskStore, choice: MediaChoice) -> None:
        self._store = store
        self._choice = choice
        self._plain = _PLAIN[choice]
        self._news: list[tuple[bytes, bytes]] = []
        self.seen: list[str] = []
        self.missing = False
        """Whether some media have no bytes, which may appear later."""

    def __call__(self, writer: ObjectWriter, media: Media) -> Media:
        self.missing = self.missing or media.content is None
        if not isinstance(media.content, FileOnDisk) or self._choice == "none":
            return self._plain(writer, media)
        path = media.content.path
        self.seen.append(path)
        found = stamp(path)
        if found is None:
            self.missing = True
            return replace(media, content=None)
        key = f"{self._choice}\0{path}".encode("utf-8", "surrogateescape")
        known = self._known(writer, key, found)
        if known is not None:
            return replace(media, content=known)
        taken = self._plain(writer, media)
        if isinstance(taken.content, Blob):
            self._news.append((key, msgspec.msgpack.encode((found, taken.content))))
        return taken

    def _known(self, writer: ObjectWriter, key: bytes, found: Stamp) -> Blob | None:
        data = self._store.memo().get(self._table, key)
        if data is None:
            return None
        try:
            old, blob = msgspec.msgpack.decode(data, type=tuple[Stamp, Blob])
        except msgspec.DecodeError:
            return None
        return blob if old == found and writer.has(ObjectId(blob.oid)) else None

    def remember(self) -> None:
        """Keep the stamps of files that are old enough for their times to be trusted."""
        now = time.time_ns()
        settled = (
            (key, data)
            for key, data in self._news
            if msgspec.msgpack.decode(data, type=tuple[Stamp, Blob])[0].settled(now)
        )
        self._store.memo().put_many(self._table, list(settled))
