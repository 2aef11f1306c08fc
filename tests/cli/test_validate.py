"""validate."""

import json


def test_validate_writes_a_report(project, tmp_path):
    """Named for the task and the subset; there are no errors."""
    assert (
        "written to report-detection-train.json"
        in project(
            "validate", "-t", "detection", "-s", "train", "--", "-ir", 40, "--few_samples_thr", 0
        ).out
    )
    found = json.loads((tmp_path / "report-detection-train.json").read_text())
    assert set(found) == {"statistics", "validation_reports", "summary"}
    assert found["summary"]["errors"] == 0


def test_validate_ends_with_one_where_there_are_errors(datum, tmp_path):
    """A dataset without labels has an error, in a project without any."""
    (tmp_path / "d").mkdir()
    datum("create")
    found = datum("project", "validate", "-t", "classification", "--json", code=1).json
    assert found["summary"]["errors"] == 1


def test_validate_explains_its_thresholds(project):
    """`-- -h` lists them."""
    assert "--far-from-mean-thr" in project("validate", "-t", "detection", "--", "-h").out


def test_validate_writes_a_page(project, tmp_path):
    """--html makes a page beside the report."""
    said = project("validate", "-t", "detection", "--html").out
    assert "page: report-detection.html" in said
    assert (tmp_path / "report-detection.html").read_text().startswith("<!doctype html>")


def test_validate_reports_what_is_chosen(datum):
    """Types and severities are options; without errors it ends with 0."""
    datum("create")
    words = ("validate", "-t", "segmentation", "--json")
    assert datum(*words, "--ignore", "MissingLabelCategories").json["validation_reports"] == []
    found = datum(*words, "--severity", "MissingLabelCategories=info").json
    assert found["summary"] == {"errors": 0, "warnings": 0, "infos": 1}
    assert datum(*words, "--min-severity", "error", code=1).json["summary"]["errors"] == 1


def test_validate_without_a_task_or_with_an_unknown_one(project):
    """Both say where the tasks are listed; so does an anomaly that is none."""
    assert "-l lists them" in project("validate", code=2).err
    assert "datum validate -l" in project("validate", "-t", "detect", code=None).err
    assert "keypoints" in project("validate", "-l").out
    assert "ZeroArea" in project("validate", "-t", "detection", "--only", "ZeroAera", code=None).err
    wrong = project("validate", "-t", "detection", "--severity", "ZeroArea", code=2)
    assert "ANOMALY=SEVERITY" in wrong.err


def test_validate_explains_a_task(project):
    """`-- -h` shows what it looks for and its thresholds."""
    said = project("validate", "-t", "segmentation", "--", "-h").out
    assert "SelfIntersection" in said
    assert "--outside-thr" in said
