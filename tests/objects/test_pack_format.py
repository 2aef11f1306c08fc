"""The bytes of packs, against a reader written from the page that documents them."""

import hashlib
import re
import struct
from pathlib import Path

import pytest
import xxhash
from backports import zstd

from datum.objects.disk import DiskStore
from datum.objects.frames import Codec, Storage
from datum.objects.ids import hasher
from datum.objects.kinds import Kind
from datum.objects.pack import PackBuilder
from datum.objects.spool import Spool

PAGE = Path(__file__).parents[2] / "docs" / "on-disk-format" / "packs-and-store.md"
EXAMPLE = b"\x92\x01\xa1a"


def _independent(pack):
    """Entries of a pack by id, by way of its table, as the page says."""
    assert pack[:9] == bytes.fromhex("89 44 50 41 43 4B 0D 0A 01")
    width = pack[9]
    assert pack[10:16] == bytes(6)
    digest, start, end = pack[-48:-16], int.from_bytes(pack[-16:-8], "little"), pack[-8:]
    table = pack[start:-48]
    assert (end, hashlib.sha256(table).digest()) == (b"DPACKEND", digest)
    assert table[:4] == bytes.fromhex("DA 46 54 52")
    records = [table[at : at + width + 14] for at in range(8, len(table), width + 14)]
    assert records == sorted(records)
    assert len(records) == int.from_bytes(table[4:8], "little")
    found = {}
    for record in records:
        frame, position, *rest = struct.unpack(">IIIBB", record[width:])
        entry = _entry(_frame(pack, frame), position, width)
        assert entry[:4] == (record[:width], *rest)
        found[record[:width]] = entry[2:]
    return found


def _frame(pack, at):
    magic, codec, stored, raw, _, checksum = struct.unpack_from("<4sB3xIIIQ", pack, at)
    data = pack[at + 28 : at + 28 + stored]
    assert magic == bytes.fromhex("DA 46 52 4D")
    assert xxhash.xxh3_64_intdigest(pack[at : at + 20] + data) == checksum
    data = zstd.decompress(data) if codec == 1 else data
    assert len(data) == raw
    return data


def _entry(frame, at, width):
    kind, storage, length = struct.unpack_from("<BBI", frame, at)
    start = at + 6 + width
    return frame[at + 6 : start], length, kind, storage, frame[start : start + length]


def _example():
    spool = Spool(lambda: pytest.fail("no file is needed"), 1 << 20)
    builder = PackBuilder(spool, 16, Codec.ZSTD)
    oid = hasher("xxh3-128").object_id(Kind.ITEM, EXAMPLE)
    builder.add(oid, Kind.ITEM, Storage.BYTES, EXAMPLE)
    digest, _ = builder.finish()
    return digest, spool.content()


def test_the_example_of_the_page():
    """The page shows the very bytes that are written."""
    text = PAGE.read_text()
    dump = "".join(re.findall(r"^    00\d0  ((?:[0-9a-f]{2} ?){1,16})", text, re.MULTILINE))
    digest, pack = _example()
    assert bytes.fromhex(dump) == pack
    assert digest in text
    assert hashlib.sha256(pack).hexdigest() == digest


@pytest.mark.parametrize("name", ["xxh3-128", "sha256", "blake3"])
def test_an_independent_reader(tmp_path, name):
    """Every kind of entry is read by the page's rules alone."""
    store = DiskStore.create(tmp_path / "store", hash_name=name, index_dir=tmp_path / "index")
    source = tmp_path / "source"
    source.write_bytes(b"elsewhere")
    large = bytes((1 << 20) + 1)
    writer = store.writer()
    expected = {
        writer.put(Kind.NODE, b"%d" % number * 20): (Kind.NODE, 0, b"%d" % number * 20)
        for number in range(4000)
    }
    small = writer.put_media(b"small medium").oid
    expected[small] = (Kind.BLOB, 0, b"small medium")
    size, digest = bytes.fromhex("ce00100001"), hashlib.sha256(large).digest()
    blob = writer.put_media(large).oid
    expected[blob] = (Kind.BLOB, 2, b"\x93\x01" + size + b"\xc4\x20" + digest)
    reference = writer.put_reference("s3://b/k", source).oid
    digest = hashlib.sha256(b"elsewhere").digest()
    expected[reference] = (Kind.BLOB, 1, b"\x94\x01\x09\xc4\x20" + digest + b"\xa8s3://b/k")
    found = {}
    for pack in writer.seal().packs:
        data = (store.path / "packs" / pack[:2] / f"{pack}.pack").read_bytes()
        assert hashlib.sha256(data).hexdigest() == pack
        found.update(_independent(data))
    assert found == expected
    assert (store.path / "blobs" / blob.hex()[:2] / blob.hex()).read_bytes() == large
