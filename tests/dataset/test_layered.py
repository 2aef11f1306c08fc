import pytest

from datum.errors import ObjectNotFoundError
from datum.objects.kinds import Kind
from datum.objects.layered import LayeredReader
from datum.objects.memory import MemoryStore


@pytest.fixture
def layers():
    """Two stores with an object each and one in common, read as one; and the three ids."""
    stores = [MemoryStore(), MemoryStore()]
    ids = []
    for name, places in (("a", [0]), ("b", [1]), ("both", [0, 1])):
        for place in places:
            writer = stores[place].writer()
            oid = writer.put(Kind.BLOB, name.encode())
            writer.seal()
        ids.append(oid)
    return LayeredReader(*stores), ids


def test_every_layer_is_read(layers):
    """An object is found in whichever store has it, alone and in batches, in the order asked for."""
    reader, (a, b, both) = layers
    assert [reader.get(oid) for oid in (a, b, both)] == [b"a", b"b", b"both"]
    assert reader.get_many([b, a, b, both]) == [b"b", b"a", b"b", b"both"]
    assert reader.get_many([]) == []
    assert all(reader.has(oid) and reader.kind(oid) is Kind.BLOB for oid in (a, b, both))
    assert reader.read_media(b) == b"b"
    assert reader.media_path(b) is None


def test_what_no_layer_has(layers):
    """An object that none has is not found, by any call."""
    reader, (a, _, _) = layers
    absent = MemoryStore().writer().put(Kind.BLOB, b"absent")
    assert not reader.has(absent)
    for call in (reader.get, reader.kind, reader.read_media, reader.media_path):
        with pytest.raises(ObjectNotFoundError):
            call(absent)
    with pytest.raises(ObjectNotFoundError):
        reader.get_many([a, absent])


def test_find_looks_everywhere(layers):
    """Ids of all stores are found by their first digits, each once."""
    reader, ids = layers
    for oid in ids:
        assert reader.find(oid.hex()) == [oid]
    assert reader.find("") == []


def test_rules_are_those_of_the_first(layers):
    """Hash and tree rule are given for all."""
    reader, _ = layers
    assert (reader.hasher.name, reader.tree_rule) == ("xxh3-128", MemoryStore().tree_rule)
