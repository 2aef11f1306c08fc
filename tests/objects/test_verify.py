"""Checking a store, and repairing it."""

import os

import pytest

from datum.errors import CorruptObjectError
from datum.objects.codec import encode
from datum.objects.disk import DiskStore
from datum.objects.kinds import Kind
from datum.objects.mend import rebuild_index, restore_footer, salvage
from datum.objects.pack import Frame, pack_name, walk
from datum.objects.verify import Depth, verify


class Made:
    """A store with a pack of objects, one of media, a blob, a reference and an inline pack."""

    def __init__(self, folder):
        self.store = DiskStore.create(folder / "store", index_dir=folder / "index")
        self.source = folder / "source"
        self.source.write_bytes(os.urandom(5000))
        writer = self.store.writer()
        self.items = [writer.put(Kind.ITEM, encode([n, os.urandom(60)])) for n in range(2500)]
        self.media = [writer.put_media(os.urandom(50_000)).oid for _ in range(4)]
        self.blob = writer.put_media(os.urandom((1 << 20) + 1)).oid
        self.reference = writer.put_reference(str(self.source), self.source).oid
        self.packs = writer.seal().packs
        writer = self.store.writer()
        self.small = writer.put(Kind.COMMIT, encode([1, "small"]))
        self.inline = [(1, writer.seal().inline)]
        self.learn()

    def learn(self):
        self.store.learn(self.packs, self.inline, 1)

    def faults(self, depth=Depth.MEDIA):
        return list(verify(self.store, self.packs, self.inline, depth))

    def path(self, number):
        return self.store.files.path(pack_name(self.packs[number]))

    def flip(self, number, at):
        data = bytearray(self.path(number).read_bytes())
        data[at] ^= 1
        self.path(number).write_bytes(bytes(data))

    def frames(self, number):
        data = self.path(number).read_bytes()
        read = self.store.reader.pack(self.packs[number])
        parts = walk(read, len(data), self.store.hasher.width)
        return [part for part in parts if isinstance(part, Frame)]


@pytest.fixture
def made(tmp_path):
    return Made(tmp_path)


def test_a_sound_store_has_no_faults(made):
    """Nothing is reported where nothing is wrong."""
    assert made.faults() == []


@pytest.mark.parametrize("number", [0, 1])
def test_a_missing_pack(made, number):
    """A pack that the log names has to be there."""
    made.path(number).unlink()
    made.store.reader.forget(made.packs[number])
    (fault,) = made.faults(Depth.PACKS)
    assert (fault.reason, fault.path) == ("pack is missing", pack_name(made.packs[number]))


def test_a_damaged_frame_names_what_is_lost(made):
    """Digest, frame and each object in it are reported."""
    frame = made.frames(0)[1]
    made.flip(0, frame.offset + 200)
    assert [fault.reason for fault in made.faults(Depth.PACKS)] == ["bytes do not match the name"]
    faults = made.faults(Depth.OBJECTS)
    lost = {entry.oid for entry in frame.entries}
    assert {fault.oid for fault in faults if fault.oid} == lost
    assert faults[1].reason.endswith(f"at {frame.offset}: frame does not match its checksum")


def test_a_damaged_footer_is_restored(made):
    """Frames give the footer back, and with it the pack of that name."""
    before = made.path(0).read_bytes()
    for broken in (before[:-100], before[:-20] + bytes(20), before[: -len(made.items) * 30]):
        made.path(0).write_bytes(broken)
        made.store.reader.forget(made.packs[0])
        assert len(made.faults(Depth.PACKS)) == 2
        assert restore_footer(made.store, made.packs[0])
        assert made.path(0).read_bytes() == before
    assert made.faults() == []


def test_damaged_frames_are_salvaged(made):
    """What is sound goes into a new pack; the damaged one is left as it is."""
    frame = made.frames(0)[0]
    made.flip(0, frame.offset + 100)
    assert not restore_footer(made.store, made.packs[0])
    lost = {entry.oid for entry in frame.entries}
    new = salvage(made.store, made.packs[0])
    assert list(verify(made.store, new)) == []
    made.store.learn(new, [], 2)
    for oid in made.items:
        if oid in lost:
            with pytest.raises(CorruptObjectError):
                made.store.get(oid)
        else:
            made.store.get(oid)


def test_false_objects_are_found(made):
    """An object that does not match its id, or is not canonical, is a fault even in a good pack."""
    writer = made.store.writer()
    false = writer.put(Kind.ITEM, b"\xcd\x00\x01")
    sealed = writer.seal()
    made.inline.append((2, sealed.inline))
    (fault,) = made.faults()
    assert (fault.oid, fault.path) == (false, "log record 2")


@pytest.mark.parametrize(
    "change", [lambda data: data[:-1], lambda data: b"!" + data[1:]], ids=["shorter", "other"]
)
def test_media_outside_packs_are_checked(made, change):
    """Blobs and references are compared with the size and digest recorded."""
    blob = made.store.media_path(made.blob)
    for path, oid in ((blob, made.blob), (made.source, made.reference)):
        good = path.read_bytes()
        path.write_bytes(change(good))
        (fault,) = made.faults()
        assert fault.oid == oid
        assert made.faults(Depth.OBJECTS) == []
        path.unlink()
        (fault,) = made.faults()
        assert fault.oid == oid
        path.write_bytes(good)
    assert made.faults() == []


def test_an_inline_pack_is_checked(made):
    """The packs in the log are packs like others."""
    number, data = made.inline[0]
    made.inline[0] = (number, data[:40] + bytes([data[40] ^ 1]) + data[41:])
    faults = made.faults()
    assert {fault.path for fault in faults} == {"log record 1"}
    assert made.small in {fault.oid for fault in faults}


def test_the_index_is_rebuilt(made):
    """From footers and the log alone."""
    rebuild_index(made.store, made.packs, made.inline, 1)
    assert made.store.learned() == 1
    for oid in (*made.items, *made.media, made.blob, made.reference, made.small):
        assert made.store.get(oid)
