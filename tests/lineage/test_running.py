"""Running operations: what is computed again after a change, and that the result is the same."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from datum.dataset.dataset import Dataset
from datum.dataset.keys import key_of
from datum.dataset.media import store_media
from datum.dataset.write import edit_snapshot
from datum.errors import UsageError
from datum.lineage import operations
from datum.lineage.operations import find_operation, transform_operation
from datum.lineage.running import Earlier, Workplace, run_operation
from datum.model import Box, Categories, Item
from datum.objects.memo import MemoryMemo
from datum.objects.memory import MemoryStore
from datum.plugins import Option, Transform
from datum.testing.counting import CountingWriter, dataset_in_memory

LABELS = Categories.of(["cat", "dog", "cow"])


def drop(item, context):
    """Items of the subset ``val`` go; labels above 1 go, which is counted."""
    if item.subset == "val" and item.id.startswith("b"):
        return None
    kept = tuple(one for one in item.annotations if one.label < 2)
    for one in item.annotations:
        if one.label >= 2:
            context.losses.add("box", f"label {one.label}", where=item.id)
    return item if len(kept) == len(item.annotations) else replace(item, annotations=kept)


def shift(item, context):
    """Boxes move by an option's value."""
    return replace(
        item,
        annotations=tuple(
            replace(one, x=one.x + context.options["by"]) for one in item.annotations
        ),
    )


def rename(item, _):
    """A name that depends on what is in the item."""
    return replace(item, id=f"{item.id}-{len(item.annotations)}")


def both(item, _):
    """Two of one where it has annotations, none where it has none."""
    return [replace(item, id=f"{item.id}{n}") for n in range(2 if item.annotations else 0)]


TRANSFORMS = {
    "drop": Transform(name="drop", title="", help="", item=drop),
    "shift": Transform(
        name="shift",
        title="",
        help="",
        item=shift,
        options=(Option(name="by", type=float, default=1.0),),
    ),
    "rename": Transform(name="rename", title="", help="", item=rename),
    "both": Transform(name="both", title="", help="", expand=both),
}


@pytest.fixture(autouse=True, scope="module")
def _installed():
    """The transforms above are what there is."""
    before = operations.find_transform
    operations.find_transform = TRANSFORMS.__getitem__
    yield
    operations.find_transform = before


def workplace(writer, memo=None):
    return Workplace(writer=writer, software={"datum": "1"}, memo=memo)


def box(label, x=1.0):
    return Box(id=label + 1, label=label, x=x, y=0.0, w=2.0, h=2.0)


boxes = st.lists(st.integers(0, 2), max_size=2, unique=True).map(
    lambda found: tuple(map(box, found))
)
keys = st.tuples(
    st.sampled_from(["train", "val"]), st.sampled_from([f"{a}{n}" for a in "abc" for n in range(4)])
)
sets = st.dictionaries(keys, boxes, min_size=6)
edits = st.dictionaries(keys, st.none() | boxes, max_size=3)
links = st.sampled_from(
    [
        ("transform drop", {}),
        ("transform shift", {"by": 2.5}),
        ("transform rename", {}),
        ("transform both", {}),
        ("filter", {"expression": "/item/annotation[x > 2]", "mode": "annotations"}),
        ("filter", {"expression": "/item[annotation/label='dog' or subset='val']"}),
        ("filter", {"expression": "/item/annotation[label!='dog']", "mode": "i+a"}),
    ]
)


def items_of(contents):
    return [Item(subset=key[0], id=key[1], annotations=notes) for key, notes in contents.items()]


@settings(max_examples=60)
@given(sets, edits, st.lists(links, min_size=1, max_size=4))
def test_a_result_brought_up_to_date_is_the_result_from_nothing(contents, changes, chain):
    """Any edits, any chain: snapshots and losses are equal, whatever was remembered."""
    writer, memo = MemoryStore().writer(), MemoryMemo()
    old = dataset_in_memory(items_of(contents), LABELS, writer=writer)
    new = Dataset(writer, edit_snapshot(writer, old, changes_of(changes), media=store_media))
    for name, parameters in chain:
        operation = find_operation(name, parameters)
        first = run_operation(operation, old, workplace(writer, memo))
        earlier = Earlier(old.oid, first.snapshot)
        updated = run_operation(operation, new, workplace(writer, memo), earlier=earlier)
        again = run_operation(operation, new, workplace(writer))
        assert updated.snapshot == again.snapshot
        assert updated.losses.to_json() == again.losses.to_json()
        assert updated.recipe == again.recipe
        assert_whole(writer, again.snapshot)
        old, new = Dataset(writer, first.snapshot), Dataset(writer, again.snapshot)


def changes_of(changes):
    items = {
        key: None if notes is None else Item(subset=key[0], id=key[1], annotations=notes)
        for key, notes in changes.items()
    }
    return {f"{key[0]}\0{key[1]}".encode(): item for key, item in items.items()}


def assert_whole(writer, snapshot):
    """Counts and trees say what building from the items says."""
    found = Dataset(writer, snapshot)
    built = dataset_in_memory(list(found), found.categories, writer=writer)
    assert built.oid == found.oid


@pytest.fixture
def many():
    """A function: 2 000 items, and the same with some edited, in a store that counts."""
    writer = CountingWriter()
    contents = [Item(subset="train", id=f"a{n:05}", annotations=(box(n % 3),)) for n in range(2000)]
    old = dataset_in_memory(contents, LABELS, writer=writer)

    def edited(*places):
        changed = [replace(contents[n], annotations=(box(1, x=50.0 + n),)) for n in places]
        return Dataset(
            writer,
            edit_snapshot(writer, old, {key_of(one): one for one in changed}, media=store_media),
        )

    return writer, old, edited


def test_what_did_not_change_is_not_read(many, monkeypatch):
    """Of 2 000 items, a chain of six reads and writes what belongs to the three that changed."""
    writer, old, edited = many
    memo = MemoryMemo()
    chain = [
        ("transform drop", {}),
        ("transform shift", {"by": 1.0}),
        ("transform rename", {}),
        ("transform shift", {"by": 2.0}),
        ("transform both", {}),
        ("filter", {"expression": "/item/annotation[x > 2]", "mode": "annotations"}),
    ]
    new = edited(100, 900, 1700)
    computed = []
    for name, transform in TRANSFORMS.items():
        run = transform.item or transform.expand
        field = "item" if transform.item else "expand"

        def told(item, context, run=run):
            computed.append(item.key)
            return run(item, context)

        monkeypatch.setitem(TRANSFORMS, name, replace(transform, **{field: told}))
    for name, parameters in chain:
        operation = find_operation(name, parameters)
        first = run_operation(operation, old, workplace(writer, memo))
        writer.reset()
        computed.clear()
        earlier = Earlier(old.oid, first.snapshot)
        updated = run_operation(operation, new, workplace(writer, memo), earlier=earlier)
        assert len(computed) in (0, 6, 12)  # before and after; two of one after `both`; no filter
        assert len(set(writer.reads)) < 120
        assert len(set(writer.writes)) < 50
        old, new = Dataset(writer, first.snapshot), Dataset(writer, updated.snapshot)
    assert_whole(writer, new.oid)


def test_an_operation_that_changes_little_writes_little(many):
    """Even from nothing, the trees of the input are edited and not made anew."""
    writer, _, edited = many
    dataset = edited(100, 900)
    operation = find_operation("filter", {"expression": "/item[annotation/x < 50]"})
    writer.reset()
    run_operation(operation, dataset, workplace(writer))
    assert len(writer.writes) < 20


def test_what_changed_much_is_computed_from_nothing(many):
    """More than a quarter: computing it before and after would cost more."""
    writer, old, edited = many
    memo = MemoryMemo()
    operation = transform_operation("shift", {})
    first = run_operation(operation, old, workplace(writer, memo))
    new = edited(*range(600))
    updated = run_operation(
        operation, new, workplace(writer, memo), earlier=Earlier(old.oid, first.snapshot)
    )
    assert updated.snapshot == run_operation(operation, new, workplace(writer)).snapshot


def test_names_that_clash_after_a_change_are_refused():
    """An item that changed may not take the name of one that did not; they may swap it."""
    TRANSFORMS["single"] = Transform(
        name="single",
        title="",
        help="",
        item=lambda item, _: replace(item, id="one") if item.annotations else item,
    )
    writer, memo = MemoryStore().writer(), MemoryMemo()
    contents = [Item(id=f"{n}", annotations=(box(0),) if n == 4 else ()) for n in range(9)]
    old = dataset_in_memory(contents, LABELS, writer=writer)
    operation = transform_operation("single", {})
    first = run_operation(operation, old, workplace(writer, memo))
    clash = {b"default\x007": Item(id="7", annotations=(box(1),))}
    swap = {**clash, b"default\x004": Item(id="4")}

    def updated(changes):
        new = Dataset(writer, edit_snapshot(writer, old, changes, media=store_media))
        earlier = Earlier(old.oid, first.snapshot)
        made = run_operation(operation, new, workplace(writer, memo), earlier=earlier)
        return Dataset(writer, made.snapshot)

    assert [item.id for item in updated(swap)] == [*"01234568", "one"]
    with pytest.raises(UsageError, match="both be default/one"):
        updated(clash)


def test_results_of_other_code_are_not_built_upon():
    """An earlier result that is not what the operation makes is left aside."""
    writer, memo = MemoryStore().writer(), MemoryMemo()
    old = dataset_in_memory(
        [Item(id=f"{n}", annotations=(box(0),)) for n in range(9)], LABELS, writer=writer
    )
    operation = transform_operation("shift", {})
    run_operation(operation, old, workplace(writer, memo))
    changes = {b"default\x003": Item(id="3", annotations=(box(1),))}
    new = Dataset(writer, edit_snapshot(writer, old, changes, media=store_media))
    wrong = Earlier(old.oid, old.oid)
    made = run_operation(operation, new, workplace(writer, memo), earlier=wrong)
    assert made.snapshot == run_operation(operation, new, workplace(writer)).snapshot


def test_losses_are_told_again(many):
    """Those of items that did not change are remembered, with the same examples in the same order."""
    writer, old, edited = many
    memo = MemoryMemo()
    operation = transform_operation("drop", {})
    first = run_operation(operation, old, workplace(writer, memo))
    assert first.losses.rows() == [("box", "label 2", 666, ("a00002", "a00005", "a00008"))]
    new = edited(2, 8)
    updated = run_operation(
        operation, new, workplace(writer, memo), earlier=Earlier(old.oid, first.snapshot)
    )
    assert updated.losses.rows() == [("box", "label 2", 664, ("a00005", "a00011", "a00014"))]


def test_without_memory_everything_is_computed(many):
    """Where the losses are not known any more; the result is the same."""
    writer, old, edited = many
    operation = transform_operation("drop", {})
    first = run_operation(operation, old, workplace(writer))
    new = edited(2)
    updated = run_operation(
        operation, new, workplace(writer, MemoryMemo()), earlier=Earlier(old.oid, first.snapshot)
    )
    assert updated.losses.rows()[0][2] == 665


def test_two_of_one_name():
    """Found while computing, and where one was there already."""
    contents = [Item(id="a", annotations=(box(0),)), Item(id="a-1")]
    dataset = dataset_in_memory([*contents, Item(id="a-1-0")], LABELS)
    expand = Transform(name="one", title="", help="", item=lambda item, _: replace(item, id="one"))
    TRANSFORMS["one"] = expand
    with pytest.raises(UsageError, match="both be default/one"):
        run_operation(transform_operation("one", {}), dataset, workplace(dataset.store))
    to_other = Transform(
        name="other",
        title="",
        help="",
        item=lambda item, _: replace(item, id="a-1") if item.id == "a" else item,
    )
    TRANSFORMS["other"] = to_other
    with pytest.raises(UsageError, match="both be default/a-1"):
        run_operation(transform_operation("other", {}), dataset, workplace(dataset.store))
