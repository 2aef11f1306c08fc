import enum
import math
import struct
from datetime import UTC, datetime
from decimal import Decimal

import msgpack
import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datum.errors import CorruptObjectError, UsageError
from datum.objects.codec import DEPTH_LIMIT, decode, decode_row, encode, encode_row

NAN = struct.unpack(">d", bytes.fromhex("7ff8000000000000"))[0]

GOLDEN = [
    (None, "c0"),
    (False, "c2"),
    (True, "c3"),
    (0, "00"),
    (127, "7f"),
    (128, "cc80"),
    (255, "ccff"),
    (256, "cd0100"),
    (65536, "ce00010000"),
    (2**32, "cf0000000100000000"),
    (2**64 - 1, "cfffffffffffffffff"),
    (-1, "ff"),
    (-32, "e0"),
    (-33, "d0df"),
    (-128, "d080"),
    (-129, "d1ff7f"),
    (-32769, "d2ffff7fff"),
    (-(2**31) - 1, "d3ffffffff7fffffff"),
    (-(2**63), "d38000000000000000"),
    (0.0, "cb0000000000000000"),
    (1.0, "cb3ff0000000000000"),
    (0.1, "cb3fb999999999999a"),
    (math.inf, "cb7ff0000000000000"),
    (NAN, "cb7ff8000000000000"),
    ("", "a0"),
    ("é", "a2c3a9"),
    ("x" * 31, "bf" + "78" * 31),
    ("x" * 32, "d920" + "78" * 32),
    ("x" * 256, "da0100" + "78" * 256),
    (b"", "c400"),
    (b"\x00" * 256, "c50100" + "00" * 256),
    ([], "90"),
    ([1, [2.0, "a"], b"b"], "930192cb4000000000000000a161c40162"),
    ([0] * 16, "dc0010" + "00" * 16),
    ({}, "80"),
    ({"b": 1, "a": {"\U00010000": 2, "\uffff": 3}}, "82a16182a3efbfbf03a4f090808002a16201"),
]


@pytest.mark.parametrize(("value", "expected"), GOLDEN, ids=[text[:20] for _, text in GOLDEN])
def test_golden_encodings(value, expected):
    """Encodings are frozen: a change here breaks every id there is."""
    assert encode(value).hex() == expected
    again = decode(bytes.fromhex(expected))
    assert normal(again) == normal(value)


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text()
    | st.binary()
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner) | st.lists(st.floats()) | st.dictionaries(st.text(), inner),
    max_leaves=30,
)


def normal(value):
    """The value with what the encoding makes equal made comparable."""
    match value:
        case float():
            return ("float", struct.pack(">d", NAN if math.isnan(value) else value + 0.0))
        case list():
            return [normal(part) for part in value]
        case dict():
            return {key: normal(part) for key, part in value.items()}
    return (type(value), value)


@given(values)
def test_values_come_back(value):
    """Everything that encodes decodes to the same, and encodes to the same bytes again."""
    data = encode(value)
    assert normal(decode(data)) == normal(value)
    assert encode(decode(data)) == data


@given(values)
def test_encodings_are_msgpack(value):
    """Another implementation of msgpack reads the same."""
    other = msgpack.unpackb(encode(value), strict_map_key=False)
    assert normal(other) == normal(value)


@given(st.dictionaries(st.text(), scalars))
def test_order_of_maps_does_not_matter(value):
    """Maps are written by the order of their keys' UTF-8 bytes."""
    turned = dict(reversed(value.items()))
    assert encode(turned) == encode(value)
    keys = [key.encode() for key in decode(encode(value))]
    assert keys == sorted(keys)


@given(st.binary(max_size=40))
def test_whatever_decodes_is_canonical(data):
    """Any bytes either are refused, or are exactly what encoding gives."""
    try:
        value = decode(data)
    except CorruptObjectError:
        return
    assert encode(value) == data


@given(values, st.data())
def test_damage_is_refused_or_canonical(value, data):
    """One changed, added or lost byte never crashes and never gives two encodings of a value."""
    good = bytearray(encode(value))
    place = data.draw(st.integers(0, len(good) - 1))
    good[place] = data.draw(st.integers(0, 255))
    for bad in (bytes(good), bytes(good[:place]), bytes(good) + b"\xc0"):
        try:
            again = encode(decode(bad))
        except CorruptObjectError:
            continue
        assert again == bad


NOT_CANONICAL = {
    "int in two bytes": "cc05",
    "int in nine bytes": "cf0000000000000005",
    "positive int as signed": "d005",
    "negative int too long": "d1ffff",
    "float32": "ca3f800000",
    "minus zero": "cb8000000000000000",
    "minus zero in an array": "91cb8000000000000000",
    "minus zero in a map": "81a161cb8000000000000000",
    "negative nan": "cbfff8000000000000",
    "nan with payload": "cb7ff8000000000001",
    "signalling nan": "cb7ff0000000000001",
    "str8 of a short text": "d90161",
    "str16 of a short text": "da000161",
    "bin16 of few bytes": "c5000161",
    "array16 of few": "dc000101",
    "array32 of few": "dd0000000101",
    "map16 of few": "de0001a16101",
    "keys not in order": "82a16201a16101",
    "key twice": "82a16101a16102",
    "same entry twice": "82a16101a16101",
    "int key": "810101",
    "bin key": "81c4016101",
    "nil key": "81c001",
    "array key": "819001",
    "map key": "818001",
    "ext": "d40500",
    "empty ext": "c70005",
    "timestamp": "d6ff00000000",
    "timestamp in an array": "91d6ff00000000",
    "trailing byte": "c0c0",
    "empty": "",
    "never used": "c1",
    "truncated int": "cd01",
    "truncated text": "a261",
    "truncated array": "9201",
    "truncated map": "82a16101",
    "not utf-8": "a1ff",
    "lone surrogate": "a3eda080",
    "overlong utf-8": "a2c080",
    "an array of 4 G": "ddffffffff",
    "a map of 4 G": "dfffffffff",
    "bytes of 4 G": "c6ffffffff",
    "arrays of 4 G nested": "ddffffffff" * 50,
    "too deep": "91" * DEPTH_LIMIT + "90",
    "far too deep": "91" * 100_000 + "c0",
}


@pytest.mark.parametrize("text", NOT_CANONICAL.values(), ids=NOT_CANONICAL.keys())
def test_other_bytes_are_refused(text):
    """Malformed bytes and second encodings are corrupt, whatever they might mean."""
    with pytest.raises(CorruptObjectError):
        decode(bytes.fromhex(text))


class Colour(enum.Enum):
    RED = 1


class Pair(msgspec.Struct):
    one: int


FOREIGN = [
    2**64,
    -(2**63) - 1,
    [2**64],
    "\ud800",
    ["\ud800"],
    {"\ud800": 1},
    {1: 2},
    {b"a": 1},
    {"a": {None: 1}},
    {1, 2},
    [{1}],
    Colour.RED,
    Pair(1),
    Decimal(1),
    datetime(2026, 1, 1, tzinfo=UTC),
    bytearray(b"a"),
    memoryview(b"a"),
    np.int64(1),
    np.zeros(2),
    object(),
    msgspec.msgpack.Ext(1, b""),
]


@pytest.mark.parametrize("value", FOREIGN, ids=range(len(FOREIGN)))
def test_foreign_values_are_refused(value):
    """What the encoding has no form for is the caller's mistake, never silently converted."""
    with pytest.raises(UsageError, match="cannot be encoded"):
        encode(value)


def test_depth_has_a_limit():
    """Containers nest as deep as the limit says and no deeper."""
    value = []
    for _ in range(DEPTH_LIMIT - 1):
        value = [value]
    assert decode(encode(value)) == value
    with pytest.raises(UsageError, match="deep"):
        encode([value])
    with pytest.raises(UsageError, match="deep"):
        encode({"a": value})


def test_numbers_lose_their_class():
    """Enumerations of integers and floats of numpy are written as the plain number."""

    class Level(enum.IntEnum):
        HIGH = 3

    assert encode([Level.HIGH, np.float64(-0.0), (1, 2)]) == encode([3, 0.0, [1, 2]])


def test_values_are_not_changed():
    """Encoding leaves its argument as it was."""
    value = {"b": [-0.0, 1.0], "a": (1,)}
    encode(value)
    assert list(value) == ["b", "a"]
    assert math.copysign(1, value["b"][0]) == -1


@pytest.mark.parametrize("value", [{}, {"a": -0.0, "b": [1, {"z": 1.0, "y": None}]}, None, [True]])
def test_a_row_is_encoded_like_any_value(value):
    """With one field that can be anything, the bytes and the value are those of the slow way."""
    row = [1, b"x", [0, 1, b"\x01"], None, "é", value]
    assert encode_row(row, 5) == encode(row)
    assert decode_row(encode(row), 5) == decode(encode(row))


@pytest.mark.parametrize(
    "text", ["93010280ff", "9301cc0280", "93010281a161cb8000000000000000", "93"]
)
def test_a_row_that_is_not_canonical_is_refused(text):
    """Trailing bytes, long forms, minus zero in the loose field, and cut bytes are errors."""
    with pytest.raises(CorruptObjectError):
        decode_row(bytes.fromhex(text), 2)


def test_a_row_that_cannot_be_encoded_is_refused():
    """What the fast way cannot write is an error of datum."""
    with pytest.raises(UsageError):
        encode_row([object(), {}], 1)
    with pytest.raises(UsageError):
        encode_row([1 << 64, {}], 1)
