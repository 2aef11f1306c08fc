"""The store on disk: packs, blobs and ``store.toml`` in one folder, the index in another."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from datum.errors import CorruptObjectError, ObjectNotFoundError, StoreVersionError
from datum.objects.config import StoreConfig, read_config, write_config
from datum.objects.diskwriter import DiskWriter
from datum.objects.environment import Environment, UnusableError
from datum.objects.files import LocalFiles
from datum.objects.frames import Entry
from datum.objects.ids import DEFAULT_HASH, Hasher, ObjectId, hasher
from datum.objects.index import Index, Learned, LocalIndex, MemoryIndex
from datum.objects.kinds import Kind
from datum.objects.memo import LocalMemo, Memo, MemoryMemo
from datum.objects.pack import Table, check_digest, pack_digest, scan, slices, sound_table
from datum.objects.reading import DiskReader, is_prefix, media_path, object_data
from datum.objects.rule import TreeRule

__all__ = ["DiskStore"]

_INDEX_VERSION = 1
_BATCH = 8 << 20
"""Bytes of tables that go into the index in one transaction."""


class DiskStore:
    """See ``ObjectStore``. Safe for threads, over a fork, and for any number of processes.

    The store itself does not read the operation log. Its owner tells it what the log added:
    ``store.learn(…)`` with all records after ``store.learned()``.
    """

    def __init__(self, path: Path, config: StoreConfig, index_dir: Path) -> None:
        self.path = path
        self.uuid = config.uuid
        self.files = LocalFiles(path)
        self._hasher = hasher(config.hash)
        self._tree_rule = config.tree
        stamp = f"index {_INDEX_VERSION} of {config.uuid}".encode()
        self._environment = Environment(index_dir, stamp)
        self._index: Index | None = None
        self._memo: Memo | None = None
        self._reader = DiskReader(self.files, self._hasher, self.index)

    @classmethod
    def create(
        cls, path: Path, *, hash_name: str = DEFAULT_HASH, index_dir: Path | None = None
    ) -> "DiskStore":
        """Make a store in a folder, which may be there already.

        Raises:
            StoreError: there is a store, or the folder cannot be written.
            StoreVersionError: the hash is not known.
        """
        config = write_config(LocalFiles(path), hash_name=hash_name)
        return cls(path, config, index_dir or path.parent / "index")

    @classmethod
    def open(cls, path: Path, *, index_dir: Path | None = None) -> "DiskStore":
        """The store in a folder; reads ``store.toml`` and nothing else.

        Args:
            path: The folder with ``store.toml``.
            index_dir: A folder on a local disk; ``index`` beside the store if not given.

        Raises:
            StoreError: there is no store.
            StoreVersionError: it follows rules that this version does not know.
        """
        config = read_config(LocalFiles(path), str(path))
        return cls(path, config, index_dir or path.parent / "index")

    @property
    def hasher(self) -> Hasher:
        """See ``ObjectReader.hasher``."""
        return self._hasher

    @property
    def tree_rule(self) -> TreeRule:
        """See ``ObjectReader.tree_rule``."""
        return self._tree_rule

    @property
    def reader(self) -> DiskReader:
        """Access to packs and entries, for checking and collecting."""
        return self._reader

    def index(self) -> Index:
        """The index, opened when first needed; kept in memory where none can be written."""
        if self._index is None:
            index = LocalIndex(self._environment)
            try:
                index.learned()
                self._index = index
            except UnusableError:
                self._index = MemoryIndex()
        return self._index

    def learned(self) -> int:
        """The number of the last log record that the index knows; -1 if it is new or was lost."""
        self._environment.refresh()
        return self.index().learned()

    def learn(self, packs: Iterable[str], inline: Iterable[tuple[int, bytes]], upto: int) -> None:
        """Take into the index what the operation log added.

        Packs that are known cost nothing. Of a damaged one, the sound part is taken in. One that is
        absent is tried again later: ``learned`` does not move past it. One that was collected as
        garbage is passed over.

        Args:
            packs: Digests of packs, in the order of the log.
            inline: Packs that travel in the log: number of the record, and the pack.
            upto: Number of the last record that *packs* and *inline* come from.
        """
        index = self.index()
        known = True
        batch: list[Learned] = []
        for pack in self._news(index, packs, inline):
            if pack is None:
                known = False
                continue
            batch.append(pack)
            if sum(len(pack.table.data) for pack in batch) > _BATCH:
                index.add(batch)
                batch = []
        if batch:
            index.add(batch)
        if known and upto > index.learned():
            index.set_learned(upto)

    def forget_index(self) -> None:
        """Drop the index and the memo tables; ``learned`` is -1 afterwards."""
        self._environment.remove()
        self._index = self._memo = None

    def memo(self) -> Memo:
        """Tables for results that can be found out again."""
        if self._memo is None:
            local = isinstance(self.index(), LocalIndex)
            self._memo = LocalMemo(self._environment) if local else MemoryMemo()
        return self._memo

    def writer(self) -> DiskWriter:
        """See ``ObjectStore.writer``."""
        return DiskWriter(self._reader, self._tree_rule)

    def get(self, oid: ObjectId) -> bytes:
        """See ``ObjectReader.get``."""
        return object_data(self._entry(oid), self._hasher, self.files)

    def get_many(self, oids: Sequence[ObjectId]) -> list[bytes]:
        """See ``ObjectReader.get_many``."""
        return self._reader.get_many(oids)

    def kind(self, oid: ObjectId) -> Kind:
        """See ``ObjectReader.kind``."""
        kind = self._reader.kind(oid)
        if kind is None:
            raise ObjectNotFoundError(oid.hex())
        return kind

    def has(self, oid: ObjectId) -> bool:
        """See ``ObjectReader.has``."""
        return self._reader.kind(oid) is not None

    def find(self, prefix: str) -> list[ObjectId]:
        """See ``ObjectReader.find``."""
        text = prefix.lower()
        found = self.index().find(text) if is_prefix(text) else []
        return [oid for oid in found if self.has(oid)]

    def read_media(self, oid: ObjectId) -> bytes:
        """See ``MediaReader.read_media``."""
        entry = self._entry(oid)
        if entry.kind is not Kind.BLOB:
            raise CorruptObjectError("not a medium", oid=oid.hex())
        return object_data(entry, self._hasher, self.files)

    def media_path(self, oid: ObjectId) -> Path | None:
        """See ``MediaReader.media_path``."""
        entry = self._reader.entry(oid)
        return None if entry is None else media_path(entry, self.files)

    def _news(
        self, index: Index, packs: Iterable[str], inline: Iterable[tuple[int, bytes]]
    ) -> Iterator[Learned | None]:
        """Packs that the index does not know yet, None for one that is absent."""
        width = self._hasher.width
        for digest in packs:
            check_digest(digest)
            # One that was collected is not remembered: the same pack may be written again.
            if not index.knows(digest) and not self._reader.is_gone(digest):
                table = self._table(digest)
                yield None if table is None else Learned(digest, table)
        for number, data in inline:
            if not index.knows(number):
                yield Learned(number, sound_table(slices(data), len(data), width), data)

    def _table(self, digest: str) -> Table | None:
        """The table of a pack, None for an absent one."""
        width = self._hasher.width
        try:
            read, size = self._reader.pack(digest), self._reader.size(digest)
            try:
                return sound_table(read, size, width)
            except StoreVersionError:
                if pack_digest(read) == digest:
                    raise
                return scan(read, size, width).table  # a damaged header says anything
        except CorruptObjectError as error:
            return None if error.path else Table(width, b"")  # an absent pack has a path

    def _entry(self, oid: ObjectId) -> Entry:
        entry = self._reader.entry(oid)
        if entry is None:
            raise ObjectNotFoundError(oid.hex())
        return entry
