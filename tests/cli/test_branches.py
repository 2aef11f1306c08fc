"""branch, switch, checkout, tag."""

import pytest


def test_branches_are_listed(project):
    """The one that HEAD is on is marked; each has its commit and message."""
    project("branch", "labels", "HEAD~1")
    labels, main = project("branch").lines
    assert labels.startswith("  labels  ")
    assert labels.endswith("first")
    assert main.startswith("* main    ")
    rows = project("branch", "--json").json
    assert [(row["name"], row["current"]) for row in rows] == [("labels", False), ("main", True)]


def test_a_branch_is_made(project):
    """At HEAD or at a start; one that is there is moved only by -f."""
    assert project("branch", "a").out.startswith("branch a is at ")
    project("branch", "a", "HEAD~1", code=50)
    project("branch", "-f", "a", "HEAD~1")
    assert len(project("log", "a").lines) == 1
    assert project("branch", "b", "--json").json["name"] == "b"
    project("branch", "a..b", code=42)
    project("branch", "c", "none", code=41)
    project("branch", "c", "HEAD", "more", code=2)


def test_a_branch_is_renamed(project):
    """OLD NEW, or NEW for the current one, and HEAD follows."""
    project("branch", "a")
    assert project("branch", "-m", "a", "b").out == "branch a is called b now\n"
    assert project("branch", "-m", "trunk", "--json").json == {"old": "main", "new": "trunk"}
    assert project("branch").lines[1].startswith("* trunk")
    project("branch", "-m", "none", "c", code=3)
    project("branch", "-m", "b", "trunk", code=50)
    project("branch", "-m", code=2)


def test_a_branch_is_deleted(project):
    """-d keeps commits that no other branch has, -D does not; undo brings both back."""
    project("branch", "a", "HEAD~1")
    assert project("branch", "-d", "a").out.startswith("deleted branch a (was ")
    project("switch", "-c", "b")
    project("revert", "HEAD")
    project("switch", "main")
    assert "-D b" in project("branch", "-d", "b", code=50).err
    assert "b" in project("branch", "-D", "b", "--json").json["deleted"]
    project("undo")
    assert len(project("log", "b").lines) == 3
    project("branch", "-d", "main", code=50)
    project("branch", "-d", "none", code=3)
    project("branch", "-d", code=2)


def test_a_branch_with_a_working_copy_is_kept(project):
    """-d says so; -D forgets the working copy."""
    project("branch", "a")
    project("checkout", "a", "--into", "work", "-f", "coco")
    assert "--forget work" in project("branch", "-d", "a", code=50).err
    project("branch", "-D", "a")
    assert project("info", "--json").json["working"] == []


def test_switch(project):
    """To a branch, to a new one, to none."""
    assert project("switch", "-c", "labels", "HEAD~1").out.startswith("on labels (")
    assert len(project("log").lines) == 1
    assert project("switch", "main", "--json").json["branch"] == "main"
    assert project("switch", "heads/labels").out.startswith("on labels (")
    assert "on no branch" in project("switch", "--detach", "main").out
    assert project("branch").lines[0].startswith("* (no branch)")
    assert project("switch", "--detach", "--json").json["branch"] is None
    project("switch", "mian", code=3)
    project("switch", code=2)
    project("switch", "-c", "x", "--detach", code=2)
    project("switch", "-c", "labels", code=50)


def test_switch_says_what_was_meant(project):
    """A branch that is nearly called so is proposed."""
    assert "did you mean main" in project("switch", "mian", code=3).err


def test_commit_needs_a_branch(project):
    """On no branch nothing is committed; what to type is said."""
    project("switch", "--detach")
    assert "datum switch -c NAME" in project("commit", "-m", "x", code=50).err
    project("revert", "HEAD", code=50)


def test_switch_in_an_empty_project(datum):
    """Before the first commit the branch alone gets another name."""
    datum("create")
    assert datum("branch").out == "* main (no commit yet)\n"
    assert datum("switch", "-c", "trunk").out == "on trunk (no commit yet)\n"
    assert datum("branch", "--json").json == []


def test_checkout_of_revisions(project):
    """A branch is switched to, any other revision detaches, -b makes a branch."""
    assert project("checkout", "-b", "labels", "HEAD~1").out.startswith("on labels (")
    assert project("checkout", "main").out.startswith("on main (")
    assert project("checkout", "HEAD~1").out.startswith("on no branch, at ")
    assert project("co", "heads/main").out.startswith("on main (")
    project("checkout", "none", code=41)


def test_checkout_of_items(project):
    """REV -- ITEMS restores them."""
    assert "Restore 1 items" in project("checkout", "HEAD~1", "--", "train/a").out
    project("checkout", "--", "train/a", code=2)


def test_a_working_copy(project, tmp_path):
    """A branch is written into a folder, edited there, committed, brought up to date, forgotten."""
    found = project("checkout", "--into", "work", "-f", "yolo_ultralytics", "--json").json
    assert (found["branch"], found["format"]) == ("main", "yolo_ultralytics")
    label = tmp_path / "work/labels/train/a.txt"
    assert (tmp_path / "work/images/train/a.jpg").exists()
    label.write_text("".join(label.read_text().splitlines(keepends=True)[:1]))
    assert "- box #2 dog" in project("status").out
    project("commit", "-m", "no dog")
    assert "- box #2 dog" in project("show").out
    project("restore", "train/a")
    assert project("checkout").lines == ["brought work up to date"]
    assert len(label.read_text().splitlines()) == 2
    assert project("checkout", "--forget", "work").out.startswith("forgot")
    assert label.exists()
    assert "no working copies" in project("checkout").out
    project("checkout", "--forget", "work", code=3)


def test_a_working_copy_keeps_its_format(project, tmp_path):
    """Written again without -f, it has the format and options that it had."""
    project("checkout", "--into", "work", "-f", "coco", "--no-save-media")
    assert not list((tmp_path / "work").rglob("*.jpg"))
    project("restore", "train/a")
    assert project("checkout", "--into", "work").out == "work shows main as coco\n"
    assert not list((tmp_path / "work").rglob("*.jpg"))


def test_a_working_copy_is_of_a_branch(project):
    """Other revisions, missing formats and folders in use are refused."""
    assert "datum export" in project("checkout", "HEAD~1", "--into", "w", "-f", "coco", code=50).err
    project("checkout", "--into", "w", code=2)
    project("checkout", "-f", "coco", code=2)
    project("checkout", "--into", "coco", "-f", "coco", code=4)
    project("checkout", "--into", "w", "-f", "none", code=3)
    project("checkout", "--into", "w", "-f", "coco", "--", "--none", "1", code=3)
    assert "options for writing" in project("checkout", "--into", "w", "-f", "coco", "--", "-h").out


@pytest.mark.parametrize("words", [["switch", "b"], ["checkout", "b"], ["reset", "HEAD~1"]])
def test_working_copies_follow(project, tmp_path, words):
    """They show what the branch shows after HEAD or the branch moved; edits stop that."""
    project("branch", "b", "HEAD~1")
    project("checkout", "--into", "work", "-f", "coco")
    file = tmp_path / "work/annotations/instances_train.json"
    text = file.read_text()
    file.write_text(text.replace('"dog"', '"hound"'))
    assert "--force" in project(*words, code=50).err
    file.write_text(text)
    assert "brought work up to date" in project(*words).out
    [copy] = [one for one in project("status", "--json").json["pending"] if one["name"] == "work"]
    assert (copy["changed"], copy["behind"]) == (False, False)
    assert file.read_text() != text


def test_tags(project):
    """Tags are made, with or without a message, listed, moved by -f, deleted."""
    assert project("tag", "v1", "HEAD~1").out.startswith("tag v1 is at ")
    project("tag", "v2", "-m", "Reviewed\n\nby two")
    v1, v2 = project("tag").lines
    assert v1.endswith("first")
    assert v2.endswith("Reviewed")
    rows = project("tag", "--json").json
    assert [row["annotated"] for row in rows] == [False, True]
    assert rows[1]["tagger"] == "Ada <ada@example.org>"
    project("tag", "v1", code=50)
    assert project("tag", "-f", "v1", "--json").json["name"] == "v1"
    assert project("diff", "v1", "v2").out == ""
    assert project("tag", "-d", "v1").out.startswith("deleted tag v1")
    assert list(project("tag", "-d", "v2", "--json").json["deleted"]) == ["v2"]
    project("tag", "-d", "v2", code=3)
    project("tag", "-d", code=2)
    project("tag", "v 3", code=42)
    project("tag", "a", "HEAD", "c", code=2)
