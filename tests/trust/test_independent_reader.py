"""A second reader, written from the pages alone, reads and verifies what projects really make."""

import ast
import importlib.util
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from datum.dataset.annotations import encode_annotations
from datum.project.care import collect_garbage
from datum.project.moving import create_tag, undo
from datum.project.project import Project
from datum.testing.samples import all_kinds_dataset
from datum.testing.strategies import datasets

SOURCE = Path(__file__).with_name("independent_reader.py")
TREES = Path(__file__).with_name("independent_trees.py")
ANNOTATIONS = Path(__file__).with_name("independent_annotations.py")


def _reader(source=SOURCE):
    spec = importlib.util.spec_from_file_location(source.stem, source)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reader_is_independent():
    """It imports the standard library and three codecs, and nothing of datum."""
    names = set()
    trees = (ast.parse(one.read_text()) for one in (SOURCE, TREES, ANNOTATIONS))
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.Import):
            names |= {one.name.partition(".")[0] for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0])
    assert names - set(sys.stdlib_module_names) == {"msgpack", "xxhash", "backports"}


@pytest.mark.parametrize("hash_name", ["xxh3-128", "sha256"])
def test_it_reads_everything_of_a_project(tmp_path, author, filled, item, small_coco, hash_name):
    """Every object of a project with a life behind it is found and verified, down to the trees."""
    made = Project.create(tmp_path / "project", author=author, hash_name=hash_name)
    filled(made)
    with made.edit("many") as edit:
        for number in range(1500):
            edit.put(item(f"picture-{number:05}-of-many", number, size=200))
        edit.put(item("large", 2, size=1_200_000))
    made.add(small_coco(tmp_path / "coco", {"one": b"no picture", "two": b"nor that"}), "coco", "s")
    made.add(tmp_path / "coco", "coco", "referred", media="reference")
    create_tag(made.session, "v1", message="an annotated tag")
    made.transform("rename", {"regex": "|picture|p|"})
    undo(made.session)
    collect_garbage(made.session, grace=0)
    with made.edit("after the collection") as edit:
        edit.put(item("after", 3))
    store, trees = _reader().Store(made.root / ".datum/store"), _reader(TREES)
    refs = made.session.refs.all()
    assert store.refs == refs
    assert set(store.history(refs["heads/main"])) == {oid for oid, _ in made.log()}
    for commit in store.history(refs["heads/main"]).values():
        snapshot = _reader().decode(store.objects[commit[2]][1])
        rows = dict(made.session.dataset(refs["heads/main"]).rows())
        items, notes = (trees.tree(store, snapshot[n]) for n in (2, 3))
        notes = dict(notes)
        assert len(items) == snapshot[5]
        assert set(notes) <= {key for key, _ in items}
        if commit[2] == made.dataset().oid:
            assert items == [(key, row.item) for key, row in rows.items()]
            assert notes == {key: row.annotations for key, row in rows.items() if row.annotations}
    every = {oid for oid in store.objects if made.session.store.has(oid)}
    assert every == set(store.objects)


def _plain(annotation):
    fields = {name: getattr(annotation, name) for name in annotation.__struct_fields__}
    return annotation.kind, fields


@given(dataset=datasets())
@settings(deadline=None, max_examples=60)
def test_it_decodes_annotations_of_every_kind(dataset):
    """What the page on datasets says of columns and geometry gives back every annotation."""
    decode = _reader(ANNOTATIONS).annotations
    for item in [*dataset, *all_kinds_dataset()]:
        notes = [replace(one, id=n) for n, one in enumerate(item.annotations)]
        if notes:
            assert decode(encode_annotations(notes)) == [_plain(one) for one in notes]


def test_it_notices_damage(project):
    """The reader is no rubber stamp: a flipped bit in any file of the store stops it."""
    reader = _reader()
    folder = project.root / ".datum/store"
    reader.Store(folder)
    for path in [one for one in folder.rglob("*") if one.is_file() and one.name != "store.toml"]:
        data = path.read_bytes()
        for at in (0, len(data) // 2, len(data) - 1):
            path.write_bytes(data[:at] + bytes((data[at] ^ 4,)) + data[at + 1 :])
            with pytest.raises((AssertionError, ValueError, KeyError, OSError)):
                reader.Store(folder)
        path.write_bytes(data)
