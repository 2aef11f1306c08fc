"""No output destroys a project, a source, a working copy, or the dataset that it is made from."""

import pytest

from datum.errors import DatumError, OutputExistsError, UsageError
from datum.project.care import check
from datum.project.creating import create_project
from datum.project.exporting import Export
from datum.project.project import Project
from datum.project.replacing import making_project
from datum.project.working import check_out_into


def files_below(folder):
    """Every file and what is in it."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def full(committed, tmp_path):
    """A project with a commit and a working copy."""
    plan = Export(format="coco", save_media=True)
    check_out_into(committed.session, "heads/main", tmp_path / "copy", plan)
    return committed


@pytest.mark.parametrize(
    "place", [".", "..", ".datum", ".datum/store", ".datum/new", "src", "copy"]
)
def test_an_export_replaces_nothing_that_matters(full, coco, tmp_path, monkeypatch, place):
    """Whatever --overwrite names: a project, its files, sources and working copies stay whole."""
    monkeypatch.chdir(full.root)
    target = {"src": coco.folder, "copy": tmp_path / "copy"}.get(place, place)
    before = files_below(coco.folder) | files_below(tmp_path / "copy")
    with pytest.raises(UsageError) as caught:
        full.export(target, "coco", overwrite=True)
    assert not isinstance(caught.value, OutputExistsError)
    assert "-o" in caught.value.hint
    assert files_below(coco.folder) | files_below(tmp_path / "copy") == before
    assert check(Project.open(full.root).session).sound


def test_nothing_is_written_into_a_source(full, coco):
    """Not even into a new folder there: it could be read as a part of the source."""
    before = files_below(coco.folder)
    with pytest.raises(UsageError, match="source"):
        full.export(coco.folder / "out", "coco")
    with pytest.raises(UsageError, match="source"):
        check_out_into(full.session, "heads/main", coco.folder / "copy", Export(format="coco"))
    assert files_below(coco.folder) == before


def test_what_was_exported_is_replaced(full, tmp_path):
    """A former export, which can be made again, makes room."""
    for _ in range(2):
        full.export(tmp_path / "out", "coco", overwrite=True)
    assert (tmp_path / "out/annotations").is_dir()


def test_a_source_around_the_project_may_hold_exports(coco):
    """Who makes a project inside of a dataset exports beside it, but not over the dataset."""
    project = Project.create(coco.folder)
    project.add(coco.folder, "coco", "coco")
    project.commit("one")
    project.export(coco.folder / "out", "coco")
    with pytest.raises(UsageError):
        project.export(coco.folder, "coco", overwrite=True)
    assert check(Project.open(coco.folder).session).sound


def test_a_project_is_replaced_only_by_a_finished_one(full):
    """Until the new project is made the old one is kept, and comes back where that fails."""
    before = files_below(full.root)

    def interrupted():
        with making_project(full.root, replace=True):
            create_project(full.root, name="new")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert files_below(full.root) == before
    with making_project(full.root, replace=True):
        create_project(full.root, name="new")
    assert Project.open(full.root).name == "new"
    assert [one.name for one in full.root.iterdir() if one.name.startswith(".datum")] == [".datum"]


def test_what_a_failed_operation_made_is_gone(full, tmp_path):
    """A filter that cannot be run leaves no half-made project, and an old one as it was."""
    with pytest.raises(DatumError):
        full.filter("/item[", output=f"{tmp_path}/new/")
    assert not (tmp_path / "new").exists()
    old = Project.create(tmp_path / "old")
    before = files_below(old.root)
    with pytest.raises(DatumError):
        full.filter("/item[", output=f"{tmp_path}/old/", overwrite=True)
    assert files_below(old.root) == before


def test_a_project_does_not_replace_itself(full):
    """The result of a filter cannot take the place of the project that it is made from."""
    with pytest.raises(UsageError, match="cannot replace itself"):
        full.filter("/item", output=f"{full.root}/", overwrite=True)
    assert check(Project.open(full.root).session).sound
