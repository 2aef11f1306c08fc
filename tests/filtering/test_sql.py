"""``--sql``: what conditions pick, and what is said of those that are none."""

import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from datum.errors import UnknownNameError, UsageError
from datum.filtering.filters import compile_filter, one_by_one
from datum.filtering.modes import parse_mode
from datum.model import Box, Caption, Categories, InMemory, Item, Label, Media, Polygon
from datum.testing.strategies import datasets

KNOWN = Categories.of(["cat", "person", "dog"])
BOX = Box(id=1, label=0, x=1.0, y=2.0, w=10.0, h=10.0, score=0.5)
PERSON = replace(BOX, id=2, label=1, w=1.0, score=None, attributes={"occluded": True, "n": 3})
TRIANGLE = Polygon(
    id=3,
    label=2,
    points=(0.0, 0.0, 4.0, 0.0, 0.0, 3.0),
    attributes={"occluded": False, "is crowd": "no"},
)
CAPTION = Caption(id=4, text="a 'red' cat")
TAG = Label(id=5, label=0, group=7, z_order=2)
ITEM = Item(
    id="cam1/0001",
    subset="train",
    media=(Media(path="cam1/0001.jpg", width=640, height=480, content=InMemory(b"")),),
    attributes={"weather": "rain", "speed": 2.5},
    annotations=(BOX, PERSON, TRIANGLE, CAPTION, TAG),
)


def picked(condition, mode="annotations", item=ITEM):
    """The ids of the annotations that are left, or None where the item goes."""
    found = one_by_one(compile_filter(condition, parse_mode(mode), "sql"))(item, KNOWN)
    return None if found is None else [one.id for one in found.annotations]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("label = 'cat'", [1, 5]),
        ('label = "cat" and area > 99.5', [1]),
        ("label != 'cat'", [2, 3]),
        ("not label = 'cat'", [2, 3]),
        ("label <> 'cat' or label is null", [2, 3, 4]),
        ("label is null", [4]),
        ("label IS NOT NULL", [1, 2, 3, 5]),
        ("label in ('cat', 'dog')", [1, 3, 5]),
        ("label not in ('cat', 'dog')", [2]),
        ("label_id in (0, 2)", [1, 3, 5]),
        ("label like 'd%'", [3]),
        ("label like '_og'", [3]),
        ("label ilike 'DOG'", [3]),
        ("label not like '%o%'", [1, 5]),
        ("caption like '%''red''%'", [4]),
        (r"label like 'd\%'", []),
        ("label < 'd'", [1, 5]),
        ("area between 6 and 10", [2, 3]),
        ("area not between 6 and 10", [1]),
        ("area >= 6 and area <= 6.0", [3]),
        ("w = h", [1]),
        ("w * h > area", [3]),
        ("bbox_area = 12 and area / bbox_area = 0.5", [3]),
        ("x + w < 5", [2, 3]),
        ("-x = -1 and w % 3 = 1", [1, 2]),
        ("area / (w - 10) > 0", []),
        ("kind = 'box'", [1, 2]),
        ("type == 'bbox'", [1, 2]),
        ("score > 0.4", [1]),
        ("not score > 0.4", []),
        ("score is null", [2, 3, 4, 5]),
        ("group = 7 and z_order = 2", [5]),
        ("annotation_id = 3", [3]),
        ("annotation.id = 3 or annotation.area = 100", [1, 3]),
        ("attributes.occluded = true", [2]),
        ("attributes.occluded", [2]),
        ("not attributes.occluded", [3]),
        ("attributes.occluded is null", [1, 4, 5]),
        ("attributes.n >= 3", [2]),
        ("attributes.n = 'three'", []),
        ("attributes.`is crowd` = 'no'", [3]),
        ("attributes.'is crowd' is not null", [3]),
        ("annotation.attributes.n + 1 = 4", [2]),
        ("item.attributes.weather = 'rain' and label = 'dog'", [3]),
        ("item.attributes.weather = 'sun'", []),
        ("area > width * height / 4000", [1]),
        ("subset = 'train'", [1, 2, 3, 4, 5]),
        ("true", [1, 2, 3, 4, 5]),
        ("(label = 'cat' or label = 'dog') and not (kind = 'label')", [1, 3]),
    ],
)
def test_annotations_that_a_condition_picks(condition, expected):
    """Every sign, every field, and that what is not known is not true, nor is its opposite."""
    assert picked(condition) == expected


@pytest.mark.parametrize(
    ("condition", "stays"),
    [
        ("subset = 'train' and id like 'cam1/%'", True),
        ("item.subset = 'val'", False),
        ("width > height", True),
        ("width < height", False),
        ("has_data", True),
        ("has_data = false", False),
        ("path = 'cam1/0001.jpg'", True),
        ("annotations = 5", True),
        ("annotations > 5", False),
        ("label = 'dog'", True),
        ("label = 'dog' and area > 6", False),
        ("not label = 'dog'", True),
        ("item.attributes.speed > 2 and item.attributes.weather in ('rain', 'snow')", True),
        ("item.attributes.speed is null", False),
        ("item.attributes.nothing is null", True),
    ],
)
def test_items_that_a_condition_picks(condition, stays):
    """An item stays where a condition on items is true of it, or one on annotations of one of them."""
    assert (picked(condition, "items") is not None) == stays


def test_items_without_annotations():
    """Nothing about annotations is true of them; a condition on items is asked all the same."""
    bare = Item(id="a", subset="val")
    assert picked("label = 'cat' or label is null", "items", bare) is None
    assert picked("annotations = 0 and width is null", "items", bare) == []
    assert picked("subset = 'val'", "annotations", bare) == []
    assert picked("subset = 'val'", "items+annotations", bare) is None
    assert (
        picked("label = 'cat'", "items+annotations", replace(ITEM, annotations=(PERSON,))) is None
    )


def test_numbers_that_are_none_are_not_known():
    """NaN and what it takes part in."""
    broken = replace(BOX, x=float("nan"))
    item = replace(ITEM, annotations=(broken,))
    assert picked("x < 1 or x >= 1 or x = x", "annotations", item) == []
    assert picked("x is null and y = 2", "annotations", item) == [1]


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("", "character 1: a field or a value is expected"),
        ("label =", "character 8: a field or a value is expected, and 'the end' stands there"),
        ("label = 'cat", "character 9: the quote is not closed"),
        ("label = 'cat' area > 3", "character 15: 'area' stands where the condition was over"),
        ("label ~ 'cat'", "character 7: '~' means nothing here"),
        ("label = 5", "character 7: 5 is a number, where a text is needed"),
        ("area = 'big'", "character 6: 'big' is a text, where a number is needed"),
        ("area", "character 1: area is a number, where true or false is needed"),
        ("area in ('a', 'b')", "'a' is a text, where a number is needed"),
        ("area in (x)", "character 10: a list has texts or numbers alone"),
        ("area in ()", "character 10: a field or a value is expected"),
        ("area like '1%'", "area is a number, where a text is needed"),
        ("label like 5", "character 12: like needs a text in quotes"),
        ("label = null", "character 9: nothing equals null: write `is null`"),
        ("label is 5", "character 10: 'null' is expected"),
        ("label not 5", "character 11: in, between, like or ilike is expected behind not"),
        ("has_data < true", "character 10: < compares numbers"),
        ("label < kind", "character 7: < compares numbers"),
        ("attributes.a = attributes.b", "character 14: two attributes are compared"),
        ("attributes = 1", "character 1: the name of an attribute is expected"),
        ("area + label > 3", "label is a text, where a number is needed"),
        ("(area > 3", "character 10: ')' is expected, and 'the end' stands there"),
        ("area between 1 or 2", "'and' is expected, and 'or' stands there"),
        ("3x > 1", "'3' means nothing here"),
        ("(" * 100 + "true", "too much is inside of one another"),
        ("not " * 100 + "true", "too much is inside of one another"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(condition, message):
    """One line, that counts characters from 1."""
    with pytest.raises(UsageError) as raised:
        compile_filter(condition, "items", "sql")
    assert message in raised.value.message


@pytest.mark.parametrize(
    ("condition", "close"),
    [
        ("labl = 'cat'", "did you mean label"),
        ("label = 'cat' and aera > 3", "did you mean area"),
        ("item.labl = 'x'", "item.labl"),
        ("item.widht > 3", "did you mean item.width"),
        ("annotation.subset = 'x'", "annotation.subset"),
        ("occluded = true", "unknown field"),
    ],
)
def test_a_name_that_is_no_field(condition, close):
    """What is close is offered, with the place, and how attributes are written."""
    with pytest.raises(UnknownNameError) as raised:
        compile_filter(condition, "items", "sql")
    assert close in raised.value.message
    assert "at character" in raised.value.message
    assert "attributes." in raised.value.hint


def test_languages():
    """There are two."""
    with pytest.raises(UnknownNameError, match="filter language"):
        compile_filter("true", "items", "sqlite")


@settings(max_examples=100)
@given(st.text(alphabet="ab'\"`().,<>=!%+-*/ \t1.5é" + "\0", max_size=16))
def test_any_text_is_a_condition_or_an_error(text):
    """Nothing but UsageError comes out of what people type."""
    with contextlib.suppress(UsageError):
        compile_filter(text, "items", "sql")


SAME = [
    ("label = 'cat'", "/item/annotation[label='cat']"),
    ("area > 5 and kind != 'box'", "/item/annotation[area > 5 and kind != 'box']"),
    ("score is null", "/item/annotation[not(score)]"),
    ("w < h or group = 1", "/item/annotation[w < h or group = 1]"),
    ("subset = 'val' and z_order >= 0", "/item[subset='val']/annotation[z_order >= 0]"),
    ("width < height", "/item[image/width < image/height]/annotation"),
    ("caption like '%a%'", "/item/annotation[contains(caption, 'a')]"),
]


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(datasets(media=False, most=3))
def test_both_languages_pick_the_same(dataset):
    """Conditions that say the same, over datasets of every kind of annotation."""
    for sql, xpath in SAME:
        for mode in ("annotations", "items+annotations"):
            one, other = (
                one_by_one(compile_filter(text, mode, language))
                for text, language in ((sql, "sql"), (xpath, "xpath"))
            )
            for item in dataset:
                assert one(item, dataset.categories) == other(item, dataset.categories), (sql, item)
