"""From a validation report to a dataset without its faults; recipes of options that are files or words."""

import json
import shlex


def test_validate_correct_validate(datum, coco, tmp_path):
    """The box that reaches out of its image is cut, and the next report does not find it."""
    datum("create")
    datum("add", "path", coco(cat=6.5), "-f", "coco")
    datum("commit", "-m", "a box reaches out")
    datum("validate", "-t", "detection", code=None)
    report = tmp_path / "report-detection.json"
    outside = "OutsideImage"
    assert outside in report.read_text()
    datum("transform", "-t", "correct", "--", "-r", report, "--only", outside)
    report.unlink()
    datum("validate", "-t", "detection", code=None)
    assert outside not in report.read_text()
    shown = datum("show").out
    assert "datum transform -t correct -- --only=OutsideImage --reports=FILE" in shown
    assert datum("reproduce", "HEAD").code == 0


def test_a_report_that_is_not_there(project):
    """The error names the file."""
    found = project("transform", "-t", "correct", "--", "-r", "gone.json", code=2)
    assert "gone.json cannot be read: No such file or directory" in found.err


def test_the_command_of_a_recipe_can_be_typed_again(project):
    """Values of several words too: it makes the same dataset."""
    words = (
        "transform",
        "-t",
        "tile",
        "-o",
        "tiles",
        "--",
        "--grid-size",
        2,
        3,
        "--overlap",
        0,
        0.5,
    )
    first = project(*words, "--threshold-drop-ann", 0, "--grid-size", 1, 2)
    assert "3 → 6 items" in first.out
    shown = project("show", "tiles").out
    (again,) = [line.split("again: ")[1] for line in shown.splitlines() if "again: " in line]
    assert "--grid-size=1,2 --overlap=0.0,0.5" in again
    _, *words = shlex.split(again)
    at = words.index("--")
    project(*words[:at], "main", "-o", "once_more", *words[at:])
    snapshots = {
        json.loads(project("show", name, "--json").out)["snapshot"]
        for name in ("tiles", "once_more")
    }
    assert len(snapshots) == 1
