"""Writing CVAT's XML: what stands in the file, options, and what is counted as lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from datum.errors import FormatError
from datum.losses import LossReport
from datum.model import (
    AttributeSpec,
    Box,
    Caption,
    Categories,
    Item,
    Label,
    LabelCategory,
    Mask,
    Media,
    Points,
    Polygon,
    RotatedBox,
    Skeleton,
    SkeletonSpec,
)
from datum.outputs import FolderOutput, MemoryOutput
from datum.plugins import Writing
from datum.testing.datasets import ListDataset, image_item
from datum.testing.strategies import attributes, coordinates, masks
from datum_formats.cvat import CVAT
from datum_formats.cvat.masks import mask_of, mask_text
from datum_formats.cvat.values import decode_value, difference, encode_value, number, total


def _write(dataset, output, *, save_media=False, **options):
    losses = LossReport()
    CVAT.write(
        Writing(
            dataset=dataset, output=output, losses=losses, options=options, save_media=save_media
        )
    )
    return losses


def _xml(dataset, name="train.xml", **options):
    output = MemoryOutput()
    losses = _write(dataset, output, **options)
    return etree.fromstring(output.files[name]), losses


def _item(*annotations, name="a", subset="train", **attributes):
    media = (Media(path=f"{name}.jpg", height=6, width=8),)
    return Item(id=name, subset=subset, media=media, attributes=attributes, annotations=annotations)


def _again(dataset, tmp_path, **options):
    with FolderOutput(tmp_path / "out") as output:
        _write(dataset, output, **options)
    reading = CVAT.read(tmp_path / "out", {})
    return list(reading.items), reading


_CAR = Categories.of(["car"])


def test_a_file_as_cvat_has_it():
    """Version, task, labels with declared attributes, images with shapes; no dates."""
    box = Box(
        label=0,
        x=0.1,
        y=1.0,
        w=0.2,
        h=2.25,
        z_order=3,
        group=2,
        attributes={"occluded": True, "source": "auto", "parked": False, "doors": 4},
    )
    root, losses = _xml(ListDataset([_item(box, frame=5)], _CAR))
    assert not losses
    assert root.findtext("version") == "1.1"
    task = root.find("meta/task")
    assert [(child.tag, child.text) for child in task if child.tag != "labels"] == [
        ("name", "train"),
        ("size", "1"),
        ("mode", "annotation"),
        ("overlap", "0"),
        ("z_order", "True"),
        ("start_frame", "0"),
        ("stop_frame", "0"),
        ("frame_filter", None),
    ]
    specs = task.findall("labels/label/attributes/attribute")
    assert [(spec.findtext("name"), spec.findtext("input_type")) for spec in specs] == [
        ("parked", "checkbox"),
        ("doors", "number"),
    ]
    image = root.find("image")
    assert dict(image.attrib) == {
        "id": "5",
        "name": "a.jpg",
        "subset": "train",
        "width": "8",
        "height": "6",
    }
    assert dict(image.find("box").attrib) == {
        "label": "car",
        "source": "auto",
        "occluded": "1",
        "z_order": "3",
        "group_id": "2",
        "xtl": "0.1",
        "ytl": "1.0",
        "xbr": "0.3",
        "ybr": "3.25",
    }
    assert [(one.get("name"), one.get("type"), one.text) for one in image.find("box")] == [
        ("parked", None, "false"),
        ("doors", None, "4"),
    ]


def test_what_was_read_is_written_again(tmp_path):
    """Reading, writing and reading gives the same values, schema and task, and the same bytes."""
    categories = Categories(
        labels=(
            LabelCategory(
                name='c"<ä>',
                color=(1, 2, 255),
                attributes=(AttributeSpec(name="k", input_type="select", values=("a", "b")),),
                infos={"type": "rectangle"},
            ),
            LabelCategory(name="arm", parent="body"),
            LabelCategory(name="sleeve", parent="arm"),
        ),
        skeletons=(SkeletonSpec(label=1, joints=('h"&', "e"), edges=((1, 0),)),),
    )
    joints = {"e": {"hurt": "no"}}
    item = _item(
        Skeleton(
            label=1, points=(1.0, 2.0, 3.5, 4.0), visibility=(0, 1), attributes={"elements": joints}
        ),
        Label(label=2, attributes={"k": "x\r\n\t y ", "source": "auto", "occluded": False}),
        Points(label=0, points=(1.0, 2.0), visibility=(1,), score=0.25),
        RotatedBox(label=0, cx=0.1, cy=0.7, w=0.3, h=0.9, angle=33.3),
        frame=3,
        task_id="12",
    )
    infos = {"cvat": {"train": {"task": {"id": "4", "owner": {"username": "me"}}, "dumped": "x"}}}
    dataset = ListDataset([item], categories, infos)
    items, reading = _again(dataset, tmp_path)
    assert items == [item]
    found = reading.categories
    assert [(one.name, one.parent, one.color) for one in found.labels] == [
        (one.name, one.parent, one.color) for one in categories.labels
    ]
    assert found.labels[0].attributes[0] == categories.labels[0].attributes[0]
    assert found.skeletons == categories.skeletons
    said = reading.infos["cvat"]["train"]
    assert (said["task"]["id"], said["task"]["owner"]) == ("4", {"username": "me"})
    assert said["dumped"] == "x"
    again = ListDataset(items, found, reading.infos)
    one, other = MemoryOutput(), MemoryOutput()
    _write(dataset, one)
    _write(again, other)
    assert one.files == other.files


@pytest.mark.parametrize("value", [{}, {"occluded": True}, {"occluded": False}])
def test_occlusion_is_said_only_where_it_was(tmp_path, value):
    """Nothing said, yes and no are three things, though CVAT wants the attribute always."""
    item = _item(Box(label=0, x=1.0, y=1.0, w=1.0, h=1.0, attributes=value))
    assert _again(ListDataset([item], _CAR), tmp_path)[0][0].annotations == item.annotations


def test_attributes_of_several_types_keep_them(tmp_path):
    """One name with other types on other shapes: the value is marked, and comes back as it was."""
    values = [1, "1", 1.0, True, None, [1, {"a": None}], "\0", "", " true ", "nan", 10**400]
    shapes = [Label(label=0, attributes={"k": value}) for value in values]
    items, _ = _again(ListDataset([_item(*shapes)], _CAR), tmp_path)
    found = [shape.attributes["k"] for shape in items[0].annotations]
    assert [(type(one), one) for one in found] == [(type(one), one) for one in values]


def test_undeclared_attributes_can_be_left_out():
    """With the option off, they are counted; what the label or all labels declare stays."""
    declared = Categories(
        labels=(LabelCategory(name="car", attributes=(AttributeSpec(name="a"),)),),
        attributes=(AttributeSpec(name="b"),),
    )
    dataset = ListDataset([_item(Label(label=0, attributes={"a": 1, "b": 2, "c": 3}))], declared)
    root, losses = _xml(dataset, allow_undeclared_attrs=False)
    assert [one.get("name") for one in root.find("image/tag")] == ["a", "b"]
    assert [row[:2] for row in losses.rows()] == [
        ("attribute c", "it is not declared for the label")
    ]


def test_frames_are_kept_and_never_clash():
    """Numbers that items have stay theirs; the others get what is free; --reindex counts anew."""
    items = [_item(name="a"), _item(name="b", frame=0), _item(name="c", frame=0), _item(name="d")]
    dataset = ListDataset(items, _CAR)
    root, losses = _xml(dataset)
    assert [image.get("id") for image in root.findall("image")] == ["1", "0", "2", "3"]
    assert [row[0] for row in losses.rows()] == ["attribute frame"]
    root, _ = _xml(dataset, reindex=True)
    assert [image.get("id") for image in root.findall("image")] == ["0", "1", "2", "3"]


def test_images_of_subsets_do_not_collide(tmp_path):
    """Equal ids in two subsets have two images; one subset has them in ``images`` itself."""
    one = ListDataset([image_item("a/x")], _CAR)
    two = ListDataset([image_item("x"), image_item("x", subset="val", seed=1)], _CAR)
    tricky = ListDataset([image_item("x"), image_item("train/x", seed=1)], _CAR)
    names = []
    for place, dataset in enumerate((one, two, tricky)):
        output = MemoryOutput()
        _write(dataset, output, save_media=True)
        names.append({name for name in output.files if name.startswith("images/")})
        found, _ = _again(dataset, tmp_path / str(place), save_media=True)
        places = {item.key: item.image.content.path for item in found}
        assert len(set(places.values())) == len(dataset)
    assert names == [
        {"images/a/x.jpg"},
        {"images/train/x.jpg", "images/val/x.jpg"},
        {"images/train/x.jpg", "images/train/train/x.jpg"},
    ]


def test_what_cvat_cannot_hold_is_counted():
    """Captions, shapes without a label, holes, ids, and attributes of items."""
    outline = (0.0, 0.0, 1.0, 0.0, 1.0, 1.0)
    item = _item(
        Caption(text="x"),
        Box(x=0.0, y=0.0, w=1.0, h=1.0),
        Polygon(label=0, points=outline, holes=(outline,), id=1),
        Mask(label=0, height=2, width=2, counts=b"4"),
        Skeleton(label=0, points=(1.0, 2.0)),
        Label(label=7),
        weather="rain",
    )
    root, losses = _xml(ListDataset([item], _CAR, {"year": 2020}))
    assert [child.tag for child in root.find("image")] == ["polygon"]
    assert [row[0] for row in losses.rows()] == [
        *("attribute weather", "box", "caption", "hole", "id", "info year", "label", "mask"),
        "skeleton",
    ]


def test_a_mask_says_the_size_of_its_image(tmp_path):
    """Where the image's own is unknown."""
    shape = Mask(label=0, height=2, width=3, counts=b"222")
    item = Item(id="a", subset="train", annotations=(shape,))
    items, _ = _again(ListDataset([item], _CAR), tmp_path)
    assert (items[0].size, items[0].annotations) == ((2, 3), (shape,))


@pytest.mark.parametrize(
    ("item", "categories"),
    [
        (_item(name="a\x01"), _CAR),
        (_item(name="../a"), _CAR),
        (_item(subset="\x01"), _CAR),
        (_item(subset=""), _CAR),
        (_item(), Categories.of(["\x01"])),
        (
            _item(),
            Categories(
                labels=(LabelCategory(name="arm"), LabelCategory(name="j", parent="arm")),
                skeletons=(SkeletonSpec(label=0, joints=("j",)),),
            ),
        ),
    ],
)
def test_names_that_cannot_be_held_are_refused(item, categories):
    """Characters that XML has not, paths that leave, labels that would be taken for joints."""
    with pytest.raises(FormatError):
        _write(ListDataset([item], categories), MemoryOutput())


@given(coordinates(), coordinates())
def test_corners_give_the_extent_back(start, extent):
    """The sum is decimal, so that the difference is exactly what was added."""
    far = number(total(start, extent), "far")
    assert difference(far, number(repr(start), "near")) == extent


@given(masks(6, 8))
def test_runs_of_masks_are_exact(fields):
    """Row-major runs of the rectangle give the same column-major runs of the image."""
    mask = Mask(**fields)
    text, place = mask_text(mask)
    assert mask_of(text, place, (6, 8)) == (6, 8, mask.counts)


def test_an_empty_mask_is_one_pixel_that_is_off():
    """CVAT has no mask without a rectangle."""
    mask = Mask(height=2, width=3, counts=b"6")
    text, place = mask_text(mask)
    assert (text, place) == ("1", (0, 0, 1, 1))
    assert mask_of(text, place, (2, 3)) == (2, 3, b"6")


@given(attributes(), st.sampled_from(["", "text", "number", "checkbox", "select"]))
def test_values_come_back_with_their_type(values, input_type):
    """Whatever is declared, the text and its mark give the value back."""
    for value in values.values():
        text, mark = encode_value(value, input_type)
        found = decode_value(text, input_type, mark)
        assert (type(found), found) == (type(value), value)
