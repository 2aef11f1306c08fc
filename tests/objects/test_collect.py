"""Collecting garbage: dead things go, late; nothing that is needed ever does."""

import math
import os
import time

import pytest

from datum.errors import CorruptObjectError, ObjectNotFoundError
from datum.objects.codec import encode
from datum.objects.collect import collect, unreachable
from datum.objects.disk import DiskStore
from datum.objects.kinds import Kind
from datum.objects.pack import gone_name, pack_name
from datum.objects.verify import verify

OLD = time.time() - 1_000_000
LATER = OLD + 500_000
"""A cut-off between what ``age`` touched and what was written by the test just now."""


class Made:
    """A store, and the log that names its packs."""

    def __init__(self, folder):
        self.folder = folder
        self.store = DiskStore.create(folder / "store", index_dir=folder / "index")
        self.packs, self.inline, self.upto = [], [], 0

    def commit(self, count=2000, fill=None):
        writer = self.store.writer()
        oids = [writer.put(Kind.ITEM, encode(os.urandom(58))) for _ in range(count)]
        oids += [writer.put_media(data).oid for data in fill or []]
        self.publish(writer.seal())
        return oids

    def publish(self, sealed):
        self.packs += sealed.packs
        self.upto += 1
        if sealed.inline is not None:
            self.inline.append((self.upto, sealed.inline))
        self.store.learn(self.packs, self.inline, self.upto)

    def age(self, prefix=""):
        for name in self.store.files.list(prefix):
            os.utime(self.store.files.path(name), (OLD, OLD))

    def collect(self, live, cutoff=LATER):
        result = collect(self.store, self.packs, set(live), cutoff, self.publish)
        self.store.learn(self.packs, self.inline, self.upto)
        return result

    def names(self, prefix):
        return list(self.store.files.list(prefix))


@pytest.fixture
def made(tmp_path):
    return Made(tmp_path)


def test_use_is_counted(made):
    """Each pack says how much of it is live."""
    oids = made.commit()
    (use,) = unreachable(made.store, made.packs, set(oids[:500]))
    assert (use.live, use.dead) == (500, 1500)
    assert (use.live_bytes, use.dead_bytes) == (500 * 60, 1500 * 60)


def test_what_is_young_stays(made):
    """Nothing younger than the cut-off is touched, dead or not."""
    made.commit(fill=[os.urandom(1 << 21)])
    before = made.names("")
    result = made.collect([])
    assert (result.written, result.condemned, result.removed) == ((), (), ())
    assert made.names("") == before


def test_dead_packs_are_condemned_then_removed(made):
    """One run condemns, a later one removes; living packs stay."""
    kept, dropped = made.commit(), made.commit(fill=[os.urandom(1 << 21), os.urandom(100_000)])
    blob = made.store.media_path(dropped[-2])
    made.age()
    first = made.collect(kept)
    assert len(first.condemned) == 3
    assert first.removed == ()
    assert made.store.has(dropped[0])
    made.age("condemned/")
    second = made.collect(kept)
    assert second.removed == first.condemned
    assert not blob.exists()
    assert made.store.get_many(kept)
    assert not any(made.store.has(oid) for oid in dropped)
    assert made.names("condemned/") == []
    assert list(verify(made.store, made.packs)) == []


def test_all_at_once(made):
    """Without a grace period one run is enough."""
    kept, dropped = made.commit(), made.commit()
    assert made.collect(kept, math.inf).removed == (pack_name(made.packs[1]),)
    assert made.store.get_many(kept)
    with pytest.raises(ObjectNotFoundError):
        made.store.get(dropped[0])


def test_sparse_packs_are_rewritten(made):
    """The few live objects of a pack move to a new one before the pack is condemned."""
    oids = made.commit(fill=[os.urandom(1 << 21)])
    live = [*oids[:10], oids[-1]]
    made.age()
    result = made.collect(live)
    assert len(result.written) == 1
    assert result.condemned == (pack_name(made.packs[0]),)
    made.age()
    again = made.collect(live)
    assert (again.written, again.removed) == ((), result.condemned)
    assert [len(data) for data in made.store.get_many(live)] == [60] * 10 + [1 << 21]
    assert not made.store.has(oids[11])
    assert list(verify(made.store, made.packs)) == []


def test_packs_that_are_mostly_live_stay(made):
    """A little garbage is not worth a new pack."""
    oids = made.commit()
    made.age()
    result = made.collect(oids[:1500])
    assert (result.written, result.condemned) == ((), ())


def test_damaged_packs_are_left_alone(made):
    """What cannot be carried over is not removed."""
    oids = made.commit()
    path = made.store.files.path(pack_name(made.packs[0]))
    data = bytearray(path.read_bytes())
    data[300] ^= 1
    path.write_bytes(bytes(data))
    made.age()
    for _ in range(2):
        assert made.collect(oids[:10]).written == ()
        made.age("condemned/")
    assert path.exists()


def test_writers_do_not_rely_on_the_condemned(made):
    """What is put again while it is condemned is stored again, and survives the removal."""
    writer = made.store.writer()
    data = [os.urandom(60) for _ in range(2000)]
    large = os.urandom(1 << 21)
    oids = [writer.put(Kind.ITEM, each) for each in data] + [writer.put_media(large).oid]
    made.publish(writer.seal())
    made.age()
    made.collect([])
    writer = made.store.writer()
    again = [writer.put(Kind.ITEM, data[0]), writer.put_media(large).oid]
    made.publish(writer.seal())
    assert again == [oids[0], oids[-1]]
    made.age("condemned/")
    made.age("packs/")
    assert made.collect(again).removed == (pack_name(made.packs[0]),)
    assert made.store.get_many(again) == [data[0], large]


def test_what_is_needed_again_is_pardoned(made):
    """A sentence is lifted when something in the pack came back to life."""
    oids = made.commit(fill=[os.urandom(1 << 21)])
    made.age()
    assert len(made.collect([]).condemned) == 2
    result = made.collect(oids)
    assert (result.condemned, result.removed) == ((), ())
    assert made.names("condemned/") == []


def test_orphans_are_removed(made):
    """Packs and temporary files of crashed writers go when they are old."""
    kept = made.commit()
    writer = made.store.writer()
    for _ in range(2000):
        writer.put(Kind.ITEM, os.urandom(60))
    orphan = pack_name(writer.seal().packs[0])
    leftover = made.store.files.temporary()
    leftover.write_bytes(b"half")
    young = made.collect(kept)
    assert (young.condemned, young.removed) == ((), ())
    made.age()
    made.collect(kept)
    assert not leftover.exists()
    made.age("condemned/")
    assert orphan in made.collect(kept).removed
    assert made.store.get_many(kept)


def test_other_machines_notice(made, tmp_path):
    """An index that still lists a removed pack does not claim its objects."""
    kept, dropped = made.commit(), made.commit()
    other = DiskStore.open(tmp_path / "store", index_dir=tmp_path / "elsewhere")
    other.learn(made.packs, [], made.upto)
    made.collect(kept, math.inf)
    assert other.has(kept[0])
    assert not other.has(dropped[0])
    with pytest.raises(ObjectNotFoundError):
        other.get(dropped[0])
    other.forget_index()
    other.learn(made.packs, [], made.upto)
    assert other.learned() == made.upto
    assert made.store.files.get(gone_name(made.packs[1])) == b""


def test_a_failed_publication_removes_nothing(made):
    """If the log cannot take the new packs, the old ones are not even condemned."""
    oids = made.commit()

    def fail(sealed):
        raise CorruptObjectError("no")

    with pytest.raises(CorruptObjectError):
        collect(made.store, made.packs, set(oids[:10]), math.inf, fail)
    assert made.names("condemned/") == []
    assert made.store.get_many(oids)


@pytest.mark.parametrize("large", [False, True])
def test_what_is_written_anew_while_it_is_removed_stays(made, monkeypatch, large):
    """A writer makes the very same pack, or medium, between the last look at it and its removal."""
    objects = [encode([n, b"x" * 58]) for n in range(2000)]
    media = b"medium" * 400_000

    def write():
        writer = made.store.writer()
        oids = [writer.put(Kind.ITEM, data) for data in objects]
        if large:
            oids.append(writer.put_media(media).oid)
        made.publish(writer.seal())
        return oids

    oids = write()
    made.age()
    assert made.collect([]).condemned
    made.age()
    real, written = made.store.files.remove_old, []

    def remove_old(name, cutoff):
        if not written:
            written.extend(write())
        return real(name, cutoff)

    monkeypatch.setattr(made.store.files, "remove_old", remove_old)
    result = made.collect([])
    assert written == oids
    assert result.removed == ()
    for oid in oids:
        assert made.store.get(oid)
    assert list(verify(made.store, made.packs, made.inline)) == []
