import pytest
from msgspec.structs import replace

from datum.errors import ConflictError, MediaError, ProjectError, RefMovedError
from datum.model import Box
from datum.project.project import Project


def test_a_first_commit_of_one_source_is_that_source(committed):
    """On a fresh branch the commit's snapshot is the source's own, whatever its commit."""
    assert committed.dataset().oid == committed.dataset("sources/coco").oid


def test_the_same_source_gives_the_same_content_id_in_another_project(
    committed, coco, tmp_path, author
):
    """Equal content has an equal id, in any project."""
    other = Project.create(tmp_path / "other", author=author)
    other.add(coco.folder, "coco", "another_name")
    other.commit("elsewhere")
    assert other.dataset().oid == committed.dataset().oid


def test_an_edit_in_the_source_is_one_changed_annotation(committed, coco):
    """Status and diff speak of the box that moved."""
    coco.move_box(4, 4)
    (pending,) = committed.status().pending
    (change,) = pending.changes()
    assert (change.name, len(change.annotations)) == ("train/1", 1)
    assert change.annotations[0].moved == 4
    committed.commit("move")
    assert [one.name for one in committed.diff()] == ["train/1"]
    assert committed.status().clean


def test_an_edit_stores_only_what_changed(committed, coco):
    """One edited box costs one log record of a few objects and no pack."""
    coco.move_box(0, 1)
    before = committed.session.log.tail()
    result = committed.commit("move")
    assert committed.session.log.tail() == before + 1
    assert result.packs == ()
    assert result.inline_size < 20_000


def test_committing_twice_is_refused(committed):
    """With nothing to take there is no commit, and the hint says what to look at."""
    with pytest.raises(ProjectError) as caught:
        committed.commit("again")
    assert "status" in caught.value.hint
    assert committed.commit("on purpose", allow_empty=True).snapshot == committed.dataset().oid


def test_what_the_branch_filtered_stays_filtered(committed, coco):
    """A later commit merges the source's changes into the filtered branch."""
    committed.filter("/item/annotation[label='cat']", "annotations")
    count = committed.dataset().annotation_count
    coco.move_box(0, 2)
    committed.commit("move")
    moved = committed.dataset()["train", "0"].annotations[0]
    assert isinstance(moved, Box)
    assert (moved.x, committed.dataset().annotation_count) == (7, count)


def test_a_change_on_both_sides_is_a_conflict_that_names_it(committed, coco):
    """Branch and source moved the same box: nothing is committed until somebody decides."""
    with committed.edit("by hand") as edit:
        item = committed.dataset()["train", "0"]
        first = item.annotations[0]
        assert isinstance(first, Box)
        edit.put(replace_annotation(item, 0, x=1.0))
    coco.move_box(0, 9)
    with pytest.raises(ConflictError) as caught:
        committed.commit("both")
    assert "train/0" in caught.value.conflicts[0]
    committed.commit("theirs", prefer="theirs")
    assert committed.dataset()["train", "0"].annotations[0].x == 14


def test_ours_is_preferred_on_request(committed, coco):
    """With prefer="ours" the branch's value stands."""
    item = committed.dataset()["train", "0"]
    with committed.edit("by hand") as edit:
        edit.put(replace_annotation(item, 0, x=1.0))
    coco.move_box(0, 9)
    committed.commit("ours", prefer="ours")
    assert committed.dataset()["train", "0"].annotations[0].x == 1


def test_sources_of_the_same_items_are_united(project, coco, tmp_path):
    """An item in two sources is one item with the annotations of both, equal ones once."""
    project.add(coco.folder, "coco", "one")
    project.export(tmp_path / "voc", "voc", target="sources/one", save_media=True)
    project.add(tmp_path / "voc", "voc", "two")
    project.commit("both")
    assert len(project.dataset()) == len(coco.images)
    assert project.dataset().annotation_count == len(coco.annotations)


def test_other_pictures_of_one_name_are_an_error_or_renamed(project, coco, tmp_path, make_coco):
    """Different pictures under one name are refused; --rename keeps both."""
    other = make_coco(tmp_path / "b", count=1)
    (other.folder / "images/train/0.jpg").write_bytes(
        (other.folder / "images/train/0.jpg").read_bytes() + b"\0"
    )
    project.add(coco.folder, "coco", "a")
    project.add(other.folder, "coco", "b")
    with pytest.raises(ConflictError):
        project.commit("both")
    project.commit("both", rename=True)
    assert ("train", "b/0") in project.dataset()
    assert len(project.dataset()) == len(coco.images) + 1


def test_a_source_that_is_gone_is_named_and_changes_nothing(committed, coco):
    """A missing source is an error of that source, in status too."""
    coco.file.parent.parent.rename(coco.folder.parent / "moved")
    (pending,) = committed.status().pending
    assert "does not exist" in pending.error
    with pytest.raises(ProjectError):
        committed.commit("nothing there")


def test_the_loser_of_a_race_is_told_who_was_first(committed, coco, author):
    """A commit onto a branch that somebody moved meanwhile is refused and names them."""
    coco.move_box(0, 1)
    other = Project.open(committed.root, author=author, command="datum commit -m first")
    session = committed.session
    tip = session.head_commit()
    other.commit("first")
    writer = session.store.writer()
    mine = session.write_commit(writer, session.commit(tip).snapshot, (tip,), "late")
    with pytest.raises(RefMovedError) as caught:
        session.publish(writer, {"heads/main": mine}, expected={"heads/main": tip})
    assert "datum commit -m first" in str(caught.value)


def test_labels_that_appear_in_the_source_are_added(committed, coco):
    """A new category comes with its first annotation."""
    coco.categories.append({"id": 3, "name": "bird"})
    coco.annotations[0]["category_id"] = 3
    coco.save()
    committed.commit("birds")
    assert committed.dataset().categories.names() == ("cat", "dog", "bird")
    assert committed.dataset()["train", "0"].annotations[0].label == 2


def replace_annotation(item, number, **fields):
    """The item with one annotation changed."""
    annotations = list(item.annotations)
    annotations[number] = replace(annotations[number], **fields)
    return replace(item, annotations=tuple(annotations))


def test_a_referenced_image_that_changed_is_never_exported(project, coco, tmp_path):
    """Media that are referenced are checked against what was recorded before they are copied."""
    project.add(coco.folder, "coco", "coco", media="reference")
    project.commit("by reference")
    project.export(tmp_path / "before", "coco", save_media=True)
    with (coco.folder / "images" / "train" / "0.jpg").open("ab") as file:
        file.write(b"more")
    with pytest.raises(MediaError, match=r"0\.jpg"):
        project.export(tmp_path / "after", "coco", save_media=True)
    assert not (tmp_path / "after").exists()
