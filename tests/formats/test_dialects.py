"""Dialects of COCO, VOC and tables, as Roboflow, LVIS, Objects365 and Kaggle have them; NDJSON."""

import json

import pytest

from datum.errors import FormatError
from datum.model import (
    Box,
    Categories,
    Label,
    Polygon,
    RotatedBox,
    Skeleton,
    SkeletonSpec,
)
from datum.plugins import find_format
from datum.testing.datasets import ListDataset, image_bytes, image_item
from datum.testing.running import assert_alone, put_files, read_all, write_all
from datum_formats.coco import COCO, INSTANCES, LVIS, OBJECTS365, ROBOFLOW
from datum_formats.roboflow_multiclass import ROBOFLOW_MULTICLASS
from datum_formats.voc import KAGGLE
from datum_formats.voc import ROBOFLOW as ROBOFLOW_VOC
from datum_formats.yolo import NDJSON

_BOX = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 2], "area": 6, "iscrowd": 0}
_PICTURE = image_bytes(".jpg")


def _coco(image, annotation=_BOX, **category):
    return {
        "images": [{"id": 1, "height": 6, "width": 8, **image}],
        "categories": [{"id": 1, "name": "cat", **category}],
        "annotations": [annotation],
    }


def test_roboflows_coco_is_read(tmp_path):
    """The form of https://roboflow.com/formats/coco-json: the first category is the others' parent."""
    said = _coco({"file_name": "a_jpg.rf.0.jpg"}, supercategory="pets")
    said["categories"].insert(0, {"id": 0, "name": "pets", "supercategory": "none"})
    files = {f"{one}/_annotations.coco.json": said for one in ("train", "valid")}
    files["valid/a_jpg.rf.0.jpg"] = _PICTURE
    dataset = read_all(ROBOFLOW, put_files(tmp_path, files))
    assert dataset.categories.names() == ("pets", "cat")
    train, valid = dataset
    assert (train.key, valid.key) == (("train", "a_jpg.rf.0"), ("valid", "a_jpg.rf.0"))
    assert valid.image.content is not None
    assert valid.annotations[0] == Box(id=1, label=1, x=1, y=2, w=3, h=2)


def test_lvis_is_read(tmp_path):
    """Images are named by their URLs and lie in the folders of COCO 2017; LVIS' keys are kept."""
    image = {
        "coco_url": "http://images.cocodataset.org/train2017/000000391895.jpg",
        "neg_category_ids": [3],
        "not_exhaustive_category_ids": [],
    }
    category = {"synset": "cat.n.01", "frequency": "f", "synonyms": ["cat"]}
    files = {"lvis_v1_val.json": _coco(image, **category), "train2017/000000391895.jpg": _PICTURE}
    dataset = read_all(LVIS, put_files(tmp_path, files))
    (item,) = dataset
    assert item.key == ("val", "000000391895")
    assert item.image.content.path.endswith("train2017/000000391895.jpg")
    assert item.attributes["neg_category_ids"] == [3]
    assert dataset.categories.labels[0].infos["frequency"] == "f"
    written, losses = write_all(LVIS, dataset)
    assert not losses
    again = json.loads(written["lvis_v1_val.json"])
    assert again["images"][0]["neg_category_ids"] == [3]
    assert again["categories"][0]["synset"] == "cat.n.01"


def test_lvis_lists_are_written_where_nothing_is_known():
    """Its evaluation needs the keys."""
    written, _ = write_all(LVIS, ListDataset([image_item("a")], Categories.of(["x"])))
    (image,) = json.loads(written["lvis_v1_train.json"])["images"]
    assert (image["neg_category_ids"], image["not_exhaustive_category_ids"]) == ([], [])


def test_objects365_is_read(tmp_path):
    """Its files say where images were before they were unpacked."""
    said = _coco({"file_name": "images/v1/patch8/objects365_v1_1.jpg"}, {**_BOX, "isfake": 0})
    files = {
        "annotations/zhiyuan_objv2_val.json": said,
        "val/patch8/objects365_v1_1.jpg": _PICTURE,
    }
    (item,) = read_all(OBJECTS365, put_files(tmp_path, files))
    assert item.subset == "val"
    assert item.image.content.path.endswith("val/patch8/objects365_v1_1.jpg")
    assert item.annotations[0].attributes["isfake"] == 0


_VOC = (
    "<annotation><filename>{0}.jpg</filename><size><width>8</width><height>6</height><depth>3</depth></size>"
    "<object><name>cat</name><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>4</xmax><ymax>4</ymax></bndbox>"
    "<difficult>0</difficult></object></annotation>"
)


def test_roboflows_voc_is_read(tmp_path):
    """XML files beside the images, in a folder for each subset."""
    files = {"train/a.xml": _VOC.format("a"), "train/a.jpg": _PICTURE, "train/b.jpg": _PICTURE}
    dataset = read_all(ROBOFLOW_VOC, put_files(tmp_path, files))
    found = {item.key: item.annotations for item in dataset}
    assert found == {
        ("train", "a"): (Box(label=0, x=1, y=2, w=3, h=2, attributes={"difficult": False}),),
        ("train", "b"): (),
    }


def test_kaggles_voc_is_read(tmp_path):
    """A folder of XML files and one of images, which may be in a folder for each subset."""
    files = {"annotations/a.xml": _VOC.format("a"), "images/a.png": image_bytes(".png")}
    files |= {f"more/{name}": data for name, data in files.items()}
    dataset = read_all(KAGGLE, put_files(tmp_path, files))
    assert [(item.key, item.image.content is None) for item in dataset] == [
        (("default", "a"), False),
        (("more", "a"), False),
    ]


def test_roboflows_table_is_read(tmp_path):
    """The form of https://roboflow.com/formats/multiclass-classification-csv, with its spaces."""
    table = "filename, cat, dog\na.jpg, 0, 1\nb.jpg, 1, 1\n"
    dataset = read_all(ROBOFLOW_MULTICLASS, put_files(tmp_path, {"train/_classes.csv": table}))
    assert dataset.categories.names() == ("cat", "dog")
    assert [item.annotations for item in dataset] == [
        (Label(label=1),),
        (Label(label=0), Label(label=1)),
    ]


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ("", "the columns are not filename and labels"),
        ("filename,a,a\n", "the columns are not"),
        ("filename,a\nx.jpg,2\n", "csv:2: '2' is neither 0 nor 1"),
        ("filename,a\nx.jpg\n", "csv:2: 1 columns"),
        ("filename,a\nx.jpg,1\nx.jpg,1\n", "csv:3: image 'x.jpg' is there twice"),
    ],
)
def test_broken_tables_are_refused(tmp_path, table, reason):
    """The error names the line."""
    with pytest.raises(FormatError, match=reason):
        read_all(ROBOFLOW_MULTICLASS, put_files(tmp_path, {"_classes.csv": table}))


_HEAD = {"type": "dataset", "task": "detect", "name": "x", "class_names": {"0": "cat", "1": "dog"}}
_LINE = {"type": "image", "file": "a.jpg", "width": 200, "height": 100, "split": "train"}


def _ndjson(folder, *lines):
    text = "".join(line if isinstance(line, str) else json.dumps(line) + "\n" for line in lines)
    return read_all(NDJSON, put_files(folder, {"d.ndjson": text}))


def test_ndjson_is_read(tmp_path):
    """The rows are those of label files: class, centre, size."""
    rows = {"boxes": [[1, 0.5, 0.5, 0.25, 0.5]]}
    dataset = _ndjson(tmp_path, _HEAD, {**_LINE, "annotations": rows}, {**_LINE, "file": "b.jpg"})
    assert dataset.categories.names() == ("cat", "dog")
    assert dataset.infos == {"name": "x"}
    assert [(item.key, item.annotations) for item in dataset] == [
        (("train", "a"), (Box(label=1, x=75.0, y=25.0, w=50.0, h=50.0),)),
        (("train", "b"), ()),
    ]


@pytest.mark.parametrize(
    ("task", "annotation"),
    [
        ("segment", Polygon(label=0, points=(0.0, 0.0, 4.0, 0.0, 4.0, 3.0))),
        ("obb", RotatedBox(label=0, cx=4.0, cy=3.0, w=4.0, h=2.0, angle=90.0)),
        ("classify", Label(label=0)),
        ("pose", Skeleton(label=0, points=(1.0, 1.0, 2.0, 3.0), visibility=(2, 1))),
    ],
)
def test_every_task_of_ndjson_survives(tmp_path, task, annotation):
    """The first line says the task, and the keypoints."""
    known = Categories(
        labels=Categories.of(["x"]).labels, skeletons=(SkeletonSpec(label=0, joints=("l", "r")),)
    )
    dataset = ListDataset([image_item("a", annotation)], known)
    files, _ = write_all(NDJSON, dataset, task=task)
    (item,) = read_all(NDJSON, put_files(tmp_path, files))
    (found,) = item.annotations
    assert type(found) is type(annotation)
    assert found == annotation or task == "obb"


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([_LINE], "type 'image'"),
        ([{**_HEAD, "task": "other"}], "task 'other'"),
        ([{**_HEAD, "class_names": {"1": "x"}}], "class_names are not 0, 1"),
        ([{**_HEAD, "class_names": {"0": "x", "1": "x"}}], "two classes have one name"),
        ([_HEAD, "{\n"], "ndjson:2: not the JSON"),
        ([_HEAD, {**_LINE, "annotations": {"boxes": [[2, 0, 0, 1, 1]]}}], "ndjson:2: class 2"),
        ([_HEAD, {**_LINE, "annotations": {"boxes": [["a", 0]]}}], "ndjson:2: .*not a row"),
        (
            [_HEAD, {**_LINE, "width": None, "annotations": {"boxes": [[0, 0, 0, 1, 1]]}}],
            "ndjson:2",
        ),
        ([_HEAD, _LINE, _LINE], "ndjson:3: image 'a.jpg' is there twice"),
    ],
)
def test_broken_ndjson_is_refused(tmp_path, lines, reason):
    """The error names the line."""
    with pytest.raises(FormatError, match=reason):
        _ndjson(tmp_path, *lines)


@pytest.mark.parametrize("card", [ROBOFLOW, LVIS, OBJECTS365])
def test_a_folder_without_the_files_of_a_dialect_is_refused(tmp_path, card):
    """COCO's own names are not those of the dialects."""
    files = {"annotations/instances_train.json": _coco({"file_name": "a.jpg"})}
    with pytest.raises(FormatError, match=r"no .*json in it"):
        read_all(card, put_files(tmp_path, files))


@pytest.mark.parametrize(
    ("card", "name"),
    [
        (ROBOFLOW, "train/_annotations.coco.json"),
        (LVIS, "lvis_v1_train.json"),
        (OBJECTS365, "annotations/zhiyuan_objv2_train.json"),
    ],
)
def test_pycocotools_reads_the_dialects_of_coco(tmp_path, card, name):
    """A referee: images, names of categories, boxes and areas of outlines, by the API itself."""
    referee = pytest.importorskip("pycocotools.coco")
    outline = (0.0, 0.0, 4.0, 0.0, 4.0, 3.0)
    box = Box(label=1, group=1, x=0.0, y=0.0, w=4.0, h=3.0)
    items = [
        image_item("a", box, Polygon(label=1, group=1, points=outline)),
        image_item("b", Box(label=0, x=1.0, y=2.0, w=3.0, h=2.0)),
    ]
    files, _ = write_all(card, ListDataset(items, Categories.of(["cat", "dog"])))
    api = referee.COCO(str(put_files(tmp_path, files) / name))
    assert [image["file_name"] for image in api.loadImgs(api.getImgIds())] == ["a.jpg", "b.jpg"]
    (dog,) = api.getCatIds(catNms=["dog"])
    (one,) = api.loadAnns(api.getAnnIds(catIds=[dog]))
    assert (one["bbox"], one["area"], one["segmentation"]) == ([0, 0, 4, 3], 6, [list(outline)])
    assert len(api.getAnnIds()) == 2


_EVERY = [ROBOFLOW, LVIS, OBJECTS365, ROBOFLOW_VOC, KAGGLE, ROBOFLOW_MULTICLASS, NDJSON]


@pytest.mark.parametrize("card", _EVERY, ids=lambda card: card.name)
def test_no_other_format_claims_their_output(tmp_path, card):
    """Detection names each of them alone."""
    box = Box(label=0, x=1.0, y=1.0, w=2.0, h=2.0)
    dataset = ListDataset([image_item("a", box, Label(label=0))], Categories.of(["x"]))
    assert_alone(card, dataset, tmp_path / "out")


def test_names_of_the_known_tool_are_understood():
    """Layouts that COCO and YOLO read as they are."""
    assert find_format("mmdet_coco") == INSTANCES
    assert find_format("kaggle_coco") == COCO
