"""merge."""

import json
import shutil
from pathlib import Path

import pytest

from datum.model import Box, Categories, Item
from datum.project.project import Project
from datum.refs.commits import Identity

LABELS = ["person", "hand", "head", "foot"]
BOXES = {"p1": (0.0, 0), "p2": (1.0, 0), "p3": (2.0, 2), "p4": (40.0, 0)}
"""Of each annotator, where the box is and what it is."""


@pytest.fixture(scope="module")
def annotators(tmp_path_factory):
    """A folder with four projects, of one item with one box each."""
    root = tmp_path_factory.mktemp("annotators")
    for name, (x, label) in BOXES.items():
        project = Project.create(root / name, author=Identity("Ada", "ada@example.org"))
        with project.edit("first") as edit:
            edit.declare(Categories.of(LABELS))
            box = Box(x=x, y=0.0, w=10.0, h=10.0, label=label)
            edit.put(Item(id="a", subset="train", annotations=(box,)))
    return root


@pytest.fixture
def merge(datum, annotators, tmp_path):
    """The command, where the four projects are."""
    shutil.copytree(annotators, tmp_path, dirs_exist_ok=True)
    return lambda *words, **kwargs: datum("merge", *words, **kwargs)


FOUR = ("p1/", "p2/", "p3/", "p4/", "--quorum", 3, "-iou", 0.6)
GROUPS = ("--groups", "person,hand?,head,foot?")


def test_four_projects_by_vote(merge, datum, tmp_path):
    """The command of the reference: a project `merged` with what three agree about, and a report."""
    found = merge(*FOUR, *GROUPS)
    assert found.lines[1] == " 1 → 1 items, 1 → 1 annotations"
    assert "missing annotation      2  p1 1, p2 1, p3 1, p4 1" in found.out
    report = json.loads(Path("merged/merge_report.json").read_text())
    assert report["parameters"]["groups"] == ["person,hand?,head,foot?"]
    assert report["counts"]["by_error"] == {"missing_annotation": 2, "failed_label_vote": 1}
    assert report["counts"]["by_item"] == {"train/a": 3}
    assert [one["name"] for one in report["inputs"]] == ["p1", "p2", "p3", "p4"]
    assert "(1, 0) 10×10" in datum("-p", "merged", "show", ":train/a").out
    # again: the name is taken
    merge(*FOUR)
    assert (tmp_path / "merged.1" / "merge_report.json").exists()


def test_the_report_says_how_far_they_agree(merge):
    """Two objects, one of which three saw."""
    found = merge(*FOUR, "--json").json
    assert found["agreement"]["objects"]["overall"]["units"] == 2
    assert found["items"] == {"before": 1, "after": 1}
    assert "errors" not in found
    assert json.loads(Path(found["report"]).read_text())["agreement"] == found["agreement"]


def test_an_update_as_the_reference_spells_it(merge, datum):
    """`datum merge -p first -o merged second`: first stays, derived/merged has second's items."""
    merge("-p", "p1", "-o", "merged", "p2")
    show = ("show", "--json")
    assert datum("-p", "p1", *show, "HEAD:train/a").json["annotations"][0]["x"] == 0
    assert datum("-p", "p1", *show, "derived/merged:train/a").json["annotations"][0]["x"] == 1
    assert not Path("merge_report.json").exists()
    assert "items: 0 added, 1 replaced, 0 equal" in merge("-p", "p1", "p2").out


def test_the_report_goes_where_it_is_wanted(merge, datum):
    """Beside the project by default; an update writes one if it is asked to."""
    merge("-p", "p1", "p2", "--report", "r.json")
    assert json.loads(Path("r.json").read_text())["policy"] == "update"
    merge("-p", "p1", "p2", "p3", "-o", "gold")
    merge("-p", "p1", "p2", "p3", "-o", "gold")
    assert Path("merge_report.json").exists()
    assert Path("merge_report.1.json").exists()
    assert "undo" in merge("-p", "p1", "p2", "p3", "--report", "none/r.json", code=2).err


def test_union_and_exact(merge, datum):
    """All annotations of all; exact refuses another list of labels."""
    merge("-m", "union", "p1", "p4", "-o", "all/")
    found = datum("-p", "all", "show", ":train/a", "--json").json["annotations"]
    assert [one["x"] for one in found] == [0, 40]
    merge("-m", "exact", "p1", "p4", "-o", "same/")
    with Project.open("p4").edit("another label") as edit:
        edit.declare(Categories.of([*LABELS, "car"]))
    assert "union" in merge("-m", "exact", "p1", "p4", "-o", "other/", code=51).err


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("p1",), "not in a datum project"),
        (("p1", "p2", "--quorum", 3), "a quorum of 3 among 2 datasets"),
        (("p1", "p2", "-g", "persn,head"), "person"),
        (("p1", "p2", "-iou", 0), "not above 0"),
        (("p1", "p2", "-m", "union", "-iou", 0.5), "-m intersect"),
        (("p1", "p2", "--prefer", "ours"), "-m update and -m union"),
        (("p1", "nothing"), "nothing"),
        ((), "TARGETS"),
    ],
)
def test_what_cannot_be_is_refused_in_a_line(merge, words, reason):
    """And no folder is left behind."""
    assert reason in merge(*words, code=None).err
    assert not Path("merged").exists()


def test_contexts(merge):
    """`datum project merge` is the same command."""
    assert "merge update" in merge("-p", "p1", "p2").out
