"""Status notices what changed on disk, and reads nothing where nothing did."""

import os
import time

import pytest

from datum.project import sources
from datum.project.project import Project
from datum.project.signature import folders_around


def settle(folder):
    """Make everything in a folder old enough for its times to be trusted."""
    then = time.time() - 3600
    for place in (folder, *folder.rglob("*")):
        os.utime(place, (then, then))


@pytest.fixture
def reads(monkeypatch):
    """The sources that are read from now on."""
    found = []
    real = sources.read_source

    def read_source(store, writer, source, **words):
        found.append(source.path.name)
        return real(store, writer, source, **words)

    monkeypatch.setattr(sources, "read_source", read_source)
    return found


def changed(project):
    return [key.id for one in project.status().pending for key in one.changes()]


@pytest.mark.parametrize("part", ["", "annotations", "annotations/instances_train.json"])
def test_an_image_that_vanishes_and_appears(coco, tmp_path, part):
    """Named by its folder, its annotations or one file of them: the images are looked after."""
    project = Project.create(tmp_path / "project")
    image = coco.folder / "images/train/1.jpg"
    data = image.read_bytes()
    settle(coco.folder)
    project.add(coco.folder / part, "coco", "coco")
    project.commit("all")
    assert changed(project) == []
    image.unlink()
    assert changed(project) == ["1"]
    settle(coco.folder)
    project.commit("one less")
    assert changed(project) == []
    image.write_bytes(data)
    assert changed(project) == ["1"]
    project.commit("again")
    assert changed(project) == []
    assert project.dataset().oid == project.dataset("HEAD~2").oid


def test_what_did_not_change_is_not_read(coco, tmp_path, reads):
    """Not once, as long as size, time and inode of each file are those that were read."""
    project = Project.create(tmp_path / "project")
    settle(coco.folder)
    project.add(coco.folder, "coco", "folder")
    project.add(coco.file, "coco", "file")
    assert reads == ["coco", "instances_train.json"]
    project.commit("all")
    for _ in range(3):
        assert Project.open(project.root).status().clean
    assert reads == ["coco", "instances_train.json"]
    (coco.folder / "images/train/0.jpg").touch()
    project.status()
    assert reads[2:] == ["coco", "instances_train.json"]


def test_what_was_just_written_is_trusted_later(coco, tmp_path, reads):
    """Read again while its times may still hide a change, then no more."""
    project = Project.create(tmp_path / "project")
    project.add(coco.folder, "coco", "coco")
    project.commit("all")
    project.status()
    assert reads == ["coco"] * 3
    settle(coco.folder)
    for _ in range(3):
        assert project.status().clean
    assert reads == ["coco"] * 4


def test_folders_where_images_may_appear(tmp_path):
    """Those beside a file or a folder of annotations; hidden ones and deep ones are not looked at."""
    for name in ("annotations", "images/train/a/b/c/d", ".hidden"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "annotations/x.json").touch()
    inside = {".", "annotations", "images", "images/train", "images/train/a"}
    for path in (tmp_path, tmp_path / "annotations", tmp_path / "annotations/x.json"):
        found = {os.path.relpath(one, tmp_path) for one in folders_around(path)}
        assert found == inside
