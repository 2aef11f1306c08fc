import json
import math

import pytest
from msgspec.structs import replace

from datum.diff.changes import AnnotationChange, CategoriesChange, FieldChange, ItemChange
from datum.diff.compare import compare_annotations
from datum.diff.text import annotation_line, categories_lines, describe, item_lines, to_json
from datum.model import (
    Box,
    Caption,
    Categories,
    Cuboid2D,
    Cuboid3D,
    Ellipse,
    Label,
    Mask,
    Points,
    Polygon,
    Polyline,
    RotatedBox,
    Skeleton,
)

KNOWN = (Categories.of(["car", "bus"]),) * 2
EACH = [
    (Label(id=1, label=0), ""),
    (Box(id=1, label=0, x=1.0, y=2.5, w=3.0, h=100.0), "(1, 2.5) 3×100"),
    (RotatedBox(id=1, cx=1.0, cy=2.0, w=3.0, h=4.0, angle=45.5), "(1, 2) 3×4 at 45.5°"),
    (Ellipse(id=1, cx=1.0, cy=2.0, rx=3.0, ry=4.0), "(1, 2) radii 3, 4 at 0°"),
    (Polygon(id=1, points=(0.0, 0.0, 1.0, 1.0), holes=((1.0, 1.0),)), "2 points 0,0 1,1, 1 holes"),
    (Polyline(id=1, points=tuple(map(float, range(8)))), "4 points 0,1 2,3 4,5 …"),
    (Points(id=1, points=(1.0, 1 / 3)), "1 points 1,0.33"),
    (Skeleton(id=1, points=()), "0 points "),
    (Mask(id=1, height=2, width=3, counts=b"06"), "3×2, 2 bytes"),
    (Cuboid2D(id=1, points=(-0.001, 0.0)), "1 points 0,0"),
    (Cuboid3D(id=1, position=(1.0, 2.0, 3.0), rotation=(0.0,) * 3, scale=(1.0,) * 3), "(1, 2, 3)"),
    (Caption(id=1, text='a "cat"\nhere\u2028'), '"a \\"cat\\"\\nhere\\u2028"'),
    (Box(id=1, x=math.nan, y=-math.inf, w=1e300, h=0.0), None),
]


@pytest.mark.parametrize(("annotation", "text"), EACH)
def test_every_kind_has_a_text_and_json(annotation, text):
    """Added, removed or changed, a kind is one line, and strict JSON."""
    assert text is None or describe(annotation) == text
    moved = replace(annotation, z_order=4, score=math.nan, attributes={"a": [math.inf, None]})
    for old, new in ((None, annotation), (annotation, None), (annotation, moved)):
        sides = tuple(() if one is None else (one,) for one in (old, new))
        (change,) = compare_annotations(*sides, KNOWN)
        line = annotation_line(change)
        assert line.startswith(("+ ", "- ", "~ "))
        assert line.isprintable()
        whole = to_json(ItemChange(subset="s", id="i", status="changed", annotations=(change,)))
        (found,) = json.loads(json.dumps(whole, allow_nan=False))["annotations"]
        assert found["kind"] == annotation.kind
        assert found["status"] == change.status


def test_a_line_of_a_moved_box():
    """Where it was, where it is, how far, how much they overlap, and what else changed."""
    old = Box(id=3, label=0, x=0.0, y=0.0, w=4.0, h=2.0)
    (change,) = compare_annotations((old,), (replace(old, x=1.0, label=1),), KNOWN)
    assert annotation_line(change) == (
        "~ box #3 bus  (0, 0) 4×2 → (1, 0) 4×2  moved 1 px, IoU 0.60  label: car → bus"
    )


def test_masks_are_text_in_json():
    """Run lengths are the text that they are in COCO."""
    change = AnnotationChange(old=None, new=Mask(id=1, height=2, width=3, counts=b"06"))
    whole = to_json(ItemChange(subset="s", id="i", status="added", annotations=(change,)))
    assert whole["annotations"][0]["new"]["counts"] == "06"


def test_lines_of_an_item():
    """Names and values cannot break the line or drive a terminal; long ones are cut."""
    change = ItemChange(
        subset="s\x1b[31m",
        id="a\nb",
        status="changed",
        fields=(FieldChange("k\r", "x" * 100, None), FieldChange("n", {"a": 1}, "\x07é")),
    )
    assert list(item_lines(change)) == [
        "~ s\\x1b[31m/a\\nb",
        f"    ~ k\\r: {'x' * 60}… → (none)",
        '    ~ n: {"a": 1} → \\x07é',
    ]


def test_lines_of_categories():
    """One for each label."""
    change = CategoriesChange(
        added=("a\nb",), removed=("c",), renamed=(("d", "e"),), reordered=True, changed=("f",)
    )
    assert list(categories_lines(change)) == [
        "+ label a\\nb",
        "- label c",
        "~ label d → e",
        "~ label f is declared otherwise",
        "~ labels are in another order",
    ]
