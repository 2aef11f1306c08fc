"""Commits and annotated tags in a store."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from datum.errors import CorruptObjectError, ObjectNotFoundError, UsageError
from datum.objects.codec import decode, encode
from datum.objects.ids import ObjectId
from datum.objects.kinds import Kind
from datum.objects.memory import MemoryStore
from datum.refs.commits import (
    Commit,
    Identity,
    first_parents,
    is_ancestor,
    merge_base,
    read_commit,
    walk,
    write_commit,
)
from datum.refs.tags import Tag, peel, read_tag, write_tag

ADA = Identity("Ada", "ada@example.org")
COMMIT = Commit(
    snapshot=ObjectId(b"\x01" * 16),
    parents=(ObjectId(b"\x02" * 16), ObjectId(b"\x03" * 16)),
    recipe=ObjectId(b"\x04" * 16),
    author=ADA,
    time=1_770_000_000,
    offset=-330,
    message="Take in\n\nbody",
)
TAG = Tag(
    target=ObjectId(b"\x01" * 16),
    name="v1",
    author=ADA,
    time=1_770_000_000,
    offset=0,
    message="First",
)


def test_golden_ids():
    """The bytes of commits and tags never change, or all histories would get other ids."""
    writer = MemoryStore().writer()
    assert write_commit(writer, COMMIT).hex() == "dd5646139af791283a71fdfcd73082de"
    assert write_tag(writer, TAG).hex() == "d6aefe228a17d0aa61736945467eb865"


oids = st.binary(min_size=16, max_size=16).map(ObjectId)
texts = st.text(st.characters(exclude_categories=["Cs"]))


@given(
    parents=st.lists(oids, unique=True, max_size=4),
    recipe=st.none() | oids,
    time=st.integers(0, 253_402_300_799),
    offset=st.integers(-1439, 1439),
    message=texts,
)
def test_there_and_back(parents, recipe, time, offset, message):
    """A commit is read back as it was written, less the white space at the end of its message."""
    commit = replace(
        COMMIT, parents=tuple(parents), recipe=recipe, time=time, offset=offset, message=message
    )
    tag = replace(TAG, time=time, offset=offset, message=message)
    store = MemoryStore().writer()
    read = read_commit(store, write_commit(store, commit))
    assert read == replace(commit, message=message.rstrip())
    assert read_tag(store, write_tag(store, tag)) == replace(tag, message=message.rstrip())


@pytest.mark.parametrize(
    "change",
    [
        {"snapshot": b"short"},
        {"parents": (bytes(32),)},
        {"parents": (bytes(16), bytes(16))},
        {"recipe": b""},
        {"time": -1},
        {"time": 10**12},
        {"offset": 1440},
        {"message": "\ud800"},
        {"author": Identity("", "x")},
        {"author": Identity("A <b>", "x")},
        {"author": Identity("A", "x\n")},
        {"author": Identity(" A", "x")},
    ],
)
def test_values_out_of_range(change):
    """What could not be read back or shown is refused."""
    with pytest.raises(UsageError):
        write_commit(MemoryStore().writer(), replace(COMMIT, **change))


@pytest.mark.parametrize(
    "change", [{"target": b""}, {"name": "a b"}, {"time": -1}, {"author": Identity("", "")}]
)
def test_tags_out_of_range(change):
    """The same of tags."""
    with pytest.raises(UsageError):
        write_tag(MemoryStore().writer(), replace(TAG, **change))


def stored(kind, value):
    """A store with one object of that kind and value, and its id."""
    store = MemoryStore().writer()
    return store, store.put(kind, encode(value))


def payload(write, value):
    """The decoded object that a value is written as."""
    store = MemoryStore().writer()
    return decode(store.get(write(store, value)))


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (0, 10),
        (1, 2),
        (2, None),
        (2, b"x"),
        (3, None),
        (3, [bytes(16), bytes(16)]),
        (3, [b""]),
        (4, b"x"),
        (5, ""),
        (5, "a\n"),
        (7, 1.5),
        (7, -1),
        (8, 9999),
        (9, "end\n"),
        (9, b"x"),
    ],
)
def test_commits_that_are_none(place, value):
    """An object with one wrong value is no commit; the error has its id."""
    values = payload(write_commit, COMMIT)
    values[place] = value
    store, oid = stored(Kind.COMMIT, values)
    with pytest.raises(CorruptObjectError, match=oid.hex()):
        read_commit(store, oid)


@pytest.mark.parametrize(
    ("place", "value"), [(0, 7), (2, b"x"), (3, "../x"), (4, "<"), (6, -1), (8, "end ")]
)
def test_tags_that_are_none(place, value):
    """The same of tags."""
    values = payload(write_tag, TAG)
    values[place] = value
    store, oid = stored(Kind.TAG, values)
    with pytest.raises(CorruptObjectError, match=oid.hex()):
        read_tag(store, oid)


@given(st.binary(max_size=80))
def test_any_bytes(noise):
    """Random bytes are a CorruptObjectError, nothing else."""
    store = MemoryStore().writer()
    for kind, read in ((Kind.COMMIT, read_commit), (Kind.TAG, read_tag)):
        with pytest.raises(CorruptObjectError):
            read(store, store.put(kind, noise))


def test_history_in_a_store():
    """The ways through history work on commits of a store, as they do on any graph."""
    store = MemoryStore().writer()
    root = write_commit(store, replace(COMMIT, parents=(), time=1))
    left = write_commit(store, replace(COMMIT, parents=(root,), time=2))
    right = write_commit(store, replace(COMMIT, parents=(root,), time=3))
    merge = write_commit(store, replace(COMMIT, parents=(left, right), time=4))
    assert [oid for oid, _ in walk(store, [merge])] == [merge, right, left, root]
    assert [oid for oid, _ in first_parents(store, merge)] == [merge, left, root]
    assert merge_base(store, left, right) == root
    assert is_ancestor(store, left, merge)
    assert not is_ancestor(store, merge, left)
    with pytest.raises(ObjectNotFoundError):
        list(walk(store, [ObjectId(bytes(16))]))


def test_peel():
    """Tags lead to their commit, through other tags too, but not for ever."""
    store = MemoryStore().writer()
    commit = oid = write_commit(store, replace(COMMIT, parents=()))
    assert peel(store, oid) == commit
    for _ in range(7):
        oid = write_tag(store, replace(TAG, target=oid))
        assert peel(store, oid) == commit
    oid = write_tag(store, replace(TAG, target=oid))
    with pytest.raises(CorruptObjectError, match="more than"):
        peel(store, oid)
    assert peel(store, store.put(Kind.SNAPSHOT, b"x")) is None


def test_identity_as_text():
    """People are shown as mail shows them."""
    assert str(ADA) == "Ada <ada@example.org>"
