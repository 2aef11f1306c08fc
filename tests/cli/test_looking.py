"""log, show, ls, blame, cat, info, source info, dinfo."""

import json
import shlex

import pytest

from datum.testing.datasets import image_bytes


def test_log_has_a_line_for_each_commit(project):
    """The newest commit comes first: short id, author, date, first line of the message."""
    first, second = project("log").lines
    assert second.endswith("first")
    name, author, *_ = first.split("  ")
    assert len(name) == 8
    assert author == "Ada"
    assert first.endswith("move the cat")


def test_log_as_json(project):
    """Each commit has its full id, parents, author and whole message."""
    new, old = project("log", "--json").json
    assert new["message"] == "move the cat\n\nIt was off."
    assert new["parents"][0] == old["commit"]
    assert new["author"] == {"name": "Ada", "email": "ada@example.org"}


def test_log_is_limited(project):
    """-n shows so many at most, wherever it stands."""
    assert len(project("log", "HEAD", "-n", 1).lines) == 1
    assert len(project("log", "-n", 1, "HEAD").lines) == 1
    assert project("log", "-n", 0, "--json").json == []


def test_log_oneline_and_stat(project):
    """--oneline leaves author and date out, --stat counts."""
    lines = project("log", "--oneline", "--stat").lines
    assert lines[0].split(" ", 1)[1] == "move the cat"
    assert lines[1].strip() == "items: 1 changed; annotations: 1 changed"
    assert lines[3].strip() == "items: 3 added; annotations: 3 added"


def test_log_stat_as_json(project):
    """Counts by label and kind come with each commit."""
    new = project("log", "--stat", "--json", "-n", 1).json[0]
    assert new["stat"]["items"] == {"changed": 1}
    assert new["stat"]["annotations"][0]["label"] == "cat"


def test_log_follows_sources(project):
    """--all and --graph show the commits of sources too; plain log does not."""
    assert len(project("log", "--all").lines) == 4
    graph = project("log", "--graph", "--oneline").lines
    assert graph[0].startswith("*  ")
    assert graph[1] == "|\\"
    assert sum("*" in line for line in graph) == 4


def test_log_of_another_ref(project):
    """Any revision can be named: a source's reads, a commit before."""
    assert [line.split()[-1] for line in project("log", "sources/coco").lines] == ["coco", "coco"]
    assert len(project("log", "HEAD~1").lines) == 1


def test_log_of_an_item(project):
    """An item after -- has the commits that changed it, with what they changed."""
    found = project("log", "--", "train/a").lines
    assert "move the cat" in found[0]
    assert "~ box #1 cat  (1, 1) 3×2 → (2, 1) 3×2" in found[2]
    rows = project("log", "--json", "--", "train/a").json
    assert [row["change"]["status"] for row in rows] == ["changed", "added"]
    assert len(project("log", "-n", 1, "--json", "--", "train/a").json) == 1


def test_log_of_operations(project):
    """The operation log has number, who, command and moves, the last one first."""
    text = project("log", "--operations").out
    assert text.startswith("2  Ada <ada@example.org>")
    assert "heads/main  - → " in text
    rows = project("log", "--operations", "--json", "-n", 2).json
    assert [row["number"] for row in rows] == [2, 1]
    assert {move["ref"] for move in rows[0]["moves"]} == {"heads/main", "sources/coco"}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["log", "nowhere"], 41),
        (["log", "--", "train/none"], 3),
        (["log", "--", "train"], 2),
        (["log", "--", "train/a", "train/b"], 2),
        (["show", "nowhere"], 41),
        (["show", ":train/none"], 3),
        (["show", "main:train"], 2),
        (["ls", "nowhere"], 41),
        (["ls", "HEAD", "test"], 3),
        (["blame", "train/none"], 3),
        (["blame", "train"], 2),
        (["blame", "train/a", "nowhere"], 41),
        (["cat", "nowhere"], 41),
        (["cat", "ffff"], 41),
        (["info", "nowhere"], 41),
        (["source", "info", "-n", "none"], 3),
        (["dinfo", "nowhere"], 41),
        (["dinfo", "nowhere:coco"], 50),
    ],
)
def test_what_is_not_there(project, words, code):
    """A name that is none ends with its code, one line on standard error and nothing else."""
    found = project(*words, code=code)
    assert found.out == ""
    assert found.err.startswith(("error: ", "Usage: "))


def test_show_a_commit(project):
    """Who, why, how it was made, and the diff."""
    text = project("show").out
    for part in ("author:   Ada <ada@example.org>", "made by:  commit", "    It was off."):
        assert part in text
    assert "~ box #1 cat" in text
    assert "parents:" in text


def test_show_counts(project):
    """--stat counts by label and kind, the first commit included."""
    text = project("show", "HEAD~1", "--stat").out
    assert "items: 3 added" in text
    assert "+ label cat" in text


def test_show_as_json(project):
    """The recipe is decoded, and the diff has its items; --stat leaves them out."""
    found = project("show", "--json").json
    assert found["recipe"]["operation"] == "commit"
    assert found["diff"]["items"][0]["id"] == "a"
    assert "diff" not in project("show", "--json", "--stat").json


def test_show_an_item(project):
    """REV:SUBSET/ID is the item there; without REV, the one of HEAD."""
    assert "box #1 cat  (2, 1) 3×2" in project("show", ":train/a").out
    assert "box #1 cat  (1, 1) 3×2" in project("show", "HEAD~1:train/a").out
    assert "box #1 cat  (2, 1) 3×2" in project("show", "main@{2999-01-31 12:30}:train/a").out


def test_show_an_item_as_json(project):
    """All that is known of it, labels by name."""
    found = project("show", "HEAD~1:train/a", "--json").json
    assert (found["subset"], found["id"]) == ("train", "a")
    assert found["media"][0]["size"] == len(image_bytes(".jpg", 6, 8, 0))
    assert [one["label"] for one in found["annotations"]] == ["cat", "dog"]
    assert found["annotations"][0]["x"] == 1


def test_ls(project):
    """The names of the items, those of one subset by argument or option."""
    assert project("ls").lines == ["train/a", "train/b", "train/c"]
    assert project("ls", "HEAD", "train", "-n", 2).lines == ["train/a", "train/b"]
    assert project("ls", "train").lines == ["train/a", "train/b", "train/c"]
    assert project("ls", "HEAD~1", "--subset", "train", "-n", 1).lines == ["train/a"]


def test_ls_long(project):
    """-l has size, media and annotations by label."""
    first, second, _ = project("ls", "-l").lines
    assert first.split() == ["8×6", "train/a", "a.jpg", "1", "cat,", "1", "dog"]
    assert second.split()[-1] == "-"


def test_ls_as_json(project):
    """A JSON array of the same, also where it is empty."""
    assert project("ls", "--json").json[0]["annotations"] == {"cat": 1, "dog": 1}
    assert project("ls", "--json", "-n", 0).json == []


def test_ls_before_the_first_commit(datum, coco):
    """Where nothing was committed yet, the sources are listed."""
    datum("create")
    datum("add", coco(), "-f", "coco")
    assert len(datum("ls").lines) == 3


def test_blame(project):
    """Each annotation has the commit that last changed it, and what it did."""
    cat, dog = project("blame", "train/a").lines
    assert "~ box #1 cat  (1, 1) 3×2 → (2, 1) 3×2" in cat
    assert "+ box #2 dog" in dog
    new, old = project("blame", "train/a", "--json").json
    assert (new["message"], old["message"]) == ("move the cat", "first")
    assert "+ box #1" in project("blame", "train/a", "HEAD~1").lines[0]


def test_cat_of_every_kind(project):
    """Every object on the way from a commit to its image is printed, by the first digits of its id."""
    commit = project("cat", "HEAD").json
    assert commit["kind"] == "commit"
    snapshot = project("cat", commit["snapshot"][:12]).json
    assert (snapshot["item_count"], snapshot["annotation_count"]) == (3, 3)
    assert project("cat", commit["recipe"]).json["operation"] == "commit"
    names = [one["name"] for one in project("cat", snapshot["categories"]).json["labels"]]
    assert names == ["cat", "dog"]
    node = project("cat", snapshot["items"]).json
    assert [entry["id"] for entry in node["entries"]] == ["a", "b", "c"]
    item = project("cat", node["entries"][0]["value"]).json
    blob = item["media"][0]["blob"]
    assert project("cat", blob).json["size"] == len(image_bytes(".jpg", 6, 8, 0))
    assert project("cat", blob, "--raw").raw == image_bytes(".jpg", 6, 8, 0)
    notes = project("cat", project("cat", snapshot["annotations"]).json["entries"][0]["value"])
    assert [one["kind"] for one in notes.json["annotations"]] == ["box", "box"]
    project("tag", "v1", "-m", "good")
    assert project("cat", "v1").json["message"] == "good"


def test_info(project, tmp_path):
    """Name, place, sources, length, labels and subsets."""
    lines = project("info").lines
    for line in (
        f"location: {tmp_path}",
        "branch: main",
        "source 'coco':",
        "  format: coco",
        f"  url: {tmp_path / 'coco'}",
        "length: 3",
        "categories: label",
        "    count: 2",
        "    labels: cat, dog",
        "subsets: train",
        "  subset 'train':",
        "    length: 3",
    ):
        assert line in lines


def test_info_names_ten_labels(datum, tmp_path):
    """Of many labels the first ten are named, and all with --all."""
    data = {"images": [], "annotations": []}
    data["categories"] = [{"id": n, "name": f"l{n}"} for n in range(1, 13)]
    path = tmp_path / "instances_x.json"
    path.write_text(json.dumps(data))
    assert "    labels: l1, l2, l3, l4, l5, l6, l7, l8, l9, l10 (and 2 more)" in (
        datum("dinfo", f"{path}:coco_instances").lines
    )
    assert "l10, l11, l12" in datum("dinfo", f"{path}:coco_instances", "--all").out


def test_info_as_json(project):
    """Sources, working copies, labels and subsets as values."""
    project("checkout", "--into", "work", "-f", "coco")
    found = project("info", "--json").json
    assert (found["branch"], found["length"], found["annotations"]) == ("main", 3, 3)
    assert found["sources"][0]["format"] == "coco"
    assert found["working"][0]["branch"] == "main"
    assert found["categories"]["labels"] == ["cat", "dog"]


def test_info_before_the_first_commit(datum, coco):
    """A new project shows its sources."""
    datum("create", "-n", "flowers")
    assert "length: 0" in datum("info").lines
    datum("add", coco(), "-f", "coco")
    lines = datum("info").lines
    assert {"name: flowers", "commit: none yet", "length: 3"} <= set(lines)


def test_source_info(project):
    """The sources, with sizes where one is named."""
    assert "length" not in project("source", "info").out
    assert "  length: 3" in project("source", "info", "-n", "coco").lines
    assert "  length: 3" in project("source", "info", "-v").lines
    assert project("source", "info", "--json").json[0]["length"] == 3
    assert project("source", "info", "--json", "-n", "coco").json["format"] == "coco"


def test_dinfo_needs_no_project(datum, coco, tmp_path):
    """A dataset on disk is described, recognised or by its format, and nothing is left behind."""
    path = coco()
    before = sorted(tmp_path.rglob("*"))
    assert "annotation types: 3 box" in datum("dinfo", path).lines
    found = datum("dinfo", f"{path}:coco", "--json").json
    assert (found["format"], found["media"]) == ("coco", {"image": 3})
    assert sorted(tmp_path.rglob("*")) == before


def test_dinfo_of_a_project(project, tmp_path):
    """DIR is what HEAD of another project holds, DIR@REV another revision."""
    assert "length: 3" in project("dinfo", tmp_path).lines
    assert project("dinfo", f"{tmp_path}@HEAD~1", "--json").json["format"] is None
    project("dinfo", f"{tmp_path}@none", code=41)


def test_show_prints_the_recipe(project):
    """Operation and version, options, inputs by name and id, and the command that does the same."""
    project("transform", "-t", "rename", "-o", "named", "--", "-e", "|^|x-|")
    main = project("log", "--json", "-n", 1).json[0]
    text = project("show", "named").out
    assert "made by:  transform rename, version 1, bitwise\n" in text
    assert "    regex: |^|x-|\n" in text
    assert f"    of main, commit {main['commit'][:8]}, snapshot {main['snapshot'][:8]}\n" in text
    assert "    again: datum transform -t rename -- '--regex=|^|x-|'\n" in text
    recipe = project("show", "named", "--json").json["recipe"]
    assert recipe["inputs"] == [
        {"role": "heads/main", "commit": main["commit"], "snapshot": main["snapshot"]}
    ]


def test_the_command_of_a_recipe_does_the_same(project):
    """Typed on the same input, it gives the same snapshot: every option is in it."""
    words = ("random_split", "-o", "a", "--", "-s", "x y:.5", "-s", "z:.5", "--seed", "4")
    project("transform", "main", "-t", *words)
    line = next(line for line in project("show", "a").lines if "again:" in line)
    command = shlex.split(line.partition("again:")[2])[1:]
    place = command.index("--")
    project(*command[:place], "-o", "b", *command[place:])
    first, second = (project("show", name, "--json").json["snapshot"] for name in "ab")
    assert first == second


def test_log_of_a_lineage(project):
    """A drawing from the dataset to its sources, each with its refs, its size and what made it."""
    project("filter", "-e", "/item[annotation]", "-o", "some")
    project("transform", "some", "-t", "rename", "-o", "named", "--", "-e", "|^|x-|")
    text = project("log", "derived/named", "--lineage").out
    places = [
        text.index(words)
        for words in (
            "derived/named  2 items, 3 annotations",
            "transform -t rename -- '--regex=|^|x-|'",
            "of derived/some, commit ",
            "derived/some  2 items",
            "filter -m items -e '/item[annotation]'",
            "of main, commit ",
            "main  3 items, 3 annotations",
            "commit, which took coco",
        )
    ]
    assert places == sorted(places)
    assert "sources/coco  3 items" in text
    assert "coco as coco" in text
    found = project("log", "derived/named", "--lineage", "--json").json
    assert [one["refs"] for one in found[:3]] == [["derived/named"], ["derived/some"], ["main"]]
    assert found[0]["inputs"][0]["commit"] == found[1]["commit"]
    assert len(project("log", "derived/named", "--lineage", "-n", 1, "--json").json) == 1
