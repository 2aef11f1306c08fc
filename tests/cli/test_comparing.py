"""diff with -o or -m, ediff, compare: what they take, print and write."""

import csv
import json

import pytest


def rows_of(path):
    """The rows of a CSV file."""
    return list(csv.DictReader(path.read_text().splitlines()))


@pytest.fixture
def other(coco, project):
    """A dataset beside the project: the cat's box is moved, and b has a cat more."""
    project("status")
    folder = coco(cat=3, extra=True)
    folder.rename(folder.parent / "other")
    return "other:coco"


def test_diff_with_a_folder_measures_the_other_against_head(project, other):
    """HEAD is the truth: both its boxes and the dog of c are there, the cat at 2 is found at 3 by half."""
    said = project("diff", other, "-o", "out")
    assert "truth HEAD, compared with other:coco: 3 items in both" in said.lines[0]
    found = json.loads(project("diff", other, "-m", "distance", "--json").out)
    of = {(one["family"], one["label"]): one for one in found["labels"]}
    assert (of["shape", "cat"]["truth"], of["shape", "cat"]["found"]) == (1, 2)
    assert of["shape", "cat"]["matched"] == 1  # 4 of 8 square pixels: IoU .5
    assert of["shape", "dog"]["f1"] == 1
    assert not found["equal"]


def test_the_folder_holds_report_tables_pictures_and_page(project, other, tmp_path):
    """All of them say the same."""
    project("diff", other, "-o", "out")
    out = tmp_path / "out"
    assert sorted(path.name for path in out.iterdir()) == [
        *("confusion.csv", "diff.json", "errors.csv", "index.html", "labels.csv"),
        *("pictures", "precision.csv"),
    ]
    report = json.loads((out / "diff.json").read_text())
    (error,) = report["errors"]
    assert (error["id"], error["error"], error["found"]["label"]) == ("b", "extra", "cat")
    (row,) = rows_of(out / "errors.csv")
    assert (row["id"], row["error"], row["found label"]) == ("b", "extra", "cat")
    assert {"family": "shape", "truth": "", "found": "cat", "count": "1"} in rows_of(
        out / "confusion.csv"
    )
    assert [path.name for path in (out / "pictures").iterdir()] == ["00001_train_b.jpg"]
    assert "data:image/jpeg;base64," in (out / "index.html").read_text()


def test_the_same_comparison_has_the_same_bytes(project, other, tmp_path):
    """Nothing of clock, order or place is in the files."""
    for name in ("one", "two"):
        project("diff", other, "-o", name)
    first, second = (
        {path.relative_to(tmp_path / name): path.read_bytes() for path in files if path.is_file()}
        for name in ("one", "two")
        for files in [sorted((tmp_path / name).rglob("*"))]
    )
    assert first == second


def test_a_folder_that_is_not_empty_is_refused_before_anything_is_read(project, tmp_path):
    """Even though the other dataset is not there; --overwrite replaces it."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("x")
    assert "out" in project("diff", "HEAD", "-o", "out", code=None).err
    assert "out" in project("diff", "nowhere", "-o", "out", code=None).err
    assert (tmp_path / "out" / "mine").read_text() == "x"
    project("diff", "HEAD~1", "-o", "out", "--overwrite")
    assert not (tmp_path / "out" / "mine").exists()


def test_an_other_that_is_not_there_leaves_no_folder(project, tmp_path):
    """The error names it."""
    said = project("diff", "nowhere", "-o", "out", code=None)
    assert said.code != 0
    assert "nowhere" in said.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("--iou-thresh", "0"),
        ("--iou-thresh", "1.5"),
        ("--iou-thresh", "nan"),
        ("--conf-thresh", "2"),
        ("--pictures", "-1"),
        ("-m", "nonsense"),
        ("-if", "nonsense", "-m", "equality"),
        ("-m", "distance", "--stat"),
        ("-m", "distance", "-ia", "occluded"),
        ("-m", "equality", "--iou-thresh", "0.5"),
        ("-m", "table", "--match-images"),
        ("-m", "distance", "--overwrite"),
        ("--pictures", "3"),
        ("-m", "equality", "--all"),
    ],
)
def test_numbers_and_names_that_make_no_sense_are_refused(project, words):
    """With a line that says what would."""
    assert project("diff", "HEAD~1", *words, code=None).code != 0


def test_revisions_can_be_compared(project):
    """Two of them, or one with HEAD; the first is the truth."""
    two = project("diff", "HEAD~1", "HEAD", "-m", "distance", "--json").json
    assert (two["first_name"], two["second_name"]) == ("HEAD~1", "HEAD")
    one = project("diff", "HEAD~1", "-m", "distance", "--json").json
    assert (one["first_name"], one["second_name"]) == ("HEAD", "HEAD~1")


def test_diff_without_a_method_still_shows_changes(project):
    """As before, from the older to the newer."""
    assert project("diff", "HEAD~1").lines[0].startswith("~ train/a")


def test_exit_code_is_one_where_they_differ(project):
    """By each method; a dataset does not differ from itself."""
    for method in ("distance", "equality"):
        project("diff", "HEAD", "HEAD", "-m", method, "--exit-code")
    project("diff", "HEAD~1", "HEAD", "-m", "equality", "--exit-code", code=1)


def test_ediff_compares_for_equality(project, other, tmp_path):
    """By all fields but those that are ignored; the moved box and the new one are listed."""
    said = project("ediff", other, "-o", "out")
    assert "annotations: 2 equal, 1 only in the first, 2 only in the second" in said.out
    report = json.loads((tmp_path / "out" / "diff.json").read_text())
    assert [one["id"] for one in report["differences"]] == ["a", "b"]
    rows = rows_of(tmp_path / "out" / "differences.csv")
    assert [(row["id"], row["where"]) for row in rows] == [
        *(("a", "first"), ("a", "second"), ("b", "second"))
    ]
    said = project("project", "ediff", other, "-if", "x", "-if", "id", "-if", "group").lines
    assert said[1] == "annotations: 3 equal, 0 only in the first, 1 only in the second"


def test_compare_counts_side_by_side(project, other, tmp_path):
    """As diff -m table does."""
    project("compare", other, "-o", "out")
    rows = rows_of(tmp_path / "out" / "table.csv")
    cats = next(row for row in rows if (row["section"], row["name"]) == ("label", "cat"))
    assert (cats["first"], cats["second"]) == ("1", "2")
    assert "cat" in (tmp_path / "out" / "index.html").read_text()
    assert project("diff", "HEAD", other, "-m", "table", "--json").json["rows"]


def test_nothing_in_common_is_said(project, tmp_path):
    """No item, or no label: the most likely reason is named on standard error."""
    (tmp_path / "boxes").mkdir()
    path = tmp_path / "boxes" / "instances_train.json"
    label, image = {"id": 1, "name": "bird"}, {"id": 1, "file_name": "a.jpg"}
    note = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [0, 0, 2, 2]}
    data = {"images": [image], "categories": [label], "annotations": [note]}
    path.write_text(json.dumps(data))
    said = project("diff", "boxes/instances_train.json:coco", "-m", "distance", code=None)
    assert "labels are matched by name" in said.err
    path.write_text(json.dumps(data | {"images": [image | {"file_name": "z.jpg"}]}))
    said = project("diff", "boxes/instances_train.json:coco", "-m", "distance", code=None)
    assert "--match-images" in said.err
