"""TF Detection API: whole datasets, every layout, losses, and records that contradict themselves."""

import math
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from datum.detection import FolderProbe
from datum.errors import FormatError
from datum.losses import LossReport
from datum.model import (
    Annotation,
    Box,
    Categories,
    Ellipse,
    InMemory,
    Item,
    Label,
    LabelCategory,
    Mask,
    Media,
    Polygon,
    RotatedBox,
)
from datum.outputs import FolderOutput, load_media, write_dataset
from datum.plugins import EXACT, LIKELY
from datum.testing.datasets import ListDataset, image_bytes, image_item
from datum_formats._common import rle
from datum_formats.tf_detection_api import TF_DETECTION_API
from datum_formats.tf_detection_api.example import (
    Bytes,
    Feature,
    Floats,
    Ints,
    decode_example,
    encode_example,
)
from datum_formats.tf_detection_api.pictures import encode_png_mask
from datum_formats.tf_detection_api.read import read
from datum_formats.tf_detection_api.sniff import sniff
from datum_formats.tf_detection_api.tfrecord import frame, read_records

CATS = Categories.of(["cat", "dog"])
SQUARE = Mask(label=1, height=6, width=8, counts=rle.compress([7, 4, 2, 4, 31], 6, 8))


def written(dataset: ListDataset, folder: Path, **options: Any) -> LossReport:
    save_media = options.pop("save_media", False)
    with FolderOutput(folder) as output:
        return write_dataset(TF_DETECTION_API, dataset, output, options, save_media=save_media)


def items_of(path: Path) -> list[Item]:
    return list(read(path, {}).items)


def through(folder: Path, *annotations: Annotation, **options: Any) -> tuple[Any, LossReport]:
    dataset = ListDataset([image_item("a", *annotations)], CATS)
    losses = written(dataset, folder / "out", **options)
    (item,) = items_of(folder / "out")
    return item.annotations, losses


def lost(losses: LossReport) -> list[tuple[str, int]]:
    return [(what, count) for what, _, count, _ in losses.rows()]


def example(**more: Feature) -> dict[str, Feature]:
    """An example as TensorFlow's own scripts make it, with one box of a cat."""
    plain: dict[str, Feature] = {
        "image/filename": Bytes((b"a.jpg",)),
        "image/source_id": Bytes((b"17",)),
        "image/height": Ints((10,)),
        "image/width": Ints((20,)),
        "image/encoded": Bytes((b"",)),
        "image/format": Bytes((b"jpeg",)),
        "image/object/bbox/xmin": Floats((0.25,)),
        "image/object/bbox/xmax": Floats((0.5,)),
        "image/object/bbox/ymin": Floats((0.5,)),
        "image/object/bbox/ymax": Floats((1.0,)),
        "image/object/class/text": Bytes((b"cat",)),
        "image/object/class/label": Ints((1,)),
    }
    return {**plain, **{name.replace("__", "/"): feature for name, feature in more.items()}}


LABEL_MAP = "item { id: 1 name: 'cat' } item { id: 4 name: 'dog' }"


def put(
    folder: Path,
    *examples: dict[str, Feature],
    name: str = "train.record",
    label_map: str = LABEL_MAP,
) -> Path:
    folder.mkdir(exist_ok=True, parents=True)
    (folder / name).write_bytes(b"".join(frame(encode_example(one)) for one in examples))
    if label_map:
        (folder / "label_map.pbtxt").write_text(label_map)
    return folder / name


# ---------------------------------------------------------------------- reading


def test_an_example_of_other_tools(tmp_path: Path) -> None:
    """Corners times the size are pixels; text names the label; the source's id is an attribute."""
    put(tmp_path, example())
    reading = read(tmp_path, {})
    assert reading.categories.labels == (
        LabelCategory(name="cat"),
        LabelCategory(name="dog", infos={"id": 4}),
    )
    assert list(reading.items) == [
        Item(
            id="a",
            subset="train",
            media=(Media(path="a.jpg", height=10, width=20),),
            attributes={"source_id": "17"},
            annotations=(Box(x=5.0, y=5.0, w=5.0, h=5.0, label=0),),
        )
    ]


@pytest.mark.parametrize(
    ("text", "number", "label"),
    [("dog", 4, 1), ("dog", 0, 1), ("", 4, 1), ("", 0, None), ("hound", 4, 1), ("cat", 4, 0)],
)
def test_labels_by_text_else_by_id(
    text: str, number: int, label: int | None, tmp_path: Path
) -> None:
    """The name counts, then the id; id 0 without a name is no label."""
    texts, ids = Bytes((text.encode(),)), Ints((number,))
    put(tmp_path, example(image__object__class__text=texts, image__object__class__label=ids))
    (item,) = items_of(tmp_path)
    assert item.annotations[0].label == label


def test_labels_without_text_or_without_ids(tmp_path: Path) -> None:
    """Either of the lists may be missing."""
    ids_only, texts_only = example(), example(image__filename=Bytes((b"b.jpg",)))
    del ids_only["image/object/class/text"], texts_only["image/object/class/label"]
    put(tmp_path, ids_only, texts_only)
    assert [item.annotations[0].label for item in items_of(tmp_path)] == [0, 0]


def test_without_a_label_map_the_records_tell(tmp_path: Path) -> None:
    """Names and ids are collected from all records; an id without a name gets one."""
    dog = example(
        image__filename=Bytes((b"b.jpg",)),
        image__object__class__text=Bytes((b"dog",)),
        image__object__class__label=Ints((3,)),
    )
    unnamed = example(image__filename=Bytes((b"c.jpg",)), image__object__class__label=Ints((2,)))
    del unnamed["image/object/class/text"]
    bird = example(image__filename=Bytes((b"d.jpg",)), image__object__class__text=Bytes((b"bird",)))
    del bird["image/object/class/label"]
    put(tmp_path, dog, unnamed, bird, example(), label_map="")
    reading = read(tmp_path, {})
    assert reading.categories.names() == ("cat", "class_2", "dog", "bird")
    assert [item.annotations[0].label for item in reading.items] == [2, 1, 3, 0]


def test_masks_join_their_boxes(tmp_path: Path) -> None:
    """A mask is read beside its box, in one group; objects without one have none."""
    png = encode_png_mask(SQUARE)
    two = {
        **{f"image/object/bbox/{corner}": Floats((0.25, 0.5)) for corner in ("xmin", "ymin")},
        **{f"image/object/bbox/{corner}": Floats((0.5, 1.0)) for corner in ("xmax", "ymax")},
        "image/object/class/text": Bytes((b"cat", b"dog")),
        "image/object/class/label": Ints((1, 4)),
        "image/object/mask": Bytes((b"", png)),
        "image/height": Ints((6,)),
        "image/width": Ints((8,)),
    }
    put(tmp_path, {**example(), **two})
    (item,) = items_of(tmp_path)
    assert item.annotations == (
        Box(x=2.0, y=1.5, w=2.0, h=1.5, label=0),
        Box(x=4.0, y=3.0, w=4.0, h=3.0, label=1, group=1),
        replace(SQUARE, group=1),
    )


def test_object_features_are_attributes(tmp_path: Path) -> None:
    """Flags become booleans, the view a pose; all are written again."""
    more = {
        "image/object/is_crowd": Ints((1,)),
        "image/object/difficult": Ints((0,)),
        "image/object/view": Bytes((b"Left",)),
        "image/object/weight": Floats((0.5,)),
        "image/object/truncated": Ints((7,)),
    }
    put(tmp_path, {**example(), **more})
    (item,) = items_of(tmp_path)
    attributes = {
        "is_crowd": True,
        "difficult": False,
        "pose": "Left",
        "weight": 0.5,
        "truncated": 7,
    }
    assert item.annotations[0].attributes == attributes
    losses = written(ListDataset([item], CATS), tmp_path / "out")
    (again,) = items_of(tmp_path / "out")
    assert lost(losses) == [("attribute truncated", 1)]
    del attributes["truncated"]
    assert again.annotations[0].attributes == attributes


def test_unknown_features_come_back(tmp_path: Path) -> None:
    """Features that have no meaning here are attributes of the item, and are written again."""
    more = {
        "image/colorspace": Bytes((b"RGB",)),
        "image/channels": Ints((3,)),
        "image/gps": Floats((0.5, 1.5)),
        "image/class/label": Ints((1, 2)),
        "image/raw": Bytes((b"\xff\xfe",)),
        "image/mixed": Bytes((b"\xff", b"a")),
        "image/none": Ints(()),
    }
    put(tmp_path, {**example(), **more})
    (item,) = items_of(tmp_path)
    assert item.attributes == {
        "image/channels": 3,
        "image/class/label": [1, 2],
        "image/colorspace": "RGB",
        "image/gps": [0.5, 1.5],
        "image/raw": {"base64": "//4="},
        "image/mixed": [{"base64": "/w=="}, "a"],
        "source_id": "17",
    }
    losses = written(ListDataset([item], read(tmp_path, {}).categories), tmp_path / "out")
    assert not losses
    assert items_of(tmp_path / "out") == [item]
    ((_, data),) = read_records(tmp_path / "out/train.tfrecord")
    del more["image/none"]
    assert more.items() <= decode_example(data).items()


@pytest.mark.parametrize(
    ("name", "subset"),
    [
        ("train.tfrecord", "train"),
        ("train.tfrecords", "train"),
        ("coco_train.record", "coco_train"),
        ("val.tfrecord-00000-of-00001", "val"),
        ("val-00000-of-00001", "val"),
        ("a.record.tfrecord", "a.record"),
        ("odd.bin", "odd"),
    ],
)
def test_subset_from_the_name(name: str, subset: str, tmp_path: Path) -> None:
    """A file of any usual name may be named; the subset is in the name."""
    (item,) = items_of(put(tmp_path, example(), name=name))
    assert item.subset == subset


def test_shards_are_united(tmp_path: Path) -> None:
    """The shards of a file are one subset; a missing one is an error."""
    for number in range(3):
        one = example(image__filename=Bytes((f"{number}.jpg".encode(),)))
        put(tmp_path, one, name=f"train.tfrecord-0000{number}-of-00003")
    assert [item.key for item in items_of(tmp_path)] == [("train", str(n)) for n in range(3)]
    (tmp_path / "train.tfrecord-00001-of-00003").unlink()
    with pytest.raises(FormatError, match=r"of the 3 shards .* 2 are there"):
        read(tmp_path, {})


def test_label_map_of_another_name(tmp_path: Path) -> None:
    """Without a label_map.pbtxt the label map that is there is used."""
    put(tmp_path, example(), label_map="")
    (tmp_path / "cells_label_map.pbtxt").write_text(LABEL_MAP)
    assert read(tmp_path, {}).categories.names() == ("cat", "dog")


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"image/object/bbox/xmin": Floats(())}, "coordinates of corners"),
        ({"image/object/bbox/xmin": Floats((math.nan,))}, "not finite"),
        ({"image/object/bbox/xmax": Floats((math.inf,))}, "not finite"),
        ({"image/object/bbox/xmin": Bytes((b"1",))}, "not a list of floats"),
        ({"image/object/class/text": Bytes((b"a", b"b"))}, "2 values for 1 boxes"),
        ({"image/object/class/text": Ints((1,))}, "not a list of bytes"),
        ({"image/object/class/label": Floats((1.0,))}, "not a list of integers"),
        (
            {"image/object/class/label": Ints((9,)), "image/object/class/text": Bytes((b"cow",))},
            "label 9 'cow' is not in the label map",
        ),
        (
            {"image/object/class/label": Ints((-1,)), "image/object/class/text": Bytes(())},
            "label -1",
        ),
        ({"image/object/is_crowd": Ints((1, 1))}, "2 values for 1"),
        ({"image/height": Ints((0,))}, "the size of the image is told nowhere"),
        ({"image/height": Ints((-5,))}, "no size"),
        ({"image/width": Ints((1 << 40,))}, "no size"),
        ({"image/filename": Bytes((b"\xff",))}, "not UTF-8"),
        ({"image/encoded": Bytes((b"a", b"b"))}, "2 values"),
        ({"image/object/mask": Bytes((b"no png",))}, "a mask is of None"),
        ({"image/object/mask": Bytes((image_bytes(),))}, "a mask is of"),
        (
            {"image/object/mask": Bytes((encode_png_mask(SQUARE)[:40],))}
            | {"image/height": Ints((6,)), "image/width": Ints((8,))},
            "does not decode",
        ),
        ({"image/object/mask": Floats((0.0, 1.0))}, "not a list of bytes"),
    ],
)
def test_records_that_contradict_themselves(
    more: dict[str, Feature], message: str, tmp_path: Path
) -> None:
    """The error names the file and the record."""
    first = example(image__filename=Bytes((b"first.jpg",)))
    path = put(tmp_path, first, {**example(), **more})
    with pytest.raises(FormatError, match=message) as raised:
        items_of(tmp_path)
    assert str(raised.value).startswith(f"{path}: record 2: ")


def test_no_dataset(tmp_path: Path) -> None:
    """Missing paths, folders without records, examples of something else, items twice."""
    with pytest.raises(FormatError, match="no such file"):
        read(tmp_path / "none", {})
    with pytest.raises(FormatError, match=r"no \*.tfrecord"):
        read(tmp_path, {})
    put(tmp_path / "audio", {"audio/encoded": Bytes((b"x",))})
    with pytest.raises(FormatError, match="without features of an image"):
        items_of(tmp_path / "audio")
    put(tmp_path / "twice", example(), example())
    with pytest.raises(FormatError, match="record 2: item 'a' is there twice"):
        items_of(tmp_path / "twice")


def test_mask_that_claims_to_be_huge_is_not_decoded(tmp_path: Path) -> None:
    """The header of a mask is looked at before its pixels are."""
    png = bytearray(encode_png_mask(SQUARE))
    png[16:24] = b"\x00\x10\x00\x00\x00\x10\x00\x00"
    put(tmp_path, example(image__object__mask=Bytes((bytes(png),))))
    with pytest.raises(FormatError, match="1048576"):
        items_of(tmp_path)


# ---------------------------------------------------------------------- writing


def test_coordinates_come_back_to_the_last_bit(tmp_path: Path) -> None:
    """float32 corners would round; the further feature does not."""
    box = Box(label=0, x=0.1, y=1 / 3, w=5.123456789, h=1e-9)
    found, losses = through(tmp_path, box, Box(x=-1e300, y=0.0, w=1e300, h=2.0))
    assert found == (box, Box(x=-1e300, y=0.0, w=1e300, h=2.0))
    assert not losses


def test_corners_that_were_edited_win(tmp_path: Path) -> None:
    """Where another tool moved the corners, the further feature no longer counts."""
    written(ListDataset([image_item("a", Box(x=1.1, y=1.0, w=2.0, h=2.0))]), tmp_path / "out")
    ((_, data),) = read_records(tmp_path / "out/train.tfrecord")
    features = decode_example(data)
    put(tmp_path / "edited", {**features, "image/object/bbox/xmin": Floats((0.25,))}, label_map="")
    (item,) = items_of(tmp_path / "edited")
    (box,) = item.annotations
    assert isinstance(box, Box)
    assert box.x == 2.0
    assert box.x + box.w == pytest.approx(3.1, abs=1e-6)


def test_features_as_the_api_has_them(tmp_path: Path) -> None:
    """The features of the written record, and the label map beside it."""
    item = image_item(
        "x/a", Box(label=1, x=2.0, y=3.0, w=4.0, h=3.0), Box(x=0.0, y=0.0, w=8.0, h=6.0)
    )
    written(ListDataset([item], CATS), tmp_path / "out", save_media=True)
    ((_, data),) = read_records(tmp_path / "out/train.tfrecord")
    features = decode_example(data)
    encoded = image_bytes(".jpg")
    assert features.pop("image/key/sha256").values[0] != b""
    assert len(features.pop("image/object/bbox/pixels").values) == 2
    assert features == {
        "image/encoded": Bytes((encoded,)),
        "image/filename": Bytes((b"x/a.jpg",)),
        "image/format": Bytes((b"jpeg",)),
        "image/height": Ints((6,)),
        "image/width": Ints((8,)),
        "image/source_id": Bytes((b"x/a",)),
        "image/object/bbox/xmin": Floats((0.25, 0.0)),
        "image/object/bbox/xmax": Floats((0.75, 1.0)),
        "image/object/bbox/ymin": Floats((0.5, 0.0)),
        "image/object/bbox/ymax": Floats((1.0, 1.0)),
        "image/object/class/text": Bytes((b"dog", b"")),
        "image/object/class/label": Ints((2, 0)),
    }
    assert (tmp_path / "out/label_map.pbtxt").read_text() == (
        "item {\n\tid: 1\n\tname: 'cat'\n}\n\nitem {\n\tid: 2\n\tname: 'dog'\n}\n"
    )


def test_labels_of_any_alphabet(tmp_path: Path) -> None:
    """The text of a label is kept as it is, not only its ASCII letters."""
    categories = Categories.of(["猫", "é 'x'"])
    dataset = ListDataset([image_item("a", Box(label=1, x=0.0, y=0.0, w=1.0, h=1.0))], categories)
    written(dataset, tmp_path / "out")
    reading = read(tmp_path / "out", {})
    assert reading.categories == categories
    assert next(iter(reading.items)).annotations[0].label == 1


def test_masks_are_lost_unless_asked_for(tmp_path: Path) -> None:
    """Without the option a mask becomes its bounding box, counted; with it the mask is there."""
    found, losses = through(tmp_path / "1", SQUARE)
    assert found == (Box(label=1, x=1.0, y=1.0, w=2.0, h=4.0),)
    assert lost(losses) == [("mask", 1)]
    found, losses = through(tmp_path / "2", SQUARE, save_masks=True)
    assert found == (
        Box(label=1, x=1.0, y=1.0, w=2.0, h=4.0, group=1),
        replace(SQUARE, group=1),
    )
    assert not losses


def test_given_box_is_not_replaced_by_the_mask(tmp_path: Path) -> None:
    """A box and a mask of one group are one object with the box as it was given."""
    box = Box(label=1, x=0.5, y=0.5, w=4.0, h=5.0, group=3)
    found, losses = through(tmp_path, box, replace(SQUARE, group=3), save_masks=True)
    assert found == (replace(box, group=1), replace(SQUARE, group=1))
    assert not losses


@pytest.mark.parametrize(
    ("outline", "box"),
    [
        (Polygon(points=(1.0, 2.0, 5.0, 2.0, 3.0, 4.5)), (1.0, 2.0, 4.0, 2.5)),
        (RotatedBox(cx=4.0, cy=3.0, w=4.0, h=2.0, angle=90.0), (3.0, 1.0, 2.0, 4.0)),
        (Ellipse(cx=4.0, cy=3.0, rx=2.0, ry=1.0), (2.0, 2.0, 4.0, 2.0)),
        (Ellipse(cx=4.0, cy=3.0, rx=2.0, ry=1.0, angle=90.0), (3.0, 1.0, 2.0, 4.0)),
    ],
)
def test_outlines_become_boxes(outline: Any, box: tuple[float, ...], tmp_path: Path) -> None:
    """An outline without a box gives its bounding box, and is counted."""
    (found,), losses = through(tmp_path, outline)
    assert (found.x, found.y, found.w, found.h) == pytest.approx(box)
    assert lost(losses) == [(outline.kind, 1)]


def test_parts_of_an_object_are_one_entry(tmp_path: Path) -> None:
    """Polygons of one group and label are one object; two labels are two."""
    parts = [
        Polygon(label=0, group=2, points=(0.0, 0.0, 2.0, 0.0, 2.0, 2.0)),
        Polygon(label=0, group=2, points=(4.0, 4.0, 6.0, 4.0, 6.0, 5.0)),
        Polygon(label=1, group=2, points=(0.0, 0.0, 1.0, 0.0, 1.0, 1.0)),
    ]
    found, losses = through(tmp_path, *parts)
    assert found == (
        Box(label=0, x=0.0, y=0.0, w=6.0, h=5.0),
        Box(label=1, x=0.0, y=0.0, w=1.0, h=1.0),
    )
    assert lost(losses) == [("group", 1), ("polygon", 3)]


def test_every_loss_is_counted(tmp_path: Path) -> None:
    """Fields without a feature, kinds without an extent, and what is not finite."""
    box = Box(x=0.0, y=0.0, w=1.0, h=1.0)
    found, losses = through(
        tmp_path,
        replace(box, id=1, z_order=2, score=0.5, attributes={"k": 1, "is_crowd": 1}),
        replace(box, x=math.nan),
        replace(box, group=1),
        replace(box, group=1),
        Label(label=0),
    )
    assert found == (box, box, box)
    assert lost(losses) == [
        ("attribute is_crowd", 1),
        ("attribute k", 1),
        ("box", 1),
        ("group", 1),
        ("id", 1),
        ("label", 1),
        ("score", 1),
        ("z_order", 1),
    ]


def test_unknown_size(tmp_path: Path) -> None:
    """Without a size there is a record without boxes, and they are counted; the size stays unknown."""
    box = Box(x=0.0, y=0.0, w=1.0, h=1.0)
    items = [
        Item(id="a", subset="train", annotations=(box,), attributes={"n": 1}),
        Item(id="b", subset="train", media=(Media(path="b.png"),)),
    ]
    losses = written(ListDataset(items, infos={"by": "me"}), tmp_path / "out")
    found = items_of(tmp_path / "out")
    assert [(item.id, item.size, item.annotations) for item in found] == [
        ("a", None, ()),
        ("b", None, ()),
    ]
    assert found[1].media[0].path == "b.png"
    assert lost(losses) == [("attribute n", 1), ("box", 1), ("info by", 1)]


def test_images_that_tensorflow_does_not_decode_become_png(tmp_path: Path) -> None:
    """JPEG and PNG are stored as they are; a TIFF as PNG; what is no image is counted."""
    import cv2
    import numpy as np

    items = [
        image_item("jpg"),
        image_item("png", ext=".png"),
        image_item("tif", ext=".tif"),
        Item(id="bad", subset="train", media=(Media(path="b.jpg", content=InMemory(b"x")),)),
        Item(id="none", subset="train", media=(Media(path="c.jpg"),)),
    ]
    losses = written(ListDataset(items), tmp_path / "out", save_media=True)
    found = {item.id: item.media[0] for item in items_of(tmp_path / "out")}
    assert {name: media.path for name, media in found.items()} == {
        "bad": "bad.jpg",
        "jpg": "jpg.jpg",
        "none": "none.jpg",
        "png": "png.png",
        "tif": "tif.png",
    }
    data = {name: load_media(media) if media.content else None for name, media in found.items()}
    assert (data["jpg"], data["png"]) == (image_bytes(".jpg"), image_bytes(".png"))
    tif, png = data["tif"], data["png"]
    assert tif is not None
    assert png is not None
    same = [cv2.imdecode(np.frombuffer(one, np.uint8), cv2.IMREAD_UNCHANGED) for one in (tif, png)]
    assert (same[0] == same[1]).all()
    assert lost(losses) == [("media", 1), ("media", 1)]


def test_size_from_the_image_where_none_is_told(tmp_path: Path) -> None:
    """Height and width of 0 are looked up in the image."""
    more = {"image/height": Ints(()), "image/encoded": Bytes((image_bytes(".png"),))}
    put(tmp_path, {**example(), **more})
    assert items_of(tmp_path)[0].size == (6, 8)


def test_bad_names_are_refused(tmp_path: Path) -> None:
    """An empty id, a subset that cannot be a file, text that is not Unicode."""
    for number, item in enumerate(
        [Item(id=""), Item(id="a", subset="x/y"), Item(id="\ud800"), Item(id="a", subset="")]
    ):
        with pytest.raises(FormatError, match=r"empty|subset|not Unicode"):
            written(ListDataset([item]), tmp_path / str(number))


def test_same_dataset_same_bytes(tmp_path: Path) -> None:
    """Writing twice gives the same bytes."""
    dataset = ListDataset([image_item("a", SQUARE)], CATS)
    for name in ("1", "2"):
        written(dataset, tmp_path / name, save_masks=True, save_media=True)
    assert (tmp_path / "1/train.tfrecord").read_bytes() == (
        tmp_path / "2/train.tfrecord"
    ).read_bytes()


def test_sniff(tmp_path: Path) -> None:
    """A record of an image is proof; an empty file a sign; other files are not ours."""
    path = put(tmp_path / "a", example())
    assert sniff(FolderProbe(tmp_path / "a")).score == EXACT
    assert sniff(FolderProbe(path)).score == EXACT
    put(tmp_path / "b")
    assert sniff(FolderProbe(tmp_path / "b")).score == LIKELY
    put(tmp_path / "c", {"audio/encoded": Bytes((b"x",))})
    assert sniff(FolderProbe(tmp_path / "c")).score == 0
    (tmp_path / "d").mkdir()
    assert sniff(FolderProbe(tmp_path / "d")).reason == "no *.tfrecord files"
    (tmp_path / "d/a.tfrecord").write_bytes(b"something else")
    assert sniff(FolderProbe(tmp_path / "d")).score == 0


# ---------------------------------------------------------------------- referee


def test_tensorflow_agrees(tmp_path: Path) -> None:
    """TensorFlow reads what is written, byte for byte the same when it writes it again."""
    tf = pytest.importorskip("tensorflow", reason="the referee, tensorflow-cpu, is not installed")
    items = [image_item("a", Box(label=1, x=2.0, y=3.0, w=4.0, h=3.0)), image_item("b", seed=1)]
    written(ListDataset(items, CATS), tmp_path / "out", save_media=True)
    path = tmp_path / "out/train.tfrecord"
    raw = [record.numpy() for record in tf.data.TFRecordDataset(str(path))]
    assert raw == [data for _, data in read_records(path)]
    for data in raw:
        message = tf.train.Example.FromString(data)
        assert message.SerializeToString(deterministic=True) == data
    first = tf.train.Example.FromString(raw[0]).features.feature
    assert list(first["image/object/bbox/xmin"].float_list.value) == [0.25]
    assert tf.io.decode_image(first["image/encoded"].bytes_list.value[0]).shape == (6, 8, 3)
    with tf.io.TFRecordWriter(str(tmp_path / "again.tfrecord")) as writer:
        for data in raw:
            writer.write(data)
    assert (tmp_path / "again.tfrecord").read_bytes() == path.read_bytes()
