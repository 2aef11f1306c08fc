"""Equality of every field but those that are ignored."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from pycocotools import mask as coco

from datum.comparison.equality import Equality, EqualityOptions
from datum.errors import UnknownNameError
from datum.model import Box, InMemory, Item, Mask, Media, Polygon
from datum.testing.annotations import any_annotations
from datum.testing.counting import CountingWriter, dataset_in_memory

BOX = Box(id=1, x=1, y=2, w=3, h=4, label=0, attributes={"a": 1})


def item(*notes, name="a", **more):
    """An item."""
    return Item(id=name, subset="s", annotations=notes, **more)


def compare(first, second, names=(("cat", "dog"),) * 2, **options):
    """What differs, and the report."""
    writer = CountingWriter()
    sides = [
        dataset_in_memory(items, labels, writer=writer)
        for items, labels in zip((first, second), names, strict=True)
    ]
    everything = options.pop("everything", False)
    equality = Equality(*sides, EqualityOptions(**options), everything=everything)
    return list(equality), equality.report()


def is_equal(first, second, **options):
    """Whether two annotations are."""
    return compare([item(first)], [item(second)], **options)[1].equal


@pytest.mark.parametrize(
    "change", [{"x": 1.5}, {"label": 1}, {"score": 0.5}, {"z_order": 1}, {"attributes": {"a": 1.0}}]
)
def test_every_field_counts(change):
    """Geometry, label, score, layer, and 1 is not 1.0 in an attribute."""
    assert not is_equal(BOX, replace(BOX, **change))
    name = next(iter(change))
    assert is_equal(BOX, replace(BOX, **change), fields=("id", "group", name))


def test_ids_and_groups_do_not_count_unless_asked():
    """They are numbers that each source chooses; other fields in their place make them count."""
    other = replace(BOX, id=9, group=4)
    assert is_equal(BOX, other)
    assert not is_equal(BOX, other, fields=())
    assert not is_equal(BOX, other, fields=("id",))
    assert is_equal(BOX, other, fields=("id", "group"))


def test_an_attribute_can_be_ignored():
    """Of annotations, and of items."""
    other = replace(BOX, attributes={"a": 1, "b": 2})
    assert not is_equal(BOX, other)
    assert is_equal(BOX, other, attributes=("b",))
    sides = [item(attributes={"x": 1})], [item(attributes={"x": True})]
    assert [one.fields for one in compare(*sides)[0]] == [("attributes.x",)]
    assert compare(*sides, item_attributes=("x",))[1].equal


def test_two_equal_annotations_need_two_on_the_other_side():
    """Each is matched once."""
    (one,), report = compare([item(BOX, replace(BOX, id=2))], [item(BOX)])
    assert (len(one.matched), len(one.first), len(one.second)) == (1, 1, 0)
    assert report.annotations == {"matched": 1, "first": 1, "second": 0}
    assert report.labels == (("box", "cat", 1, 0),)


def test_masks_are_equal_by_their_pixels():
    """Run lengths may say the same in two ways: here an empty run in the middle."""
    plain = coco.frPyObjects({"counts": [1, 2, 1], "size": [2, 2]}, 2, 2)["counts"]
    split = coco.frPyObjects({"counts": [1, 1, 0, 1, 1], "size": [2, 2]}, 2, 2)["counts"]
    assert plain != split
    sides = [Mask(id=1, height=2, width=2, counts=counts, label=0) for counts in (plain, split)]
    assert is_equal(*sides)
    turned = coco.frPyObjects({"counts": [0, 2, 2], "size": [2, 2]}, 2, 2)["counts"]
    assert not is_equal(sides[0], replace(sides[0], counts=turned))
    assert not is_equal(sides[0], replace(sides[0], counts=b"~~"))


def test_a_polygon_inside_another_is_not_equal_to_it():
    """Either way round, which the known tool gets wrong."""
    large = Polygon(id=1, points=(0, 0, 9, 0, 9, 9, 0, 9))
    small = Polygon(id=1, points=(2, 2, 5, 2, 5, 5, 2, 5))
    assert not is_equal(large, small)
    assert not is_equal(small, large)


def test_labels_are_compared_by_name():
    """In another order, annotations are equal and the categories are not."""
    found, report = compare(
        [item(BOX)], [item(replace(BOX, label=1))], (("cat", "dog"), ("dog", "cat"))
    )
    assert found == []
    assert report.categories.reordered
    assert not report.equal


def test_size_and_bytes_of_images_count_where_both_are_known():
    """The path does not, and media can be ignored."""

    def shot(data, width, path="p"):
        content = None if data is None else InMemory(data)
        return [item(media=(Media(path=path, width=width, height=2, content=content),))]

    assert compare(shot(b"1", 2), shot(None, None, "q"))[1].equal
    (one,), _ = compare(shot(b"1", 2), shot(b"2", 3))
    assert one.fields == ("media size", "media bytes")
    assert compare(shot(b"1", 2), shot(b"2", 3), fields=("media",))[1].equal


def test_items_of_one_side_are_differences():
    """Without reading what is equal."""
    found, report = compare([item(BOX), item(name="b")], [item(BOX), item(name="c")])
    assert [one.pair.one.id for one in found] == ["b", "c"]
    assert report.items == {"both": 1, "different": 0, "first": 1, "second": 1}
    assert not report.equal


def test_equal_datasets_are_told_by_their_ids():
    """Nothing is read but the snapshot and its categories."""
    writer = CountingWriter()
    sides = [dataset_in_memory([item(BOX)], ("cat",), writer=writer) for _ in range(2)]
    _ = [side.snapshot for side in sides]
    writer.reset()
    report = Equality(*sides).run()
    assert report.equal
    assert report.annotations == {"matched": 1, "first": 0, "second": 0}
    assert set(writer.reads) <= {sides[0].oid, sides[0].snapshot.categories}


def test_all_gives_what_is_equal_too():
    """With its pairs."""
    (one,), _ = compare([item(BOX)], [item(BOX)], everything=True)
    assert one.equal
    assert [(a.id, b.id) for a, b in one.matched] == [(1, 1)]


def test_an_unknown_field_is_an_error():
    """It names what there is."""
    with pytest.raises(UnknownNameError, match="labels"):
        compare([], [], fields=("labels",))


def test_annotations_without_labels_are_not_those_of_a_label_without_a_name():
    """None is nobody's name."""
    assert not is_equal(replace(BOX, label=None), BOX, names=(("",), ("",)))


NOTES = st.lists(any_annotations(4), max_size=3)


def items_of(several):
    """An item for each of several lists of annotations, which are numbered."""
    return [
        item(*(replace(note, id=n) for n, note in enumerate(notes)), name=str(number))
        for number, notes in enumerate(several)
    ]


@settings(max_examples=40)
@given(NOTES)
def test_a_dataset_is_equal_to_itself(several):
    """Also where every annotation is compared, in two stores."""
    found, report = compare(items_of(several), items_of(several), everything=True)
    assert report.equal
    assert not [one for one in found if one.first or one.second or one.fields]
    assert report.annotations["matched"] == sum(map(len, several))
    assert compare(items_of(several), items_of(several))[0] == []


@settings(max_examples=40)
@given(NOTES, NOTES)
def test_swapping_the_sides_swaps_what_is_unmatched(first, second):
    """As many are equal, and those of one side alone are those of the other."""
    one, other = (
        compare(items_of(a), items_of(b))[1] for a, b in ((first, second), (second, first))
    )
    assert one.annotations["first"] == other.annotations["second"]
    assert one.annotations["second"] == other.annotations["first"]
    assert one.annotations["matched"] == other.annotations["matched"]
    assert one.items["different"] == other.items["different"]
    assert {row[:2]: row[2:] for row in one.labels} == {row[:2]: row[:1:-1] for row in other.labels}
