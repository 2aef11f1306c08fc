"""A writer that counts what is read and written through it, and datasets in memory."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from datum.dataset.dataset import Dataset
from datum.dataset.media import store_media
from datum.dataset.write import build_snapshot
from datum.model import Categories, Item, Reading
from datum.objects.ids import Hasher, ObjectId
from datum.objects.kinds import Kind
from datum.objects.memory import MemoryStore
from datum.objects.rule import TreeRule
from datum.objects.store import ObjectWriter, Sealed, StoredBlob

__all__ = ["CountingWriter", "dataset_in_memory"]


class CountingWriter:
    """An ``ObjectWriter`` around another one; :attr:`reads` and :attr:`writes` list the ids."""

    def __init__(self, writer: ObjectWriter | None = None) -> None:
        """Wrap *writer*, or one of a new store in memory."""
        self._writer = MemoryStore().writer() if writer is None else writer
        self.reads: list[ObjectId] = []
        self.writes: list[ObjectId] = []
        """Ids of objects that were new."""

    @property
    def hasher(self) -> Hasher:
        """See ``ObjectReader.hasher``."""
        return self._writer.hasher

    @property
    def tree_rule(self) -> TreeRule:
        """See ``ObjectReader.tree_rule``."""
        return self._writer.tree_rule

    def reset(self) -> None:
        """Forget what was counted."""
        self.reads.clear()
        self.writes.clear()

    def get(self, oid: ObjectId) -> bytes:
        """See ``ObjectReader.get``."""
        self.reads.append(oid)
        return self._writer.get(oid)

    def get_many(self, oids: Sequence[ObjectId]) -> list[bytes]:
        """See ``ObjectReader.get_many``."""
        self.reads.extend(oids)
        return self._writer.get_many(oids)

    def kind(self, oid: ObjectId) -> Kind:
        """See ``ObjectReader.kind``."""
        return self._writer.kind(oid)

    def has(self, oid: ObjectId) -> bool:
        """See ``ObjectReader.has``."""
        return self._writer.has(oid)

    def find(self, prefix: str) -> list[ObjectId]:
        """See ``ObjectReader.find``."""
        return self._writer.find(prefix)

    def read_media(self, oid: ObjectId) -> bytes:
        """See ``MediaReader.read_media``."""
        self.reads.append(oid)
        return self._writer.read_media(oid)

    def media_path(self, oid: ObjectId) -> Path | None:
        """See ``MediaReader.media_path``."""
        return self._writer.media_path(oid)

    def put(self, kind: Kind, data: bytes) -> ObjectId:
        """See ``ObjectWriter.put``."""
        if not self._writer.has(oid := self._writer.hasher.object_id(kind, data)):
            self.writes.append(oid)
        return self._writer.put(kind, data)

    def put_media(self, source: Path | bytes) -> StoredBlob:
        """See ``ObjectWriter.put_media``."""
        return self._writer.put_media(source)

    def put_reference(self, uri: str, source: Path) -> StoredBlob:
        """See ``ObjectWriter.put_reference``."""
        return self._writer.put_reference(uri, source)

    def seal(self) -> Sealed:
        """See ``ObjectWriter.seal``."""
        return self._writer.seal()


def dataset_in_memory(
    items: Iterable[Item],
    categories: Categories | Iterable[str] = (),
    *,
    writer: ObjectWriter | None = None,
) -> Dataset:
    """A dataset of items and labels, in *writer* or in a new store in memory."""
    known = categories if isinstance(categories, Categories) else Categories.of(categories)
    target = CountingWriter() if writer is None else writer
    reading = Reading(categories=known, items=items)
    return Dataset(target, build_snapshot(target, reading, media=store_media))
