import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from datum.dataset.annotations import (
    count_annotations,
    decode_annotations,
    encode_annotations,
)
from datum.errors import CorruptObjectError, UsageError
from datum.model import KIND_CODES, KINDS, Box, Caption, Label, Mask, Polygon, Polyline
from datum.model.equality import same
from datum.objects.codec import decode, encode
from datum.testing.annotations import annotation_of, any_annotations

EACH = (
    Label(id=1, label=0),
    Box(id=2, x=1.0, y=2.5, w=3.0, h=4.0, score=0.5, attributes={"a": 1}),
    Polygon(id=3, points=(0.0, 0.0, 4.0, 0.0, 4.0, 4.0), holes=((1.0, 1.0, 2.0, 1.0, 2.0, 2.0),)),
    Polyline(id=4, points=(0.0, 0.0, 1.0, 1.0)),
    KINDS["points"](id=5, points=(1.0, 1.0), visibility=(2,), attributes={"a": None, "b": [1]}),
    Mask(id=6, height=2, width=2, counts=b"04"),
    Caption(id=7, text="a cat"),
)


@settings(max_examples=150)
@given(any_annotations())
def test_annotations_come_back(annotations):
    """Every kind with any fields comes back the same, from bytes that are its only form."""
    data = encode_annotations(annotations)
    found = decode_annotations(data)
    assert same(list(found), list(annotations))
    assert encode_annotations(found) == data
    assert count_annotations(data) == len(annotations)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_comes_back(kind):
    """One annotation of each kind alone, and two of it, come back."""

    @settings(max_examples=15)
    @given(
        st.lists(annotation_of(KINDS[kind]), min_size=1, max_size=2, unique_by=lambda one: one.id)
    )
    def check(annotations):
        data = encode_annotations(annotations)
        assert same(list(decode_annotations(data)), annotations)

    check()


def test_every_kind_has_a_number():
    """No kind can be added without a number of its own."""
    assert set(KIND_CODES) == set(KINDS.values())
    assert len(set(KIND_CODES.values())) == len(KIND_CODES)


def test_minus_zero_is_zero_and_there_is_one_nan():
    """Two values that mean the same have the same bytes."""
    a = Box(id=1, x=-0.0, y=-math.nan, w=1.0, h=1 / 3)
    b = replace(a, x=0.0, y=math.nan)
    assert encode_annotations([a]) == encode_annotations([b])


@pytest.mark.parametrize(
    "annotations",
    [
        [Label(label=0)],
        [Label(id=1, label=0), Label(id=1, label=1)],
        [Label(id=1, label=-1)],
        [Label(id=2**63, label=0)],
        [Label(id=1, label=0, group=2**63)],
        [Label(id=1, label=2**63 - 1)],
        [Label(id=1, label=0, attributes={"a": 2**64})],
        [Label(id=1, label=0, attributes={"a": "\ud800"})],
        [Label(id=1, label=0, attributes={"a": object()})],
        [Box(id=1, x=10**400, y=0.0, w=0.0, h=0.0)],
    ],
)
def test_what_cannot_be_stored_is_refused(annotations):
    """No id, a second one, a negative label, too large numbers: an error before anything is kept."""
    with pytest.raises(UsageError):
        encode_annotations(annotations)


def test_deep_attributes_are_refused():
    """Nesting has a limit, and no depth ends in a RecursionError."""
    value = None
    for _ in range(200):
        value = [value]
    with pytest.raises(UsageError, match="deep"):
        encode_annotations([Label(id=1, label=0, attributes={"a": value})])


def whole():
    """The decoded array of one annotation of several kinds, to be damaged."""
    return decode(encode_annotations(EACH))


def damage(change):
    fields = whole()
    change(fields)
    return encode(fields)


DAMAGES = {
    "kind": lambda f: f.__setitem__(0, 2),
    "kind as float": lambda f: f.__setitem__(0, 3.0),
    "version": lambda f: f.__setitem__(1, 2),
    "version as bool": lambda f: f.__setitem__(1, True),
    "a field more": lambda f: f.append(None),
    "a field less": lambda f: f.pop(),
    "codes as text": lambda f: f.__setitem__(2, "\x01"),
    "codes as list": lambda f: f.__setitem__(2, list(f[2])),
    "unknown code": lambda f: f.__setitem__(2, f[2][:-1] + b"\xff"),
    "one code more": lambda f: f.__setitem__(2, f[2] + b"\x01"),
    "another kind": lambda f: f.__setitem__(2, b"\x02" + f[2][1:]),
    "equal ids": lambda f: f.__setitem__(3, None),
    "a label below 0": lambda f: f.__setitem__(4, [0, 1, b"\xff" + bytes(6)]),
    "scores as list": lambda f: f.__setitem__(7, []),
    "no scores": lambda f: f.__setitem__(7, [0, None, None]),
    "score count as bool": lambda f: f[7].__setitem__(0, True),
    "score of all but one place": lambda f: f[7].__setitem__(1, None),
    "score nowhere": lambda f: f[7].__setitem__(1, [[0, 1, b"\x09"]]),
    "score before": lambda f: f[7].__setitem__(1, [[0, 1, b"\xff"]]),
    "attributes as list": lambda f: f.__setitem__(8, []),
    "attribute without values": lambda f: f[8].__setitem__("c", [None, []]),
    "attribute as text": lambda f: f[8].__setitem__("c", "xy"),
    "attribute of too many": lambda f: f[8].__setitem__("c", [None, [1] * 8]),
    "attribute of all, with places": lambda f: f[8].__setitem__(
        "c", [[[0, 1, bytes(range(7))]], [1] * 7]
    ),
    "places out of order": lambda f: f[8]["a"].__setitem__(0, [[0, 1, b"\x04\x01"]]),
    "geometry as map": lambda f: f.__setitem__(9, {}),
    "geometry as nil": lambda f: f.__setitem__(9, None),
    "no geometry": lambda f: f.__setitem__(9, []),
    "geometry of a label": lambda f: f[9].insert(0, [1]),
    "geometry twice": lambda f: f[9].append(f[9][0]),
    "geometry out of order": lambda f: f[9].reverse(),
    "geometry of text": lambda f: f[9].__setitem__(0, "\x02a"),
    "geometry of bytes": lambda f: f[9].__setitem__(0, b"\x02a"),
    "code as bool": lambda f: f[9].__setitem__(0, [True, f[9][0][1]]),
    "a column more": lambda f: f[9][0].append(None),
    "a column less": lambda f: f[9][0].pop(),
    "holes below 0": lambda f: f[9][1].__setitem__(1, [0, 1, b"\xff"]),
    "very many holes": lambda f: f[9][1].__setitem__(1, [0, 8, b"\xff" * 7 + b"\x7f"]),
    "very many points": lambda f: f[9].__setitem__(2, [5, [0, 8, b"\xff" * 7 + b"\x7f"], None]),
    "points below 0": lambda f: f[9].__setitem__(2, [5, [0, 1, b"\xff"], None]),
    "mask counts of text": lambda f: f[9][4].__setitem__(2, ["04"]),
    "mask counts as map": lambda f: f[9][4].__setitem__(2, {"04": 1}),
    "too many masks": lambda f: f[9][4][2].append(b"04"),
    "too few captions": lambda f: f[9][5].__setitem__(1, []),
    "too many captions": lambda f: f[9][5][1].append("more"),
    "a caption of bytes": lambda f: f[9][5].__setitem__(1, [b"x"]),
    "captions as text": lambda f: f[9][5].__setitem__(1, "x"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_each_damage_is_told(name):
    """Canonical msgpack that no annotations encode to is corrupt."""
    with pytest.raises(CorruptObjectError):
        decode_annotations(damage(DAMAGES[name]))


@settings(max_examples=200)
@given(st.data())
def test_damaged_bytes_are_corrupt_or_another_value(data):
    """Any flipped or missing byte is a CorruptObjectError, or gives a value with these very bytes."""
    whole_bytes = encode_annotations(EACH)
    place = data.draw(st.integers(0, len(whole_bytes) - 1))
    cut = data.draw(st.booleans())
    middle = b"" if cut else bytes([data.draw(st.integers(0, 255))])
    damaged = whole_bytes[:place] + middle + whole_bytes[place + 1 :]
    try:
        found = decode_annotations(damaged)
    except CorruptObjectError:
        return
    assert encode_annotations(found) == damaged


@settings(max_examples=100)
@given(st.binary(max_size=40), st.sampled_from([b"", b"\x9a\x03\x01"]))
def test_any_bytes_are_corrupt_or_a_value(data, head):
    """Random bytes raise nothing but CorruptObjectError."""
    try:
        found = decode_annotations(head + data)
    except CorruptObjectError:
        return
    assert encode_annotations(found) == head + data
