"""Run lengths of masks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datum.errors import FormatError
from datum_formats._common import rle

LONG = 300
"""Runs whose compressed form is long enough for arrays."""


def read(counts: bytes) -> list[int] | None:
    try:
        return rle.runs(counts)
    except FormatError:
        return None


@given(st.binary(max_size=60))
def test_long_run_lengths_are_read_as_short_ones(counts):
    short, long = read(b"000" + counts), read(b"0" * 201 + counts)
    assert (short is None) == (long is None)
    assert short is None or long is None or short[3:] == long[201:]


@given(st.lists(st.integers(0, 3000), min_size=1, max_size=400))
def test_run_lengths_are_those_that_were_compressed(lengths):
    assert rle.runs(rle.compress(lengths, 1, sum(lengths))) == lengths


@pytest.mark.parametrize("times", [1, LONG])
@pytest.mark.parametrize(
    "tail", [b"o", b"o" * 9 + b"0", b"@"], ids=["cut off", "too long", "below 0"]
)
def test_broken_run_lengths_are_refused(times, tail):
    sound = rle.compress([5] * 2 * times, 1, 10 * times)
    with pytest.raises(FormatError, match="run lengths are broken"):
        rle.runs(sound + tail)
