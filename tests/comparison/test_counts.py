"""Two datasets as a table."""

from datum.comparison.counts import compare_counts
from datum.model import Box, Item, Label
from datum.testing.counting import dataset_in_memory


def test_counts_stand_side_by_side():
    """In all, by subset, kind and label; a label that only one side declares is there, too."""
    box = Box(id=1, x=0, y=0, w=1, h=1, label=0)
    first = dataset_in_memory(
        [Item(id="a", annotations=(box, Label(id=2))), Item(id="b", subset="train")], ("cat", "dog")
    )
    second = dataset_in_memory([Item(id="a", annotations=(box,))], ("dog",))
    report = compare_counts(first, second)
    assert [(row.section, row.name, row.first, row.second) for row in report.rows] == [
        ("total", "items", 2, 1),
        ("total", "annotations", 2, 1),
        ("total", "labels", 2, 1),
        ("total", "items without annotations", 1, 0),
        ("subset", "default", 1, 1),
        ("subset", "train", 1, 0),
        ("kind", "label", 1, 0),
        ("kind", "box", 1, 1),
        ("label", "cat", 1, 0),
        ("label", "dog", 0, 1),
        ("label", "(no label)", 1, 0),
        ("label and kind", "(no label), label", 1, 0),
        ("label and kind", "cat, box", 1, 0),
        ("label and kind", "dog, box", 0, 1),
    ]
    assert not report.equal
    assert compare_counts(first, first).equal
