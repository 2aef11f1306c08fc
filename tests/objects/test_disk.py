"""The store on disk: what it writes, what it survives, and who may use it at once."""

import multiprocessing
import os
import shutil
import threading
from pathlib import Path

import pytest

from datum.errors import (
    CorruptObjectError,
    HashCollisionError,
    MediaError,
    ObjectNotFoundError,
    StoreError,
    UsageError,
)
from datum.objects.disk import DiskStore
from datum.objects.frames import Entry, Storage
from datum.objects.kinds import Kind
from datum.objects.pack import pack_name
from datum.objects.packing import INLINE_LIMIT
from datum.objects.repack import repack
from datum.objects.store import Sealed
from datum.testing.objects import colliding

BIG = os.urandom(1 << 20) + b"and one byte more"


class Log:
    """What an operation log does for a store."""

    def __init__(self):
        self.packs, self.inline, self.upto = [], [], -1

    def publish(self, store, sealed):
        self.upto += 1
        self.packs += sealed.packs
        if sealed.inline is not None:
            self.inline.append((self.upto, sealed.inline))
        self.feed(store)

    def feed(self, store):
        store.learn(self.packs, self.inline, self.upto)


@pytest.fixture
def log():
    return Log()


@pytest.fixture
def store(tmp_path):
    return DiskStore.create(tmp_path / "store", index_dir=tmp_path / "index")


def _names(store):
    return store.files.list("")


def _fill(store, log, count=3000):
    """Enough objects for a pack of its own, of bytes that do not compress."""
    writer = store.writer()
    put = {}
    for number in range(count):
        data = b"%d" % number + os.urandom(40)
        put[writer.put(Kind.ITEM, data)] = data
    log.publish(store, writer.seal())
    return put


def test_opening_reads_the_rules(store, tmp_path):
    """A store opens as it was made, without touching packs or index."""
    again = DiskStore.open(tmp_path / "store", index_dir=tmp_path / "other")
    assert (again.uuid, again.hasher.name, again.tree_rule) == (
        store.uuid,
        "xxh3-128",
        store.tree_rule,
    )
    assert not (tmp_path / "other").exists()
    with pytest.raises(StoreError, match="already"):
        DiskStore.create(tmp_path / "store")
    with pytest.raises(StoreError, match="not a store"):
        DiskStore.open(tmp_path)


def test_small_transactions_travel_inline(store, log):
    """A few objects make no file at all; the index keeps them."""
    writer = store.writer()
    oid = writer.put(Kind.ITEM, b"small")
    sealed = writer.seal()
    assert sealed.packs == ()
    assert len(sealed.inline) <= INLINE_LIMIT
    log.publish(store, sealed)
    assert store.get(oid) == b"small"
    assert _names(store) == ["store.toml"]


def test_larger_transactions_are_packs(store, log):
    """Many objects make one pack, named by the digest of its bytes."""
    put = _fill(store, log)
    (digest,) = log.packs
    assert _names(store) == [pack_name(digest), "store.toml"]
    assert store.get_many(list(put)) == list(put.values())


def test_empty_transactions_leave_nothing(store):
    """Sealing nothing writes nothing."""
    sealed = store.writer().seal()
    assert (sealed.packs, sealed.inline) == ((), None)
    assert _names(store) == ["store.toml"]


def test_putting_again_writes_nothing(store, log):
    """What the store has is not stored twice."""
    put = _fill(store, log)
    writer = store.writer()
    for data in put.values():
        writer.put(Kind.ITEM, data)
    sealed = writer.seal()
    assert (sealed.packs, sealed.inline) == ((), None)


def test_abandoned_writers_remove_their_files(store):
    """A writer that is dropped or discarded leaves no temporary files."""
    for end in (lambda writer: writer.discard(), lambda _: None):
        writer = store.writer()
        writer.put_media(BIG)
        writer.put_media(os.urandom(100_000))
        assert any(name.startswith("tmp/") for name in _names(store))
        end(writer)
        del writer
        assert _names(store) == ["store.toml"]


def test_packs_end_at_their_size(store, log, monkeypatch):
    """A transaction larger than a pack makes several, all readable before and after sealing."""
    monkeypatch.setattr("datum.objects.pack.PACK_TARGET", 200_000)
    writer = store.writer()
    media = [os.urandom(70_000) for _ in range(10)]
    blobs = [writer.put_media(data) for data in media]
    assert [writer.read_media(blob.oid) for blob in blobs] == media
    sealed = writer.seal()
    assert len(sealed.packs) == 4
    assert [writer.read_media(blob.oid) for blob in blobs] == media
    log.publish(store, sealed)
    assert [store.read_media(blob.oid) for blob in blobs] == media


# --- the index


def test_a_lost_index_is_made_again(store, log, tmp_path):
    """Without its folder the index knows nothing, until the log is fed to it again."""
    put = _fill(store, log)
    store.memo().put_many("table", [(b"key", b"value")])
    assert store.learned() == 0
    shutil.rmtree(tmp_path / "index")
    for reader in (store, DiskStore.open(tmp_path / "store", index_dir=tmp_path / "index")):
        assert reader.learned() == -1
        log.feed(reader)
        assert reader.learned() == 0
        assert reader.get_many(list(put)) == list(put.values())
        assert reader.memo().get("table", b"key") is None
        reader.forget_index()


def _overwrite(path, data):
    path.write_bytes(data)


DAMAGE = {
    "garbage": lambda path: _overwrite(path, b"garbage!" * 5000),
    "short garbage": lambda path: _overwrite(path, b"g"),
    "zeros": lambda path: _overwrite(path, bytes(path.stat().st_size)),
    "cut at a page": lambda path: os.truncate(path, path.stat().st_size // 8192 * 4096),
    "cut anywhere": lambda path: os.truncate(path, path.stat().st_size - 1),
    "cut to two pages": lambda path: os.truncate(path, 8192),
    "cut to nothing": lambda path: os.truncate(path, 0),
    "deleted": lambda path: path.unlink(),
    "lock file is garbage": lambda path: _overwrite(path.with_name("lock.mdb"), b"junk" * 900),
}


def _in_child(work):
    """Run work in a new process, which sees no environment that is open here."""
    context = multiprocessing.get_context("fork")
    child = context.Process(target=work)
    child.start()
    child.join(60)
    assert child.exitcode == 0


def _damage_and_read(path, index, packs, upto, damage, put):
    store = DiskStore.open(path, index_dir=index)
    damage(index / "data.mdb")
    if store.learned() == -1:
        store.learn(packs, [], upto)
    assert store.learned() == upto
    assert store.get_many(list(put)) == list(put.values())


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_index_is_made_again(store, log, tmp_path, name):
    """Whatever happens to the index, a process that opens it gets right answers."""
    put = _fill(store, log)
    store.learned()
    _in_child(
        lambda: _damage_and_read(
            tmp_path / "store", tmp_path / "index", log.packs, log.upto, DAMAGE[name], put
        )
    )


def test_an_index_of_another_store_is_not_used(store, log, tmp_path):
    """The index knows whose it is."""
    _fill(store, log)
    other = DiskStore.create(tmp_path / "other", index_dir=tmp_path / "index")
    store.forget_index()
    log.feed(store)
    _in_child(lambda: _expect_learned(other, -1))


def _expect_learned(store, number):
    assert store.learned() == number


def test_without_a_place_for_the_index(log, tmp_path):
    """Where none can be written, the footers are read into memory, and memos live as long."""
    (tmp_path / "index").write_text("in the way")
    store = DiskStore.create(tmp_path / "store", index_dir=tmp_path / "index" / "here")
    put = _fill(store, log)
    again = DiskStore.open(tmp_path / "store", index_dir=tmp_path / "index" / "here")
    assert again.learned() == -1
    log.feed(again)
    assert again.get_many(list(put)) == list(put.values())
    again.memo().put_many("table", [(b"key", b"value")])
    assert again.memo().get("table", b"key") == b"value"


def test_the_index_grows(store, log, monkeypatch, tmp_path):
    """A map that is full is made larger."""
    monkeypatch.setattr("datum.objects.environment._MAP_SIZE", 1 << 16)
    small = DiskStore.open(tmp_path / "store", index_dir=tmp_path / "small")
    put = _fill(small, log)
    assert small.get_many(list(put)) == list(put.values())
    small.memo().put_many("t", [(b"%d" % n, bytes(1000)) for n in range(1000)])
    assert small.memo().get("t", b"999") == bytes(1000)


def test_learning_twice_changes_nothing(store, log):
    """The log may be fed any number of times, and never takes the index back."""
    put = _fill(store, log)
    log.feed(store)
    store.learn([], [], -1)
    assert store.learned() == 0
    assert store.get_many(list(put)) == list(put.values())


def test_absent_packs_are_tried_again(store, log, tmp_path):
    """A pack that another client wrote may be seen late; the index waits for it."""
    put = _fill(store, log)
    path = store.files.path(pack_name(log.packs[0]))
    path.rename(tmp_path / "away")
    store.forget_index()
    log.feed(store)
    assert store.learned() == -1
    assert not store.has(next(iter(put)))
    (tmp_path / "away").rename(path)
    log.feed(store)
    assert store.learned() == 0
    assert store.get_many(list(put)) == list(put.values())


def test_digests_from_outside_are_checked(store):
    """A log that names something else than a digest leads nowhere."""
    with pytest.raises(CorruptObjectError, match="not the digest"):
        store.learn(["../../etc/passwd"], [], 0)


def test_memo_tables(store):
    """Tables are apart, keys may be empty or long, values replaced, tables cleared."""
    memo = store.memo()
    keys = [b"", b"k", b"k" * 5000, b"k" * 5001]
    memo.put_many("a", [(key, b"a%d" % number) for number, key in enumerate(keys)])
    memo.put_many("b", [(b"k", b"b")])
    memo.put_many("b", [])
    assert memo.get_many("a", keys) == [b"a0", b"a1", b"a2", b"a3"]
    assert memo.get("b", b"k") == b"b"
    memo.put_many("a", [(b"k", b"new")])
    assert memo.get("a", b"k") == b"new"
    memo.clear("a")
    memo.clear("never made")
    assert memo.get_many("a", keys) == [None] * 4
    assert memo.get("b", b"k") == b"b"


# --- processes and threads


def _commit(path, index, number, results):
    store = DiskStore.open(path, index_dir=index)
    writer = store.writer()
    oids = [writer.put(Kind.ITEM, b"%d %d" % (number, n) + bytes(50)) for n in range(400)]
    sealed = writer.seal()
    store.learn(sealed.packs, [(number, sealed.inline)] if sealed.inline else [], number)
    results.put((store.get_many(oids) is not None, oids[7]))


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_many_processes(store, tmp_path, method):
    """Processes write and learn at once into one index."""
    context = multiprocessing.get_context(method)
    results = context.SimpleQueue()
    children = [
        context.Process(
            target=_commit, args=(tmp_path / "store", tmp_path / "index", number, results)
        )
        for number in range(4)
    ]
    for child in children:
        child.start()
    for child in children:
        child.join(60)
        assert child.exitcode == 0
    for _ in children:
        read, oid = results.get()
        assert read
        assert store.get(oid)
    assert store.learned() == 3


def test_a_fork_keeps_the_store_usable(store, log):
    """Parent and child both read and learn after a fork, with what was open before it."""
    put = _fill(store, log)
    oids = list(put)
    assert store.get(oids[0]) == put[oids[0]]
    _in_child(lambda: _use(store, put))
    assert store.get_many(oids) == list(put.values())
    assert store.learned() == 5
    assert store.get(store.hasher.object_id(Kind.ITEM, b"of the child")) == b"of the child"


def _use(store, put):
    assert store.get_many(list(put)) == list(put.values())
    writer = store.writer()
    writer.put(Kind.ITEM, b"of the child")
    store.learn([], [(5, writer.seal().inline)], 5)


def test_a_child_does_not_remove_its_parents_files(store):
    """A writer that a fork copied is ended by its own process only."""
    writer = store.writer()
    blob = writer.put_media(BIG)
    _in_child(writer.__del__)
    assert writer.read_media(blob.oid) == BIG


def test_many_threads(store, log):
    """Threads read and learn at once."""
    put = _fill(store, log)
    failures = []

    def work(number):
        try:
            oids = list(put)[number::4]
            for oid in oids[:200]:
                assert store.get(oid) == put[oid]
            store.memo().put_many("t", [(b"%d" % number, b"x")])
        except BaseException as error:  # noqa: BLE001  # to be shown by the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


# --- damage to packs


def test_a_damaged_object_is_never_read(store, log):
    """A wrong bit in a pack is an error that names object and pack; others are read."""
    put = _fill(store, log)
    path = store.files.path(pack_name(log.packs[0]))
    data = bytearray(path.read_bytes())
    data[1000] ^= 1
    path.write_bytes(bytes(data))
    read, refused = 0, []
    for oid, expected in put.items():
        try:
            found = store.get(oid)
        except CorruptObjectError as error:
            refused.append((oid, error))
        else:
            assert found == expected
            read += 1
    assert read
    assert refused
    assert all(error.oid == oid.hex() for oid, error in refused)
    assert all(log.packs[0] in str(error) for _, error in refused)


def test_a_damaged_object_is_healed_by_putting_it(store, log):
    """What cannot be read is stored again instead of being taken for present."""
    put = _fill(store, log)
    path = store.files.path(pack_name(log.packs[0]))
    path.write_bytes(path.read_bytes()[:500])
    again = DiskStore.open(store.path, index_dir=store.path.parent / "index")
    writer = again.writer()
    for data in put.values():
        writer.put(Kind.ITEM, data)
    log.publish(again, writer.seal())
    assert again.get_many(list(put)) == list(put.values())


def test_a_missing_pack_is_named(store, log):
    """An object whose pack was lost is an error that names both."""
    put = _fill(store, log)
    path = store.files.path(pack_name(log.packs[0]))
    path.unlink()
    oid = next(iter(put))
    again = DiskStore.open(store.path, index_dir=store.path.parent / "index")
    with pytest.raises(CorruptObjectError, match=log.packs[0]) as caught:
        again.get(oid)
    assert caught.value.oid == oid.hex()


# --- media


def test_large_media_are_files(store, log, tmp_path):
    """Above 1 MiB a medium is a file named by its id, which is that of the same bytes in a pack."""
    source = tmp_path / "source"
    source.write_bytes(BIG)
    writer = store.writer()
    blob = writer.put_media(source)
    assert blob == writer.put_media(BIG)
    assert blob.oid == store.hasher.object_id(Kind.BLOB, BIG)
    assert writer.read_media(blob.oid) == writer.get(blob.oid) == BIG
    log.publish(store, writer.seal())
    text = blob.oid.hex()
    assert store.media_path(blob.oid) == store.path / "blobs" / text[:2] / text
    assert store.read_media(blob.oid) == BIG
    assert (store.kind(blob.oid), store.get_many([blob.oid])) == (Kind.BLOB, [BIG])


def test_small_media_are_in_packs(store, log):
    """Up to 1 MiB there is no file for a medium."""
    writer = store.writer()
    blob = writer.put_media(BIG[: 1 << 20])
    log.publish(store, writer.seal())
    assert store.media_path(blob.oid) is None
    assert store.read_media(blob.oid) == BIG[: 1 << 20]
    assert store.files.list("blobs/") == []


def test_a_changed_blob_is_refused_and_healed(store, log):
    """A file of the store that was edited is never given out, and can be put again when gone."""
    writer = store.writer()
    blob = writer.put_media(BIG)
    log.publish(store, writer.seal())
    path = store.media_path(blob.oid)
    path.write_bytes(BIG[:-1] + b"!")
    with pytest.raises(CorruptObjectError):
        store.read_media(blob.oid)
    path.unlink()
    with pytest.raises(CorruptObjectError, match="missing"):
        store.read_media(blob.oid)
    writer = store.writer()
    assert writer.put_media(BIG) == blob
    log.publish(store, writer.seal())
    assert store.read_media(blob.oid) == BIG


@pytest.mark.parametrize("as_uri", [str, Path.as_uri])
def test_references(store, log, tmp_path, as_uri):
    """A reference copies nothing, reads through, and is refused when the file changed or went."""
    source = tmp_path / "with space.bin"
    source.write_bytes(BIG)
    writer = store.writer()
    blob = writer.put_reference(as_uri(source), source)
    assert blob == writer.put_reference(as_uri(source), source)
    log.publish(store, writer.seal())
    assert store.files.list("blobs/") == []
    assert store.read_media(blob.oid) == BIG
    assert store.media_path(blob.oid) == source
    for content in (BIG[:-1], BIG[:-1] + b"!"):
        source.write_bytes(content)
        with pytest.raises(MediaError, match="changed"):
            store.read_media(blob.oid)
    source.unlink()
    with pytest.raises(MediaError, match="cannot be read"):
        store.read_media(blob.oid)
    assert store.media_path(blob.oid) is None


def test_references_elsewhere(store, log, tmp_path):
    """A reference of a scheme that cannot be read here is recorded all the same."""
    source = tmp_path / "source"
    source.write_bytes(b"data")
    writer = store.writer()
    blob = writer.put_reference("s3://bucket/key", source)
    log.publish(store, writer.seal())
    with pytest.raises(MediaError, match="s3"):
        store.read_media(blob.oid)
    assert store.media_path(blob.oid) is None
    with pytest.raises(UsageError):
        store.writer().put_reference("relative/path", source)


def test_a_dead_reference_is_replaced(store, log, tmp_path):
    """A reference to the same bytes elsewhere takes over when the first place is gone."""
    first, second = tmp_path / "first", tmp_path / "second"
    for path in (first, second):
        path.write_bytes(BIG)
    for path in (first, second):
        writer = store.writer()
        blob = writer.put_reference(str(path), path)
        log.publish(store, writer.seal())
        assert store.media_path(blob.oid) == path
        path.unlink() if path is first else None
    assert store.read_media(blob.oid) == BIG


@pytest.mark.parametrize("data", [b"small", BIG])
def test_a_copy_replaces_a_reference(store, log, tmp_path, data):
    """Who asks for a copy gets one, even if the medium is referenced already."""
    source = tmp_path / "source"
    source.write_bytes(data)
    writer = store.writer()
    writer.put_reference(str(source), source)
    blob = writer.put_media(source)
    log.publish(store, writer.seal())
    source.unlink()
    assert store.read_media(blob.oid) == data
    store.forget_index()
    log.feed(store)
    assert store.read_media(blob.oid) == data


def test_collisions_keep_the_first(store, log):
    """Two contents with one id: the second is refused, in the transaction and after."""
    first, second = colliding(Kind.BLOB)
    writer = store.writer()
    oid = writer.put(Kind.BLOB, first)
    with pytest.raises(HashCollisionError):
        writer.put_media(second)
    log.publish(store, writer.seal())
    with pytest.raises(HashCollisionError):
        store.writer().put(Kind.BLOB, second)
    assert store.get(oid) == first


def test_false_bytes_are_no_collision(store, log):
    """A pack that gives an id to other bytes does not keep the right ones out."""
    oid = store.hasher.object_id(Kind.ITEM, b"right")
    entry = Entry(oid, Kind.ITEM, Storage.BYTES, 0, b"wrong")
    (digest,) = repack(store.files, store.hasher.width, [entry])
    log.publish(store, Sealed(packs=(digest,)))
    with pytest.raises(CorruptObjectError, match="do not match"):
        store.get(oid)
    writer = store.writer()
    assert writer.put(Kind.ITEM, b"right") == oid
    log.publish(store, writer.seal())
    assert store.get(oid) == b"right"


def test_collisions_of_references(store, log, tmp_path):
    """References are told apart by their digest."""
    first, second = colliding(Kind.BLOB)
    paths = [tmp_path / "1", tmp_path / "2"]
    for path, data in zip(paths, (first, second), strict=True):
        path.write_bytes(data)
    writer = store.writer()
    writer.put_reference(str(paths[0]), paths[0])
    log.publish(store, writer.seal())
    writer = store.writer()
    for put in (
        lambda: writer.put_reference(str(paths[1]), paths[1]),
        lambda: writer.put_media(paths[1]),
    ):
        with pytest.raises(HashCollisionError):
            put()


def test_unreadable_sources(store, tmp_path):
    """A source that is not there is a media error with its path."""
    for put in (store.writer().put_media, lambda path: store.writer().put_reference("/x", path)):
        with pytest.raises(MediaError, match="nothing here"):
            put(tmp_path / "nothing here")
    with pytest.raises(ObjectNotFoundError):
        store.read_media(store.hasher.object_id(Kind.BLOB, b""))
