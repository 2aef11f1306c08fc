"""COCO to COCO is the identity: what tools read is as it was, and there is nothing beside it."""

import json

import pytest

from datum.project.converting import convert
from datum.project.exporting import Export

TOP = {
    "info": {"description": "made for a test", "year": 2017},
    "licenses": [{"id": 1, "name": "none", "url": ""}],
    "categories": [
        {"id": 1, "name": "person", "supercategory": "person"},
        {"id": 18, "name": "dog", "supercategory": "animal", "colour": "brown"},
    ],
}
RING = [10.5, 10.0, 50.25, 10.0, 50.25, 40.13, 10.5, 40.0]
SECOND = [1.0, 1.0, 5.0, 1.0, 5.0, 4.0]


def image(number, **more):
    name = f"{number:012d}.jpg"
    return {"id": number, "file_name": name, "height": 48, "width": 64, "license": 1, **more}


def thing(number, image_id, outline=(RING,), *, box=(10.5, 10.0, 39.75, 30.13), **more):
    return {
        "id": number,
        "image_id": image_id,
        "category_id": 18,
        "bbox": list(box),
        "segmentation": [list(ring) for ring in outline],
        "area": 1195.1,
        "iscrowd": 0,
        **more,
    }


CROWD = {"size": [48, 64], "counts": [100, 20, 48 * 64 - 120]}
ANNOTATIONS = {
    "polygons": [
        thing(7, 9),
        thing(900, 9, (RING, SECOND)),
        thing(8, 9, (SECOND,), category_id=1),
        thing(40, 4),
    ],
    "boxes alone": [thing(3, 9, ()), thing(2, 9, ()), thing(5, 4, ())],
    "keys that nobody knows": [thing(2**40, 9, source="by hand", tags=["a", 1, None], sure=1.5)],
    "ids from the end": [thing(number, 9, (RING, SECOND)) for number in (9, 8, 7)],
    "a crowd": [thing(1, 9), thing(2, 9) | {"segmentation": CROWD, "iscrowd": 1, "area": 20}],
    "none": [],
}


def there_and_back(tmp_path, document):
    """The file that a conversion from COCO to COCO gives."""
    file = tmp_path / "in" / "annotations" / "instances_val.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(document))
    convert(
        tmp_path / "in",
        "coco_instances",
        tmp_path / "out",
        Export(format="coco_instances", save_media=False),
    )
    return json.loads((tmp_path / "out" / "annotations" / "instances_val.json").read_bytes())


@pytest.mark.parametrize("name", ANNOTATIONS)
def test_a_file_comes_back_as_it_was(tmp_path, name):
    """Images, annotations, categories, info, licenses have equal values and no further keys."""
    images = [image(9, coco_url="http://example.org/9"), image(4, date_captured=None), image(5)]
    document = {**TOP, "images": images, "annotations": ANNOTATIONS[name]}
    found = there_and_back(tmp_path, document)
    assert by_id(found) == by_id(document)


def by_id(document):
    """The file with its lists in the order of ids."""
    return {
        key: sorted(value, key=lambda entry: entry["id"]) if isinstance(value, list) else value
        for key, value in document.items()
    }
