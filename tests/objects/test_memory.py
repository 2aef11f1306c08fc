import pytest

from datum.errors import HashCollisionError, MediaError
from datum.objects.ids import hasher
from datum.objects.kinds import Kind
from datum.objects.memory import MemoryStore
from datum.objects.rule import TreeRule
from datum.objects.store import ObjectStore
from datum.testing.objects import ObjectStoreSuite, colliding


class TestMemoryStore(ObjectStoreSuite):
    """A store in memory keeps the promises of every store."""

    def make_store(self, tmp_path):  # noqa: ARG002  # it needs no folder
        return MemoryStore()


def test_hash_and_rule_are_chosen_when_it_is_made():
    """Another hash or another tree rule is seen by readers and writers alike."""
    store = MemoryStore(hasher("sha256"), TreeRule(scale=1024))
    writer = store.writer()
    oid = writer.put(Kind.ITEM, b"data")
    assert (len(oid), writer.tree_rule, store.hasher.name) == (32, TreeRule(scale=1024), "sha256")


def test_it_counts_what_it_holds():
    """The length of a store is the number of published objects."""
    store = MemoryStore()
    writer = store.writer()
    writer.put(Kind.ITEM, b"a")
    assert len(store) == 0
    writer.seal()
    assert len(store) == 1


def test_a_collision_between_writers_publishes_nothing():
    """Of two transactions with different bytes under one id, the second fails as a whole."""
    store = MemoryStore()
    one, other = store.writer(), store.writer()
    first, second = colliding(Kind.ITEM)
    oid = one.put(Kind.ITEM, first)
    other.put(Kind.ITEM, second)
    innocent = other.put(Kind.ITEM, b"innocent")
    one.seal()
    with pytest.raises(HashCollisionError):
        other.seal()
    assert store.get(oid) == first
    assert not store.has(innocent)


def test_it_is_an_object_store():
    """The type checker agrees that it fits the protocol."""
    store: ObjectStore = MemoryStore()
    assert store.find("00") == []


def test_the_first_of_two_references_stays(tmp_path):
    """Another place for the same medium does not replace the one that is known."""
    paths = [tmp_path / "a", tmp_path / "b"]
    store = MemoryStore()
    for path in paths:
        path.write_bytes(b"pixels")
        writer = store.writer()
        blob = writer.put_reference(str(path), path)
        writer.seal()
    assert store.media_path(blob.oid) == paths[0]
    paths[0].unlink()
    with pytest.raises(MediaError, match="unreadable"):
        store.get(blob.oid)
