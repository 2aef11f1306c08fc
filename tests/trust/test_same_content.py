"""Equal content has an equal id, however it came about; a project on disk behaves like a dict."""

import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec.structs import replace

from datum.dataset.media import store_media
from datum.dataset.write import build_snapshot
from datum.errors import ProjectError
from datum.model import Box, Categories, InMemory, Item, LabelCategory, Media, Reading
from datum.objects.memory import MemoryStore
from datum.project.care import check, collect_garbage
from datum.project.moving import create_branch, delete_ref, redo, reset, switch, undo
from datum.project.project import Project
from datum.refs.commits import Identity

ROUNDS = int(os.environ.get("DATUM_TRUST_ROUNDS", "1"))
AUTHOR = Identity("Ada", "ada@example.org")
LABELS = Categories(labels=(LabelCategory(name="cat"), LabelCategory(name="dog")))
BRANCHES = ("main", "a", "b")
KEYS = st.tuples(st.sampled_from(("train", "val", "a b")), st.integers(0, 200).map("{:03}".format))


def made_of(subset, name, variant):
    """The item that a number stands for."""
    boxes = tuple(
        Box(id=n, label=n % 2, x=variant / 8, y=n, w=3, h=4) for n in range(1, variant % 5 + 1)
    )
    data = b"picture %d" % (variant % 7)
    media = (Media(path=f"{name}.png", content=InMemory(data)),) if variant % 3 else ()
    return Item(id=name, subset=subset, media=media, annotations=boxes)


def bulk_id(rows):
    """The content id of a dataset built at once, in memory, in no particular order."""
    writer = MemoryStore().writer()
    items = [made_of(*key, rows[key]) for key in sorted(rows, key=lambda key: key[::-1])]
    reading = Reading(categories=LABELS if rows else Categories(), items=items)
    return build_snapshot(writer, reading, media=store_media)


def elsewhere_id(rows):
    """The content id in another project, of edits in another order and with something in between."""
    keys = sorted(rows, key=hash_of)
    with tempfile.TemporaryDirectory(prefix="datum-trust-") as folder:
        other = Project.create(Path(folder) / "other", hash_name="xxh3-128", author=AUTHOR)
        with other.edit("what goes again") as edit:
            edit.declare(LABELS)
            edit.put(made_of("train", "gone", 5))
            for key in keys[::2]:
                edit.put(made_of(*key, 63 - rows[key]))
        for part in (keys[1::2], keys[::2]):
            with other.edit("some") as edit:
                for key in part:
                    edit.put(made_of(*key, rows[key]))
        with other.edit("gone") as edit:
            edit.remove("train", "gone")
        return other.dataset().oid


def hash_of(key):
    """An order that has nothing to do with that of the keys."""
    return hashlib.sha256("\0".join(key).encode()).digest()


def rows_of(dataset):
    """The dict that a dataset stands for; its media have to be there."""
    rows = {}
    for item in dataset:
        variant = next(v for v in range(64) if _same(item, made_of(*item.key, v), dataset.store))
        rows[item.key] = variant
    return rows


def _same(found, made, store):
    if found.annotations != made.annotations or len(found.media) != len(made.media):
        return False
    pairs = zip(found.media, made.media, strict=True)
    return all(store.read_media(a.content.oid) == b.content.data for a, b in pairs)


class ProjectMachine(RuleBasedStateMachine):
    """A project on disk, beside dicts: branch to content, and the states to undo and redo."""

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="datum-trust-"))
        self.project = Project.create(self.folder, author=AUTHOR)
        self.head = "main"
        self.tips = {}
        self.rows = {}
        self.done, self.undone = [], []
        self.collected = False

    @initialize()
    def begin(self):
        with self.project.edit("begin") as edit:
            edit.declare(LABELS)
            edit.put(made_of("train", "000", 1))
        self._moved("main", edit.commit, {("train", "000"): 1})

    def _moved(self, branch, oid, rows=None):
        """An operation gave *branch* another tip (None: it is gone)."""
        before = dict(self.tips)
        self.tips[branch] = oid
        if oid is None:
            del self.tips[branch]
        elif rows is not None:
            self.rows[oid] = dict(rows)
        if self.tips != before:
            self.done.append((before, dict(self.tips)))
            self.undone.clear()

    @rule(
        puts=st.dictionaries(KEYS, st.integers(0, 63), max_size=8),
        gone=st.lists(st.integers(0, 1000), max_size=3),
    )
    def commit(self, puts, gone):
        rows = dict(self.rows[self.tips[self.head]])
        with self.project.edit("edit") as edit:
            for number in gone:
                key = sorted(rows)[number % len(rows)] if rows else None
                if key is not None and key not in puts:
                    edit.remove(*key)
                    rows.pop(key, None)
            for key, variant in puts.items():
                edit.put(made_of(*key, variant))
                rows[key] = variant
        if edit.commit is not None:
            self._moved(self.head, edit.commit, rows)
        else:
            assert rows == self.rows[self.tips[self.head]]

    @rule(name=st.sampled_from(BRANCHES))
    def branch(self, name):
        if name not in self.tips:
            self._moved(name, create_branch(self.project.session, name))

    @rule(name=st.sampled_from(BRANCHES))
    def go_to(self, name):
        if name in self.tips:
            switch(self.project.session, name)
            self.head = name

    @rule(name=st.sampled_from(BRANCHES))
    def forget(self, name):
        if name in self.tips and name != self.head:
            delete_ref(self.project.session, "branch", name)
            self._moved(name, None)

    @rule(name=st.sampled_from(BRANCHES))
    def reset_to(self, name):
        if name in self.tips:
            reset(self.project.session, name)
            self._moved(self.head, self.tips[name])

    @rule()
    def back(self):
        self._step(undo, self.done, self.undone, 0)

    @precondition(lambda self: self.undone)
    @rule()
    def forth(self):
        self._step(redo, self.undone, self.done, 1)

    def _step(self, verb, here, there, side):
        if len(self.done) == 1 and verb is undo:
            return  # the project began with that
        try:
            assert verb(self.project.session) is not None
        except ProjectError as error:
            if self.collected and "no longer whole" in str(error):
                return
            raise
        there.append(here.pop())
        self.tips = dict(there[-1][side])
        self.head = self.project.session.head.ref.removeprefix("heads/")
        if self.head not in self.tips:  # a branch that was made and left elsewhere
            switch(self.project.session, "main")
            self.head = "main"

    @rule()
    def collect(self):
        collect_garbage(self.project.session, grace=0)
        self.collected = True

    @rule(lose_index=st.booleans())
    def open_again(self, lose_index):
        if lose_index:
            shutil.rmtree(self.folder / ".datum/index", ignore_errors=True)
        self.project = Project.open(self.folder, author=AUTHOR)

    @invariant()
    def refs_and_rows(self):
        if not self.tips:
            return
        refs = self.project.session.refs.all("heads/")
        assert refs == {f"heads/{name}": oid for name, oid in self.tips.items()}
        dataset, rows = self.project.dataset("HEAD"), self.rows[self.tips[self.head]]
        assert len(dataset) == len(rows)
        assert list(dataset.keys()) == sorted("\0".join(key).encode() for key in rows)
        assert dataset.annotation_count == sum(variant % 5 for variant in rows.values())

    def teardown(self):
        for name, oid in self.tips.items():
            dataset, rows = self.project.dataset(name), self.rows[oid]
            assert not rows or dataset.oid == bulk_id(rows) == elsewhere_id(rows)
            found = rows_of(dataset)
            assert {key: made_of(*key, v) for key, v in found.items()} == {
                key: made_of(*key, v) for key, v in rows.items()
            }
        found = check(self.project.session)
        assert found.sound, (found.faults, found.hurt)
        shutil.rmtree(self.folder)


ProjectMachine.TestCase.settings = settings(
    max_examples=3 * ROUNDS,
    stateful_step_count=120,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestProjectIsADict = ProjectMachine.TestCase


@pytest.fixture
def coco(tmp_path):
    """A COCO dataset of two subsets, as values to write in any order."""
    folder = tmp_path / "coco"
    for subset in ("train", "val"):
        (folder / "images" / subset).mkdir(parents=True)
        for number in range(6):
            data = f"{subset} {number}".encode()
            (folder / "images" / subset / f"{number}.jpg").write_bytes(data)
    return folder


def write_coco(folder, *, backwards):
    """Write the annotations, images in one order or the other; the boxes of each keep theirs."""
    for subset in ("train", "val"):
        images = [
            {"id": n + 1, "file_name": f"{n}.jpg", "width": 64, "height": 48} for n in range(6)
        ]
        boxes = [
            {"id": 3 * n + k + 1, "image_id": n + 1, "category_id": k % 2 + 1, "iscrowd": 0}
            | {"bbox": [k, n, 10.5, 12.25], "area": 128.625}
            for n in range(6)
            for k in range(3)
        ]
        if backwards:
            images.reverse()
            boxes.sort(key=lambda box: (-box["image_id"], box["id"]))
        categories = [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}]
        value = {"images": images, "annotations": boxes, "categories": categories}
        target = folder / "annotations" / f"instances_{subset}.json"
        target.parent.mkdir(exist_ok=True)
        target.write_text(json.dumps(value, indent=2 if backwards else None))


def test_every_way_of_import_is_the_same_snapshot(coco, tmp_path):
    """Two orders of the file, two projects, bytes taken in or referred to: one content id."""
    ids = set()
    for name, backwards, media in (
        ("a", False, "store"),
        ("b", True, "store"),
        ("c", False, "reference"),
    ):
        write_coco(coco, backwards=backwards)
        made = Project.create(tmp_path / name, author=AUTHOR)
        made.add(coco, "coco", name, media=media)
        made.commit("import")
        ids.add(made.dataset().oid)
    by_hand = Project.create(tmp_path / "d", author=AUTHOR)
    dataset = made.dataset()
    for item in reversed(list(dataset)):
        pictures = tuple(
            replace(one, content=InMemory(dataset.store.read_media(one.content.oid)))
            for one in item.media
        )
        with by_hand.edit(item.id) as edit:
            edit.declare(dataset.categories)
            edit.put(replace(item, media=pictures))
    with by_hand.edit("infos are part of the content") as edit:
        edit.put(made_of("train", "other", 3))
    with by_hand.edit("gone again") as edit:
        edit.remove("train", "other")
    there, here = by_hand.dataset().snapshot, dataset.snapshot
    assert (there.items, there.annotations) == (here.items, here.annotations)
    assert (there.categories, there.item_count) == (here.categories, here.item_count)
    assert len(ids) == 1
