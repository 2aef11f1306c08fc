import json

import pytest

from datum.errors import OutputExistsError, ProjectError
from datum.project import rewriting, working
from datum.project.exporting import Export
from datum.project.moving import switch
from datum.project.working import check_out_into, forget_working

FORMATS = ("coco", "yolo_ultralytics", "yolo", "voc", "cvat", "datumaro")


def check_out(project, folder, format_name, ref="heads/main", **options):
    export = Export(format=format_name, save_media=True)
    return check_out_into(project.session, ref, folder, export, **options)


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_fresh_working_copy_has_no_edits(committed, tmp_path, format_name):
    """What was written reads back as unchanged, whatever the format cannot hold."""
    check_out(committed, tmp_path / "work", format_name)
    assert committed.status().clean


def test_an_edit_in_a_yolo_folder_comes_back_as_a_moved_box(committed, tmp_path):
    """A script edits a label file; status shows the move, commit takes it with the box's id."""
    check_out(committed, tmp_path / "work", "yolo_ultralytics")
    file = tmp_path / "work" / "labels" / "train" / "1.txt"
    lines = file.read_text().splitlines()
    words = lines[0].split()
    words[1] = str(float(words[1]) + 2 / 64)
    file.write_text("\n".join([" ".join(words), *lines[1:]]) + "\n")
    old = {one.id: one for one in committed.dataset()["train", "1"].annotations}
    (pending,) = [one for one in committed.status().pending if one.kind == "working copy"]
    (change,) = pending.changes()
    assert change.annotations[0].moved == pytest.approx(2)
    committed.commit("from the folder")
    (item,) = committed.diff()
    (moved,) = item.annotations
    assert moved.new.id in old
    assert moved.moved == pytest.approx(2)
    assert committed.status().clean


def test_attributes_that_the_format_lacks_survive_an_edit(committed, tmp_path):
    """Taking in an edit from YOLO keeps the item attributes that YOLO has no place for."""
    check_out(committed, tmp_path / "work", "yolo_ultralytics")
    (tmp_path / "work" / "labels" / "train" / "0.txt").write_text("")
    committed.commit("no boxes")
    item = committed.dataset()["train", "0"]
    assert item.annotations == ()
    assert item.attributes == {"id": 1}


def test_an_image_removed_from_the_folder_is_removed(committed, tmp_path):
    """Deleting image and labels removes the item."""
    check_out(committed, tmp_path / "work", "yolo_ultralytics")
    (tmp_path / "work" / "labels" / "train" / "0.txt").unlink()
    (tmp_path / "work" / "images" / "train" / "0.jpg").unlink()
    committed.commit("one less")
    assert ("train", "0") not in committed.dataset()


def test_switching_rewrites_the_folder(committed, tmp_path):
    """A working copy follows the branch; files that are not datum's stay."""
    check_out(committed, tmp_path / "work", "coco")
    (tmp_path / "work" / "notes.txt").write_text("mine")
    switch(committed.session, "HEAD", create="cats")
    committed.filter("/item/annotation[label='cat']", "annotations")
    switch(committed.session, "main")
    assert count(tmp_path) == 12
    switch(committed.session, "cats")
    assert count(tmp_path) == 8
    assert (tmp_path / "work" / "notes.txt").read_text() == "mine"
    assert committed.status().clean


def count(tmp_path):
    file = tmp_path / "work" / "annotations" / "instances_train.json"
    return len(json.loads(file.read_text())["annotations"])


def test_edits_that_were_not_committed_are_never_overwritten(committed, tmp_path):
    """Switching and checking out refuse while the folder has edits; force throws them away."""
    check_out(committed, tmp_path / "work", "coco")
    switch(committed.session, "HEAD", create="other")
    file = tmp_path / "work" / "annotations" / "instances_train.json"
    text = file.read_text()
    file.write_text(text.replace('"bbox":[5', '"bbox":[6', 1))
    with pytest.raises(ProjectError, match="not committed"):
        switch(committed.session, "main")
    with pytest.raises(ProjectError, match="not committed"):
        check_out(committed, tmp_path / "work", "coco", "heads/other")
    assert file.read_text() != text
    switch(committed.session, "main", force=True)
    assert file.read_text() == text


def test_a_folder_with_files_is_no_place_for_a_working_copy(committed, tmp_path):
    """A folder that is not empty and no working copy is left alone."""
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "mine.txt").write_text("x")
    with pytest.raises(OutputExistsError):
        check_out(committed, tmp_path / "work", "coco")


def test_a_broken_edit_is_an_error_of_that_folder(committed, tmp_path):
    """A file that no longer parses is named; the project stays as it was."""
    check_out(committed, tmp_path / "work", "coco")
    (tmp_path / "work" / "annotations" / "instances_train.json").write_text("{")
    (pending,) = [one for one in committed.status().pending if one.kind == "working copy"]
    assert "instances_train.json" in pending.error


def test_a_forgotten_working_copy_keeps_its_files(committed, tmp_path):
    """Forgetting touches the project alone."""
    check_out(committed, tmp_path / "work", "coco")
    forget_working(committed.session, "work")
    assert committed.session.config.working == {}
    assert (tmp_path / "work" / "annotations").is_dir()


def test_source_and_working_copy_are_committed_together(committed, coco, tmp_path):
    """Edits on both sides, of different boxes, end in one commit."""
    check_out(committed, tmp_path / "work", "yolo_ultralytics")
    coco.move_box(0, 1)
    file = tmp_path / "work" / "labels" / "train" / "2.txt"
    file.write_text("\n".join(file.read_text().splitlines()[:2]) + "\n")
    committed.commit("both")
    names = [item.name for item in committed.diff()]
    assert names == ["train/0", "train/2"]
    status = committed.status()
    assert status.clean
    assert not any(pending.behind for pending in status.pending)
    assert (
        not committed.diff("HEAD", f"{tmp_path / 'work'}:yolo_ultralytics")
        .stat()["items"]
        .get("removed")
    )


def test_a_copy_that_was_not_edited_is_behind_after_a_commit(committed, coco, tmp_path):
    """Status says so, and checking it out again brings it up to date."""
    check_out(committed, tmp_path / "work", "coco")
    coco.move_box(0, 1)
    committed.commit("move")
    assert [pending.behind for pending in committed.status().pending] == [False, True]
    check_out(committed, tmp_path / "work", "coco")
    assert [pending.behind for pending in committed.status().pending] == [False, False]
    assert not committed.diff("HEAD", f"{tmp_path / 'work'}:coco")


@pytest.fixture
def half_way(committed, tmp_path, monkeypatch):
    """The project, with a working copy of which one file of several was rewritten when it was killed."""
    check_out(committed, tmp_path / "work", "yolo_ultralytics")
    committed.transform("rename", {"regex": "|^|new-|"})
    real, left = rewriting._move, [1]  # noqa: SLF001 (where a kill comes at the wrong moment)

    def move(source, target):
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        real(source, target)

    monkeypatch.setattr(rewriting, "_move", move)
    with pytest.raises(KeyboardInterrupt):
        check_out(committed, tmp_path / "work", "yolo_ultralytics")
    monkeypatch.setattr(rewriting, "_move", real)
    return committed


def test_a_folder_left_half_way_is_finished(half_way, tmp_path):
    """The next look at it does the rest; nothing of it is taken for an edit."""
    (tmp_path / "work" / "mine.txt").write_text("mine")
    assert half_way.status().clean
    names = {path.stem for path in (tmp_path / "work" / "labels").rglob("*.txt")}
    assert names == {item.id for item in half_way.dataset()}
    assert (tmp_path / "work" / "mine.txt").exists()
    assert list((half_way.root / ".datum/pending").iterdir()) == []


def test_an_edit_in_a_folder_left_half_way_is_not_overwritten(half_way, tmp_path):
    """The file is named, and stays until it is given up with force."""
    edited = tmp_path / "work" / "labels" / "train" / "new-1.txt"
    edited.write_text("0 0.5 0.5 0.1 0.1\n")
    with pytest.raises(ProjectError, match="was edited after") as caught:
        half_way.commit("no")
    assert edited.name in str(caught.value)
    assert edited.read_text() == "0 0.5 0.5 0.1 0.1\n"
    check_out(half_way, tmp_path / "work", "yolo_ultralytics", force=True)
    assert half_way.status().clean
    names = {path.stem for path in (tmp_path / "work" / "labels").rglob("*.txt")}
    assert names == {item.id for item in half_way.dataset()}


def test_a_first_working_copy_that_was_killed(committed, tmp_path, monkeypatch):
    """Killed right after its folder appeared, it is finished by the same command."""
    monkeypatch.setattr(working, "_settle", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        check_out(committed, tmp_path / "work", "coco")
    monkeypatch.undo()
    check_out(committed, tmp_path / "work", "coco")
    assert committed.status().clean
