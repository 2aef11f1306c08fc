"""Transforms that make several items of one, or one of several."""

import pytest
from msgspec.structs import replace

from datum.dataset.dataset import Dataset
from datum.dataset.media import store_media
from datum.dataset.write import build_snapshot
from datum.errors import UsageError
from datum.lineage import operations
from datum.lineage.running import Workplace, run_operation
from datum.model import Box, Categories, InMemory, Item, Media, Reading
from datum.objects.memory import MemoryStore
from datum.plugins import Plan, Transform


@pytest.fixture
def run(monkeypatch):
    """A function: the dataset that a transform of some parts makes of items."""

    def make(items, **parts):
        transform = Transform(name="tried", title="", help="", **parts)
        monkeypatch.setattr(operations, "find_transform", lambda _: transform)
        writer = MemoryStore().writer()
        reading = Reading(categories=Categories.of(["cat"]), items=items, infos={"from": "here"})
        before = build_snapshot(writer, reading, media=store_media)
        operation = operations.transform_operation("tried", {})
        work = Workplace(writer=writer, software={})
        made = run_operation(operation, Dataset(writer, before), work)
        return Dataset(writer, made.snapshot)

    return make


ITEMS = [
    Item(id="a", annotations=(Box(id=1, label=0, x=0, y=0, w=2, h=2),)),
    Item(id="b", media=(Media(path="b.png", content=InMemory(b"old")),)),
]


def test_one_item_becomes_several(run):
    """What expand makes of each item is the result, annotations included."""
    made = run(ITEMS, expand=lambda item, _: [replace(item, id=f"{item.id}{n}") for n in range(2)])
    assert [item.id for item in made] == ["a0", "a1", "b0", "b1"]
    assert made.annotation_count == 2


def test_items_of_one_name_are_refused(run):
    """Two results cannot be one item."""
    with pytest.raises(UsageError, match="both be"):
        run(ITEMS, expand=lambda item, _: [item, item])


def test_new_pixels_are_stored(run):
    """Bytes in memory that a transform hands back are in the store afterwards."""
    new = (Media(path="b.png", content=InMemory(b"new")),)
    made = run(ITEMS, item=lambda item, _: replace(item, media=new) if item.media else item)
    assert made.store.read_media(made["default", "b"].image.content.oid) == b"new"


def test_a_plan_decides_everything(run):
    """Items, items made of several, categories and infos."""
    made = run(
        ITEMS,
        plan=lambda dataset, _: Plan(
            item=lambda item: item if item.id == "a" else None,
            made=lambda: [Item(id=f"{len(dataset)} in one")],
            categories=Categories.of(["dog"]),
            infos={"to": "there"},
        ),
    )
    assert [item.id for item in made] == ["2 in one", "a"]
    assert (made.categories.names(), made.infos) == (("dog",), {"to": "there"})


def test_a_plan_without_items_keeps_them(run):
    """A plan that says nothing of items shares their trees."""
    made = run(ITEMS, plan=lambda *_: Plan(infos={}))
    assert [item.id for item in made] == ["a", "b"]
    assert made.infos == {}


def test_a_plan_of_keys_reads_no_item(run):
    """New subsets and ids, an item left out, new categories and infos."""
    made = run(
        ITEMS,
        plan=lambda *_: Plan(
            keys=lambda key: ("train", key[1] + "1") if key[1] == "a" else None,
            categories=Categories.of(["dog"]),
            infos={},
        ),
    )
    assert [item.key for item in made] == [("train", "a1")]
    assert (made.annotation_count, made.categories.names(), made.infos) == (1, ("dog",), {})
