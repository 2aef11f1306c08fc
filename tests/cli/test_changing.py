"""revert, restore, undo, redo, reset."""


def test_revert(project):
    """The opposite of a commit is committed, with a message of its own or a given one."""
    assert project("revert", "HEAD").out.startswith("[main ")
    assert "(1, 1) 3×2" in project("show", ":train/a").out
    assert project("log", "--oneline", "-n", 1).out.endswith("Revert move the cat\n")
    project("revert", "HEAD", "-m", "again")
    assert project("log", "--json", "-n", 1).json[0]["message"] == "again"


def test_revert_as_json(project):
    """The new commit and its branch."""
    found = project("revert", "HEAD", "--json").json
    assert (found["branch"], found["message"]) == ("main", "Revert move the cat")
    assert len(found["commit"]) == 32


def test_revert_of_what_changed_again(project, coco):
    """A later change of the same thing is a conflict, which --prefer settles."""
    coco(cat=4)
    project("commit", "-m", "move it on")
    found = project("revert", "HEAD~1", code=51)
    assert "conflict" in found.err
    assert "--prefer" in found.err
    project("revert", "HEAD~1", "--prefer", "ours", code=50)
    project("revert", "HEAD~1", "--prefer", "theirs")
    assert "(1, 1) 3×2" in project("show", ":train/a").out


def test_revert_of_the_first_commit(project):
    """There is nothing that it could go back to."""
    assert "first commit" in project("revert", "HEAD~1", code=50).err


def test_restore(project):
    """Items come back as they were, from the commit before or from another revision."""
    assert "Restore 1 items from HEAD~1" in project("restore", "train/a").out
    assert "(1, 1) 3×2" in project("show", ":train/a").out
    project("restore", "--from", "HEAD~1", "--", "train/a")
    assert "(2, 1) 3×2" in project("show", ":train/a").out
    found = project("restore", "-s", "HEAD~1", "train", "-m", "back", "--json").json
    assert found["message"] == "back"


def test_restore_refuses(project):
    """No item, an unknown one, one that is like that already."""
    project("restore", code=2)
    project("restore", "train/none", code=3)
    project("restore", "test", code=3)
    project("restore", "train/b", code=50)
    project("restore", "train/a", "-s", "none", code=41)


def test_undo_and_redo(project):
    """The last operation is taken back and done again, and what moved is said."""
    found = project("undo").lines
    assert found[0] == "undid operation 2: datum test"
    assert any(line.strip().startswith("heads/main  ") for line in found)
    assert len(project("log").lines) == 1
    assert project("redo").lines[0] == "did again operation 2: datum test"
    assert len(project("log").lines) == 2
    assert project("redo").out == "nothing to redo\n"


def test_undo_to_the_beginning(project):
    """One operation after the other goes, the first commit and the source too, then nothing is left."""
    assert [project("undo").code for _ in range(3)] == [0, 0, 0]
    assert project("undo").out == "nothing to undo\n"
    assert project("undo", "--json").json == {"undo": None}
    project("log", code=41)


def test_undo_as_json(project):
    """The operation that was undone, with its moves."""
    found = project("undo", "--json").json["undo"]
    assert found["number"] == 2
    assert {move["ref"] for move in found["moves"]} == {"heads/main", "sources/coco"}
    assert project("redo", "--json").json["redo"]["number"] == 2


def test_undo_passes_over_working_copies(project):
    """Writing a working copy is no operation: the commit before it is undone."""
    project("checkout", "--into", "work", "-f", "coco")
    assert "undid operation 2" in project("undo").out
    assert "behind" in project("status").out
    assert "brought work up to date" in project("checkout").out


def test_undo_of_a_branch_that_head_is_on(project):
    """HEAD goes to another branch at the same commit, and keeps showing the same dataset."""
    project("switch", "-c", "labels")
    project("undo")
    assert project("branch").lines[0].startswith("* main")


def test_undo_of_a_rename_takes_head_along(project):
    """A branch that gets its old name back keeps HEAD and its working copies."""
    project("checkout", "--into", "work", "-f", "coco")
    project("branch", "-m", "trunk")
    assert project("info", "--json").json["working"][0]["branch"] == "trunk"
    project("undo")
    assert project("info", "--json").json["branch"] == "main"
    assert project("info", "--json").json["working"][0]["branch"] == "main"


def test_reset(project):
    """The branch goes to another revision, undo brings it back."""
    assert project("reset", "HEAD~1").out.endswith(" first\n")
    assert len(project("log").lines) == 1
    project("undo")
    assert len(project("log").lines) == 2
    assert project("reset", "HEAD~1", "--json").json["branch"] == "main"
    project("reset", "none", code=41)


def test_reset_keeps_edits(project, tmp_path):
    """Edits in a working copy stand in the way, unless --force throws them away."""
    project("checkout", "--into", "work", "-f", "coco")
    file = tmp_path / "work/annotations/instances_train.json"
    before = file.read_bytes()
    file.write_bytes(before.replace(b'"dog"', b'"hound"'))
    assert "--force" in project("reset", "HEAD~1", code=50).err
    assert "brought work up to date" in project("reset", "HEAD~1", "--force").out
    assert b'"dog"' in file.read_bytes()


def test_update(project, coco):
    """A derived dataset follows its branch, and is told what ran."""
    assert project("update").out == "there are no derived datasets\n"
    project("filter", "-e", "/item/annotation[x > 2]", "-m", "a", "-o", "right")
    assert project("update", "right").out == "right is up to date\n"
    coco(cat=4)
    project("commit", "-m", "move it on")
    assert project("update").out.endswith(": ran filter\n")
    assert "(4, 1) 3×2" in project("show", "derived/right:train/a").out
    found = project("update", "--json").json
    assert [(one["ref"], one["changed"], one["steps"]) for one in found] == [
        ("derived/right", False, [])
    ]


def test_update_refuses(project):
    """A branch, and a name that is none."""
    assert "datum commit" in project("update", "main", code=50).err
    project("update", "none", code=3)


def test_update_of_a_source(project, coco):
    """What a source was read as moves too, and is told."""
    project("filter", "sources/coco", "-e", "/item/annotation[x > 2]", "-m", "a", "-o", "right")
    coco(cat=4)
    first, second = project("update").lines
    assert first.startswith("sources/coco ")
    assert first.endswith(": read again")
    assert second.startswith("right ")


def test_reproduce(project):
    """Each step is run again and named; a branch of sources alone has none."""
    project("transform", "-t", "rename", "-o", "named", "--", "-e", "|^|x-|")
    found = project("reproduce", "named").lines
    assert [line.split()[0] for line in found[:2]] == ["given", "same"]
    assert found[1].endswith("transform -t rename -- '--regex=|^|x-|'")
    assert found[2] == "named is reproduced: 1 step, the same content ids"
    assert "no step to run again" in project("reproduce").lines[-1]
    steps = project("reproduce", "named", "--sources", "--json").json
    assert steps["reproduced"] is True
    assert [one["outcome"] for one in steps["steps"]].count("same") == 2


def test_reproduce_names_what_differs(project, coco):
    """The exit code is 1; the items, the ids and what may be the reason are said."""
    coco(cat=5)
    found = project("reproduce", "--sources", code=1)
    assert "differs " in found.out
    assert "items: 1 changed" in found.out
    assert "train/a" in found.out
    assert "may have changed" in found.out
    assert found.lines[-1] == "HEAD is not reproduced"
    step = project("reproduce", "--sources", "--json", code=1).json["steps"][-1]
    assert (step["outcome"], step["examples"]) == ("differs", ["train/a"])
    assert step["expected"] != step["found"]
    coco_file = coco() / "annotations" / "instances_train.json"
    coco_file.unlink()
    assert "failed " in project("reproduce", "--sources", code=1).out
