"""Several transforms in one command, and what would change."""

import pytest

from datum.cli.chain import parse_chain
from datum.errors import UnknownNameError, UsageError

RULE = "|^|x-|"


def names_and_options(names, extras):
    return [(link.card.name, link.options) for link in parse_chain(names, extras)]


@pytest.mark.parametrize(
    ("names", "extras", "expected"),
    [
        (["sort"], [], [("sort", {})]),
        (["sort", "reindex"], ["-s", "5"], [("sort", {}), ("reindex", {"start": "5"})]),
        (
            ["rename"],
            ["-e", RULE, "-t", "reindex", "--start=2", "--transform", "sort"],
            [("rename", {"regex": RULE}), ("reindex", {"start": "2"}), ("sort", {})],
        ),
        (
            ["rename"],
            ["-e", RULE, "-t", "reindex", "--", "-s", "2", "--", "-t", "sort"],
            [("rename", {"regex": RULE}), ("reindex", {"start": "2"}), ("sort", {})],
        ),
        (
            ["split"],
            ["-t", "detection", "--", "-t", "sort", "-t=reindex"],
            [("split", {"task": "detection"}), ("sort", {}), ("reindex", {})],
        ),
        (["rename"], ["-e", "-t"], [("rename", {"regex": "-t"})]),
    ],
)
def test_options_belong_to_the_transform_before_them(names, extras, expected):
    """Also to one that has a -t itself, and where the value of an option looks like the next one."""
    assert names_and_options(names, extras) == expected


@pytest.mark.parametrize(
    ("extras", "error", "match"),
    [
        (["-t"], UsageError, "-t needs the name"),
        (["-t", "srot"], UnknownNameError, "did you mean sort"),
        (["--", "sort"], UsageError, "'sort' stands behind the options of reindex"),
        (["-t", "sort", "--start", "1"], UnknownNameError, "option of sort"),
    ],
)
def test_what_is_no_chain(extras, error, match):
    """Names the word, and the transform that it stands behind."""
    with pytest.raises(error, match=match):
        parse_chain(["reindex"], extras)


def test_help_is_that_of_the_transform_before_it(datum):
    """Nothing runs, and no project is needed."""
    found = datum("transform", "-t", "rename", "--", "-e", RULE, "-t", "reindex", "-h")
    assert found.out.startswith("reindex:")


def test_each_transform_of_a_command_is_a_commit(project):
    """One operation, which one undo takes back; the last options are the last transform's."""
    words = ("-t", "shapes_to_boxes", "-t", "rename", "-o", "v", "--", "-e", RULE)
    found = project("transform", *words, "-t", "reindex")
    assert "transform shapes_to_boxes, transform rename, transform reindex" in found.lines[0]
    log = project("log", "derived/v", "--oneline").lines
    assert [line.split(" ", 1)[1] for line in log[:3]] == [
        "Transform reindex",
        "Transform rename",
        "Transform shapes_to_boxes",
    ]
    project("undo")
    project("log", "derived/v", code=41)


def everything(folder):
    """The contents of the store's files, but for the index, which is no more than a cache."""
    return {
        path: path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "index" not in path.relative_to(folder).parts
    }


def test_a_dry_run_says_what_would_change_and_changes_nothing(project, tmp_path):
    """Items by what happens to them, labels, losses; with --stat annotations too."""
    before = everything(tmp_path / ".datum")
    words = ("transform", "--dry-run", "-t", "remap_labels")
    options = ("--", "-l", "cat:animal", "--default", "delete")
    assert project(*words, *options).lines == [
        "transform remap_labels would change items: 2 changed",
        " 3 → 3 items, 3 → 1 annotations",
        " - label dog",
        " ~ label cat → animal",
    ]
    assert project(*words, "--stat", *options).lines[-1].split() == ["dog", "box", "0", "2", "0"]
    found = project(*words, "--json", *options).json
    counts = {"added": 0, "removed": 0, "changed": 2, "moved": 0}
    assert found["items"] == {"before": 3, "after": 3, **counts}
    assert found["annotations"] == {"before": 3, "after": 1}
    assert found["categories"]["renamed"] == [["cat", "animal"]]
    assert (found["losses"], found["writes"]) == ([], [])
    assert everything(tmp_path / ".datum") == before


def test_a_dry_run_of_a_chain_sees_the_whole_of_it(project):
    """Renamed items are moved, unless they are changed as well."""
    rename = ("-t", "rename", "--", "-e", RULE)
    found = project("transform", "--dry-run", *rename)
    assert found.lines[0] == "transform rename would change items: 3 moved"
    found = project("transform", "--dry-run", *rename, "-t", "rename", "-e", "|x-||")
    assert found.lines[0].endswith("would change items: none")
    found = project("transform", "--dry-run", *rename, "-t", "boxes_to_polygons")
    assert found.lines[0].endswith("would change items: 2 added, 2 removed, 1 moved")


def test_a_dry_run_tells_losses_and_reports(project, tmp_path):
    """What could not be kept, and the file that would be written and is not."""
    report = tmp_path / "groups.csv"
    found = project("transform", "--dry-run", "-t", "dedupe", "--", "--report", report)
    assert found.lines[-1] == f" and write {report}"
    assert not report.exists()


def test_a_dry_run_of_sources_that_were_never_committed(datum, coco):
    """They are composed, and no commit is made of them."""
    datum("create")
    datum("add", "path", coco(), "-f", "coco")
    assert "3 moved" in datum("transform", "--dry-run", "-t", "rename", "--", "-e", RULE).out
    datum("log", code=41)


def test_a_dry_run_of_a_filter(project):
    """The documents of what stays, or with --stat the counts."""
    words = ("filter", "--dry-run", "-e", "/item[annotation/label='cat']")
    assert project(*words).out.count("<item>") == 1
    assert project(*words, "--stat").lines[0] == "filter would change items: 2 removed"
    assert project(*words, "--stat", "--json").json["items"]["removed"] == 2
    assert len(project("log").lines) == 2
