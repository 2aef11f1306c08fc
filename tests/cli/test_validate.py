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
