from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datum.errors import UnknownNameError, UsageError
from datum.model import Box, Categories, Item, Label, Mask, Points, Polygon, RotatedBox
from datum.testing.transforms import run_transform
from datum.transforms.dealing import deal
from datum.transforms.split import SPLIT

SHARES = {"train": 0.5, "val": 0.2, "test": 0.3}
NAMES = Categories.of(["cat", "dog", "cow"])
GROUPS = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 4), max_size=4)


def item(number, *annotations, **attributes):
    return Item(id=f"{number:03d}", annotations=annotations, attributes=attributes)


def box(label=0, **attributes):
    return Box(label=label, x=0, y=0, w=1, h=1, attributes=attributes)


def split(items, **options):
    """The items with their new subsets."""
    return run_transform(SPLIT, items, NAMES, **options).items


def sizes(items):
    return Counter(one.subset for one in items)


def instances(items, label):
    return Counter(one.subset for one in items for note in one.annotations if note.label == label)


@settings(max_examples=80)
@given(st.lists(GROUPS, max_size=30), st.integers(0, 3))
def test_every_item_is_dealt_once_and_sizes_are_exact(contents, seed):
    """Whatever the items have, each is in one subset, and the sizes are the rounded shares."""
    rows = [(("s", str(n)), has) for n, has in enumerate(contents)]
    chosen = deal(rows, SHARES, seed)
    count, found = len(rows), Counter(chosen.values())
    assert chosen.keys() == {key for key, _ in rows}
    assert found["train"] == round(0.5 * count)
    assert found["train"] + found["val"] == round(0.7 * count)
    assert deal(rows[::-1], SHARES, seed) == chosen


@settings(max_examples=80)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=80))
def test_each_label_gets_its_shares(labels):
    """Of items with one label each, every subset has the label's share, but for less than three."""
    rows = [(("s", str(n)), {label: 1}) for n, label in enumerate(labels)]
    chosen = deal(rows, SHARES, 0)
    for label, total in Counter(labels).items():
        found = Counter(chosen[key] for key, has in rows if label in has)
        assert all(abs(found[name] - share * total) < 3 for name, share in SHARES.items())


def test_labels_in_proportion():
    """Twenty cats and ten dogs, by halves, fifths and three tenths."""
    items = [item(n, Label(label=int(n % 3 == 2))) for n in range(30)]
    made = split(items)
    assert instances(made, 0) == {"train": 10, "val": 4, "test": 6}
    assert instances(made, 1) == {"train": 5, "val": 2, "test": 3}


def test_items_without_labels_do_not_displace_others():
    """Ten items without labels before ten with: the known tool dealt none of the labelled ones."""
    made = split([*map(item, range(10)), *(item(n, Label(label=0)) for n in range(10, 20))])
    assert instances(made, 0) == {"train": 5, "val": 2, "test": 3}
    assert sizes(made) == {"train": 10, "val": 4, "test": 6}


def test_several_labels_and_none():
    """Items of two labels, of none, and a label that is None."""
    items = [item(n, *(Label(label=one) for one in some)) for n, some in enumerate(30 * [(0, 1)])]
    items += [item(100 + n, Label(label=None)) for n in range(10)] + [item(200)]
    made = split(items)
    assert instances(made, 0) == instances(made, 1) == {"train": 15, "val": 6, "test": 9}
    assert instances(made, None) == {"train": 5, "val": 2, "test": 3}


def test_attributes_in_proportion():
    """Of ten hidden and ten visible cats each subset gets half, under other labels likewise."""
    items = [item(n, Label(label=n % 2, attributes={"hidden": n % 4 < 2})) for n in range(40)]
    made = split(items, subset=["a:.5", "b:.5"])
    hidden = Counter(
        (one.subset, note.label, note.attributes["hidden"])
        for one in made
        for note in one.annotations
    )
    assert set(hidden.values()) == {5}
    assert len(hidden) == 8


def test_attributes_that_do_not_count():
    """Numbers with a point, lists, None, and names of single items change nothing."""
    plain = [item(n, Label(label=n % 2)) for n in range(40)]
    noisy = [
        item(
            n, Label(label=n % 2, attributes={"x": n / 7, "y": [n % 2], "z": None, "name": str(n)})
        )
        for n in range(40)
    ]
    assert [one.key for one in split(plain)] == [one.key for one in split(noisy)]


@pytest.mark.parametrize("kind", ["box", "rotated"])
def test_boxes_are_counted_not_images(kind):
    """One image of nine cats, nine images of one: by halves the nine are together."""
    make = (
        box
        if kind == "box"
        else lambda label: RotatedBox(label=label, cx=0, cy=0, w=1, h=1, angle=0)
    )
    items = [item(0, *(make(0) for _ in range(9))), *(item(n, make(0)) for n in range(1, 10))]
    items += [item(n, make(1)) for n in range(10, 18)] + [item(n) for n in range(18, 26)]
    made = split(items, task="detection", subset=["a:.5", "b:.5"])
    assert sorted(instances(made, 0).values()) == [9, 9]
    assert instances(made, 1) == {"a": 4, "b": 4}
    assert sizes(made) == {"a": 13, "b": 13}


def test_outlines_and_masks():
    """Both count for segmentation; boxes and points do not."""
    outline = Polygon(label=0, points=(0, 0, 1, 0, 1, 1))
    mask = Mask(label=0, height=1, width=1, counts=b"01")
    items = [item(n, outline if n % 2 else mask, box(1)) for n in range(20)]
    made = split(items, task="segmentation")
    assert instances(made, 0) == {"train": 10, "val": 4, "test": 6}
    with pytest.raises(UsageError, match="no item has annotations that segmentation is about"):
        split([item(0, box(), Points(points=(0, 0)))], task="segmentation")


def test_the_seed_decides():
    """0 is a seed as any other; the order of items does not matter."""
    items = [item(n, Label(label=n % 3)) for n in range(30)]
    first = {one.key for one in split(items)}
    assert first == {one.key for one in split(items[::-1], seed=0)}
    assert first != {one.key for one in split(items, seed=1)}


def people(*counts, attribute=False):
    """Items of identities, so many of each."""
    numbers = [who for who, count in enumerate(counts) for _ in range(count)]
    if attribute:
        return [item(n, box(0, person=f"p{who}")) for n, who in enumerate(numbers)]
    return [item(n, Label(label=who)) for n, who in enumerate(numbers)]


@settings(max_examples=40)
@given(st.lists(st.integers(1, 6), min_size=1, max_size=12), st.integers(0, 5))
def test_who_is_tested_is_nowhere_else(counts, seed):
    """Test identities are in no other subset, have queries and a gallery; their share is not exceeded."""
    made = run_transform(SPLIT, people(*counts), task="reid", seed=seed).items
    subsets = {who: instances(made, who) for who in range(len(counts))}
    for found in subsets.values():
        tested = {name for name in found if name.startswith("test")}
        assert tested in (set(), {"test-gallery", "test-query"})
        assert not tested or found.keys() == tested
    total = sizes(made)
    assert total["test-gallery"] + total["test-query"] <= round(0.3 * sum(counts))
    assert sum(total.values()) == sum(counts)


def test_re_identification_by_hand():
    """Ten people of four pictures: three are tested, half of them queries; five in seven train."""
    made = run_transform(SPLIT, people(*[4] * 10), task="reid").items
    assert sizes(made) == {"train": 20, "val": 8, "test-gallery": 6, "test-query": 6}
    made = run_transform(SPLIT, people(*[4] * 10), task="reid", query=0.25).items
    assert (sizes(made)["test-query"], sizes(made)["test-gallery"]) == (3, 9)
    made = run_transform(SPLIT, people(*[4] * 10), task="reid", query=0).items
    assert sizes(made)["test-gallery"] == 12


def test_identities_that_are_attributes():
    """On annotations or on the item; without one, or with several, an item is not supported."""
    items = people(4, 4, 4, 4, 4, attribute=True)
    odd = [
        item(100, box(person="a"), box(person="b")),
        item(101, box()),
        item(102),
        item(103, person="p9"),
    ]
    made = split([*items, *odd], task="reid", attr_for_id="person")
    assert {one.id for one in made if one.subset == "not-supported"} == {"100", "101", "102"}


@pytest.mark.parametrize(
    "shares", [["test:1"], ["train:0", "test:1"], ["train:1"], ["train:.6", "val:.4"]]
)
def test_re_identification_with_few_subsets(shares):
    """Everything tested, or nothing; nothing is lost."""
    assert sum(sizes(split(people(3, 3, 2), task="reid", subset=shares)).values()) == 8


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"task": "reid", "query": 1.5}, UsageError),
        ({"task": "reid", "query": "nan"}, UsageError),
        ({"task": "reid", "subset": ["trian:.5", "test:.5"]}, UnknownNameError),
        ({"task": "reid", "attr_for_id": "nobody"}, UsageError),
        ({"task": "detect"}, UnknownNameError),
        ({"subset": ["a:.5", "b:.4"]}, UsageError),
        ({"seed": -1}, UsageError),
        ({"task": "detection"}, UsageError),
    ],
)
def test_what_cannot_be(options, error):
    """Shares, names, identities, tasks and seeds that are none."""
    with pytest.raises(error):
        split(people(2, 2), **options)


@pytest.mark.parametrize("task", ["classification", "detection", "segmentation", "reid"])
def test_nothing_is_split_into_nothing(task):
    """A dataset without items."""
    assert split([], task=task) == ()
