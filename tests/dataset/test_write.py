import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from datum.dataset.dataset import Dataset, Row
from datum.dataset.keys import item_key, key_of
from datum.dataset.media import store_media
from datum.dataset.write import build_snapshot, edit_rows, edit_snapshot, empty_snapshot, write_row
from datum.errors import CorruptObjectError, UnknownNameError, UsageError
from datum.model import Box, Categories, Item, Label, Reading
from datum.objects.memory import MemoryStore
from datum.objects.rule import TreeRule
from datum.testing.counting import CountingWriter, dataset_in_memory

SMALL = TreeRule(shape=3, scale=90, minimum=40, maximum=512)
KNOWN = Categories.of(["a", "b"])
SUBSETS = st.sampled_from(["a", "ab", "a/b", "a b", "a\x01", "é", "train"])
IDS = st.sampled_from(["1", "1/2", "1/2/3", "a\x01", "猫", "é", "e\u0301", " ", "train"])
NOTES = st.lists(st.integers(0, 3).map(lambda n: Label(label=n % 2, z_order=n)), max_size=3)
CONTENTS = st.dictionaries(
    st.tuples(SUBSETS, IDS), st.tuples(st.integers(0, 2), NOTES.map(tuple)), max_size=12
)
INFOS = {"z": 1, "a": {"d": 1, "c": 2}}


def item_of(key, content):
    """An item; its annotations have ids, so that no history gives them others."""
    notes = tuple(replace(one, id=n + 1) for n, one in enumerate(content[1]))
    return Item(id=key[1], subset=key[0], attributes={"n": content[0]}, annotations=notes)


def items_of(contents):
    return [item_of(key, content) for key, content in contents.items()]


def small_writer():
    return MemoryStore(rule=SMALL).writer()


def built(writer, items, infos=None):
    reading = Reading(categories=KNOWN, items=iter(items), infos=infos or {})
    return Dataset(writer, build_snapshot(writer, reading, media=store_media))


@settings(max_examples=40)
@given(CONTENTS, st.randoms())
def test_order_does_not_matter(contents, shuffler):
    """Whatever the order of the stream, and of the infos, the snapshot is the same."""
    writer = small_writer()
    items = items_of(contents)
    first = built(writer, items, INFOS)
    shuffler.shuffle(items)
    assert built(writer, items, {"a": {"c": 2, "d": 1}, "z": 1}).oid == first.oid


@settings(max_examples=40)
@given(CONTENTS, CONTENTS, CONTENTS)
def test_history_does_not_matter(contents, noise, before):
    """Built at once, or edited out of another dataset with detours, the snapshot is the same."""
    writer = small_writer()
    expected = built(writer, items_of(contents))
    current = built(writer, items_of(before))
    for change in (noise, dict.fromkeys(noise), contents):
        changes = {
            item_key(*key): None if content is None else item_of(key, content)
            for key, content in change.items()
        }
        current = Dataset(writer, edit_snapshot(writer, current, changes, media=store_media))
    gone = {item_key(*key): None for key in before if key not in contents}
    current = Dataset(writer, edit_rows(writer, current, gone))
    assert current.oid == expected.oid
    assert current.snapshot == expected.snapshot


@settings(max_examples=40)
@given(CONTENTS)
def test_one_by_one_is_all_at_once(contents):
    """Items added one at a time to nothing give the snapshot of all."""
    writer = small_writer()
    current = Dataset(writer, empty_snapshot(writer))
    assert current.oid == Dataset(writer, build_snapshot(writer, empty(), media=store_media)).oid
    for item in items_of(contents):
        oid = edit_snapshot(
            writer, current, {key_of(item): item}, media=store_media, categories=KNOWN
        )
        current = Dataset(writer, oid)
    if contents:
        assert current.oid == built(writer, items_of(contents)).oid


def empty():
    return Reading(categories=Categories(), items=())


@settings(max_examples=50)
@given(CONTENTS, CONTENTS)
def test_a_dataset_reads_as_a_dict(before, edits):
    """Iteration, subsets, counts, keys and look-ups agree with a dict, after edits too."""
    writer = small_writer()
    dataset = built(writer, items_of(before))
    changes = {item_key(*key): item_of(key, content) for key, content in edits.items()}
    dataset = Dataset(writer, edit_snapshot(writer, dataset, changes, media=store_media))
    model = {
        item_key(*key): item_of(key, content)
        for key, content in sorted({**before, **edits}.items())
    }
    model = dict(sorted(model.items()))
    assert list(dataset) == list(model.values())
    assert list(dataset.keys()) == list(model)
    assert len(dataset) == len(model)
    assert dataset.annotation_count == sum(len(item.annotations) for item in model.values())
    subsets = sorted({item.subset for item in model.values()}, key=str.encode)
    assert dataset.subsets() == subsets
    for subset in [*subsets, "", "none", "a\0b", "\ud800"]:
        mine = [item for item in model.values() if item.subset == subset]
        assert list(dataset.items(subset)) == mine
        assert dataset.count(subset) == len(mine)
        assert list(dataset.keys(subset)) == [key_of(item) for item in mine]
    for item in model.values():
        assert item.key in dataset
        assert dataset[item.key] == dataset.get(*item.key) == item
    assert [(key_of(item), row) for item, row in dataset.pairs()] == list(dataset.rows())
    find = dataset.lookup()
    wanted = [b"", *model, b"a\0", b"zzz\0z"]
    wanted = wanted[::2] + wanted[1::2][::-1]
    assert [find(key) for key in wanted] == [dict(dataset.rows()).get(key) for key in wanted]


@pytest.mark.parametrize(
    "key", [("", "x"), ("x", ""), ("a\0b", "c"), ("a", "\ud800"), ("a", "b"), "a", ("a",), 7]
)
def test_what_is_not_there(key):
    """Names that no item can have are not there, as others are not."""
    dataset = dataset_in_memory([Item(id="i", subset="s")])
    assert key not in dataset
    if isinstance(key, tuple) and len(key) == 2:
        assert dataset.get(*key) is None
        with pytest.raises(UnknownNameError):
            dataset[key]


@pytest.mark.parametrize(
    ("subset", "item_id"), [("", "x"), ("x", ""), ("a\0b", "c"), ("a", "\ud800"), ("\udfff", "a")]
)
def test_names_that_no_item_can_have(subset, item_id):
    """They are refused when the item is written."""
    with pytest.raises(UsageError):
        dataset_in_memory([Item(id=item_id, subset=subset)])


def test_two_items_of_one_key_are_refused():
    """Neither overwrites the other."""
    with pytest.raises(UsageError, match="s/i is there twice"):
        dataset_in_memory([Item(id="i", subset="s"), Item(id="i", subset="s")])


def test_an_item_under_another_key_is_refused():
    """The key is not in the item's bytes, so a wrong one would rename it."""
    dataset = dataset_in_memory([])
    with pytest.raises(UsageError, match="s/i under the key s/j"):
        edit_snapshot(
            dataset.store,
            dataset,
            {item_key("s", "j"): Item(id="i", subset="s")},
            media=store_media,
        )


def test_annotations_keep_their_ids_when_read_again():
    """A second reading without ids inherits those of the first."""
    writer = MemoryStore().writer()
    boxes = [Box(x=10.0 * n, y=0.0, w=5.0, h=5.0) for n in range(3)]
    first = built(writer, [Item(id="i", annotations=tuple(boxes))])
    moved = replace(boxes[2], y=0.5)
    reading = Reading(categories=KNOWN, items=[Item(id="i", annotations=(moved, boxes[0]))])
    oid = build_snapshot(writer, reading, media=store_media, previous=first, trust_ids=False)
    (item,) = Dataset(writer, oid)
    assert [one.id for one in item.annotations] == [3, 1]


def test_a_key_that_is_none_is_corrupt():
    """A tree whose keys are no subset and id is a corrupt object, not a crash."""
    writer = MemoryStore().writer()
    row, _ = write_row(writer, Item(id="i", subset="s"), media=store_media)
    dataset = dataset_in_memory([], writer=writer)
    for key in (b"no zero", b"\xff\0a", b"a\0b\0c"):
        broken = Dataset(writer, edit_rows(writer, dataset, {key: row}))
        with pytest.raises(CorruptObjectError, match="no key of an item"):
            list(broken)


def big(writer, count=5000):
    items = (
        Item(id=f"{n:06d}", annotations=(Box(id=1, x=float(n), y=0.0, w=1.0, h=1.0),))
        for n in range(count)
    )
    return dataset_in_memory(items, ["a"], writer=writer)


def test_an_edit_costs_a_path_of_nodes():
    """One box of 5 000 items: a few objects are read and written, and the items stay."""
    writer = CountingWriter()
    dataset = big(writer)
    writer.reset()
    item = dataset["default", "002500"]
    notes = (replace(item.annotations[0], w=2.0),)
    changed = replace(item, annotations=notes)
    oid = edit_snapshot(writer, dataset, {key_of(item): changed}, media=store_media)
    assert Dataset(writer, oid).snapshot.items == dataset.snapshot.items
    assert len(writer.writes) <= 6  # annotations, snapshot, and the path of one tree
    assert len(writer.reads) <= 40


def test_many_edits_read_each_leaf_once():
    """500 neighbouring edits read less than two objects each."""
    writer = CountingWriter()
    dataset = big(writer)
    rows = list(dataset.rows())[1000:1500]
    writer.reset()
    edit_rows(writer, dataset, {key: Row(row.item, None) for key, row in rows})
    assert len(writer.reads) < 500 + 100  # the annotations, to count them, and some nodes


def test_counting_reads_no_item():
    """Subsets and counts come from the nodes alone."""
    writer = CountingWriter()
    dataset = big(writer)
    writer.reset()
    assert dataset.subsets() == ["default"]
    assert dataset.count("default") == 5000
    assert len(writer.reads) < 20


@pytest.mark.parametrize("value", [1, 1.0, True, None])
def test_what_is_read_again_is_as_if_read_first(value):
    """Annotations that only seem equal, as 1 and True do, are written anew; others keep theirs."""
    writer = small_writer()
    box = Box(x=1.0, y=2.0, w=3.0, h=4.0, label=0, attributes={} if value is None else {"a": value})
    plain = Box(x=5.0, y=2.0, w=3.0, h=4.0, label=1)
    before = built(writer, [Item(id="i", annotations=(replace(box, attributes={"a": 1}), plain))])
    same = built(writer, [Item(id="i", annotations=(box, plain))])
    reading = Reading(categories=KNOWN, items=[Item(id="i", annotations=(box, plain))], infos={})
    for previous in (before, same):
        again = build_snapshot(writer, reading, media=store_media, previous=previous)
        assert again == same.oid
