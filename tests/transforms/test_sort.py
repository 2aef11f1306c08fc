import math

import pytest

from datum.errors import UsageError
from datum.model import Item, Label, Media
from datum.testing.transforms import run_transform
from datum.transforms.sort import SORT


def item(name, subset="s", size=(None, None), notes=0, **attributes):
    media = (Media(path=f"{name}.png", height=size[0], width=size[1]),) if any(size) else ()
    labels = tuple(Label(label=0) for _ in range(notes))
    return Item(id=name, subset=subset, media=media, attributes=attributes, annotations=labels)


def ordered(items, **options):
    """Ids in the order of the places."""
    made = run_transform(SORT, items, **options).items
    return sorted(one.id for one in made)


THREE = [item("a10", size=(2, 9), notes=1), item("a2", size=(4, 4), notes=3), item("b")]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, ["1_a2", "2_a10", "3_b"]),
        ({"reverse": True}, ["1_b", "2_a10", "3_a2"]),
        ({"key": "width"}, ["1_a2", "2_a10", "3_b"]),
        ({"key": "height"}, ["1_a10", "2_a2", "3_b"]),
        ({"key": "area", "reverse": "true"}, ["1_a10", "2_a2", "3_b"]),
        ({"key": "path"}, ["1_a2", "2_a10", "3_b"]),
        ({"key": "annotations"}, ["1_b", "2_a10", "3_a2"]),
    ],
)
def test_orders(options, expected):
    """As people count, by size, by annotations; what has no size comes last, reversed too."""
    assert ordered(THREE, **options) == expected


def test_attributes():
    """Numbers before texts, equal ones by id, what has no order last."""
    values = {"a": "x", "b": 2, "c": 1.5, "d": None, "e": math.nan, "f": [1], "g": 2, "h": True}
    items = [item(name, day=value) for name, value in values.items()]
    found = ordered(items, key="attribute:day")
    assert [name[2:] for name in found] == list("hcbgadef")


def test_places_in_an_attribute():
    """No id changes, and each subset begins anew."""
    items = [item("b"), item("a"), item("a", subset="t")]
    made = run_transform(SORT, items, attribute="place").items
    assert [(*one.key, one.attributes["place"]) for one in made] == [
        ("s", "a", 1),
        ("s", "b", 2),
        ("t", "a", 1),
    ]


def test_places_have_one_width():
    """Ten items have places of two digits, so that the ids are in order as texts."""
    assert ordered([item(str(n)) for n in range(10)])[:2] == ["01_0", "02_1"]
    assert ordered([]) == []
    assert ordered([item("9" * 5000), item("010"), item("9")])[:2] == ["1_9", "2_010"]


@pytest.mark.parametrize("key", ["lambda item: item.id", "attribute:", "size", ""])
def test_nothing_to_sort_by(key):
    """Code is not run, names are checked."""
    with pytest.raises(UsageError, match="nothing to sort by"):
        ordered(THREE, key=key)
