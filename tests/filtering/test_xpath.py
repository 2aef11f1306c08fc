import contextlib
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from msgspec.structs import replace

from datum.errors import UnknownNameError, UsageError
from datum.filtering.document import item_xml
from datum.filtering.filters import compile_filter, one_by_one
from datum.filtering.modes import MODES, parse_mode
from datum.model import (
    Box,
    Caption,
    Categories,
    Cuboid3D,
    Ellipse,
    InMemory,
    Item,
    Label,
    Mask,
    Media,
    Points,
    Polygon,
    Polyline,
    RotatedBox,
)
from datum.testing.strategies import datasets

KNOWN = Categories.of(["cat", "person", "dog"])
BOX = Box(id=1, label=0, x=1.0, y=2.0, w=10.0, h=10.0)


def one_of(*arguments):
    """The filter as a function of one item."""
    return one_by_one(compile_filter(*arguments))


def item(*annotations, **fields):
    return Item(id="i", subset="train", annotations=annotations, **fields)


def picked(expression, *annotations, mode="annotations", **fields):
    """The ids of the annotations that are left, or None where the item goes."""
    result = one_of(expression, parse_mode(mode))(item(*annotations, **fields), KNOWN)
    return None if result is None else [one.id for one in result.annotations]


def stays(expression, *annotations, **fields):
    return picked(expression, *annotations, mode="items", **fields) is not None


def test_images_that_are_narrower_than_high():
    """The first example of the command reference."""
    expression = "/item[image/width < image/height]"
    assert stays(expression, media=(Media(width=3, height=4),))
    assert not stays(expression, media=(Media(width=4, height=4),))
    assert not stays(expression, media=(Media(),))
    assert not stays(expression)


def test_images_of_a_subset():
    """The second example."""
    assert stays('/item[subset="train"]')
    assert not stays('/item[subset="val"]')


def test_large_cats_and_all_that_are_no_persons():
    """The third example: large annotations of class cat and any non-persons."""
    expression = '/item/annotation[(label="cat" and area > 99.5) or label!="person"]'
    notes = (
        BOX,
        replace(BOX, id=2, label=1),
        replace(BOX, id=3, label=2, w=1.0),
        replace(BOX, id=4, w=1.0),
        Label(id=5, label=1),
        Caption(id=6, text="no label"),
    )
    assert picked(expression, *notes) == [1, 3, 4]
    only = '/item/annotation[label="cat" and area > 99.5]'
    assert picked(only, *notes) == [1]


def test_occluded_annotations_alone():
    """The fourth example: items without any go."""
    expression = '/item/annotation[occluded="True"]'
    notes = (
        replace(BOX, attributes={"occluded": True}),
        replace(BOX, id=2, attributes={"occluded": False}),
        replace(BOX, id=3),
    )
    assert picked(expression, *notes, mode="i+a") == [1]
    assert picked(expression, *notes[1:], mode="i+a") is None
    assert picked(expression, *notes[1:], mode="a") == []
    assert picked(expression, mode="i+a") is None


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        ("i", "items"),
        ("items", "items"),
        ("a", "annotations"),
        ("annotations", "annotations"),
        ("i+a", "items+annotations"),
        ("a+i", "items+annotations"),
        ("items+annotations", "items+annotations"),
        ("annotations+items", "items+annotations"),
    ],
)
def test_spellings_of_modes(text, mode):
    """All eight, and no other."""
    assert parse_mode(text) == mode
    assert len(MODES) == 8
    with pytest.raises(UnknownNameError):
        parse_mode(text + "x")


AREAS = [
    (BOX, 100),
    (RotatedBox(cx=5.0, cy=5.0, w=4.0, h=5.0, angle=30.0), 20),
    (Polygon(points=(0.0, 0.0, 4.0, 0.0, 0.0, 3.0)), 6),
    (Ellipse(cx=5.0, cy=5.0, rx=1.0, ry=1.0), math.pi),
    (Mask(height=2, width=3, counts=b"132"), 3),
    (Polyline(points=(0.0, 0.0, 4.0, 4.0)), 0),
    (Points(points=(0.0, 0.0, 4.0, 4.0)), 0),
]


@pytest.mark.parametrize(("annotation", "area"), AREAS)
def test_every_shape_has_an_area(annotation, area):
    """Of the shape itself, not of its bounds, which are beside it."""
    one = replace(annotation, id=1)
    assert picked(f"/item/annotation[area > {area - 0.01} and area < {area + 0.01}]", one) == [1]
    assert picked("/item/annotation[bbox/area >= area - 0.01 and bbox/w = w]", one) == [1]
    assert picked("/item/annotation[area]", Label(id=1), Caption(id=2, text="")) == []


def test_geometry_and_common_fields():
    """Every field can be asked for, in either name of the kind."""
    points = Points(
        id=2,
        points=(5.0, 6.0, 7.0, 8.0, 1.0, 1.0),
        visibility=(1, 2, 7),
        group=3,
        z_order=-1,
        score=0.5,
    )
    caption = Caption(id=3, text="a <b>")
    notes = (BOX, points, caption)
    for expression, expected in {
        'type="bbox"': [1],
        'kind="box"': [1],
        'type="points"': [2],
        "x=1 and y=2 and w=10 and h=10": [1],
        "point[x=5 and y=6]/visible='hidden'": [2],
        "point/visible='visible'": [2],
        "point/visible='7'": [2],
        "group=3 and z_order=-1 and score > 0.4": [2],
        "label_id=0": [1],
        "not(label)": [2, 3],
        "caption='a <b>'": [3],
        "id=3": [3],
        "contains(caption, '<')": [3],
    }.items():
        assert picked(f"/item/annotation[{expression}]", *notes) == expected
    cuboid = Cuboid3D(id=1, position=(0.0,) * 3, rotation=(0.0,) * 3, scale=(1.0,) * 3)
    assert picked('/item/annotation[kind="cuboid_3d" and not(x)]', cuboid) == [1]


def test_small_numbers_are_numbers():
    """Also those that Python writes with an exponent."""
    assert picked("/item/annotation[w < 0.1 and w > 0]", replace(BOX, w=1e-7)) == [1]


@pytest.mark.parametrize(
    ("name", "tag"),
    [
        ("occluded", "occluded"),
        ("is crowd", "is-crowd"),
        ("a:b", "a-b"),
        ("größe", "größe"),
        ("a.b_c-d", "a.b_c-d"),
        ("{ns}x", None),
        ("1st", None),
        ("", None),
        ("-", None),
        ("a²", None),
        ("label", None),
        ("area", None),
        ("annotation", None),
        ("nul\0", "nul-"),
        ("猫", "猫"),
    ],
)
def test_names_of_attributes(name, tag):
    """An element of its own where XML has the name and it is not taken; always under attribute."""
    noted = replace(BOX, attributes={name: "v"})
    if tag is not None:
        assert picked(f'/item/annotation[{tag}="v"]', noted) == [1]
        assert stays(f'/item[{tag}="v"]', attributes={name: "v"})
    assert picked('/item/annotation[attribute/value="v"]', noted) == [1]
    assert picked('/item/annotation[label="cat"]', noted) == [1]
    assert stays('/item[attribute/value="v"]', attributes={name: "v"})
    if "\0" not in name:
        assert stays(f'/item/attribute[name="{name}"]', attributes={name: "v"})


def test_values_of_attributes():
    """Truth is True or False, None is None; numbers compare as numbers; of items too."""
    values = {"night": True, "n": 3, "none": None, "list": ["x"], "text": "a\0\x1bb\ud800"}
    for expression in (
        'night="True"',
        "n > 2.5",
        'none="None"',
        "contains(list, 'x')",
        "text='a��b�'",
    ):
        assert stays(f"/item[{expression}]", attributes=values)
        assert not stays(f"/item[{expression}]")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("count(/item/annotation)", True),
        ("count(/item/nothing)", False),
        ("number('x')", False),
        ("count(/item/annotation) > 1", False),
        ("true()", True),
        ("false()", False),
        ("string(/item/id)", True),
        ("string(/item/nothing)", False),
        ("'x'", True),
        ("/item", True),
        ("/item/nothing", False),
        ("/item/@id", False),
        ("/item/id/text()", True),
        ("//annotation[label='cat']", True),
    ],
)
def test_results_of_any_type_decide_on_items(expression, expected):
    """As XPath's boolean() does: numbers other than 0 and NaN, text, nodes."""
    assert stays(expression, BOX) is expected
    assert stays(f"boolean({expression})", BOX) is expected


@pytest.mark.parametrize(
    "expression",
    [
        *("", "/item[", "///", "a\0b", "\ud800", "'"),
        *("foo(1)", "$x", "ns:item", "/item[count(1)]"),
    ],
)
def test_what_is_no_expression(expression):
    """Wrong syntax, unknown functions, variables and prefixes, in any mode."""
    for mode in MODES:
        with pytest.raises(UsageError):
            picked(expression, BOX, mode=mode)


@pytest.mark.parametrize(
    "expression", ["1", "'x'", "true()", "/item", "/item/annotation/label", "//text()"]
)
def test_what_picks_no_annotations(expression):
    """In a mode for annotations such a result would remove them all: it is an error."""
    for mode in ("a", "i+a"):
        with pytest.raises(UsageError, match="picks no annotations"):
            picked(expression, BOX, mode=mode)
        assert picked("//*[w=10]", BOX, mode=mode) == [1]


def test_an_item_that_stays_whole_is_the_same_one():
    """So it is not written again."""
    whole = item(BOX)
    for mode in MODES.values():
        assert one_of("/item/annotation", mode)(whole, KNOWN) is whole


def test_media():
    """Path and bytes of the image."""
    media = (Media(path="a/b.jpg", content=InMemory(b"x")),)
    assert stays('/item[path="a/b.jpg" and image/path=path and image/has_data=1]', media=media)
    assert stays("/item[image/has_data=0 and image/width='unknown']", media=(Media(),))
    assert stays("/item[not(image) and path='']")


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(datasets(media=False, most=2))
def test_every_item_has_a_document(dataset):
    """Whatever an item holds, it is XML that parses again, with an element for each annotation."""
    pick = one_of("/item/annotation", "items+annotations")
    for one in dataset:
        text = etree.tostring(item_xml(one, dataset.categories), encoding="utf-8")
        again = etree.fromstring(text)
        assert len(again.findall("annotation")) == len(one.annotations)
        assert pick(one, dataset.categories) == (one if one.annotations else None)


@settings(max_examples=100)
@given(st.text(max_size=12))
def test_any_text_is_an_expression_or_an_error(text):
    """Nothing but UsageError comes out of what people type."""
    with contextlib.suppress(UsageError):
        one_of(text)(item(BOX), KNOWN)
