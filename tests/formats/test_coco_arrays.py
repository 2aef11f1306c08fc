"""Annotations of many images by arrays are those that come out one by one."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from datum.errors import FormatError
from datum.model.columns import annotations_of
from datum_formats._common import rle
from datum_formats.coco.arrays import columns_of_anns
from datum_formats.coco.objects import ItemReader
from datum_formats.coco.segmentation import area_of, outline
from datum_formats.coco.shapes import Ann

numbers = st.one_of(st.integers(-3, 9), st.floats(-99, 99).map(lambda x: round(x, 2)))
rings = st.lists(numbers, min_size=0, max_size=9)
masks = st.lists(st.integers(0, 9), min_size=1, max_size=6).map(
    lambda runs: {"counts": rle.compress(runs, 1, sum(runs)).decode(), "size": [1, sum(runs)]}
)
fields = st.fixed_dictionaries(
    {"image_id": st.integers(1, 3), "id": st.integers(-1, 12)},
    optional={
        "category_id": st.integers(0, 2),
        "bbox": st.lists(numbers, min_size=0, max_size=4),
        "segmentation": st.one_of(st.none(), st.lists(rings, max_size=3), masks),
        "area": st.one_of(st.just(0), st.integers(0, 20), st.floats(0, 1e4)),
        "iscrowd": st.sampled_from([0, 1, 2, False, True, 0.5]),
        "score": st.floats(0, 1),
        "attributes": st.dictionaries(st.sampled_from(["a", "area", "is_crowd"]), st.booleans()),
        "caption": st.just("c"),
    },
)
documents = st.lists(fields, max_size=6)
firsts = st.one_of(st.none(), st.integers(0, 12))


def anns_of(entries):
    return msgspec.json.decode(msgspec.json.encode(entries), type=list[Ann])


def grouped(anns):
    return [[ann for ann in anns if ann.image_id == image] for image in (1, 2, 3)]


def one_by_one(groups, first_new):
    reader = ItemReader({})
    return [reader.read([(ann, first_new) for ann in group]) for group in groups]


@given(documents, firsts)
def test_arrays_give_the_annotations_that_come_one_by_one(entries, first_new):
    columns = columns_of_anns(grouped(anns_of(entries)), first_new)
    try:
        expected = one_by_one(grouped(anns_of(entries)), first_new)
    except FormatError:
        assert columns is None
        return
    if columns is not None:
        found = list(annotations_of(columns))
        assert repr(found) == repr(expected)


@given(st.lists(st.tuples(st.integers(1, 3), rings.filter(lambda r: len(r) > 5)), max_size=9))
def test_plain_instances_go_by_arrays(objects):
    entries = [
        {
            "id": n,
            "image_id": image,
            "category_id": 1,
            "bbox": [0, 0, 1, 1],
            "segmentation": [ring[: len(ring) // 2 * 2]],
            "area": 1.5,
            "iscrowd": 0,
        }
        for n, (image, ring) in enumerate(objects, start=1)
    ]
    assert columns_of_anns(grouped(anns_of(entries)), None) is not None


def test_an_area_that_follows_from_the_outline_is_no_attribute():
    square = [0, 0, 2, 0, 2, 2, 0, 2]
    entry = {"id": 1, "image_id": 1, "segmentation": [square, square], "area": 8.0000001}
    columns = columns_of_anns(grouped(anns_of([entry, {**entry, "id": 2, "area": 4}])), None)
    assert columns is not None
    assert columns.attributes == {2: {"area": 4}, 3: {"area": 4}}
    assert area_of(one_by_one([anns_of([entry])], None)[0]) == 8
    assert outline(anns_of([entry])[0].segmentation) == [tuple(square)] * 2
