"""Reading COCO: files as the specification has them, layouts, and files that are wrong."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from datum.errors import FormatError
from datum.model import Box, Caption, Item, Label, Mask, Points, Polygon, Skeleton
from datum.model.batches import single
from datum.plugins import Format, Reading, parse_options
from datum.testing.datasets import image_bytes
from datum_formats.coco import CAPTIONS, COCO, INSTANCES, LABELS

IMAGE = {
    "id": 7,
    "width": 8,
    "height": 6,
    "file_name": "a.jpg",
    "license": 1,
    "flickr_url": "http://f/a",
    "coco_url": "http://c/a",
    "date_captured": "2013-11-14 17:02:52",
}
CATEGORY = {"id": 18, "name": "dog", "supercategory": "animal"}
OBJECT = {
    "id": 5,
    "image_id": 7,
    "category_id": 18,
    "segmentation": [[1.0, 1.0, 5.0, 1.0, 5.0, 4.0]],
    "area": 6.0,
    "bbox": [1.0, 1.0, 4.0, 3.0],
    "iscrowd": 0,
}
PERSON = {
    "id": 1,
    "name": "person",
    "supercategory": "person",
    "keypoints": ["nose", "eye"],
    "skeleton": [[1, 2]],
}


def document(*annotations: dict, **keys) -> dict:
    return {
        "images": [IMAGE],
        "categories": [CATEGORY],
        "annotations": list(annotations),
        **keys,
    }


def put(root: Path, **files) -> Path:
    folder = root / "annotations"
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        text = content if isinstance(content, str) else json.dumps(content)
        (folder / f"{name}.json").write_text(text)
    return root


def reading(path: Path, card: Format = COCO, **options) -> Reading:
    found = card.read(path, parse_options(card.read_options, options, card.name))
    return replace(found, items=single(found.items))


def only(path: Path, card: Format = COCO) -> Item:
    [item] = reading(path, card).items
    return item


def test_an_object_is_a_box_and_polygons_of_one_group(tmp_path):
    """The id of the annotation is the leader's id and the group of all parts."""
    item = only(put(tmp_path, instances_train2017=document(OBJECT)))
    assert (item.subset, item.id, item.size) == ("train2017", "a", (6, 8))
    assert item.annotations == (
        Box(x=1.0, y=1.0, w=4.0, h=3.0, id=5, label=0, group=5),
        Polygon(points=(1.0, 1.0, 5.0, 1.0, 5.0, 4.0), label=0, group=5),
    )


def test_keys_of_images_and_categories_are_kept(tmp_path):
    """What has no field is an attribute of the item, or an info of the label."""
    category = {**CATEGORY, "isthing": 1, "color": [1, 2, 3]}
    found = reading(put(tmp_path, instances_val={**document(), "categories": [category]}))
    [item] = found.items
    assert item.attributes == {
        key: value for key, value in IMAGE.items() if key not in ("file_name", "width", "height")
    }
    [label] = found.categories.labels
    assert (label.name, label.parent, label.color) == ("dog", "animal", (1, 2, 3))
    assert label.infos == {"id": 18, "isthing": 1}


@pytest.mark.parametrize("counts", [[8, 4, 36], "84T1"], ids=["plain", "compressed"])
def test_a_crowd_is_a_mask_with_an_attribute(tmp_path, counts):
    """Run lengths in both forms are the same mask; iscrowd is the attribute is_crowd."""
    crowd = {**OBJECT, "iscrowd": 1, "segmentation": {"counts": counts, "size": [6, 8]}, "area": 4}
    _, mask = only(put(tmp_path, instances_a=document(crowd))).annotations
    assert isinstance(mask, Mask)
    assert (mask.height, mask.width, mask.attributes) == (6, 8, {"is_crowd": True})
    assert mask.counts == b"84T1"


def test_no_crowd_says_nothing(tmp_path):
    """An object that is no crowd has no attribute that validation could stumble over."""
    item = only(put(tmp_path, instances_a=document(OBJECT)))
    assert all(not annotation.attributes for annotation in item.annotations)


def test_category_zero_is_one_like_others(tmp_path):
    """An annotation of category 0 keeps its label."""
    categories = [{"id": 3, "name": "x"}, {"id": 0, "name": "y"}]
    path = put(
        tmp_path, instances_a={**document({**OBJECT, "category_id": 0}), "categories": categories}
    )
    found = reading(path)
    assert found.categories.names() == ("x", "y")
    assert [annotation.label for item in found.items for annotation in item.annotations] == [1, 1]


def test_ids_of_categories_can_be_indexes(tmp_path):
    """With keep_original_category_ids the gaps become labels."""
    path = put(tmp_path, instances_a={**document({**OBJECT, "category_id": 2})})
    (path / "annotations/instances_a.json").write_text(
        json.dumps(
            {
                **document({**OBJECT, "category_id": 2}),
                "categories": [{"id": 2, "name": "y"}, {"id": 0, "name": "x"}],
            }
        )
    )
    found = reading(path, keep_original_category_ids=True)
    assert found.categories.names() == ("x", "class-1", "y")
    assert [annotation.label for item in found.items for annotation in item.annotations] == [2, 2]


def test_categories_of_one_name_stay_apart(tmp_path):
    """Two categories of a file with one name are two labels."""
    categories = [{"id": 0, "name": "x"}, {"id": 1, "name": "x"}]
    found = reading(put(tmp_path, instances_a={**document(), "categories": categories}))
    assert found.categories.names() == ("x", "x#1")


def person(**keys) -> dict:
    return {
        "images": [IMAGE],
        "categories": [PERSON],
        "annotations": [{**OBJECT, "category_id": 1, **keys}],
    }


def test_instances_and_keypoints_are_one_object(tmp_path):
    """The same id in both files is one object: nothing twice, no keypoints dropped."""
    keypoints = {"keypoints": [2, 2, 2, 0, 0, 0], "num_keypoints": 1}
    plain = {**person(), "categories": [{"id": 1, "name": "person", "supercategory": "person"}]}
    captions = {"images": [IMAGE], "annotations": [{"id": 5, "image_id": 7, "caption": "hm"}]}
    path = put(
        tmp_path, instances_t=plain, person_keypoints_t=person(**keypoints), captions_t=captions
    )
    found = reading(path)
    [item] = found.items
    box, polygon, skeleton, caption = item.annotations
    assert isinstance(box, Box)
    assert isinstance(polygon, Polygon)
    assert skeleton == Skeleton(points=(2, 2, 0, 0), visibility=(2, 0), label=0, group=5)
    assert caption == Caption(text="hm")  # its id is taken in this item
    [spec] = found.categories.skeletons
    assert (spec.joints, spec.edges) == (("nose", "eye"), ((0, 1),))


def test_contradictions_keep_both(tmp_path):
    """One id with two boxes is two objects, of which the second has no id."""
    path = put(tmp_path, instances_t=person(), person_keypoints_t=person(bbox=[0, 0, 1, 1]))
    boxes = [one for one in only(path).annotations if isinstance(one, Box)]
    assert [(box.id, box.w) for box in boxes] == [(5, 4.0), (None, 1.0)]
    assert boxes[0].group != boxes[1].group


def test_annotations_with_one_id_are_both_kept(tmp_path):
    """Different annotations of one id in a file are not merged; the id stays with the first."""
    other = {**OBJECT, "bbox": [0, 0, 2, 2], "segmentation": []}
    boxes = [
        one
        for one in only(put(tmp_path, instances_a=document(OBJECT, other))).annotations
        if isinstance(one, Box)
    ]
    assert [(box.id, box.w, box.group) for box in boxes] == [(5, 4.0, 5), (None, 2.0, 0)]


def test_what_is_stated_otherwise_is_kept(tmp_path):
    """Area and number of keypoints are attributes where they do not follow from the geometry."""
    path = put(
        tmp_path,
        person_keypoints_t=person(keypoints=[2, 2, 2, 0, 0, 0], num_keypoints=2, area=5.5),
    )
    assert only(path).annotations[0].attributes == {"area": 5.5, "num_keypoints": 2}


def test_keypoints_without_names_are_points(tmp_path):
    """A skeleton needs a category that declares its joints."""
    path = put(tmp_path, person_keypoints_t=document({**OBJECT, "keypoints": [1, 2, 1]}))
    assert only(path).annotations[-1] == Points(points=(1, 2), visibility=(1,), label=0, group=5)


def test_labels_scores_attributes_and_further_keys(tmp_path):
    """Extensions are read: image labels, scores, attributes with their types, unknown keys."""
    label = {"id": 1, "image_id": 7, "category_id": 18, "score": 0.5}
    label |= {"attributes": {"n": 1, "b": True, "l": [1, "x"]}, "track_id": 4}
    found = reading(put(tmp_path, labels_a=document(label)), LABELS)
    [item] = found.items
    attributes = {"n": 1, "b": True, "l": [1, "x"], "track_id": 4}
    assert item.annotations == (Label(id=1, label=0, score=0.5, attributes=attributes),)
    assert found.infos == {"coco_keys": ["track_id"]}


def test_infos_are_kept_once_or_by_file(tmp_path):
    """Info and licenses that all files share are the dataset's, others go by the file."""
    licenses = [{"id": 1, "name": "x"}]
    one = document(licenses=licenses, info={"year": 1})
    other = document(licenses=licenses, info={"year": 2})
    found = reading(put(tmp_path, instances_a=one, instances_b=other))
    assert found.infos == {
        "licenses": licenses,
        "coco_files": {
            "instances_a": {"info": {"year": 1}},
            "instances_b": {"info": {"year": 2}},
        },
    }


def test_order_is_that_of_the_file(tmp_path):
    """Images and annotations are not turned round."""
    images = [{**IMAGE, "id": n, "file_name": f"{n}.jpg"} for n in (3, 1, 2)]
    objects = [{**OBJECT, "id": n, "image_id": 1} for n in (9, 4, 6)]
    items = list(reading(put(tmp_path, instances_a={**document(*objects), "images": images})).items)
    assert [item.id for item in items] == ["3", "1", "2"]
    assert [one.id for one in items[1].annotations if one.id] == [9, 4, 6]


def test_names_that_differ_by_extension_stay_whole(tmp_path):
    """Two images that differ by extension alone are two items."""
    images = [{**IMAGE, "id": n, "file_name": f"x/a.{ext}"} for n, ext in enumerate(["jpg", "png"])]
    items = reading(put(tmp_path, image_info_a={"images": images})).items
    assert [item.id for item in items] == ["x/a.jpg", "x/a.png"]


@pytest.mark.parametrize("place", ["images/train", "images", "train", ".", "annotations"])
def test_images_are_found(tmp_path, place):
    """In images/<subset>, images, <subset>, the root, or beside the file."""
    root = put(tmp_path, instances_train=document(OBJECT))
    (root / place).mkdir(parents=True, exist_ok=True)
    (root / place / "a.jpg").write_bytes(image_bytes(".jpg"))
    for path in (root, root / "annotations", root / "annotations/instances_train.json"):
        image = only(path, INSTANCES).image
        assert image.path == "a.jpg"
        assert image.content is not None


def test_sizes_come_from_images_where_not_stated(tmp_path):
    """The header of the image says what the file does not."""
    image = {"id": 1, "file_name": "a.png"}
    root = put(tmp_path, image_info_x={"images": [image]})
    (root / "a.png").write_bytes(image_bytes(".png", 5, 3))
    assert only(root).size == (5, 3)


@pytest.mark.parametrize(
    ("name", "subset"),
    [
        ("instances_train2017", "train2017"),
        ("instances_my_train", "train"),
        ("person_keypoints_val", "val"),
        ("image_info_test-dev2017", "test-dev2017"),
        ("instances", "default"),
        ("whatever", "default"),
    ],
)
def test_the_subset_is_after_the_last_underscore(tmp_path, name, subset):
    """The name of the file says task and subset."""
    assert only(put(tmp_path, **{name: document(OBJECT)})).subset == subset


def test_a_task_reads_its_own_files(tmp_path):
    """A card of one task leaves the files of the others alone."""
    captions = {"images": [IMAGE], "annotations": [{"id": 1, "image_id": 7, "caption": "hm"}]}
    path = put(tmp_path, instances_a=document(OBJECT), captions_a=captions)
    assert only(path, CAPTIONS).annotations == (Caption(text="hm", id=1),)
    assert len(only(path, INSTANCES).annotations) == 2


def test_links_out_of_the_dataset_are_refused(tmp_path):
    """An image that is a link to elsewhere is not taken in."""
    (tmp_path / "secret").write_bytes(b"x")
    root = tmp_path / "data"
    root.mkdir()
    put(root, instances_a=document(OBJECT))
    (root / "a.jpg").symlink_to(tmp_path / "secret")
    with pytest.raises(FormatError, match="leaves the dataset"):
        list(reading(root).items)


WRONG = {
    "no image 9": document({**OBJECT, "image_id": 9}),
    "no category 9": document({**OBJECT, "category_id": 9}),
    "annotation 5: a ring of 4": document({**OBJECT, "segmentation": [[1, 1, 2, 2]]}),
    "annotation 5: a ring of 7": document({**OBJECT, "segmentation": [[1, 1, 2, 2, 3, 3, 4]]}),
    "annotation 5: bbox has 3": document({**OBJECT, "bbox": [1, 2, 3]}),
    "annotation 5: run lengths": document(
        {**OBJECT, "segmentation": {"counts": [1, 2], "size": [6, 8]}}
    ),
    "annotation 5: run lengths do": document(
        {**OBJECT, "segmentation": {"counts": "9999", "size": [6, 8]}}
    ),
    "annotation 5: segmentation is neither": document({**OBJECT, "segmentation": "x"}),
    "annotation 5: 4 numbers": document({**OBJECT, "keypoints": [1, 2, 2, 3]}),
    "annotation 5: visibility": document({**OBJECT, "keypoints": [1, 2, 3]}),
    "annotation 5: iscrowd": document({**OBJECT, "iscrowd": 2}),
    "leaves the dataset": {**document(), "images": [{**IMAGE, "file_name": "../a.jpg"}]},
    "'/a.jpg' leaves": {**document(), "images": [{**IMAGE, "file_name": "/a.jpg"}]},
    "two different images have the id 7": {
        **document(),
        "images": [IMAGE, {**IMAGE, "file_name": "b.jpg"}],
    },
    "two images have the file_name": {**document(), "images": [IMAGE, {**IMAGE, "id": 8}]},
    "its size is": {**document(), "images": [{**IMAGE, "width": -1}]},
    "two categories have the id 18": {**document(), "categories": [CATEGORY, CATEGORY]},
    "links a keypoint": {**document(), "categories": [{**PERSON, "skeleton": [[0, 1]]}]},
    "category 18": {**document(), "categories": [{"id": 18}]},
    "it has no images": {"annotations": []},
    "annotations: not the JSON": document({**OBJECT, "bbox": "x"}),
    "NaN is not a number": json.dumps(document({**OBJECT, "area": float("nan")})),
    "-Infinity is not a number": json.dumps(document({**OBJECT, "score": float("-inf")})),
    "not the JSON that is expected": '{"images": [',
    "too deep": '{"images": [], "info": ' + "[" * 100_000 + "]" * 100_000 + "}",
}


@pytest.mark.parametrize("reason", WRONG)
def test_what_is_wrong_is_named(tmp_path, reason):
    """A file that is wrong raises a FormatError that names it and says why."""
    path = put(tmp_path, instances_a=WRONG[reason])
    with pytest.raises(FormatError) as caught:
        list(reading(path).items)
    assert reason in str(caught.value)
    assert caught.value.path == path / "annotations/instances_a.json"


def test_several_faults_are_told_at_once(tmp_path):
    """The error holds the other faults too."""
    bad = [{**OBJECT, "id": n, "image_id": 9} for n in range(3)]
    with pytest.raises(FormatError) as caught:
        list(reading(put(tmp_path, instances_a=document(*bad))).items)
    assert [error.reason for error in caught.value.others] == [
        "annotation 1: there is no image 9",
        "annotation 2: there is no image 9",
    ]
