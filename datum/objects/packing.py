"""Writing a series of packs, of which everything can be read back before it is published."""

from pathlib import Path

import msgspec

from datum.objects.files import LocalFiles
from datum.objects.frames import Codec, Entry, Storage
from datum.objects.ids import ObjectId
from datum.objects.kinds import Kind
from datum.objects.opened import FrameCache, OpenFiles
from datum.objects.pack import PackBuilder, ReadBytes, pack_name, parse_place
from datum.objects.spool import Spool

__all__ = ["INLINE_LIMIT", "FinishedPack", "PackSeries"]

INLINE_LIMIT = 48 << 10
"""A transaction of one pack up to this many bytes travels in its log record."""

_ORDINAL = 4


class FinishedPack(msgspec.Struct):
    """A pack that is complete; *path* is None while it is in memory."""

    digest: str
    spool: Spool
    path: Path | None

    @property
    def name(self) -> str:
        """Its name in the store."""
        return pack_name(self.digest)


class PackSeries:
    """Packs of one codec, each closed when it is large enough. Not for several threads."""

    def __init__(self, files: LocalFiles, width: int, codec: Codec) -> None:
        self._files = files
        self._width = width
        self._codec = codec
        self._frames = FrameCache[int]()
        self._opened = OpenFiles()
        self._spool: Spool | None = None
        self._builder: PackBuilder | None = None
        self._open: dict[ObjectId, Entry] = {}
        self._places: dict[ObjectId, bytes] = {}
        self.finished: list[FinishedPack] = []
        """Packs that are complete, oldest first."""

    def add(self, oid: ObjectId, kind: Kind, storage: Storage, data: bytes) -> None:
        """Add an object; of several with one id the last is found."""
        builder = self._builder
        if builder is None:
            self._spool = Spool(self._files.temporary, INLINE_LIMIT)
            builder = self._builder = PackBuilder(self._spool, self._width, self._codec)
        self._open[oid] = Entry(oid, kind, storage, 0, data)
        placed = builder.add(oid, kind, storage, data)
        if placed:
            self._remember(placed)
        if builder.full:
            self.finish()

    def finish(self) -> None:
        """Complete the pack that is being written, if there is one."""
        if self._builder is None or self._spool is None:
            return
        digest, placed = self._builder.finish()
        self._remember(placed)
        if self._spool.path is not None:
            self._spool.close()
        self.finished.append(FinishedPack(digest, self._spool, self._spool.path))
        self._builder = self._spool = None

    def entry(self, oid: ObjectId) -> Entry | None:
        """An object that was added, None if it was not."""
        found = self._open.get(oid)
        if found is not None:
            return found
        place = self._places.get(oid)
        if place is None:
            return None
        ordinal = int.from_bytes(place[-_ORDINAL:])
        return self._frames.entry(ordinal, self._reader, parse_place(place), oid)

    def ids(self) -> list[ObjectId]:
        """All ids that were added."""
        return [*self._open, *self._places]

    def discard(self) -> None:
        """Remove what was not published."""
        for pack in self.finished:
            pack.spool.discard()
        if self._spool is not None:
            self._spool.discard()

    def _reader(self, ordinal: int) -> ReadBytes:
        if ordinal == len(self.finished) and self._spool is not None:
            return self._spool.read
        pack = self.finished[ordinal]
        return pack.spool.read if pack.path is None else self._opened.reader(pack.path)

    def _remember(self, placed: list[tuple[ObjectId, bytes]]) -> None:
        suffix = len(self.finished).to_bytes(_ORDINAL)
        for oid, place in placed:
            self._places[oid] = place + suffix
        self._open.clear()
