"""What a command may cost, in bytes written, records, packs and objects read; never in seconds."""

import json
import os
import random

import pytest

from datum.dataset.dataset import Dataset
from datum.diff.dataset_diff import DatasetDiff
from datum.objects.kinds import Kind
from datum.objects.reading import DiskReader
from datum.project.moving import create_branch, create_tag
from datum.project.project import Project

IMAGES, BOXES = 5_000, 36_000


class CountingReader:
    """A store that counts the objects it is asked for."""

    def __init__(self, store):
        self.store = store
        self.read = []

    @property
    def hasher(self):
        return self.store.hasher

    @property
    def tree_rule(self):
        return self.store.tree_rule

    def get(self, oid):
        self.read.append(oid)
        return self.store.get(oid)

    def get_many(self, oids):
        self.read += oids
        return self.store.get_many(oids)

    def kind(self, oid):
        return self.store.kind(oid)

    def has(self, oid):
        return self.store.has(oid)

    def kinds(self):
        return [self.store.kind(oid) for oid in self.read]


@pytest.fixture(scope="module")
def dataset_on_disk(tmp_path_factory):
    """A COCO file of 5 000 images and 36 000 boxes, without the images."""
    draw = random.Random(1)  # noqa: S311 (a repeatable series, no secret)
    images = [
        {"id": n, "file_name": f"{n:012}.jpg", "width": 640, "height": 480}
        for n in range(1, IMAGES + 1)
    ]
    boxes = [
        {"id": n, "image_id": draw.randint(1, IMAGES), "category_id": draw.randint(1, 80)}
        | {"bbox": [draw.randint(0, 999) / 4 for _ in range(4)], "area": 100, "iscrowd": 0}
        for n in range(1, BOXES + 1)
    ]
    categories = [{"id": n, "name": f"label {n}"} for n in range(1, 81)]
    value = {"images": images, "annotations": boxes, "categories": categories}
    folder = tmp_path_factory.mktemp("coco")
    path = folder / "annotations" / "instances_train.json"
    path.parent.mkdir()
    path.write_text(json.dumps(value))
    return folder, path, value


@pytest.fixture(scope="module")
def two_commits(dataset_on_disk, tmp_path_factory):
    """A project that took that file, and again after one box was moved, and what that cost."""
    folder, path, value = dataset_on_disk
    made = Project.create(tmp_path_factory.mktemp("counted") / "p")
    made.add(folder, "coco", "coco")
    made.commit("first")
    value["annotations"][17]["bbox"][0] += 3
    path.write_text(json.dumps(value))
    before = _files(made)
    result = made.commit("one box")
    return made, before, _files(made), result


def _files(project):
    store = project.root / ".datum/store"
    return {
        path.relative_to(store).as_posix(): path.stat().st_size
        for path in store.rglob("*")
        if path.is_file()
    }


def test_a_commit_of_one_edit_is_one_record(two_commits):
    """One moved box among 36 000 adds one log record of at most 50 kB, no pack, no other file."""
    made, before, after, result = two_commits
    (new,) = after.keys() - before.keys()
    assert new.startswith("log/")
    assert after[new] <= 50_000
    assert all(after[name] == size for name, size in before.items())
    assert result.packs == ()
    assert len(made.dataset()) == IMAGES
    assert made.dataset().annotation_count == BOXES


def test_a_diff_of_one_edit_reads_a_path(two_commits):
    """Two commits with one edit between them: their two paths, and the two sets of boxes."""
    made, _, _, result = two_commits
    store = CountingReader(made.session.store)
    old, new = (made.session.commit(oid).snapshot for oid in (result.parent, result.oid))
    diff = DatasetDiff.of(Dataset(store, old), Dataset(store, new))
    changes = list(diff)
    assert len(changes) == 1
    assert len(changes[0].annotations) == 1
    assert len(store.read) <= 40
    assert store.kinds().count(Kind.ANNOTATIONS) == 2
    assert store.kinds().count(Kind.ITEM) <= 2


def test_a_diff_of_equal_datasets_reads_nothing(two_commits):
    """Equal ids say that all is equal."""
    made, *_ = two_commits
    store = CountingReader(made.session.store)
    oid = made.dataset().oid
    diff = DatasetDiff.of(Dataset(store, oid), Dataset(store, oid))
    assert diff.equal
    assert list(diff) == []
    assert diff.stat() == {"items": {}, "annotations": []}
    assert store.read == []


def _objects_read(monkeypatch, project):
    """The objects that the store of a project hands out from now on."""
    seen = []
    real = DiskReader._entry  # noqa: SLF001 (the one place that every read goes through)

    def counted(self, oid, found):
        entry = real(self, oid, found)
        seen.append(entry)
        return entry

    monkeypatch.setattr(DiskReader, "_entry", counted)
    return seen


def test_the_diff_of_two_equal_commits_reads_two_commits(two_commits, monkeypatch):
    """By name: the two commits themselves, and no part of their datasets."""
    made, *_ = two_commits
    again = Project.open(made.root)
    again.commit("the same", allow_empty=True)
    again = Project.open(made.root)
    seen = _objects_read(monkeypatch, again)
    assert again.diff("HEAD~1", "HEAD").equal
    assert {entry.kind for entry in seen} == {Kind.COMMIT}
    assert len({entry.oid for entry in seen}) == 2


def test_status_without_changes_reads_no_annotations(two_commits, monkeypatch):
    """Nothing changed on disk: no item, no annotation and no node of a tree is read."""
    made, *_ = two_commits
    source = made.session.config.sources["coco"].path
    path = made.root / source / "annotations" / "instances_train.json"
    os.utime(path, (1_600_000_000, 1_600_000_000))
    first = Project.open(made.root)
    assert first.status().clean  # reads the file once more, since its time changed
    first.commit("remembers the file", allow_empty=True)
    again = Project.open(made.root)
    seen = _objects_read(monkeypatch, again)
    assert again.status().clean
    kinds = {entry.kind for entry in seen}
    assert not kinds & {Kind.ANNOTATIONS, Kind.ITEM, Kind.NODE}


def test_a_switch_and_a_tag_write_one_record_each(two_commits):
    """Moving refs writes a record of less than 1 kB and nothing else in the store."""
    made, *_ = two_commits
    for verb, name in ((create_branch, "side"), (create_tag, "v1")):
        before = _files(made)
        verb(made.session, name)
        (new,) = _files(made).keys() - before.keys()
        assert _files(made)[new] < 1000
