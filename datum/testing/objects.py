"""What every object store has to fulfil: subclass the suite and say how to make one."""

import hashlib
from pathlib import Path

import pytest

from datum.errors import (
    HashCollisionError,
    MediaError,
    ObjectNotFoundError,
    StoreError,
    UsageError,
)
from datum.objects import tree
from datum.objects.codec import encode
from datum.objects.ids import ObjectId
from datum.objects.kinds import ENCODING_VERSION, Kind
from datum.objects.store import FIND_LIMIT, ObjectStore, ObjectWriter, Sealed

__all__ = ["ObjectStoreSuite", "colliding"]

_BIG = bytes(range(256)) * 8192
"""2 MiB: more than a store keeps inside a pack."""

_SECRET = bytes.fromhex("b8fe6c3923a44bbe7c01812cf721ad1cded46de9")
"""The start of the published default secret of XXH3."""


def colliding(kind: Kind) -> tuple[bytes, bytes]:
    """Two contents of one kind that have the same id under xxh3-128.

    XXH3 multiplies the two halves of a word xor its secret. Where the low half equals the
    secret's, the product is 0 whatever the high half is, and what remains is a plain sum.
    """
    return _message(kind, 1000, 2000), _message(kind, 1001, 1999)


def _message(kind: Kind, *high_halves: int) -> bytes:
    header = bytes((kind, ENCODING_VERSION))
    message = bytearray(header.ljust(512, b"\0"))
    for stripe, high in enumerate(high_halves):
        at, secret = 64 * stripe + 8, _SECRET[8 * stripe + 8 :]
        message[at : at + 8] = secret[:4] + high.to_bytes(4, "little")
    return bytes(message[len(header) :])


class ObjectStoreSuite:
    """The promises of ``ObjectStore``; a subclass overrides ``make_store`` and what else differs."""

    def make_store(self, tmp_path: Path) -> ObjectStore:
        """An empty store with ids by xxh3-128; *tmp_path* is empty, and the test's own."""
        raise NotImplementedError

    def publish(self, store: ObjectStore, sealed: Sealed) -> None:
        """Do for a store what the log record of a commit does; nothing where sealing is enough."""

    def seal(self, store: ObjectStore, writer: ObjectWriter) -> None:
        """End a transaction so that the store has its objects."""
        self.publish(store, writer.seal())

    @pytest.fixture
    def store(self, tmp_path: Path) -> ObjectStore:
        """An empty store."""
        folder = tmp_path / "store"
        folder.mkdir()
        return self.make_store(folder)

    def test_objects_come_back(self, store: ObjectStore) -> None:
        """Every kind of object, the empty one too, is read as it was put."""
        writer = store.writer()
        put = {}
        for kind in Kind:
            for data in (b"", encode([int(kind), "text"])):
                put[writer.put(kind, data)] = (kind, data)
        assert len(put) == 2 * len(Kind)
        self.seal(store, writer)
        for oid, (kind, data) in put.items():
            assert store.get(oid) == data
            assert store.kind(oid) is kind
            assert store.has(oid)
            assert oid == store.hasher.object_id(kind, data)

    def test_batches_keep_the_order(self, store: ObjectStore) -> None:
        """``get_many`` answers in the order asked, repeats included."""
        writer = store.writer()
        oids = [writer.put(Kind.ITEM, b"%d" % number) for number in range(300)]
        asked = [*reversed(oids), oids[7], oids[7]]
        expected = [*(b"%d" % number for number in reversed(range(300))), b"7", b"7"]
        assert writer.get_many(asked) == expected
        self.seal(store, writer)
        assert store.get_many(asked) == expected
        assert store.get_many([]) == []

    def test_absent_objects(self, store: ObjectStore) -> None:
        """An id that is not in the store is an error that names it, from store and writer."""
        oid = store.hasher.object_id(Kind.ITEM, b"never put")
        writer = store.writer()
        there = writer.put(Kind.ITEM, b"there")
        for reader in (store, writer):
            assert not reader.has(oid)
            assert reader.media_path(oid) is None
            for ask in (reader.get, reader.kind, reader.read_media):
                with pytest.raises(ObjectNotFoundError) as caught:
                    ask(oid)
                assert caught.value.oid == oid.hex()
        with pytest.raises(ObjectNotFoundError):
            writer.get_many([there, oid])

    def test_a_writer_reads_what_it_put(self, store: ObjectStore) -> None:
        """A transaction reads its own objects and those of the store; nobody else sees its own."""
        first = store.writer()
        old = first.put(Kind.ITEM, b"old")
        self.seal(store, first)
        writer = store.writer()
        new = writer.put(Kind.ANNOTATIONS, b"new")
        assert [writer.get(old), writer.get(new)] == [b"old", b"new"]
        assert (writer.kind(new), writer.has(new)) == (Kind.ANNOTATIONS, True)
        assert writer.find(new.hex()[:12]) == [new]
        assert not store.has(new)
        assert not store.writer().has(new)
        self.seal(store, writer)
        assert store.has(new)

    def test_abandoned_writers_leave_nothing(self, store: ObjectStore) -> None:
        """What was put but never sealed is not in the store."""
        oid = store.writer().put(Kind.ITEM, b"lost")
        self.seal(store, store.writer())
        assert not store.has(oid)
        assert store.find(oid.hex()) == []

    def test_sealed_writers_are_over(self, store: ObjectStore) -> None:
        """After ``seal`` a writer takes nothing more, but reads on."""
        writer = store.writer()
        oid = writer.put(Kind.ITEM, b"data")
        self.seal(store, writer)
        assert writer.get(oid) == b"data"
        with pytest.raises(UsageError):
            writer.put(Kind.ITEM, b"more")
        with pytest.raises(UsageError):
            writer.put_media(b"more")

    def test_equal_objects_are_one(self, store: ObjectStore) -> None:
        """Putting bytes again gives the same id; the kind is part of what an object is."""
        writer = store.writer()
        oid = writer.put(Kind.ITEM, b"data")
        assert writer.put(Kind.ITEM, b"data") == oid
        assert writer.put(Kind.ANNOTATIONS, b"data") != oid
        self.seal(store, writer)
        again = store.writer()
        assert again.put(Kind.ITEM, b"data") == oid
        assert again.put_media(b"pixels") == again.put_media(b"pixels")

    def test_two_writers_at_once(self, store: ObjectStore) -> None:
        """Transactions side by side may put the same object; both can be sealed."""
        writers = [store.writer(), store.writer()]
        shared = {writer.put(Kind.ITEM, b"shared") for writer in writers}
        own = [writer.put(Kind.ITEM, b"%d" % n) for n, writer in enumerate(writers)]
        for writer in writers:
            self.seal(store, writer)
        assert store.get_many([*shared, *own]) == [b"shared", b"0", b"1"]

    @pytest.mark.parametrize("sealed_between", [False, True])
    def test_collisions_lose_nothing(self, store: ObjectStore, *, sealed_between: bool) -> None:
        """Other bytes under an id that is taken are refused, and the first stay."""
        for kind in (Kind.ITEM, Kind.BLOB):
            first, second = colliding(kind)
            writer = store.writer()
            oid = writer.put(kind, first)
            if sealed_between:
                self.seal(store, writer)
                writer = store.writer()
            with pytest.raises(HashCollisionError) as caught:
                writer.put(kind, second)
            assert caught.value.oid == oid.hex()
            assert writer.get(oid) == first

    def test_colliding_media_lose_nothing(self, store: ObjectStore) -> None:
        """The same holds for media, which are compared too."""
        first, second = colliding(Kind.BLOB)
        writer = store.writer()
        blob = writer.put_media(first)
        self.seal(store, writer)
        with pytest.raises(HashCollisionError):
            store.writer().put_media(second)
        assert store.read_media(blob.oid) == first

    def test_prefixes(self, store: ObjectStore) -> None:
        """``find`` gives ids by the start of their digits, in order, and no more than a few."""
        writer = store.writer()
        oids = sorted(writer.put(Kind.ITEM, b"%d" % number) for number in range(1000))
        self.seal(store, writer)
        for oid in oids[::100]:
            for length in (2, 3, 7, 2 * store.hasher.width):
                prefix = oid.hex()[:length]
                expected = [one for one in oids if one.hex().startswith(prefix)][:FIND_LIMIT]
                assert store.find(prefix) == expected
                assert store.find(prefix.upper()) == expected
        digits = "0123456789abcdef"
        assert max(len(store.find(digit)) for digit in digits) == FIND_LIMIT

    @pytest.mark.parametrize("text", ["", "main", "0x12", "é", " ab", "ab ", "ab-"])
    def test_text_that_is_no_prefix(self, store: ObjectStore, text: str) -> None:
        """What cannot be the start of an id finds nothing."""
        writer = store.writer()
        for number in range(300):
            writer.put(Kind.ITEM, b"%d" % number)
        self.seal(store, writer)
        assert store.find(text) == []

    def test_too_long_a_prefix(self, store: ObjectStore) -> None:
        """A whole id and one digit more finds nothing."""
        writer = store.writer()
        oid = writer.put(Kind.ITEM, b"data")
        self.seal(store, writer)
        assert store.find(oid.hex() + "0") == []

    @pytest.mark.parametrize("data", [b"", b"pixels", _BIG], ids=["empty", "small", "big"])
    @pytest.mark.parametrize("from_file", [False, True])
    def test_media(
        self, store: ObjectStore, tmp_path: Path, data: bytes, *, from_file: bool
    ) -> None:
        """Media of any size come back, with size and digest, from file and memory alike."""
        path = tmp_path / "picture.bin"
        path.write_bytes(data)
        writer = store.writer()
        blob = writer.put_media(path if from_file else data)
        assert blob.oid == store.hasher.object_id(Kind.BLOB, data)
        assert blob.size == len(data)
        assert blob.digest == f"sha256:{hashlib.sha256(data).hexdigest()}"
        assert writer.read_media(blob.oid) == data
        self.seal(store, writer)
        path.unlink()
        assert store.read_media(blob.oid) == store.get(blob.oid) == data
        assert store.kind(blob.oid) is Kind.BLOB
        place = store.media_path(blob.oid)
        assert place is None or place.read_bytes() == data

    def test_media_are_blobs(self, store: ObjectStore) -> None:
        """Only media can be read as media."""
        writer = store.writer()
        oid = writer.put(Kind.ITEM, b"data")
        with pytest.raises(StoreError):
            writer.read_media(oid)
        self.seal(store, writer)
        with pytest.raises(StoreError):
            store.read_media(oid)

    @pytest.mark.parametrize("data", [b"pixels", _BIG], ids=["small", "big"])
    def test_references(self, store: ObjectStore, tmp_path: Path, data: bytes) -> None:
        """A reference copies nothing, and reads the file that it points to."""
        path = tmp_path / "a picture%20é.bin"
        path.write_bytes(data)
        writer = store.writer()
        blob = writer.put_reference(path.as_uri(), path)
        assert blob == store.writer().put_media(data)
        assert writer.read_media(blob.oid) == data
        self.seal(store, writer)
        assert store.read_media(blob.oid) == data
        assert store.media_path(blob.oid) == path
        assert store.kind(blob.oid) is Kind.BLOB
        assert store.has(blob.oid)
        assert store.find(blob.oid.hex()) == [blob.oid]

    def test_references_to_plain_paths(self, store: ObjectStore, tmp_path: Path) -> None:
        """A reference may be a path instead of a URI."""
        path = tmp_path / "50%25.bin"
        path.write_bytes(b"pixels")
        writer = store.writer()
        blob = writer.put_reference(str(path), path)
        self.seal(store, writer)
        assert store.read_media(blob.oid) == b"pixels"

    def test_references_that_went_wrong(self, store: ObjectStore, tmp_path: Path) -> None:
        """A file that has changed or gone is an error that names it, never other bytes."""
        path = tmp_path / "picture.bin"
        path.write_bytes(b"pixels")
        writer = store.writer()
        oid = writer.put_reference(path.as_uri(), path).oid
        self.seal(store, writer)
        path.write_bytes(b"others")
        with pytest.raises(MediaError, match=r"picture\.bin"):
            store.read_media(oid)
        path.unlink()
        with pytest.raises(MediaError, match=r"picture\.bin"):
            store.read_media(oid)
        assert store.media_path(oid) is None

    def test_references_out_of_reach(self, store: ObjectStore, tmp_path: Path) -> None:
        """A medium in a place that cannot be read here is recorded, and reading it says so."""
        path = tmp_path / "picture.bin"
        path.write_bytes(b"pixels")
        writer = store.writer()
        oid = writer.put_reference("s3://bucket/picture.bin", path).oid
        self.seal(store, writer)
        assert store.has(oid)
        assert store.media_path(oid) is None
        with pytest.raises(MediaError, match="s3://bucket"):
            store.read_media(oid)

    def test_media_that_cannot_be_read(self, store: ObjectStore, tmp_path: Path) -> None:
        """A source that is not there, or a folder, is an error that names it."""
        writer = store.writer()
        for path in (tmp_path / "absent.bin", tmp_path):
            with pytest.raises(MediaError, match=path.name):
                writer.put_media(path)
            with pytest.raises(MediaError, match=path.name):
                writer.put_reference(path.as_uri(), path)

    def test_trees(self, store: ObjectStore) -> None:
        """Trees are built, edited, read and compared through store and writer."""
        entries = [(b"train\0%06d" % n, _value(n)) for n in range(3000)]
        writer = store.writer()
        root = tree.build(writer, entries)
        self.seal(store, writer)
        assert list(tree.iterate(store, root)) == entries
        editor = store.writer()
        edited = tree.edit(editor, root, [(entries[1500][0], _value(-1))])
        expected = [(entries[1500][0], _value(1500), _value(-1))]
        assert list(tree.diff(editor, root, edited)) == expected
        self.seal(store, editor)
        assert list(tree.diff(store, root, edited)) == expected
        assert all(store.kind(oid) is Kind.NODE for oid in tree.node_ids(store, edited))


def _value(number: int) -> ObjectId:
    return ObjectId(number.to_bytes(16, "big", signed=True))
