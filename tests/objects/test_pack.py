"""Packs: bytes back, damage found wherever it is, footers from frames."""

import hashlib
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datum.errors import CorruptObjectError, StoreVersionError
from datum.objects.frames import FRAME_TARGET, Codec, FrameBuilder, Storage, entry_at
from datum.objects.ids import hasher
from datum.objects.kinds import Kind
from datum.objects.pack import (
    PACK_HEADER,
    Damage,
    Frame,
    PackBuilder,
    footer,
    parse_place,
    read_frame,
    read_table,
    scan,
    slices,
    walk,
)
from datum.objects.spool import Spool

HASHER = hasher("xxh3-128")
WIDTH = HASHER.width


def _pack(objects, codec=Codec.ZSTD, limit=1 << 30):
    """Bytes of a pack, its digest, and the ids in the order put."""
    spool = Spool(lambda: pytest.fail("no file is needed"), limit)
    builder = PackBuilder(spool, WIDTH, codec)
    oids = []
    for kind, data in objects:
        oids.append(HASHER.object_id(kind, data))
        builder.add(oids[-1], kind, Storage.BYTES, data)
    digest, _ = builder.finish()
    return spool.content(), digest, oids


def _read(data, table):
    """What the table leads to."""
    found = {}
    for oid, encoded in table.records():
        place = parse_place(encoded)
        _, raw = read_frame(slices(data), place.frame)
        entry = entry_at(raw, place.position, WIDTH)
        assert (entry.oid, len(entry.data), entry.kind) == (oid, place.length, place.kind)
        found[oid] = (entry.kind, entry.data)
    return found


def _sample(count=60, size=5000):
    numbers = random.Random(7)  # noqa: S311  # only has to be the same each time
    return [(Kind(2 + n % 9), numbers.randbytes(numbers.randrange(size))) for n in range(count)]


SAMPLE = _sample()
DATA, DIGEST, OIDS = _pack(SAMPLE)
TABLE = read_table(slices(DATA), len(DATA), WIDTH)
FRAMES = [part for part in walk(slices(DATA), len(DATA), WIDTH) if isinstance(part, Frame)]


@settings(max_examples=50)
@given(
    st.lists(st.tuples(st.sampled_from(Kind), st.binary(max_size=300)), max_size=30),
    st.sampled_from(Codec),
)
def test_everything_comes_back(objects, codec):
    """Objects are found by the table, and equally by reading the frames alone."""
    data, digest, oids = _pack(objects, codec)
    table = read_table(slices(data), len(data), WIDTH)
    assert _read(data, table) == dict(zip(oids, objects, strict=True))
    assert scan(slices(data), len(data), WIDTH).table == table
    assert hashlib.sha256(data).hexdigest() == digest


def test_the_same_objects_give_the_same_pack():
    """A pack is a function of what was put, in order."""
    assert _pack(SAMPLE)[:2] == (DATA, DIGEST)


def test_frames_hold_whole_objects_in_order():
    """Frames close at their size; an object larger than that has them to itself or ends one."""
    assert len(FRAMES) > 1
    assert [entry.oid for frame in FRAMES for entry in frame.entries] == OIDS
    for frame in FRAMES[:-1]:
        sizes = [len(entry.data) + WIDTH + 6 for entry in frame.entries]
        assert sum(sizes) >= FRAME_TARGET > sum(sizes[:-1])


def test_the_table_is_sorted():
    """Ids ascend."""
    oids = [oid for oid, _ in TABLE.records()]
    assert oids == sorted(OIDS)
    assert len(TABLE) == len(OIDS)


def test_a_footer_is_rebuilt_bit_for_bit():
    """Frames alone are enough to make the pack of that name again."""
    end = FRAMES[-1].offset + FRAMES[-1].length
    found = scan(slices(DATA[:end]), end, WIDTH)
    assert found.damage == ()
    assert DATA[:end] + footer(found.table, found.end) == DATA


@pytest.mark.parametrize("fraction", [0, 0.001, 0.1, 0.5, 0.9, 0.999])
def test_truncation(fraction):
    """A pack that was cut off has no footer, and gives what frames are whole."""
    cut = DATA[: int(len(DATA) * fraction)]
    with pytest.raises(CorruptObjectError):
        read_table(slices(cut), len(cut), WIDTH)
    found = scan(slices(cut), len(cut), WIDTH)
    whole = [frame for frame in FRAMES if frame.offset + frame.length <= len(cut)]
    assert len(found.table) == sum(len(frame.entries) for frame in whole)
    assert _read(cut, found.table).items() <= dict(zip(OIDS, SAMPLE, strict=True)).items()


@pytest.mark.parametrize("start", range(0, len(DATA), len(DATA) // 97))
def test_bit_flips(start):
    """Wherever one bit is wrong, the digest says so and nothing false is ever read."""
    bad = bytearray(DATA)
    bad[start] ^= 1 << start % 8
    bad = bytes(bad)
    assert hashlib.sha256(bad).hexdigest() != DIGEST
    truth = dict(zip(OIDS, SAMPLE, strict=True))
    found = scan(slices(bad), len(bad), WIDTH)
    assert _read(bad, found.table).items() <= truth.items()
    hit = [frame for frame in FRAMES if frame.offset <= start < frame.offset + frame.length]
    assert len(found.table) == len(OIDS) - sum(len(frame.entries) for frame in hit)
    if hit:
        assert [part.start for part in found.damage] == [hit[0].offset]
        with pytest.raises(CorruptObjectError):
            read_frame(slices(bad), hit[0].offset)


@pytest.mark.parametrize("back", [1, 8, 16, 40, 48, 100, 1000])
def test_bit_flips_in_the_footer(back):
    """A footer with a wrong bit is refused."""
    bad = bytearray(DATA)
    bad[-back] ^= 4
    with pytest.raises(CorruptObjectError):
        read_table(slices(bytes(bad)), len(bad), WIDTH)


@pytest.mark.parametrize("at", range(PACK_HEADER - 6))
def test_bit_flips_in_the_header(at):
    """A wrong magic, version or width is refused."""
    bad = bytearray(DATA)
    bad[at] ^= 64
    with pytest.raises((CorruptObjectError, StoreVersionError)):
        read_table(slices(bytes(bad)), len(bad), WIDTH)


@given(st.binary(max_size=400))
def test_junk_is_refused(junk):
    """Bytes that are no pack raise errors of ours and nothing else."""
    for data in (junk, DATA[:PACK_HEADER] + junk):
        with pytest.raises((CorruptObjectError, StoreVersionError)):
            read_table(slices(data), len(data), WIDTH)
        assert len(scan(slices(data), len(data), WIDTH).table) == 0


def test_damage_between_frames_is_skipped():
    """Lost bytes cost their frame; the others are found again."""
    cut = FRAMES[1].offset + 100
    data = DATA[:cut] + DATA[cut + 50 :]
    found = scan(slices(data), len(data), WIDTH)
    assert len(found.damage) == 1
    lost = {entry.oid for entry in FRAMES[1].entries}
    assert {oid for oid, _ in found.table.records()} == set(OIDS) - lost


def test_a_frame_that_expands_too_far_is_refused():
    """A length in a header bounds what is decompressed."""
    builder = FrameBuilder(Codec.ZSTD)
    builder.add(OIDS[0], Kind.ITEM, Storage.BYTES, bytes(1 << 20))
    frame = bytearray(builder.take())
    frame[12:16] = (1 << 16).to_bytes(4, "little")
    with pytest.raises(CorruptObjectError):
        read_frame(slices(bytes(frame)), 0)


def test_media_are_stored_as_they_are():
    """Without a codec, the bytes of an object are in the pack."""
    data, _, _ = _pack([(Kind.BLOB, bytes(1000))], Codec.NONE)
    assert bytes(1000) in data
    assert bytes(1000) not in _pack([(Kind.BLOB, bytes(1000))])[0]


def test_a_spool_reads_what_it_wrote(tmp_path):
    """In memory first, then in a file, with the same bytes."""
    spool = Spool(lambda: tmp_path / "spool", 10)
    spool.write(b"0123456789")
    assert spool.path is None
    assert spool.read(2, 3) == b"234"
    spool.write(b"abc")
    assert spool.path == tmp_path / "spool"
    assert (spool.read(8, 4), spool.content()) == (b"89ab", b"0123456789abc")
    spool.discard()
    assert list(tmp_path.iterdir()) == []


def test_walks_say_where_damage_is():
    """Damage has a place, a length and a reason."""
    bad = bytearray(DATA)
    bad[FRAMES[0].offset + 40] ^= 1
    first, second, *_ = walk(slices(bytes(bad)), len(bad), WIDTH)
    assert first == Damage(FRAMES[0].offset, FRAMES[0].length, "frame does not match its checksum")
    assert second == FRAMES[1]
