"""What arrays answer is what lxml answers about the documents."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from datum.filtering import filters
from datum.filtering.filters import pick_by_documents
from datum.filtering.table import Held
from datum.filtering.xpath_text import NotForArraysError
from datum.model import (
    Box,
    Caption,
    Categories,
    Cuboid2D,
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

KNOWN = Categories.of(["cat", "person", "5", ""])
MODES = ("items", "annotations", "items+annotations")

# numbers that decimal notation holds exactly: libxml2 may read others wrong in the last bit
numbers = st.integers(-20, 80).map(lambda n: n / 8) | st.sampled_from(
    [0.0, 1e300, float("nan"), float("inf"), -float("inf")]
)
points = st.lists(st.tuples(numbers, numbers), min_size=1, max_size=4).map(
    lambda pairs: tuple(number for pair in pairs for number in pair)
)
values = st.sampled_from([True, False, None, 1, 0, 2.5, "True", "cat", "", "a b", [1], "\x01"])
names = st.sampled_from(
    ["occluded", "is crowd", "is-crowd", "label", "1st", "area", "größe", "a\x01"]
)
common = {
    "id": st.integers(1, 9),
    "label": st.none() | st.integers(0, 5),
    "group": st.integers(0, 2),
    "z_order": st.integers(-1, 1),
    "score": st.none() | st.sampled_from([0.0, 0.5, 1.0]),
    "attributes": st.dictionaries(names, values, max_size=3),
}
annotations = st.one_of(
    st.builds(Label, **common),
    st.builds(Box, x=numbers, y=numbers, w=numbers, h=numbers, **common),
    st.builds(RotatedBox, cx=numbers, cy=numbers, w=numbers, h=numbers, angle=numbers, **common),
    st.builds(Polygon, points=points, holes=st.lists(points, max_size=2).map(tuple), **common),
    st.builds(Polyline, points=points, **common),
    st.builds(Points, points=points, visibility=st.just((0, 1)), **common),
    st.builds(Ellipse, cx=numbers, cy=numbers, rx=numbers, ry=numbers, **common),
    st.builds(Mask, height=st.just(2), width=st.just(3), counts=st.just(b"132"), **common),
    st.builds(Cuboid2D, points=points, **common),
    st.builds(
        Cuboid3D,
        position=st.just((0.0,) * 3),
        rotation=st.just((0.0,) * 3),
        scale=st.just((1.0,) * 3),
        **common,
    ),
    st.builds(Caption, text=st.sampled_from(["cat", "", "5", " 2.5 "]), **common),
)
images = st.builds(
    Media,
    path=st.sampled_from(["a.jpg", ""]),
    width=st.none() | st.integers(1, 3),
    height=st.none() | st.integers(1, 3),
    content=st.none() | st.just(InMemory(b"")),
)
items = st.builds(
    Item,
    id=st.sampled_from(["cat", "5", "a b", "x\x02"]),
    subset=st.sampled_from(["train", "val"]),
    media=st.lists(images, max_size=1).map(tuple),
    attributes=st.dictionaries(names, values, max_size=2),
    annotations=st.lists(annotations, max_size=4).map(tuple),
)

NOTE_PATHS = [
    *("id", "type", "kind", "label", "label_id", "group", "z_order", "score", "caption"),
    *("x", "y", "w", "h", "area", "bbox/x", "bbox/y", "bbox/w", "bbox/h", "bbox/area", "bbox"),
    *(
        "occluded",
        "is-crowd",
        "größe",
        "../subset",
        "../id",
        "../image/width",
        "/item/image/height",
    ),
    *('attribute[name="area"]/value', 'attribute[name="occluded"]', "../occluded", "./label"),
    *('attribute[name="label"]/value', "/item[subset='val']/id", "../annotation/label", "."),
]
ITEM_PATHS = [
    *(
        "id",
        "subset",
        "path",
        "image",
        "image/width",
        "image/height",
        "image/has_data",
        "image/path",
    ),
    *("occluded", "is-crowd", 'attribute[name="area"]/value', "annotation", "annotation/label"),
    *("annotation/area", "annotation/bbox/w", "annotation/occluded", "//annotation/x", "/item/id"),
    *("annotation/attribute[name='area']/value", ".", "./subset"),
]
LITERALS = ["'cat'", "'5'", "''", "'True'", "'bbox'", "'2.5'", "'nan'", "'0'", "'0.0'", "'unknown'"]
NUMBERS = ["0", "5", "2.5", "1.0", "-1", "100"]


@st.composite
def operands(draw, paths):
    """Something to compare."""
    path = draw(st.sampled_from(paths))
    number = draw(st.sampled_from(NUMBERS))
    sign = draw(st.sampled_from(["+", "-", "*", "div", "mod"]))
    literal = draw(st.sampled_from(LITERALS))
    return draw(
        st.sampled_from(
            [
                *(path, path, path, number, literal, "true()", "false()"),
                *(f"{path} {sign} {number}", f"count({path})", f"string-length({path})"),
                *(f"number({path})", f"string({path})", f"boolean({path})", f"-{number}"),
            ]
        )
    )


@st.composite
def conditions(draw, paths, depth=2):
    """An expression for one kind of context."""
    if depth and draw(st.booleans()):
        inner = conditions(paths, depth - 1)
        word = draw(st.sampled_from(["and", "or"]))
        return draw(st.sampled_from(["not({0})", f"({{0}}) {word} ({{1}})"])).format(
            draw(inner), draw(inner)
        )
    path = draw(st.sampled_from(paths))
    literal = draw(st.sampled_from(LITERALS))
    sign = draw(st.sampled_from(["=", "!=", "<", "<=", ">", ">="]))
    compared = f"{draw(operands(paths))} {sign} {draw(operands(paths))}"
    return draw(
        st.sampled_from(
            [
                *(compared, compared, compared, path),
                *(f"contains({path}, {literal})", f"starts-with({path}, {literal})"),
            ]
        )
    )


@st.composite
def picks(draw):
    """An expression that picks annotations."""
    of_note, of_item = draw(conditions(NOTE_PATHS)), draw(conditions(ITEM_PATHS))
    return draw(
        st.sampled_from(
            [
                f"/item/annotation[{of_note}]",
                f"//annotation[{of_note}][group=0]",
                f"/item[{of_item}]/annotation[{of_note}]",
                f"annotation[not({of_note})]",
            ]
        )
    )


@st.composite
def expressions(draw):
    """An expression that is true of items, or not."""
    of_item, of_note = draw(conditions(ITEM_PATHS)), draw(conditions(NOTE_PATHS))
    nested = f"annotation[{of_note}]"
    return draw(
        st.sampled_from(
            [
                *(f"/item[{of_item}]", of_item, f"/item[{nested}]", f"count({nested}) > 1"),
                *(f"/item[{nested}/area > 1]", f"not(/item/{nested})", draw(picks())),
            ]
        )
    )


def both(expression, mode, held):
    """What arrays pick, and what documents do; None for arrays where they are not for it."""
    source = Held(held)
    slow = pick_by_documents(etree.XPath(expression), expression, mode, source, KNOWN)
    try:
        with np.errstate(all="ignore"):
            fast = filters._by_arrays(expression, mode)(source, KNOWN)  # noqa: SLF001 (without what stands in for it)
    except NotForArraysError:
        return None, told(slow)
    return told(fast), told(slow)


def told(picked):
    return picked.items.tolist(), None if picked.notes is None else picked.notes.tolist()


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(items, max_size=3), expressions())
def test_items_are_the_same(held, expression):
    """Any expression that is true or false of an item."""
    fast, slow = both(expression, "items", held)
    assert fast in (None, slow)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(items, max_size=3), picks(), st.sampled_from(MODES[1:]))
def test_annotations_are_the_same(held, expression, mode):
    """Any expression that picks annotations."""
    fast, slow = both(expression, mode, held)
    assert fast in (None, slow)
