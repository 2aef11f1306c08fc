"""A reader of stores written from the pages in docs/on-disk-format alone; it imports nothing of datum.

It lists and verifies every object: log chain, packs, frames, footers, ids, encodings. What is in nodes and
annotations is read by ``independent_trees.py`` and ``independent_annotations.py``.
Run it on a store: ``python independent_reader.py PROJECT/.datum/store``.
"""

import hashlib
import struct
import sys
import tomllib
from pathlib import Path

import msgpack
import xxhash
from backports import zstd

_NAMES = "blob item annotations node categories snapshot commit recipe conflict tag"
KINDS = dict(enumerate(_NAMES.split(), start=1))
WIDTHS = {"xxh3-128": 16, "sha256": 32}


class Store:
    """Everything that a store holds, checked while it is read."""

    def __init__(self, folder):
        self.folder = Path(folder)
        rules = tomllib.loads((self.folder / "store.toml").read_text())
        assert set(rules) == {"format", "uuid", "hash", "tree"}
        assert (rules["format"], rules["tree"]["name"]) == (1, "weibull-xxh3-64")
        self.hash, self.rule = rules["hash"], rules["tree"]
        self.width = WIDTHS[self.hash]
        self.objects = {}
        self.refs = {}
        self.records = []
        self.packs = set()
        self._read_log()
        for digest in sorted(self.packs):
            self._read_pack_file(digest)
        self._check_objects()

    # --- log-and-refs.md

    def _read_log(self):
        previous = bytes(32)
        number = 0
        while True:
            path = self.folder / f"log/{number // 10_000:04}/{number:08}"
            if not path.exists():
                break
            data = path.read_bytes()
            assert data[:8] == b"datumlog"
            assert data[8:40] == hashlib.sha256(data[40:]).digest()
            record = decode(data[40:])
            assert len(record) == 13
            assert record[:3] == [1, number, previous]
            assert isinstance(record[3], str)
            assert record[3].isprintable()
            assert 0 <= record[4] <= 253402300799
            assert abs(record[5]) <= 1439
            assert isinstance(record[6], str)
            self._move(record[7])
            self.packs.update(record[8])
            if record[9] is not None:
                self._read_pack(record[9], f"record {number}")
            assert len(record[10]) == 16
            assert record[11] is None or record[12] is None
            self.records.append(record)
            previous = hashlib.sha256(data).digest()
            number += 1
        names = sorted(path.name for path in self.folder.glob("log/*/*"))
        assert names == [f"{n:08}" for n in range(number)]

    def _move(self, moves):
        assert [move[0] for move in moves] == sorted({move[0] for move in moves})
        for ref, old, new in moves:
            assert self.refs.get(ref) == old != new
            assert all(oid is None or len(oid) == self.width for oid in (old, new))
            self.refs[ref] = new
            if new is None:
                del self.refs[ref]

    # --- packs-and-store.md

    def _read_pack_file(self, digest):
        path = self.folder / f"packs/{digest[:2]}/{digest}.pack"
        if not path.exists() and path.with_suffix(".gone").exists():
            return
        data = path.read_bytes()
        assert hashlib.sha256(data).hexdigest() == digest
        self._read_pack(data, path.name)

    def _read_pack(self, pack, place):
        header = b"\x89DPACK\r\n\x01" + bytes((self.width,)) + bytes(6)
        assert pack[:16] == header, place
        digest, offset, end = struct.unpack("<32sQ8s", pack[-48:])
        table = pack[offset:-48]
        assert end == b"DPACKEND"
        assert hashlib.sha256(table).digest() == digest
        size = self.width + 14
        count = struct.unpack("<4sI", table[:8])
        assert count == (b"\xdaFTR", (len(table) - 8) // size)
        listed = [table[at : at + size] for at in range(8, len(table), size)]
        assert listed == sorted(listed)
        found = []
        at = 16
        while at < offset:
            length, entries = self._read_frame(pack, at)
            for position, kind, storage, oid, data in entries:
                found.append(oid + struct.pack(">IIIBB", at, position, len(data), kind, storage))
                self._add(oid, kind, storage, data)
            at += length
        assert at == offset
        assert sorted(found) == listed

    def _read_frame(self, pack, at):
        magic, codec, zeros, stored, raw, count, checksum = struct.unpack_from(
            "<4sB3sIIIQ", pack, at
        )
        data = pack[at + 28 : at + 28 + stored]
        assert (magic, zeros, len(data)) == (b"\xdaFRM", bytes(3), stored)
        assert stored <= raw <= 1 << 30
        assert xxhash.xxh3_64_intdigest(pack[at : at + 20] + data) == checksum
        assert codec in (0, 1)
        data = zstd.decompress(data) if codec == 1 else data
        assert len(data) == raw
        entries, position = [], 0
        while position < raw:
            kind, storage, length = struct.unpack_from("<BBI", data, position)
            start = position + 6 + self.width
            oid, body = data[position + 6 : start], data[start : start + length]
            assert len(body) == length
            entries.append((position, kind, storage, oid, body))
            position = start + length
        assert len(entries) == count
        return 28 + stored, entries

    def _add(self, oid, kind, storage, data):
        assert kind in KINDS
        assert storage == 0 or kind == 1
        if storage == 0:
            body = data
        else:
            record = decode(data)
            assert (record[0], len(record)) == (1, 3 if storage == 2 else 4)
            path = (
                Path(record[3])
                if storage == 1
                else self.folder / f"blobs/{oid.hex()[:2]}/{oid.hex()}"
            )
            body = path.read_bytes()
            assert len(body) == record[1]
            assert hashlib.sha256(body).digest() == record[2]
        known = self.objects.setdefault(oid, (kind, body))
        assert known == (kind, body)

    # --- objects-and-trees.md

    def _check_objects(self):
        for oid, (kind, body) in self.objects.items():
            assert self._hash(bytes((kind, 1)) + body) == oid
            if kind != 1:
                value = decode(body)
                assert value[:2] == [kind, 1], KINDS[kind]
        for ref, oid in self.refs.items():
            kind = self.objects[oid][0]
            assert kind == 7 or (kind == 10 and ref.startswith("tags/"))
        commits = [decode(body) for kind, body in self.objects.values() if kind == 7]
        for commit in commits:
            assert len(commit) == 10

    def _hash(self, data):
        return (
            xxhash.xxh3_128_digest(data)
            if self.hash == "xxh3-128"
            else hashlib.sha256(data).digest()
        )

    def history(self, oid):
        """A commit and all before it: id to fields."""
        found, waiting = {}, [oid]
        while waiting:
            oid = waiting.pop()
            if oid not in found:
                assert self.objects[oid][0] == 7
                found[oid] = decode(self.objects[oid][1])
                waiting += found[oid][3]
        return found


def decode(data):
    """One canonical MessagePack value: decoding and encoding it again gives the same bytes."""
    value = msgpack.unpackb(data, strict_map_key=True, ext_hook=refuse)
    assert msgpack.packb(value, use_bin_type=True) == data
    return value


def refuse(code, data):
    """Extension types do not occur."""
    raise AssertionError((code, data))


def main():
    """Print how many objects of each kind there are, and the refs."""
    store = Store(sys.argv[1])
    kinds = [KINDS[kind] for kind, _ in store.objects.values()]
    for kind in sorted(set(kinds)):
        print(f"{kinds.count(kind):8} {kind}")  # noqa: T201 (this is a program)
    for ref, oid in sorted(store.refs.items()):
        print(f"{oid.hex()} {ref}")  # noqa: T201 (as above)


if __name__ == "__main__":
    main()
