import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from datum.dataset.dataset import Dataset
from datum.dataset.rekey import rekey_snapshot
from datum.errors import UsageError
from datum.model import Box, Categories, Item, Label, Media, Statement
from datum.testing.counting import CountingWriter, dataset_in_memory
from datum.testing.strategies import datasets

KEYS = st.tuples(st.sampled_from(["a", "b", "c"]), st.sampled_from(["1", "2", "3/x", "é"]))
RULES = st.dictionaries(KEYS, st.none() | KEYS, max_size=12)


def item_of(key, notes):
    boxes = tuple(Box(id=n + 1, label=0, x=n, y=0, w=1, h=1) for n in range(notes))
    return Item(id=key[1], subset=key[0], attributes={"was": list(key)}, annotations=boxes)


def expected(items, rule):
    """The items that are left, by their new keys; None where two have one."""
    left = [(rule.get(item.key, item.key), item) for item in items]
    made = {key: replace(item, subset=key[0], id=key[1]) for key, item in left if key}
    return made if len(made) == sum(key is not None for key, _ in left) else None


@settings(max_examples=60)
@given(st.dictionaries(KEYS, st.integers(0, 3), max_size=9), RULES)
def test_the_result_is_that_of_building_it_anew(contents, rule):
    """Items under new keys are the dataset of the renamed items, counts included; or an error."""
    items = [item_of(key, notes) for key, notes in contents.items()]
    base = dataset_in_memory(items, Categories.of(["a"]))
    wanted = expected(items, rule)
    if wanted is None:
        with pytest.raises(UsageError, match="would both be"):
            rekey_snapshot(base.store, base, lambda key: rule.get(key, key))
        return
    made = rekey_snapshot(base.store, base, lambda key: rule.get(key, key))
    assert made == dataset_in_memory(wanted.values(), Categories.of(["a"])).oid


def test_no_item_is_read():
    """Where every item stays, what is read is nodes; where some go, their annotations besides."""
    items = [item_of(("a", f"{n:03d}"), 2) for n in range(100)]
    base = dataset_in_memory(items, Categories.of(["a"]))
    rows = dict(base.rows())
    notes = {row.annotations for row in rows.values()}
    writer = CountingWriter(base.store)
    counted = Dataset(writer, base.oid)
    rekey_snapshot(writer, counted, lambda key: ("b", key[1]))
    assert not {row.item for row in rows.values()} & set(writer.reads)
    assert not notes & set(writer.reads)
    writer.reset()
    rekey_snapshot(writer, counted, lambda key: key if key[1] < "097" else None)
    assert not {row.item for row in rows.values()} & set(writer.reads)
    assert len(notes & set(writer.reads)) == 1  # all have the same annotations


def test_keys_and_items_without_annotations():
    """Keys come without items, and items without annotations, in the order of all."""
    items = [
        Item(id="b", media=(Media(path="b.png", width=3),)),
        Item(id="a", annotations=(Label(id=1, label=0),), attributes={"x": 1}),
    ]
    base = dataset_in_memory(items, Categories.of(["cat"]))
    assert list(base.item_keys()) == [("default", "a"), ("default", "b")]
    bare = replace(items[1], annotations=())
    assert list(base.bare_items()) == [bare, items[0]]
    assert list(base.statements()) == [
        (("default", "a"), [Statement("label", 0, {}, 1)]),
        (("default", "b"), []),
    ]


@settings(max_examples=30)
@given(datasets(plain=True))
def test_statements_are_those_of_the_annotations(drawn):
    """Kinds, labels and attributes, of every kind of annotation, as of a dataset that is a list."""
    base = dataset_in_memory(drawn, drawn.categories)
    assert list(base.statements()) == list(drawn.statements())
