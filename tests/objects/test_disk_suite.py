"""The store on disk keeps the promises of every object store."""

from itertools import count
from pathlib import Path

from datum.objects.disk import DiskStore
from datum.objects.store import ObjectStore, Sealed
from datum.testing.objects import ObjectStoreSuite

_NUMBERS = count()


class TestDiskStore(ObjectStoreSuite):
    """In a folder, its index beside it."""

    def make_store(self, tmp_path: Path) -> ObjectStore:
        return DiskStore.create(tmp_path / "objects", index_dir=tmp_path / "index")

    def publish(self, store: ObjectStore, sealed: Sealed) -> None:
        assert isinstance(store, DiskStore)
        number = next(_NUMBERS)
        inline = [] if sealed.inline is None else [(number, sealed.inline)]
        store.learn(sealed.packs, inline, number)


class TestDiskStoreWithoutIndex(TestDiskStore):
    """Where no index can be written, because a file has its name."""

    def make_store(self, tmp_path: Path) -> ObjectStore:
        (tmp_path / "index").write_text("in the way")
        return super().make_store(tmp_path)
