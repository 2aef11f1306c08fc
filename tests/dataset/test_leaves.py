from hypothesis import given, settings
from hypothesis import strategies as st

from datum.dataset.dataset import Dataset
from datum.dataset.leaves import leaves, rows_of_leaves
from datum.dataset.media import store_media
from datum.dataset.write import build_snapshot
from datum.model import Categories, Item, Label, Reading
from datum.objects.memory import MemoryStore
from datum.objects.rule import TreeRule
from datum.testing.counting import CountingWriter

SMALL = TreeRule(shape=3, scale=90, minimum=40, maximum=512)
CONTENTS = st.dictionaries(
    st.tuples(st.sampled_from(["a", "a\x01", "ab", "train"]), st.integers(0, 60).map(str)),
    st.integers(0, 2),
    max_size=80,
)


def built(writer, contents):
    items = [
        Item(id=key[1], subset=key[0], annotations=(Label(label=note, id=1),) if note else ())
        for key, note in contents.items()
    ]
    reading = Reading(categories=Categories.of(["x", "y", "z"]), items=iter(items))
    return Dataset(writer, build_snapshot(writer, reading, media=store_media))


@settings(max_examples=60)
@given(CONTENTS)
def test_the_leaves_together_are_the_rows_of_the_dataset(contents):
    """Whatever items have annotations, each row is in one leaf, in order, with the right ids."""
    dataset = built(MemoryStore(rule=SMALL).writer(), contents)
    found = list(rows_of_leaves(dataset, leaves(dataset)))
    assert [row for _, rows in found for row in rows] == list(dataset.rows())
    for leaf, rows in found:
        assert {key.split(b"\0")[0].decode() for key, _ in rows} <= {leaf.subset}


@settings(max_examples=60)
@given(CONTENTS, CONTENTS)
def test_leaves_of_one_key_have_the_same_rows(contents, change):
    """What was found out about a leaf holds in every dataset that has a leaf of that key."""
    writer = MemoryStore(rule=SMALL).writer()
    seen = {}
    for version in (contents, contents | change):
        dataset = built(writer, version)
        for leaf, rows in rows_of_leaves(dataset, leaves(dataset)):
            assert seen.setdefault(leaf.key, rows) == rows


def test_one_changed_item_makes_few_new_leaves():
    """Of a thousand items one gets another label: the keys of all other leaves stay."""
    writer = MemoryStore(rule=SMALL).writer()
    contents = {("train", f"{n:04}"): 1 for n in range(1000)}
    before = {leaf.key for leaf in leaves(built(writer, contents))}
    after = {leaf.key for leaf in leaves(built(writer, contents | {("train", "0500"): 2}))}
    assert len(after) > 100
    assert len(after - before) == 1


def test_listing_the_leaves_reads_none_of_them():
    """Only what is above the leaves is read, and the first leaf of each subset for its name."""
    writer = CountingWriter(MemoryStore(rule=SMALL).writer())
    dataset = built(writer, {("train", f"{n:04}"): 1 for n in range(1000)})
    writer.reset()
    found = list(leaves(dataset))
    assert len(set(writer.reads) & {leaf.items for leaf in found}) == 1
    assert not set(writer.reads) & {note for leaf in found for note in leaf.annotations}


def test_a_dataset_without_items_has_no_leaves():
    """Nothing is read where there is nothing."""
    assert list(leaves(built(MemoryStore().writer(), {}))) == []


def test_a_subset_has_leaves_of_its_own():
    """A leaf that lies in two subsets is a leaf of each, with its part of the items."""
    dataset = built(MemoryStore().writer(), {("a", "1"): 1, ("b", "1"): 0})
    (only,) = rows_of_leaves(dataset, leaves(dataset, "b"))
    assert [key for key, _ in only[1]] == [b"b\x001"]
    assert len(list(leaves(dataset))) == 2
