"""The bytes of records."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from datum.errors import CorruptObjectError, DatumError, StoreVersionError, UsageError
from datum.objects.codec import decode, encode
from datum.refs.record import Record, RefMove, decode_record, encode_record, record_digest

RECORD = Record(
    number=1,
    previous=b"\x07" * 32,
    who="Ada <ada@example.org>",
    time=1_770_000_000,
    offset=60,
    command="datum commit -m 'first'",
    moves=(RefMove("heads/main", None, b"\x01" * 16), RefMove("tags/v1", b"\x02" * 16, None)),
    packs=("ab" * 32,),
    inline=b"pack",
    nonce=b"\x09" * 16,
    undoes=0,
)
HEADER = len(b"datumlog") + 32


def sealed(value):
    """A file with a right checksum around any payload."""
    payload = encode(value)
    return b"datumlog" + hashlib.sha256(payload).digest() + payload


ids = st.none() | st.binary(min_size=16, max_size=16)
moves = st.builds(RefMove, st.sampled_from(["heads/a", "heads/ü", "derived/x/y"]), ids, ids)
texts = st.text(st.characters(exclude_categories=["Cs"]))


@given(
    command=texts,
    time=st.integers(0, 253_402_300_799),
    offset=st.integers(-1439, 1439),
    moves=st.lists(moves.filter(lambda m: m.old != m.new), unique_by=lambda m: m.ref),
    inline=st.none() | st.binary(),
    nonce=st.binary(min_size=16, max_size=16),
)
def test_there_and_back(command, time, offset, moves, inline, nonce):
    """Every record is read back as it was, from bytes that are whole."""
    ordered = tuple(sorted(moves, key=lambda move: move.ref))
    record = replace(
        RECORD, command=command, time=time, offset=offset, moves=ordered, inline=inline, nonce=nonce
    )
    assert decode_record(encode_record(record), path="x") == record


def test_golden_bytes():
    """The bytes of a record never change: this file is read by every later version."""
    data = encode_record(RECORD)
    assert data[:8] == b"datumlog"
    assert data[8:HEADER] == hashlib.sha256(data[HEADER:]).digest()
    assert record_digest(data).hex() == GOLDEN


GOLDEN = "aed629210c9b16275db113f8e3f6534c6511295fc792908b76ccf951dd7e307c"


@pytest.mark.parametrize(
    "change",
    [
        {"number": 0},
        {"previous": bytes(32)},
        {"previous": b"short"},
        {"nonce": b""},
        {"time": -1},
        {"time": 253_402_300_800},
        {"offset": 1440},
        {"who": ""},
        {"who": "two\nlines"},
        {"packs": ("../../etc/passwd",)},
        {"packs": ("AB" * 32,)},
        {"undoes": 1},
        {"undoes": -1},
        {"undoes": 0, "redoes": 0},
        {"moves": (RefMove("main", None, b"\x01" * 16),)},
        {"moves": (RefMove("heads/x", None, None),)},
        {"moves": RECORD.moves[::-1]},
        {"moves": RECORD.moves[:1] * 2},
        {"command": "\ud800"},
    ],
)
def test_values_out_of_range(change):
    """What may not be in a record is refused when it is written."""
    with pytest.raises(UsageError):
        encode_record(replace(RECORD, **change))


PAYLOAD = decode(encode_record(RECORD)[HEADER:])


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (0, 0),
        (0, "1"),
        (1, -1),
        (1, 1.0),
        (1, True),
        (2, "0" * 32),
        (2, bytes(32)),
        (3, b"Ada"),
        (3, "a\nb"),
        (4, None),
        (5, 5000),
        (7, {}),
        (7, [["heads/main", None]]),
        (7, [["heads/main", None, b"short"]]),
        (7, [["../x", None, b"\x01" * 16]]),
        (7, [["heads/b", None, b"\x01" * 16], ["heads/a", None, b"\x01" * 16]]),
        (8, ["../../etc/passwd"]),
        (9, "text"),
        (10, b""),
        (11, 1),
        (12, 0),
    ],
)
def test_payloads_out_of_range(place, value):
    """A record with a right checksum and wrong values is refused, naming the file."""
    payload = [*PAYLOAD[:place], value, *PAYLOAD[place + 1 :]]
    with pytest.raises(CorruptObjectError, match="log/x: "):
        decode_record(sealed(payload), path="log/x")


@pytest.mark.parametrize("payload", [None, 1, [], {}, [1], PAYLOAD[:-1], [*PAYLOAD, None]])
def test_payloads_of_another_shape(payload):
    """Too little, too much, or no array at all is refused."""
    with pytest.raises(CorruptObjectError, match="log/x: "):
        decode_record(sealed(payload), path="log/x")


def test_newer_version():
    """A record of a later version is not called damaged."""
    with pytest.raises(StoreVersionError, match="version 2"):
        decode_record(sealed([2, "whatever"]), path="log/x")


@given(st.binary(max_size=200), st.integers(0, 400), st.integers(0, 255))
def test_any_bytes(noise, place, byte):
    """Cut, changed or random bytes raise CorruptObjectError, nothing else."""
    data = encode_record(RECORD)
    changed = bytearray(data)
    changed[place % len(data)] = byte
    payload = b"datumlog" + hashlib.sha256(noise).digest() + noise
    for bad in (noise, payload, data[: place % len(data)], data + noise, bytes(changed)):
        if bad != data:
            with pytest.raises(DatumError):
                decode_record(bad, path="x")
