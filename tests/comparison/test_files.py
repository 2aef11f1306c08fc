"""The files of a comparison: reports, tables, pictures and pages, with names and images of any kind."""

import csv
import json

import cv2
import numpy as np
import pytest

from datum.comparison.counts import compare_counts
from datum.comparison.distance import Distance, ItemMatches, Match
from datum.comparison.drawing import COLORS, draw_matches, jpeg
from datum.comparison.equality import Equality
from datum.comparison.files import write_distance, write_equality, write_table
from datum.comparison.objects import FAMILIES, Object, family_of
from datum.comparison.rows import Pair
from datum.model import KINDS, Box, Caption, InMemory, Item, Label, Mask, Media
from datum.outputs import MemoryOutput
from datum.testing.counting import CountingWriter, dataset_in_memory
from datum.testing.datasets import image_bytes
from datum.testing.samples import sample

SIDES = ("main", "<b>other</b>")
HOSTILE = "<script>alert(1)</script>/../=1+1é"


def box(x, y, w, h, label=0, **more):
    """A box."""
    return Box(id=1, x=x, y=y, w=w, h=h, label=label, **more)


def item(*notes, name="a", data=None, subset="s"):
    """An item of a grey image of 300 x 300 pixels, which may have bytes."""
    content = None if data is None else InMemory(data)
    media = Media(path="a.png", width=300, height=300, content=content)
    return Item(id=name, subset=subset, media=(media,), annotations=notes)


def sides_of(truth, found, labels=("cat",)):
    """Two datasets of one store."""
    writer = CountingWriter()
    return [dataset_in_memory(items, labels, writer=writer) for items in (truth, found)]


def written(truth, found, *, labels=("cat",), pictures=10, **more):
    """The files of a comparison by distance."""
    output = MemoryOutput()
    distance = Distance(*sides_of(truth, found, labels), **more)
    write_distance(output, distance, SIDES, pictures=pictures, **more)
    return output.files


def rows_of(data):
    """The rows of a CSV file."""
    return list(csv.DictReader(data.decode().splitlines()))


def match(one, other=None):
    """A match of annotations, each an object of its own."""
    sides = [
        None if note is None else Object(note.label or 0, note.score, (0, 0, 0, 0), (note,))
        for note in (one, other)
    ]
    return Match(family_of(one or other), *sides, 0.0)


def drawn(*matches, data=None):
    """The picture of an item."""
    bare = item()
    return draw_matches(ItemMatches(Pair(bare, bare), matches), ("cat", "dog"), data)


def near(pixel, error):
    """Whether a pixel has the colour of an outcome, but for smoothing."""
    return np.abs(pixel.astype(int) - COLORS[error]).max() < 60


def test_each_outcome_has_its_colour():
    """A missed box in red, an extra one in blue, a right one in green, a wrong label in orange."""
    picture = drawn(
        match(box(20, 20, 50, 50)),
        match(None, box(120, 20, 50, 50)),
        match(box(20, 120, 50, 50), box(20, 120, 50, 50)),
        match(box(120, 120, 50, 50), box(120, 120, 50, 50, 1)),
    )
    assert picture.shape == (300, 300, 3)
    assert near(picture[50, 20], "missed")
    assert near(picture[50, 120], "extra")
    assert near(picture[150, 20], "")
    assert near(picture[150, 120], "mislabelled")
    assert (picture[250, 250] == 235).all()


def test_both_sides_are_drawn_over_the_image():
    """The truth at one place, what was found at another, and the image around them."""
    grey = cv2.imencode(".png", np.full((300, 300, 3), 90, np.uint8))[1].tobytes()
    picture = drawn(match(box(50, 50, 100, 100), box(60, 50, 100, 100)), data=grey)
    assert near(picture[100, 50], "")
    assert near(picture[100, 60], "")
    assert (picture[280, 280] == 90).all()


@pytest.mark.parametrize("data", [None, b"", b"no image", b"\x89PNG\r\n\x1a\n broken"])
def test_without_an_image_that_decodes_the_canvas_is_blank(data):
    """It has the size that the item says."""
    assert (drawn(data=data) == 235).all()
    assert drawn(data=data).shape == (300, 300, 3)


def test_every_kind_is_drawn():
    """As lines or points over the image, or as a line of text below it."""
    blank = drawn()
    for kind in KINDS:
        picture = drawn(match(sample(kind)))
        assert picture.shape != blank.shape or (picture != blank).any(), kind
        assert picture.shape[0] > 300 or kind not in {"label", "caption", "cuboid_3d"}, kind


def test_what_has_no_place_is_written_below():
    """A caption and a label of the whole image; letters that do not print are replaced."""
    picture = drawn(match(Caption(text="a cat\nno", label=0)), match(None, Label(label=1)))
    assert picture.shape[0] > 300
    assert near(picture[305:].reshape(-1, 3).min(axis=0), "missed") or (picture[305:] < 235).any()


@pytest.mark.parametrize(
    "note",
    [
        box(float("nan"), 0, 9, 9),
        box(0, 0, float("inf"), 9),
        box(-1e300, 0, 1e300, 1e300),
        Mask(height=5, width=5, counts=b"~~"),
        Mask(height=0, width=0, counts=b""),
    ],
)
def test_broken_shapes_are_drawn_without_a_fault(note):
    """Some of them leave no mark."""
    assert drawn(match(note), match(None, note)).dtype == np.uint8


def test_a_small_picture_is_enlarged_and_a_large_one_reduced():
    """So that both can be looked at; a thumbnail fits its side."""
    sizes = []
    for side in (10, 5000):
        data = cv2.imencode(".png", np.zeros((side, side, 3), np.uint8))[1].tobytes()
        sizes.append(drawn(data=data).shape[0])
    assert sizes == [240, 1280]
    small = cv2.imdecode(np.frombuffer(jpeg(drawn(), 100), np.uint8), cv2.IMREAD_COLOR)
    assert small.shape == (100, 100, 3)


def test_the_worst_items_come_first_and_the_rest_is_counted():
    """Of three items with one, three and two errors, two are drawn; all six errors are listed."""
    notes = [box(10 * n, 0, 9, 9) for n in range(3)]
    truth = [item(*notes[:count], name=name) for name, count in (("a", 1), ("b", 3), ("c", 2))]
    files = written(truth, [item(name=name) for name in "abc"], pictures=2)
    assert [name for name in files if name.startswith("pictures/")] == [
        *("pictures/00001_s_b.jpg", "pictures/00002_s_c.jpg")
    ]
    assert len(rows_of(files["errors.csv"])) == 6
    report = json.loads(files["diff.json"])
    assert report["items_with_errors"] == 3
    assert [one["id"] for one in report["errors"]] == ["a", *"bbb", *"cc"]
    assert b"1 more are in errors.csv" in files["index.html"]


def test_items_that_one_side_lacks_are_listed():
    """Also those in which nothing is annotated."""
    files = written([item(name="a"), item(name="b")], [item(name="b"), item(name="c")])
    said = [(row["id"], row["family"], row["error"]) for row in rows_of(files["errors.csv"])]
    assert said == [("a", "item", "missed"), ("c", "item", "extra")]
    assert [one["id"] for one in json.loads(files["diff.json"])["errors"]] == ["a", "c"]


def test_everything_is_listed_if_asked():
    """Right matches too, with their overlap."""
    files = written([item(box(0, 0, 9, 9))], [item(box(0, 0, 9, 9))], everything=True)
    (one,) = json.loads(files["diff.json"])["matches"]
    assert (one["error"], one["overlap"]) == (None, 1.0)
    assert not [name for name in files if name.startswith("pictures/")]


def test_names_of_any_kind_are_safe():
    """Escaped on the page, no path outside, no formula in a spreadsheet."""
    hostile = item(box(0, 0, 9, 9), name=HOSTILE, data=image_bytes(".png", 300, 300, 1))
    files = written([hostile], [item(name=HOSTILE)], labels=(HOSTILE,))
    page = files["index.html"].decode()
    assert "<script>alert" not in page
    assert "<b>other" not in page
    (picture,) = [name for name in files if name.startswith("pictures/")]
    assert ".." not in picture.split("/")
    assert picture.count("/") == 1
    assert json.loads(files["diff.json"])["errors"][0]["id"] == HOSTILE
    assert rows_of(files["errors.csv"])[0]["id"] == HOSTILE


def test_the_page_loads_nothing_and_links_its_pictures():
    """Thumbnails are in it, the large pictures beside it."""
    files = written([item(box(0, 0, 9, 9))], [])
    page = files["index.html"].decode()
    assert 'href="pictures/00001_s_a.jpg"' in page
    assert 'src="data:image/jpeg;base64,' in page
    assert "http:" not in page.replace("http://www.w3.org", "")
    assert "https:" not in page


@pytest.mark.parametrize("labels", [(), ("cat",)])
def test_empty_datasets_have_files_too(labels):
    """Of all three methods."""
    output = MemoryOutput()
    sides = sides_of([], [], labels)
    assert write_distance(output, Distance(*sides), SIDES, pictures=3).equal
    assert json.loads(output.files["diff.json"])["errors"] == []
    assert json.loads(output.files["diff.json"])["means"] == []
    output = MemoryOutput()
    assert write_equality(output, Equality(*sides), SIDES).equal
    assert json.loads(output.files["diff.json"])["differences"] == []
    output = MemoryOutput()
    write_table(output, compare_counts(*sides), SIDES)
    assert b"</html>" in output.files["index.html"]


def test_equality_lists_each_difference():
    """In JSON with all fields, in CSV and on the page in words."""
    output = MemoryOutput()
    sides = sides_of([item(box(0, 0, 9, 9)), item(name="b")], [item(box(0, 0, 9, 8))])
    write_equality(output, Equality(*sides), SIDES)
    one, other = json.loads(output.files["diff.json"])["differences"]
    assert (one["only_first"][0]["h"], one["only_second"][0]["h"]) == (9, 8)
    assert (other["id"], other["first"], other["second"]) == ("b", True, False)
    assert [(row["id"], row["where"]) for row in rows_of(output.files["differences.csv"])] == [
        *(("a", "first"), ("a", "second"), ("b", "first"))
    ]


def test_every_kind_has_a_family():
    """So that none is left out of a comparison."""
    assert {family_of(sample(kind)) for kind in KINDS} == set(FAMILIES)
