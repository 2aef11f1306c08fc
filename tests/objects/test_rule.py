import math
from decimal import Decimal, getcontext

import pytest
import xxhash
from hypothesis import given
from hypothesis import strategies as st

from datum.errors import StoreVersionError
from datum.objects.rule import Splitter, TreeRule, entry_limit, level_seed, probability

getcontext().prec = 140


def test_constants_of_new_stores():
    """The default rule is the one that stores record."""
    rule = TreeRule()
    fields = (rule.name, rule.shape, rule.scale, rule.minimum, rule.maximum)
    assert fields == ("weibull-xxh3-64", 4, 4096, 512, 16384)
    assert entry_limit(rule) == 4096


def test_golden_seeds():
    """Seeds of levels are frozen."""
    assert [hex(level_seed(level)) for level in (0, 1, 2, 63)] == [
        "0x1278eb9420a0bc31",
        "0x23a8f040a34eff4d",
        "0x78dd41261144b240",
        "0xc08b395627cd3d72",
    ]


GOLDEN_PROBABILITY = [
    (0.0, "0x0.0p+0"),
    (2.0**-40, "0x1.ffffffffff000p-41"),
    (0.001, "0x1.0603521cac48bp-10"),
    (0.0625, "0x1.f0540438fd5bdp-5"),
    (0.1, "0x1.85c933156a62bp-4"),
    (1.0, "0x1.43a54e4e98862p-1"),
    (7.5, "0x1.ffb781916fc34p-1"),
    (63.9, "0x1.fffffffffffffp-1"),
    (64.0, "0x1.0000000000000p+0"),
]


@pytest.mark.parametrize(("x", "expected"), GOLDEN_PROBABILITY)
def test_golden_probabilities(x, expected):
    """The last bit of the fraction decides about ids, so it is frozen."""
    assert probability(x).hex() == expected


@given(st.floats(1e-30, 70))
def test_probability_is_what_it_says(x):
    """The fixed sequence of operations gives 1 - exp(-x) to a few units in the last place."""
    exact = 1 - (-Decimal(x)).exp()
    assert abs(Decimal(probability(x)) - exact) <= exact * Decimal(2) ** -49


@given(
    key=st.binary(min_size=1, max_size=60),
    width=st.integers(0, 48),
    before=st.integers(0, 16384),
    level=st.integers(0, 5),
)
def test_the_rule_as_documented(key, width, before, level):
    """The decision is the one that the formula gives when it is computed naively and exactly."""
    rule = TreeRule()
    this, size = len(key) + width, before + len(key) + width
    u = (xxhash.xxh3_64_intdigest(key, level_seed(level)) % 2**32) / Decimal(2**32)

    def cumulative(at):
        return 1 - (-((Decimal(at) / rule.scale) ** rule.shape)).exp()

    fraction = (cumulative(size) - cumulative(size - this)) / (1 - cumulative(size - this))
    expected = size >= 512 and (size > 12288 or u < fraction)
    assert Splitter(rule, level).ends(key, this, size) == expected


@given(
    key=st.binary(min_size=1, max_size=30),
    width=st.integers(1, 48),
    before=st.integers(0, 600),
    shape=st.integers(1, 8),
    scale=st.integers(1, 1000),
)
def test_the_quick_test_never_disagrees(key, width, before, shape, scale):
    """What the cheap test lets go on, the rule lets go on too."""
    rule = TreeRule(shape=shape, scale=scale, minimum=16, maximum=512)
    splitter = Splitter(rule, 0)
    minimum, full, seed, slope, power = splitter.quick
    this = len(key) + width
    size = before + this
    low = xxhash.xxh3_64_intdigest(key, seed) & 0xFFFFFFFF
    goes_on = size < minimum or (size <= full and low > this * size**power * slope)
    if goes_on:
        assert not splitter.ends(key, this, size)


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "geometric"},
        {"shape": 0},
        {"shape": 17},
        {"scale": 0},
        {"scale": 2**24 + 1},
        {"minimum": 0},
        {"minimum": 600, "maximum": 599},
        {"minimum": 1, "maximum": 255},
        {"maximum": 2**24 + 1},
    ],
)
def test_rules_that_cannot_be_followed(fields):
    """Names and constants from elsewhere are refused instead of guessed at."""
    with pytest.raises(StoreVersionError):
        TreeRule(**fields)


def test_the_largest_constants_can_be_computed():
    """At the limits of the constants the arithmetic neither overflows nor divides by zero."""
    rule = TreeRule(shape=16, scale=2**24, minimum=1, maximum=2**24)
    assert not Splitter(rule, 0).ends(b"key", 60, 2**23)
    assert math.isfinite(Splitter(rule, 0).quick[3])
    assert Splitter(TreeRule(shape=16, scale=1), 0).ends(b"key", 60, 12000)
