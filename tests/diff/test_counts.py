"""Items that two datasets do not have in common, counted."""

from datum.dataset.dataset import Dataset
from datum.diff.counts import ItemCounts, count_items
from datum.model import Box, Categories, Item
from datum.testing.counting import CountingWriter, dataset_in_memory


def items(**labels):
    """An item for each name, with a box of that label."""
    return [
        Item(id=name, annotations=(Box(id=1, label=label, x=0.0, y=0.0, w=1.0, h=1.0),))
        for name, label in labels.items()
    ]


def counts(old, new, before=("cat", "dog"), after=("cat", "dog")):
    writer = CountingWriter()
    found = [
        Dataset(writer, dataset_in_memory(held, Categories.of(names), writer=writer).oid)
        for held, names in ((old, before), (new, after))
    ]
    writer.reset()
    return count_items(*found), writer


def test_each_item_is_counted_once():
    """Added, removed, changed; one that has another name and the same content is moved."""
    found, _ = counts(items(a=0, b=0, c=1), items(a=0, b=1, d=1, e=0))
    assert found == ItemCounts(added=1, changed=1, moved=1)
    assert found.line() == "1 added, 1 changed, 1 moved"


def test_equal_datasets_differ_in_nothing():
    """And nothing is read to say so but the categories."""
    found, writer = counts(items(a=0), items(a=0))
    assert found == ItemCounts()
    assert found.line() == ""
    assert len(set(writer.reads)) <= 2


def test_labels_of_other_numbers_may_say_the_same():
    """Where labels moved, an item is changed if what it says is: by names, not by numbers."""
    found, _ = counts(items(a=1, b=0), items(a=0), ("cat", "dog"), ("dog",))
    assert found == ItemCounts(removed=1)
    found, _ = counts(items(a=0), items(a=0), ("cat", "dog"), ("dog", "cat"))
    assert found == ItemCounts(changed=1)
