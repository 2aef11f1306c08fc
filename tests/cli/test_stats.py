"""stats."""

import json

import pytest

KEYS = {
    *("dataset", "subsets", "images count", "annotations count", "annotations by type"),
    *("annotations", "unannotated images", "unannotated images count", "unique images count"),
    *("repeating images", "repeating images count", "repeated images", "repeated images count"),
}


def test_stats_writes_the_next_free_file(project, tmp_path, monkeypatch):
    """statistics.json, then statistics.1.json; none is replaced."""
    (tmp_path / "out").mkdir()
    monkeypatch.chdir(tmp_path / "out")
    assert "written to statistics.json" in project("stats", "-p", "..").out
    assert "written to statistics.1.json" in project("project", "stats", "-p", "..").out
    first = json.loads((tmp_path / "out" / "statistics.json").read_text())
    assert set(first) >= KEYS
    assert first["images count"] == 3
    assert (tmp_path / "out" / "statistics.1.json").exists()


def test_stats_as_json_writes_no_file(project, tmp_path, monkeypatch):
    """The report is on standard output alone, and without what was not asked for."""
    (tmp_path / "out").mkdir()
    monkeypatch.chdir(tmp_path / "out")
    report = project("stats", "-p", "..", "--json", "--image-stats", "False", "-s", "train").json
    assert report["dataset"]["image mean"] == "n/a"
    assert report["annotations count"] == 3
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize("words", [("-s", "nope"), ("nope",)])
def test_stats_of_what_is_not_there(project, words):
    """A subset or a revision that does not exist is an error."""
    assert project("stats", *words, code=None).code != 0


def test_stats_writes_a_page(project, tmp_path, monkeypatch):
    """--html makes statistics.html beside the JSON, and alone with --json."""
    (tmp_path / "out").mkdir()
    monkeypatch.chdir(tmp_path / "out")
    assert "page: statistics.html" in project("stats", "-p", "..", "--html").out
    assert project("stats", "-p", "..", "--html", "--json").json["images count"] == 3
    made = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert made == ["statistics.1.html", "statistics.html", "statistics.json"]
    assert (tmp_path / "out" / "statistics.html").read_text().startswith("<!doctype html>")


def test_a_second_run_of_stats_decodes_and_counts_nothing(project, monkeypatch):
    """What was found is remembered in the project, between two runs of the command."""
    first = project("stats", "--json").json
    assert first["unreadable images count"] == 0

    def fail(*_):
        raise AssertionError

    monkeypatch.setattr("datum.analysis.images._sums", fail)
    monkeypatch.setattr("datum.analysis.statistics.count_items", fail)
    assert project("stats", "--json").json == first
