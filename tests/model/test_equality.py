import math

import pytest
from hypothesis import given, settings

from datum.model import Box, Cuboid2D, Item, Label, Polyline
from datum.model.equality import same
from datum.testing.strategies import attributes

NAN = math.nan


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ({"a": 1}, {"a": 1.0}),
        ({"a": 1}, {"a": True}),
        ([0], [False]),
        ({"a": None}, {}),
        ({"a": [1]}, {"a": [1, 2]}),
        ("1", 1),
        (Label(attributes={"a": 1}), Label(attributes={"a": True})),
        (Polyline(points=(0.0, 0.0)), Cuboid2D(points=(0.0, 0.0))),
        (Item(id="i"), Item(id="i", annotations=(Label(),))),
        (Label(score=None), Label(score=0.0)),
    ],
)
def test_what_differs(a, b):
    """Other types, other keys, other lengths and other kinds are other content."""
    assert not same(a, b)
    assert not same(b, a)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ({"a": NAN}, {"a": -NAN}),
        ({"a": 1, "b": [None]}, {"b": [None], "a": 1}),
        (Box(x=1, y=0, w=NAN, h=0), Box(x=1.0, y=0.0, w=-NAN, h=-0.0)),
        (Polyline(points=(1, NAN)), Polyline(points=(1.0, -NAN))),
    ],
)
def test_what_is_the_same(a, b):
    """NaN is NaN, the order of keys says nothing, geometry has one type of number."""
    assert same(a, b)
    assert same(b, a)


@settings(max_examples=40)
@given(attributes(), attributes())
def test_it_agrees_with_the_text(a, b):
    """JSON values are the same where their sorted text is."""

    def text(value):
        if isinstance(value, dict):
            return sorted((name, text(one)) for name, one in value.items())
        return (
            [text(one) for one in value]
            if isinstance(value, list)
            else repr(value + 0.0 if isinstance(value, float) else value)
        )

    assert same(a, a)
    assert same(a, b) == (text(a) == text(b))
