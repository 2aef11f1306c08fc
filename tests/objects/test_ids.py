import hashlib
import sys

import blake3
import pytest
import xxhash
from hypothesis import given
from hypothesis import strategies as st

from datum.errors import MissingExtraError, StoreVersionError
from datum.objects.ids import hasher
from datum.objects.kinds import Kind

NAMES = ["xxh3-128", "blake3", "sha256"]


def test_kinds_keep_their_numbers():
    """The numbers of the kinds are part of every id, so they are frozen."""
    assert {kind.name: kind.value for kind in Kind} == {
        "BLOB": 1,
        "ITEM": 2,
        "ANNOTATIONS": 3,
        "NODE": 4,
        "CATEGORIES": 5,
        "SNAPSHOT": 6,
        "COMMIT": 7,
        "RECIPE": 8,
        "CONFLICT": 9,
        "TAG": 10,
    }


GOLDEN = [
    ("xxh3-128", Kind.BLOB, b"", "50e58cbd6ada00a1070d80d6a76865f3"),
    ("xxh3-128", Kind.ITEM, b"", "e47f10c79243838966e9c4aa7c53ef78"),
    ("xxh3-128", Kind.NODE, b"datum", "b7ac220c19e2a6806a14605590a2475c"),
    ("xxh3-128", Kind.BLOB, bytes(range(256)) * 1024, "956fffb95382cab15538609ae6b656b6"),
    ("sha256", Kind.BLOB, b"", "9dcf97a184f32623d11a73124ceb99a5709b083721e878a16d78f596718ba7b2"),
    (
        "sha256",
        Kind.NODE,
        b"datum",
        "381f3ca9438aeb1100636672d7d130995b732e8a5b875e7924af96b1ebdeeb2d",
    ),
    ("blake3", Kind.BLOB, b"", "2022ec9d571ba774cf9e83d0194962f5d1e3aa1a48d486a67e2762a6c7959015"),
    (
        "blake3",
        Kind.NODE,
        b"datum",
        "e7520192e6a3cba8f725ef5e9b254a81c14cd8e05394a39598fb7a596789d283",
    ),
]


@pytest.mark.parametrize(("name", "kind", "data", "expected"), GOLDEN)
def test_golden_ids(name, kind, data, expected):
    """Ids are frozen: a change here breaks every store there is."""
    assert hasher(name).object_id(kind, data).hex() == expected


@pytest.mark.parametrize("size", [0, 5, 1 << 16, (1 << 16) + 1, 300_000])
def test_ids_are_digests_of_header_and_data(size):
    """An id is the plain digest over kind, version and data, whatever the size."""
    data = bytes(size)
    for kind in Kind:
        message = bytes([kind, 1]) + data
        digests = {
            "xxh3-128": xxhash.xxh3_128_digest(message),
            "sha256": hashlib.sha256(message).digest(),
            "blake3": blake3.blake3(message).digest(),
        }
        for name, digest in digests.items():
            assert hasher(name).object_id(kind, data) == digest
            assert hasher(name).width == len(digest)


@pytest.mark.parametrize("name", NAMES)
@given(parts=st.lists(st.binary(max_size=400)))
def test_streams_give_the_id_of_the_whole(name, parts):
    """However a medium is cut, its id is that of all its bytes."""
    stream = hasher(name).blob_stream()
    for part in parts:
        stream.update(part)
    assert stream.finish() == hasher(name).object_id(Kind.BLOB, b"".join(parts))


@pytest.mark.parametrize("name", ["", "md5", "XXH3-128", "xxh3_128"])
def test_unknown_hashes_are_refused(name):
    """A store with a hash from the future is not read by guessing."""
    with pytest.raises(StoreVersionError, match="does not know the hash"):
        hasher(name)


def test_blake3_is_an_extra(monkeypatch):
    """Without the package the message says what to install."""
    monkeypatch.setitem(sys.modules, "blake3", None)
    with pytest.raises(MissingExtraError) as caught:
        hasher("blake3")
    assert "datum-vcs[blake3]" in caught.value.hint
