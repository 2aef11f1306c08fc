"""Whoever is killed while putting something in the place of another leaves one of the two, whole."""

import os
import shutil
import signal
from multiprocessing import get_context

import pytest

from datum.errors import ProjectError
from datum.outputs import FolderOutput, staging
from datum.project import replacing
from datum.project.care import check
from datum.project.creating import create_project
from datum.project.project import Project

FORK = get_context("fork")


def _killed_in(work, *words):
    """Run something in another process that ends by SIGKILL."""
    child = FORK.Process(target=work, args=words)
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL


def _kill():
    os.kill(os.getpid(), signal.SIGKILL)


def _replace(root, moment):
    if moment == "deleting":
        shutil.rmtree = lambda *_, **__: _kill()
    with replacing.making_project(root, replace=True):
        if moment == "nothing made":
            _kill()
        create_project(root, name="new")
        if moment == "made":
            _kill()


@pytest.mark.parametrize("moment", ["nothing made", "made", "deleting"])
@pytest.mark.parametrize("then", ["open", "create"])
def test_a_project_that_was_being_replaced(project, contents, moment, then):
    """Until the new project is finished the old one comes back; then it is the new one."""
    rows = contents(project.dataset())
    _killed_in(_replace, project.root, moment)
    if then == "create":
        with replacing.making_project(project.root, replace=True):
            create_project(project.root, name="again")
        assert Project.open(project.root).name == "again"
    elif moment == "deleting":
        assert Project.open(project.root).name == "new"
    else:
        assert contents(Project.open(project.root).dataset()) == rows
    after = Project.open(project.root)
    assert check(after.session).sound
    assert [one.name for one in project.root.iterdir() if one.name.startswith(".datum")] == [
        ".datum"
    ]


def _make(root):
    with replacing.making_project(root):
        create_project(root)
        _kill()


def test_a_first_project_that_was_not_finished(tmp_path):
    """It is no project, and can be made again."""
    root = tmp_path / "new"
    _killed_in(_make, root)
    with pytest.raises(ProjectError, match="is not in a datum project"):
        Project.open(root)
    assert list(root.iterdir()) == []
    _killed_in(_make, root)
    with replacing.making_project(root):
        create_project(root)
    assert Project.open(root).root == root


def test_a_project_that_is_being_replaced(project, contents):
    """Nobody else takes it for one that was cut short."""
    rows = contents(project.dataset())

    def look(queue):
        for work in (Project.open, replacing.put_back):
            try:
                work(project.root)
            except ProjectError as error:
                queue.put(str(error))
            else:
                queue.put("nothing")

    def replace(queue):
        with replacing.making_project(project.root, replace=True):
            child = FORK.Process(target=look, args=(queue,))
            child.start()
            child.join()
            raise KeyboardInterrupt

    queue = FORK.SimpleQueue()
    with pytest.raises(KeyboardInterrupt):
        replace(queue)
    for _ in range(2):
        assert "being made by another process" in queue.get()
    assert contents(Project.open(project.root).dataset()) == rows


def _export(target, moment):
    if moment == "swapped":
        shutil.rmtree = lambda *_, **__: _kill()
    with FolderOutput(target, overwrite=True) as output:
        output.write("new.txt", b"new")
        if moment == "written":
            _kill()


@pytest.mark.parametrize("moment", ["written", "swapped"])
def test_an_export_that_replaces(tmp_path, moment):
    """The folder is the old one or the new one, and the next export sweeps up what was left."""
    target = tmp_path / "out"
    target.mkdir()
    (target / "old.txt").write_text("old")
    _killed_in(_export, target, moment)
    assert [one.name for one in target.iterdir()] == [
        "old.txt" if moment == "written" else "new.txt"
    ]
    assert len(list(tmp_path.iterdir())) == 2
    with FolderOutput(target, overwrite=True) as output:
        output.write("again.txt", b"again")
        with FolderOutput(tmp_path / "other") as other:  # does not sweep up the one at work
            other.write("other.txt", b"other")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["other", "out"]
    assert [one.name for one in target.iterdir()] == ["again.txt"]


def test_an_export_where_folders_cannot_change_places(tmp_path, monkeypatch):
    """Two renames do, where the system does not know one."""
    monkeypatch.setattr(staging.sys, "platform", "darwin")
    target = tmp_path / "out"
    for name in ("old.txt", "new.txt"):
        with FolderOutput(target, overwrite=True) as output:
            output.write(name, b"")
    assert [one.name for one in target.iterdir()] == ["new.txt"]
    assert [one.name for one in tmp_path.iterdir()] == ["out"]
