"""format list, detect, and the longer spellings of commands."""

import json


def test_formats_are_listed(datum):
    """Name, title, what it can do and keep; other spellings beside the name."""
    text = datum("format", "list").out
    assert "coco (also kaggle_coco)\n    MS COCO" in text
    assert "keeps box" in text
    assert "yolo_ultralytics (also " in text
    assert "yolov8_detection" in text
    assert datum("format").out == text


def test_format_names_alone(datum):
    """-li and -le print names that scripts can use, with any delimiter."""
    names = datum("format", "list", "-le").lines
    assert {"coco", "voc", "yolo"} <= set(names)
    assert datum("format", "-le", "-d", ",").out == ",".join(names) + "\n"
    assert datum("format", "-li", "--json").json == datum("format", "list", "-li").lines


def test_formats_as_json(datum):
    """The cards of the formats."""
    card = next(one for one in datum("format", "list", "--json").json if one["name"] == "coco")
    assert card["read"] is True
    assert "box" in card["keeps"]


def test_detect(datum, coco):
    """The format that import would take comes first; all spellings are one command."""
    path = coco()
    text = datum("detect", path).out
    assert text.startswith("coco  ")
    assert datum("detect-format", path).out == text
    assert datum("format", "detect", path).out == text
    assert datum("detect", path, "-q").out == "coco\n"
    assert "- voc: " in datum("detect", path, "--show-rejections", "--depth", 2).out


def test_detect_reports(datum, coco, tmp_path):
    """The report has what fits and what does not, with reasons; --json prints the same."""
    path = coco()
    datum("detect", path, "--json-report", tmp_path / "report.json")
    report = json.loads((tmp_path / "report.json").read_text())
    assert "coco" in report["detected_formats"]
    assert report["rejected_formats"]["voc"]["message"]
    assert datum("detect", path, "--json").json == report


def test_detect_nothing(datum, tmp_path):
    """A folder without a dataset, and no folder at all, are errors of their own code."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty/readme.md").write_text("x")
    found = datum("detect", tmp_path / "empty", "--json-report", tmp_path / "r.json", code=21)
    assert found.err.startswith("error: ")
    assert json.loads((tmp_path / "r.json").read_text())["detected_formats"] == []
    datum("detect", tmp_path / "none", code=21)


def test_contexts_are_the_same_commands(project):
    """`datum project log` is `datum log`; `datum source add` adds a source."""
    assert project("project", "log").out == project("log").out
    assert project("project", "info").out == project("info").out
    project("source", "add", "path", "coco", "-f", "coco", "-n", "second")
    assert len(project("source", "info", "--json").json) == 2
    project("source", "remove", "-n", "second")
    assert len(project("source", "info", "--json").json) == 1


def test_a_whole_round(datum, coco, tmp_path):
    """Create, add, commit, filter, transform, export, convert, import: each with and without JSON."""
    path = coco()
    assert datum("create", "-o", "p", "--json").json["hash"] == "xxh3-128"
    assert "added source coco" in datum("add", "path", path, "-p", "p").out
    assert datum("commit", "-m", "first", "-p", "p", "--json").json["items"] == 3
    assert "nothing to commit" in datum("status", "-p", "p").out
    where = ["-p", "p"]
    found = datum("filter", "-e", '/item/annotation[label="cat"]', "-m", "a", *where, "--json")
    assert found.json["annotations"] == {"before": 3, "after": 1}
    assert datum("diff", *where, "--exit-code", code=1).out.startswith("~ train/a")
    words = ["transform", "-t", "rename", *where, "-o", "renamed"]
    assert "derived/renamed" in datum(*words, "--", "-e", "|a|z|").out
    assert datum("ls", "renamed", *where).lines == ["train/b", "train/c", "train/z"]
    assert "wrote 3 items" in datum("export", "-f", "yolo", "-o", "out", *where).out
    assert datum("convert", "-i", path, "-f", "voc", "-o", "voc", "--json").json["items"] == 3
    assert datum("import", "-i", path, "-o", "q", "-f", "coco", "--json").json["items"] == 3
    assert datum("remove", "-n", "coco", *where, "--json").json == {"removed": ["coco"]}
    assert (tmp_path / "coco").is_dir()
