import pytest

from datum.errors import ProjectError, RevisionError, UnknownNameError
from datum.project.history import blame, commits_of_item, parse_key, restore, revert
from datum.project.moving import (
    create_branch,
    create_tag,
    delete_ref,
    redo,
    rename_branch,
    reset,
    switch,
    undo,
)


@pytest.fixture
def three(committed, coco):
    """A project with three commits: take in, move a box, filter."""
    coco.move_box(0, 2)
    committed.commit("move")
    committed.filter("/item/annotation[label='cat']", "annotations")
    return committed


def tip(project):
    return project.session.head_commit()


def test_undo_goes_back_and_redo_forward(three):
    """Undoing twice is the first commit, redoing twice the last."""
    last = tip(three)
    undo(three.session)
    undo(three.session)
    assert three.dataset().annotation_count == 12
    redo(three.session)
    redo(three.session)
    assert tip(three) == last
    assert redo(three.session) is None


def test_a_commit_that_was_undone_can_be_committed_again(committed, coco):
    """Undoing a commit takes the source's ref back with it, so its changes show again."""
    coco.move_box(0, 2)
    committed.commit("move")
    undo(committed.session)
    assert not committed.status().clean
    committed.commit("move again")
    assert committed.status().clean


def test_branches_are_made_renamed_and_deleted(three):
    """A branch can be anything but there twice, or deleted while HEAD is on it."""
    create_branch(three.session, "a", "HEAD~1")
    with pytest.raises(ProjectError):
        create_branch(three.session, "a")
    rename_branch(three.session, "a", "b")
    switch(three.session, "b")
    assert len(list(three.log())) == 2
    with pytest.raises(ProjectError):
        delete_ref(three.session, "branch", "b")
    switch(three.session, "main")
    delete_ref(three.session, "branch", "b")
    with pytest.raises(UnknownNameError):
        switch(three.session, "b")


def test_a_tag_names_a_commit_whatever_becomes_of_the_branch(three):
    """Plain and annotated tags resolve to their commit after a reset."""
    last = tip(three)
    create_tag(three.session, "plain")
    create_tag(three.session, "told", message="release")
    reset(three.session, "HEAD~2")
    assert three.session.resolve("plain") == three.session.resolve("told") == last
    with pytest.raises(ProjectError):
        create_tag(three.session, "plain")


def test_reset_can_be_undone(three):
    """Reset moves the branch; undo moves it back."""
    last = tip(three)
    reset(three.session, "HEAD~1")
    assert tip(three) != last
    undo(three.session)
    assert tip(three) == last


def test_revert_takes_back_one_commit_of_several(three):
    """Reverting the move keeps the filter that came later."""
    revert(three.session, "HEAD~1")
    item = three.dataset()["train", "0"]
    assert item.annotations[0].x == 5
    assert three.dataset().annotation_count == 8


def test_the_first_commit_is_not_reverted(committed):
    """There is nothing to go back to; undo is the way."""
    with pytest.raises(ProjectError, match="first commit"):
        revert(committed.session, "HEAD")


def test_restore_brings_items_back(three):
    """One item is as it was before the filter, the others stay filtered."""
    restore(three.session, ["train/1"], "HEAD~1")
    assert len(three.dataset()["train", "1"].annotations) == 3
    assert len(three.dataset()["train", "2"].annotations) == 2
    with pytest.raises(UnknownNameError):
        restore(three.session, ["train/none"], "HEAD~1")


def test_the_log_of_an_item_has_only_its_commits(three):
    """The commit that moved a box of another item is not in it."""
    session = three.session
    found = list(commits_of_item(session, tip(three), parse_key("train/1")))
    assert [commit.message for _, commit, _, _ in found] == [
        "Filter annotations by /item/annotation[label='cat']",
        "first",
    ]


def test_blame_names_the_commit_of_each_annotation(three):
    """The moved box is the second commit's, the other the first's."""
    lines = blame(three.session, tip(three), parse_key("train/0"))
    assert [line.commit.message for line in lines] == ["move", "first"]
    assert lines[0].change.moved == 2


def test_targets_name_revisions_projects_and_datasets(three, coco, tmp_path):
    """Whatever names a dataset can be compared with whatever else does."""
    by_path = three.target(f"{coco.folder}:coco")
    assert len(by_path.dataset) == 4
    assert three.target(str(three.root)).dataset.oid == three.dataset().oid
    assert three.target(f"{three.root}@HEAD~1").dataset.oid == three.dataset("HEAD~1").oid
    assert not three.diff("HEAD~1", str(coco.folder))
    with pytest.raises(RevisionError):
        three.target("nothing")


def test_a_derived_dataset_is_kept_under_its_name(three):
    """-o NAME leaves the branch alone and makes derived/NAME."""
    last = tip(three)
    three.filter("/item[id='1']", output="one")
    assert tip(three) == last
    assert len(three.dataset("derived/one")) == len(three.dataset("one")) == 1


def test_a_project_made_of_another_has_its_objects(three, tmp_path):
    """-o DIR makes a whole project that lives without the first one."""
    placed = three.filter("/item[id='1']", output=f"{tmp_path}/made/")
    import shutil

    from datum.project.project import Project

    shutil.rmtree(three.root)
    made = Project.open(placed.root)
    (item,) = made.dataset()
    assert made.load(item.media[0])
    assert len(made.dataset("HEAD~1")) == 4


def test_undo_brings_a_removed_source_back_and_takes_an_added_one_away(committed, coco):
    """Adding and removing a source are operations like any other, configuration included."""
    before = committed.session.config.sources
    committed.remove("coco")
    assert committed.session.config.sources == {}
    undo(committed.session)
    assert committed.session.config.sources == before
    assert committed.status().clean
    committed.add(coco.folder, "image_dir", "pictures")
    undo(committed.session)
    assert set(committed.session.config.sources) == {"coco"}
    redo(committed.session)
    assert set(committed.session.config.sources) == {"coco", "pictures"}


def test_a_configuration_that_was_cut_off_is_not_an_empty_one(committed):
    """An empty config.toml is valid TOML, but would make every source vanish."""
    committed.session.layout.config.write_text("")
    with pytest.raises(ProjectError, match="not whole"):
        committed.session.reload()
