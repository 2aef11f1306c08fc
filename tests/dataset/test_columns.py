import math
import struct

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from datum.dataset.columns import pack_floats, pack_ints, unpack_floats, unpack_ints
from datum.errors import CorruptObjectError, UsageError

INTS = st.integers(-(2**63), 2**63 - 1)
DECIMALS = st.builds(lambda n, k: n / 10**k, st.integers(-(10**6), 10**6), st.integers(0, 11))
NEAR = st.builds(lambda n, k: n / 10**k, st.integers(2**50, 2**53 + 2), st.integers(0, 9))
FLOATS = st.floats() | DECIMALS | NEAR | st.sampled_from([0.0, -0.0, 0.1, 1e308, 5e-324])


def bits(values):
    """What is to come back: -0 as 0, every NaN as one."""
    return [None if math.isnan(value) else struct.pack("<d", value + 0.0) for value in values]


@settings(max_examples=60)
@given(st.lists(INTS | st.integers(-200, 200), max_size=5))
@example([])
@example([-(2**63), 2**63 - 1])
@example([0, 0])
def test_integers_come_back(values):
    """Integers of 64 bits come back from a column that is the only form of them."""
    column = pack_ints(values)
    assert list(unpack_ints(column, len(values))) == values


@settings(max_examples=150)
@given(st.lists(FLOATS, max_size=4))
@example([math.nan, -0.0])
@example([math.inf])
@example([9007199254740991 / 10])
@example([4503599627370497 / 10, 0.5])
def test_numbers_come_back_to_the_last_bit(values):
    """Floats come back exactly, and the column of what came back is the same."""
    column = pack_floats(values)
    found = unpack_floats(column, len(values))
    assert bits(found) == bits(values)
    assert pack_floats(found) == column


@pytest.mark.parametrize(
    ("values", "column"),
    [
        ([], None),
        ([0.0, -0.0], None),
        ([1.0, -128.0], [0, 1, b"\x01\x80"]),
        ([0.5, 12.8], [1, 2, b"\x05\x00\x80\x00"]),
        ([0.000000001], [9, 1, b"\x01"]),
        ([1e-10], [-1, 8, struct.pack("<d", 1e-10)]),
        ([1 / 3], [-1, 8, struct.pack("<d", 1 / 3)]),
        ([math.nan], [-1, 8, bytes.fromhex("000000000000f87f")]),
    ],
)
def test_the_shortest_form_is_taken(values, column):
    """Smallest scale first, then smallest width; float64 where nothing else is exact."""
    assert pack_floats(values) == column


@pytest.mark.parametrize(
    ("column", "count"),
    [
        ([0, 1, b"\0\0"], 2),
        ([0, 1, b""], 0),
        ([0, 2, b"\x01\x00"], 1),
        ([1, 1, b"\x0a"], 1),
        ([9, 1, b"\0"], 1),
        ([-1, 8, struct.pack("<d", 0.5)], 1),
        ([-1, 8, struct.pack("<d", -0.0)], 1),
        ([-1, 8, bytes.fromhex("010000000000f87f")], 1),
        ([-1.0, 8, struct.pack("<d", 1 / 3)], 1),
        ([-1, 4, b"\0\0\0\0"], 1),
        ([True, 1, b"\x05"], 1),
        ([1, True, b"\x05"], 1),
        ([1.0, 1, b"\x05"], 1),
        ([10, 1, b"\x05"], 1),
        ([-2, 8, b"\x05\0\0\0\0\0\0\0"], 1),
        ([0, 3, b"\x05\0\0"], 1),
        ([0, 1, b"\x05"], 2),
        ([0, 1, b"\x05"], -1),
        ([0, 1, "a"], 1),
        ([0, 1], 1),
        ([0, 1, b"\x05", 1], 1),
        ("abc", 1),
        (7, 1),
        (None, 2**16 + 1),
        (None, 2**80),
    ],
)
def test_every_other_form_is_refused(column, count):
    """A column that packing would not make is corrupt, and asks for no memory."""
    with pytest.raises(CorruptObjectError):
        unpack_floats(column, count)
    with pytest.raises(CorruptObjectError):
        unpack_ints(column, count)


@settings(max_examples=150)
@given(
    st.integers(0, 9),
    st.lists(st.integers(-(2**54), 2**54) | st.integers(-1000, 1000), min_size=1, max_size=3),
)
@example(1, [2**52 + 1])
@example(9, [2**53 - 1])
@example(2, [2**52 + 10])
def test_a_column_that_is_taken_is_what_packing_makes(scale, integers):
    """Also where two integers are one float64, no second form of the same numbers is taken."""
    width = next(
        w for w in (1, 2, 4, 8) if all(-(1 << 8 * w - 1) <= i < 1 << 8 * w - 1 for i in integers)
    )
    column = [scale, width, b"".join(i.to_bytes(width, "little", signed=True) for i in integers)]
    try:
        values = unpack_floats(column, len(integers))
    except CorruptObjectError:
        assert pack_floats([i / 10**scale for i in integers]) != column
    else:
        assert pack_floats(values) == column


def test_many_zeros_are_written_out():
    """Nil stands for 65 536 numbers at most."""
    assert pack_ints([0] * 2**16) is None
    column = pack_floats([0.0] * (2**16 + 1))
    assert column == [0, 1, bytes(2**16 + 1)]
    assert list(unpack_floats(column, 2**16 + 1)) == [0.0] * (2**16 + 1)


def test_numbers_that_no_column_holds():
    """Integers of more than 64 bits are refused, as are those that are no float64."""
    for values in ([2**63], [-(2**63) - 1]):
        with pytest.raises(UsageError, match="64 bits"):
            pack_ints(values)
    with pytest.raises(UsageError, match="float64"):
        pack_floats([10**400])
