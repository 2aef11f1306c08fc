"""Writing COCO: what others read, each option, and that what was read comes back."""

import json
import tempfile
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from pycocotools import coco as coco_api
from pycocotools import mask as mask_api

from datum.detection import FolderProbe
from datum.errors import UnknownNameError
from datum.model import (
    Annotation,
    Box,
    Caption,
    Categories,
    Item,
    LabelCategory,
    Mask,
    Media,
    Points,
    Polygon,
    Polyline,
)
from datum.model.pairing import give_ids
from datum.outputs import FolderOutput, MemoryOutput, write_dataset
from datum.plugins import EXACT, Format, parse_options
from datum.testing.datasets import ListDataset, detection_dataset, image_item, same_ids_dataset
from datum.testing.samples import sample, sample_categories
from datum.testing.strategies import datasets
from datum_formats.coco import CAPTIONS, COCO, IMAGE_INFO, INSTANCES, PANOPTIC

# decoding run lengths with pycocotools 2.0 and numpy 2 warns of a keyword
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

TRIANGLE = (1.0, 1.0, 5.0, 1.0, 5.0, 4.0)
MASK = Mask(height=6, width=8, counts=b"84T1", label=0)
HOLED = Polygon(
    points=(0.0, 0.0, 8.0, 0.0, 8.0, 6.0, 0.0, 6.0),
    holes=((2.0, 2.0, 4.0, 2.0, 4.0, 4.0, 2.0, 4.0),),
    label=0,
)


def written(dataset: ListDataset, card: Format = COCO, *, save_media=False, **options):
    output = MemoryOutput()
    losses = write_dataset(card, dataset, output, options, save_media=save_media)
    return output.files, losses


def one(*annotations: Annotation, card: Format = COCO, **options) -> dict:
    """The one file of a dataset of one item."""
    dataset = ListDataset([image_item("a", *annotations)], sample_categories())
    files, _ = written(dataset, card, **options)
    [data] = [data for name, data in files.items() if name.endswith(".json")]
    return json.loads(data)


def read_back(files: dict[str, bytes], card: Format = COCO) -> ListDataset:
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        reading = card.read(Path(folder), parse_options(card.read_options, {}, card.name))
        return ListDataset(reading.items, reading.categories, reading.infos)


def with_ids(dataset: ListDataset, like: ListDataset | None = None) -> ListDataset:
    """With the ids that reading into a project gives; not where *like* has none itself."""
    bare = {item.key for item in like or () if any(one.id is None for one in item.annotations)}
    items = [
        item if item.key in bare else replace(item, annotations=give_ids(item.annotations))
        for item in dataset
    ]
    return ListDataset(items, dataset.categories, dataset.infos)


REAL = {
    "info": {"year": 2017, "version": "1.0"},
    "licenses": [{"id": 1, "name": "x", "url": "http://l"}],
    "videos": [{"id": 1}],
    "images": [
        {"id": 9, "width": 8, "height": 6, "file_name": "x/b.png", "license": 1, "frame": 3},
        {"id": 4, "width": 8, "height": 6, "file_name": "x/c.png", "date_captured": None},
    ],
    "annotations": [
        {
            "id": 30,
            "image_id": 9,
            "category_id": 0,
            "segmentation": [list(TRIANGLE), [0.0, 0.0, 1.0, 0.0, 1.0, 1.1]],
            "area": 6.55,
            "bbox": [0.0, 0.0, 5.0, 4.0],
            "iscrowd": 0,
            "attributes": {"pose": "left", "n": 2},
            "track_id": 12,
        },
        {
            "id": 11,
            "image_id": 9,
            "category_id": 7,
            "segmentation": {"size": [6, 8], "counts": [8, 4, 36]},
            "area": 4.5,
            "bbox": [1.0, 2.0, 1.0, 4.0],
            "iscrowd": 1,
            "score": 0.25,
        },
    ],
    "categories": [
        {"id": 7, "name": "dog", "supercategory": "animal", "isthing": 1},
        {"id": 0, "name": "cat", "supercategory": "", "color": [1, 2, 3]},
    ],
}


def test_what_is_read_is_written_again():
    """Every key of a file comes back, unknown ones too, with no key of our own."""
    dataset = read_back({"annotations/instances_v.json": json.dumps(REAL).encode()})
    files, losses = written(dataset)
    assert not losses
    assert json.loads(files["annotations/instances_v.json"]) == REAL


def test_keypoints_are_in_both_files():
    """As in COCO 2017: instances hold the object, person_keypoints its keypoints too."""
    dataset = ListDataset(
        [
            image_item(
                "a",
                Box(x=1.0, y=1.0, w=4.0, h=3.0, label=1, id=3, group=3),
                Polygon(points=TRIANGLE, label=1, group=3),
                replace(sample("skeleton"), group=3),
                Caption(text="hm", id=4),
            )
        ],
        sample_categories(),
    )
    files, losses = written(dataset)
    assert not losses
    assert sorted(files) == [
        "annotations/captions_train.json",
        "annotations/instances_train.json",
        "annotations/person_keypoints_train.json",
    ]
    person = json.loads(files["annotations/person_keypoints_train.json"])
    assert person["annotations"][0]["keypoints"] == [1.0, 1.0, 2, 2.0, 3.0, 1]
    assert person["categories"][1]["skeleton"] == [[1, 2]]
    assert [one.annotations for one in read_back(files)] == [one.annotations for one in dataset]


def test_pycocotools_reads_it(tmp_path):
    """The COCO API finds areas, boxes and pixels as they are."""
    dataset = ListDataset(
        [image_item("a", replace(MASK, id=1), Polygon(points=TRIANGLE, label=1)), image_item("b")],
        sample_categories(),
    )
    files, _ = written(dataset)
    path = tmp_path / "x.json"
    path.write_bytes(files["annotations/instances_train.json"])
    coco = coco_api.COCO(str(path))
    first, second = coco.loadAnns(coco.getAnnIds())
    decoded = mask_api.decode({"size": [6, 8], "counts": MASK.counts})
    assert np.array_equal(coco.annToMask(first), decoded)
    assert first["area"] == decoded.sum()
    assert first["bbox"] == mask_api.toBbox({"size": [6, 8], "counts": MASK.counts}).tolist()
    assert (second["area"], second["bbox"]) == (6.0, [1.0, 1.0, 4.0, 3.0])
    assert len(coco.getImgIds()) == 2
    assert [category["name"] for category in coco.loadCats(coco.getCatIds())] == [
        "cat",
        "dog",
        "bird",
    ]


def test_items_without_annotations_have_a_file():
    """A dataset with nothing on it is written as image_info, and read again."""
    dataset = ListDataset([image_item("a"), image_item("b", seed=1)], sample_categories())
    files, _ = written(dataset)
    assert list(files) == ["annotations/image_info_train.json"]
    assert [item.id for item in read_back(files)] == ["a", "b"]
    assert "annotations/image_info_train.json" in written(dataset, IMAGE_INFO)[0]


def test_ids_of_images_are_unique_in_each_subset():
    """One item id in several subsets gives each its own image and folder."""
    files, _ = written(same_ids_dataset(), save_media=True)
    assert {name for name in files if name.startswith("images/")} == {
        f"images/{subset}/same.jpg" for subset in ("test", "train", "val")
    }


def test_ids_that_clash_are_made_anew_and_told_apart():
    """Annotations of one id in two images get ids of their own; they get the old ones back."""
    items = [image_item(name, Box(x=1.0, y=1.0, w=1.0, h=1.0, id=1)) for name in "ab"]
    files, _ = written(ListDataset(items))
    entries = json.loads(files["annotations/instances_train.json"])["annotations"]
    assert [entry["id"] for entry in entries] == [1, 2]
    assert not any("datum" in entry for entry in entries), "ids that follow are not written"
    assert [item.annotations[0].id for item in with_ids(read_back(files))] == [1, 1]


def test_a_hole_makes_a_mask():
    """A polygon with a hole is drawn, its hole is left out, and the report says so."""
    dataset = ListDataset([image_item("a", HOLED)], sample_categories())
    files, losses = written(dataset)
    assert losses.lines() == ["1 × polygon: drawn as a mask"]
    [item] = read_back(files)
    [mask] = item.annotations
    decoded = mask_api.decode({"size": [6, 8], "counts": mask.counts})
    assert decoded.sum() == 48 - 4
    assert decoded[2, 2] == 0


def test_a_hole_without_a_size_is_counted():
    """Where the size of the image is unknown the outer ring is written."""
    item = Item(id="a", media=(Media(path="a.jpg"),), annotations=(HOLED,))
    files, losses = written(ListDataset([item], sample_categories()))
    assert losses.lines() == ["1 × polygon: a hole is not kept: the image has no size"]
    [found] = read_back(files)
    assert found.annotations[0].points == HOLED.points


def test_segmentation_mode_polygons_traces_masks():
    """The rings around a mask cover its pixels exactly."""
    pixels = np.zeros((6, 8), np.uint8)
    pixels[1:4, 2:5] = 1
    pixels[5, 7] = 1
    counts = mask_api.encode(np.asfortranarray(pixels))["counts"]
    drawn = Mask(height=6, width=8, counts=counts, label=0)
    [entry] = one(drawn, segmentation_mode="polygons")["annotations"]
    rings = entry["segmentation"]
    merged = mask_api.merge(mask_api.frPyObjects(rings, 6, 8))
    assert np.array_equal(mask_api.decode(merged), pixels)
    assert entry["area"] == pixels.sum()


def test_segmentation_mode_mask_draws_polygons():
    """Polygons become run lengths as the COCO API draws them."""
    [entry] = one(Polygon(points=TRIANGLE, label=0), segmentation_mode="mask")["annotations"]
    expected = mask_api.frPyObjects([list(TRIANGLE)], 6, 8)[0]
    assert np.array_equal(mask_api.decode(entry["segmentation"]), mask_api.decode(expected))


def test_segmentation_mode_guess_keeps_both():
    """Masks stay masks, and polygons stay polygons, also of a crowd."""
    crowd = Polygon(points=TRIANGLE, label=0, attributes={"is_crowd": True})
    first, second = one(MASK, crowd)["annotations"]
    assert (first["segmentation"]["counts"], first["iscrowd"]) == ("84T1", 0)
    assert (second["segmentation"], second["iscrowd"]) == ([list(TRIANGLE)], 1)


def test_without_attributes_the_file_is_plain():
    """--allow-attributes=false writes COCO's own keys alone, and counts what is lost."""
    box = Box(x=1.0, y=1.0, w=1.0, h=1.0, id=1, z_order=3, attributes={"pose": "left"})
    dataset = ListDataset([image_item("a", box)])
    files, losses = written(dataset, INSTANCES, allow_attributes=False)
    [entry] = json.loads(files["annotations/instances_train.json"])["annotations"]
    assert not {"attributes", "datum"} & entry.keys()
    assert [what for what, _, _, _ in losses.rows()] == ["attribute pose", "z_order"]


def test_reindex_numbers_from_one():
    """--reindex gives images, annotations and categories new ids."""
    dataset = read_back({"annotations/instances_v.json": json.dumps(REAL).encode()})
    files, losses = written(dataset, reindex=True)
    found = json.loads(files["annotations/instances_v.json"])
    assert not losses
    for kind in ("images", "annotations", "categories"):
        assert [entry["id"] for entry in found[kind]] == [1, 2]
    assert "datum" not in found


def test_merge_images_puts_them_into_one_folder():
    """--merge-images shares images/; names that are taken go to the subset's folder."""
    files, _ = written(same_ids_dataset(), save_media=True, merge_images=True)
    assert {name for name in files if name.startswith("images/")} == {
        "images/same.jpg",
        "images/train/same.jpg",
        "images/val/same.jpg",
    }
    contents = {item.subset: item.image.content for item in read_back(files)}
    assert [Path(content.path).parent.name for content in contents.values()] == [
        "images",
        "train",
        "val",
    ]


def test_tasks_choose_the_files():
    """--tasks writes these files alone, and counts what none of them holds."""
    dataset = ListDataset(
        [image_item("a", Caption(text="hm"), Box(x=1.0, y=1.0, w=1.0, h=1.0), sample("points"))]
    )
    files, losses = written(dataset, tasks="captions,instances")
    assert sorted(files) == ["annotations/captions_train.json", "annotations/instances_train.json"]
    assert [what for what, _, _, _ in losses.rows()] == ["points"]
    with pytest.raises(UnknownNameError):
        written(dataset, tasks="nothing")


def test_kinds_that_coco_lacks_are_counted():
    """A polyline is not written, and not dropped in silence."""
    line = Polyline(points=(0.0, 0.0, 1.0, 1.0))
    _, losses = written(ListDataset([image_item("a", line)]))
    assert losses.lines() == ["1 × polyline: COCO has no such kind"]


def test_objects_without_a_box_get_one_that_reading_forgets():
    """Tools need a box for each object; it does not come back as an annotation."""
    points = Points(points=(1.0, 1.0, 3.0, 4.0), visibility=(2, 1), label=0)
    found = one(points)
    assert found["annotations"][0]["bbox"] == [1.0, 1.0, 2.0, 3.0]
    dataset = ListDataset([image_item("a", points)], sample_categories())
    assert [item.annotations for item in read_back(written(dataset)[0])] == [(points,)]


def test_attributes_keep_their_types():
    """True is not 1, and an attribute called as a field of COCO is no field."""
    attributes = {"is_crowd": 1, "area": True, "id": "x", "bbox": [1], "num_keypoints": None}
    box = Box(x=1.0, y=1.0, w=1.0, h=1.0, attributes=attributes)
    [item] = read_back(written(ListDataset([image_item("a", box)]))[0])
    assert repr(item.annotations[0].attributes) == repr(attributes)


def test_panoptic_segments_are_pixels_of_a_png():
    """The id of a segment is R + 256 G + 65536 B; a covered mask is kept whole."""
    wide = Mask(height=6, width=8, counts=b"0`1", label=0, id=70_000)
    small = replace(MASK, id=5, label=1, z_order=1)
    dataset = ListDataset([image_item("a", wide, small)], sample_categories())
    files, losses = written(dataset, PANOPTIC)
    assert not losses
    png = cv2.imdecode(
        np.frombuffer(files["annotations/panoptic_train/a.png"], np.uint8), cv2.IMREAD_UNCHANGED
    )
    blue, green, red = png[0, 0].astype(int)
    assert red + 256 * green + 65536 * blue == 70_000
    [entry] = json.loads(files["annotations/panoptic_train.json"])["annotations"]
    assert entry["file_name"] == "a.png"
    assert [segment["id"] for segment in entry["segments_info"]] == [70_000, 5]
    [item] = read_back(files, PANOPTIC)
    assert item.annotations == (wide, small)


def test_captions_that_refuse_boxes_say_so():
    """A file of captions holds no box, which is counted."""
    _, losses = written(detection_dataset(), CAPTIONS)
    assert [what for what, _, _, _ in losses.rows()] == ["box", "label", "polygon"]


def test_infos_go_to_the_file_they_are_from():
    """Top-level keys of one file come back in that file; those of files not written are counted."""
    infos = {"info": {"a": 1}, "images": "odd", "coco_files": {"x": {"b": 1}}}
    infos["coco_files"]["image_info_train"] = {"licenses": [{"id": 1}]}
    files, losses = written(ListDataset([image_item("a")], None, infos))
    found = json.loads(files["annotations/image_info_train.json"])
    assert (found["info"], found["licenses"]) == ({"a": 1}, [{"id": 1}])
    assert losses.lines() == ["1 × info: it is of x.json, which is not written"]
    assert read_back(files).infos["images"] == "odd"


def test_ids_of_labels_that_are_not_unique_are_made_anew():
    """Two labels with one id in COCO get 1 and 2, and the report says so."""
    labels = tuple(LabelCategory(name=name, infos={"id": 3}) for name in "ab")
    files, losses = written(ListDataset([image_item("a")], Categories(labels=labels)))
    found = json.loads(files["annotations/image_info_train.json"])
    assert [category["id"] for category in found["categories"]] == [1, 2]
    assert [what for what, _, _, _ in losses.rows()] == ["category id"]


def test_it_is_recognised(tmp_path):
    """The sniffer knows a dataset by names and keys, and no other JSON."""
    with FolderOutput(tmp_path / "out") as output:
        write_dataset(COCO, detection_dataset(), output)
    assert COCO.sniff(FolderProbe(tmp_path / "out")).score == EXACT
    assert CAPTIONS.sniff(FolderProbe(tmp_path / "out")).score == 0
    (tmp_path / "annotations").mkdir()
    (tmp_path / "annotations/train.json").write_text('{"dm_format_version": "1.0", "items": []}')
    assert COCO.sniff(FolderProbe(tmp_path)).score == 0


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(st.data())
def test_everything_comes_back_exactly(data):
    """Annotations come back as they were: order, ids, groups, all fields."""
    dataset = data.draw(datasets(plain=True, media=False, kinds=COCO.keeps))
    files, losses = written(dataset)
    assert not losses
    found = with_ids(read_back(files), like=dataset)
    assert found.categories.labels == dataset.categories.labels
    assert found.categories.skeletons == dataset.categories.skeletons
    assert found.categories.attributes == dataset.categories.attributes
    assert [(item.key, item.size, item.attributes, item.annotations) for item in found] == [
        (item.key, item.size, item.attributes, item.annotations) for item in dataset
    ]
    assert written(found)[0] == files
