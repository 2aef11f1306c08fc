"""Annotations of many items by arrays are what they are one by one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from datum.dataset.annotations import decode_annotations, encode_annotations
from datum.dataset.batch import encode_batch, fill_ids
from datum.dataset.batch_read import decode_batch
from datum.errors import CorruptObjectError, UsageError
from datum.model import Box, Caption, Item, Label, Mask, Polygon
from datum.model.batches import batched, items_of
from datum.model.columns import annotations_of, columns_of
from datum.model.equality import same
from datum.model.pairing import choose_ids
from datum.objects.codec import decode, encode
from datum.testing.annotations import any_annotations

GROUPS = st.lists(any_annotations(), max_size=5)


def encoded(groups, **options):
    columns = columns_of(groups)
    return encode_batch(columns, fill_ids(columns, **options))


@settings(max_examples=200)
@given(GROUPS)
def test_many_at_once_have_the_bytes_of_each_alone(groups):
    """Arrays make the very bytes that the slow way makes."""
    alone = [encode_annotations(group) for group in groups]
    found = encoded(groups)
    assert [a for a, group in zip(found, groups, strict=True) if group] == [
        b for b, group in zip(alone, groups, strict=True) if group
    ]


@settings(max_examples=200)
@given(GROUPS)
def test_what_was_encoded_comes_back(groups):
    """Decoding many at once gives the values that decoding each gives."""
    objects = [encode_annotations(group) if group else None for group in groups]
    found = list(annotations_of(decode_batch(objects)))
    assert found == list(map(tuple, found))
    for one, data in zip(found, objects, strict=True):
        assert same(one, () if data is None else decode_annotations(data))


@settings(max_examples=100)
@given(GROUPS)
def test_columns_are_values_in_another_form(groups):
    """Nothing is lost between values and columns, in either direction."""
    assert all(map(same, annotations_of(columns_of(groups)), groups))


@settings(max_examples=200)
@given(
    st.lists(
        st.lists(
            st.none()
            | st.integers(-3, 3)
            | st.sampled_from([2**63 - 1, 2**63 - 2, -(2**63), 2**62]),
            max_size=6,
        ),
        max_size=4,
    ),
    st.booleans(),
)
def test_ids_are_those_that_are_chosen_one_by_one(ids, trusted):
    """Missing ids and repeats get the ids that they would get alone."""
    groups = [[Label(id=number) for number in one] for one in ids]
    found = fill_ids(columns_of(groups), trusted=trusted)
    assert found.tolist() == [n for one in groups for n in choose_ids(one, trust_ids=trusted)]


@pytest.mark.parametrize("scale", range(-1, 12))
@pytest.mark.parametrize("great", [1, 2**15, 2**31, 2**51, 2**53, 2**62])
def test_numbers_at_the_limits(scale, great):
    """Scales and widths at their limits are chosen as they are one by one."""
    step = 10.0**-scale
    numbers = [great, great - 1, great + step, -great, great * step, np.nextafter(great, 0)]
    group = [Polygon(id=1, points=tuple(map(float, numbers)))]
    other = [Polygon(id=1, points=(0.0, -0.0)), Polygon(id=2, points=(), holes=((step,),))]
    assert encoded([group, other]) == [encode_annotations(group), encode_annotations(other)]


def test_many_zeros_are_not_nil():
    """Nil stands for a limited number of zeros, here too."""
    group = [Polygon(id=1, points=(0.0,) * ((1 << 16) + 1))]
    assert encoded([group]) == [encode_annotations(group)]


@pytest.mark.parametrize(
    "one",
    [
        Label(id=1, label=-1),
        Label(id=2**63),
        Label(id=1, label=2**70),
        Box(id=1, x=10**400, y=0, w=0, h=0),
    ],
)
def test_what_cannot_be_stored_is_refused(one):
    """Integers that are too great and labels below 0 are errors of use."""
    with pytest.raises(UsageError):
        columns_of([[one]])


MASK = [Mask(id=1, height=2, width=2, counts=b"04")]


@pytest.mark.parametrize(
    ("change", "value"),
    [
        (2, b"\x63"),
        (3, [0, 1, b""]),
        (3, [0, 3, b"\1"]),
        (3, [True, 1, b"\1"]),
        (3, [1, 1, b"\1"]),
        (4, [0, 1, b"\xff"]),
        (7, 5),
        (7, [1, [[0, 1, b"\7"]], [0, 1, b"\1"]]),
        (8, {"a": []}),
        (9, 3),
        (9, []),
        (9, [7]),
        (9, [[]]),
        (9, [[2, None]]),
        (9, [[8, [0, 1, b"\2\2"], ["04"]]]),
        (9, [[8, [0, 1, b"\2\2"], [b"04", b"04"]]]),
        (9, [[8, [0, 1, b"\2\2"]]]),
        (9, [[8, [0, 1, b"\2\2"], [b"04"]], [8, [0, 1, b"\2\2"], [b"04"]]]),
    ],
)
def test_other_bytes_are_no_annotations(change, value):
    """Every field of another form is found out."""
    fields = decode(encode_annotations(MASK))
    fields[change] = value
    with pytest.raises(CorruptObjectError):
        decode_batch([encode(fields)])


def test_lengths_below_zero_are_found_out():
    """A ring cannot have less than no numbers."""
    fields = decode(encode_annotations([Polygon(id=1, points=(1.0, 2.0))]))
    fields[9] = [[4, None, [0, 1, b"\xfe"], None]]
    with pytest.raises(CorruptObjectError):
        decode_batch([encode(fields)])


def test_items_go_through_batches():
    """Batches hold the items in their order, and give them back with their annotations."""
    items = [Item(id=str(n), annotations=(Caption(text=str(n)),) * (n % 3)) for n in range(7)]
    found = list(batched(items, 3))
    assert [len(batch.items) for batch in found] == [3, 3, 1]
    assert [item for batch in found for item in items_of(batch)] == items
    assert replace(items[0], id="0") == next(items_of(found[0]))
