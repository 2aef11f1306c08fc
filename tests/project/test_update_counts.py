"""After a few items change, `update` reads and computes what belongs to their leaves, link after link."""

from collections import Counter

import pytest
from msgspec.structs import replace

from datum.lineage import operations
from datum.lineage.operations import filter_operation, transform_operation
from datum.model import Box, Categories, Item
from datum.objects import tree
from datum.objects.diskwriter import DiskWriter
from datum.objects.kinds import Kind
from datum.objects.reading import DiskReader
from datum.project.project import Project

ITEMS = 2500
CHANGED = range(7, ITEMS, 100)
CHAIN = [
    transform_operation("boxes_to_polygons", {}),
    transform_operation("rename", {"regex": "|^|img-|"}),
    transform_operation("remap_labels", {"label": ["dog:hound"]}),
    filter_operation("/item/annotation[area < 500]", "annotations"),
    transform_operation("shapes_to_boxes", {}),
    transform_operation("boxes_to_masks", {}),
]


def item(n, width=8.0):
    """One of 2 500, with a small box and a large one."""
    boxes = (
        Box(id=1, label=n % 2, x=n % 50, y=1.0, w=width, h=6.0),
        Box(id=2, label=1, x=0.0, y=0.0, w=40.0, h=40.0),
    )
    return Item(id=f"{n:05}", subset="train", annotations=boxes)


@pytest.fixture
def large(tmp_path, author):
    """A project whose leaves hold some five items each, so that there are hundreds of them."""
    project = Project.create(tmp_path / "large", author=author)
    rules = project.root / ".datum" / "store" / "store.toml"
    text = rules.read_text()
    for name, default, small in (
        ("scale", 4096, 128),
        ("minimum", 512, 32),
        ("maximum", 16384, 512),
    ):
        assert f"{name} = {default}" in text
        text = text.replace(f"{name} = {default}", f"{name} = {small}")
    rules.write_text(text)
    project = Project.open(project.root, author=author)
    with project.edit("begin") as editing:
        editing.declare(Categories.of(["cat", "dog"]))
        for n in range(ITEMS):
            editing.put(item(n))
    project.run(CHAIN, output="chain")
    return project


def test_an_update_reads_and_computes_the_changed_leaves(large, monkeypatch):
    """Of more than 500 leaves 25 changed: nothing of the others is read in any of six links."""
    snapshot = large.dataset().snapshot
    leaves = dict(tree.leaf_ids(large.session.store, snapshot.annotations))
    assert len(leaves) > 500
    with large.edit("change a few") as editing:
        for n in CHANGED:
            editing.put(item(n, width=9.0))

    read, computed = [], Counter()
    counted_reads(monkeypatch, read)
    counted_items(monkeypatch, computed)
    done = large.update("chain")[0]

    assert len(done.steps) == len(CHAIN)
    # each changed item is computed as it was and as it is, in each of the five transforms
    names = {operation.name.removeprefix("transform ") for operation in CHAIN[:3] + CHAIN[4:]}
    assert computed == dict.fromkeys(names, 2 * len(CHANGED))
    kinds = Counter(large.session.store.kind(oid) for oid in set(read))
    # a link reads its input before and after, the next one what this one wrote
    assert kinds[Kind.ANNOTATIONS] <= 2 * len(CHANGED) * len(CHAIN)
    assert kinds[Kind.ITEM] <= 2 * len(CHANGED) * len(CHAIN)
    # nodes: at most two trees of each link, before and after, with the few inner nodes
    assert kinds[Kind.NODE] < len(CHAIN) * 8 * len(CHANGED)
    untouched = set(leaves) - set(
        dict(tree.leaf_ids(large.session.store, large.dataset().snapshot.annotations))
    )
    assert len(untouched) <= len(CHANGED)
    assert not (set(leaves) - untouched) & set(read)


def counted_reads(monkeypatch, read):
    """Every object that is read, through a writer or the store."""
    for owner in (DiskWriter, DiskReader):
        one, many = getattr(owner, "get", None), owner.get_many

        def get_many(self, oids, many=many):
            read.extend(oids)
            return many(self, oids)

        monkeypatch.setattr(owner, "get_many", get_many)
        if one is None:
            continue

        def get(self, oid, one=one):
            read.append(oid)
            return one(self, oid)

        monkeypatch.setattr(owner, "get", get)


def counted_items(monkeypatch, computed):
    """How many items each transform is asked for."""
    find = operations.find_transform

    def found(name):
        transform = find(name)
        run = transform.item

        def told(one, context):
            computed[transform.name] += 1
            return run(one, context)

        return replace(transform, item=told)

    monkeypatch.setattr(operations, "find_transform", found)
