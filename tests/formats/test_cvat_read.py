"""Reading CVAT's XML: shapes, schema, layouts, tracks, and what is refused."""

import pytest

from datum.detection import FolderProbe
from datum.errors import FormatError
from datum.model import (
    AttributeSpec,
    Box,
    Cuboid2D,
    Ellipse,
    Label,
    Mask,
    Points,
    Polygon,
    Polyline,
    RotatedBox,
    Skeleton,
    SkeletonSpec,
)
from datum.plugins import EXACT
from datum.testing.datasets import image_bytes
from datum_formats._common.rle import decode_mask
from datum_formats.cvat import CVAT

_META = """<?xml version="1.0" encoding="utf-8"?>
<annotations>
  <version>1.1</version>
  <meta>
    <task>
      <id>4</id>
      <name>roads</name>
      <created>2018-09-25 11:34:24.617558+03:00</created>
      <labels>
        <label>
          <name>car</name>
          <color>#ff0080</color>
          <type>any</type>
          <attributes>
            <attribute>
              <name>parked</name>
              <mutable>True</mutable>
              <input_type>checkbox</input_type>
              <default_value>false</default_value>
              <values>false</values>
            </attribute>
            <attribute>
              <name>doors</name>
              <mutable>False</mutable>
              <input_type>number</input_type>
              <default_value>4</default_value>
              <values>0;8;1</values>
            </attribute>
            <attribute>
              <name>make</name>
              <mutable>False</mutable>
              <input_type>select</input_type>
              <default_value>a</default_value>
              <values>a
b</values>
            </attribute>
          </attributes>
        </label>
        <label>
          <name>arm</name>
          <type>skeleton</type>
          <attributes></attributes>
          <svg>&lt;line data-type="edge" data-node-from="1" data-node-to="2"&gt;&lt;/line&gt;&lt;circle data-node-id="1" data-label-name="hand"&gt;&lt;/circle&gt;&lt;circle data-node-id="2" data-label-name="elbow"&gt;&lt;/circle&gt;</svg>
        </label>
        <label>
          <name>elbow</name>
          <type>points</type>
          <attributes></attributes>
          <parent>arm</parent>
        </label>
        <label>
          <name>hand</name>
          <type>points</type>
          <attributes></attributes>
          <parent>arm</parent>
        </label>
      </labels>
    </task>
    <dumped>2018-09-25 11:38:28</dumped>
  </meta>
"""

_IMAGES = """  <image id="7" name="a/1.jpg" width="8" height="6">
    <box label="car" source="manual" occluded="1" xtl="97.33" ytl="70.10" xbr="165.52" ybr="92.30" z_order="4" group_id="2">
      <attribute name="parked">true</attribute>
      <attribute name="doors">5</attribute>
      <attribute name="make">b</attribute>
    </box>
    <box label="car" occluded="0" xtl="1.0" ytl="2.0" xbr="5.0" ybr="4.0" rotation="30.5"></box>
    <polygon label="car" occluded="0" points="0.5,0.25;4.00,1;2,3"></polygon>
    <polyline label="car" occluded="0" points="1,2;3,4"></polyline>
    <points label="car" occluded="0" points="1,2"></points>
    <cuboid label="car" occluded="0" xtl1="1" ytl1="2" xbl1="3" ybl1="4" xtr1="5" ytr1="6" xbr1="7" ybr1="8" xtl2="9" ytl2="10" xbl2="11" ybl2="12" xtr2="13" ytr2="14" xbr2="15" ybr2="16"></cuboid>
    <ellipse label="car" occluded="0" cx="4.5" cy="3.0" rx="2.0" ry="1.0" rotation="10.0"></ellipse>
    <mask label="car" occluded="0" rle="1, 2, 1, 2" left="2" top="1" width="3" height="2"></mask>
    <skeleton label="arm" z_order="1">
      <points label="hand" outside="0" occluded="1" points="1.5,2.5"></points>
      <points label="elbow" outside="1" occluded="0" points="3.0,4.0"></points>
    </skeleton>
    <tag label="car" source="auto"></tag>
  </image>
  <image id="9" name="b.png" width="4" height="3" subset="val"></image>
"""
_SAMPLE = f"{_META}{_IMAGES}</annotations>\n"


def _read(path):
    reading = CVAT.read(path, {})
    return list(reading.items), reading


def _file(folder, text=_SAMPLE, name="annotations.xml"):
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode())
    return file


def _with(shape):
    return f'{_META}<image id="0" name="a.jpg" width="8" height="6">{shape}</image></annotations>'


def test_every_shape_is_read(tmp_path):
    """Boxes by decimal differences, angles, occlusion, order, group, source, masks, joints."""
    items, _ = _read(_file(tmp_path))
    assert [(item.key, item.size, item.image.path) for item in items] == [
        (("default", "a/1"), (6, 8), "a/1.jpg"),
        (("val", "b"), (3, 4), "b.png"),
    ]
    box, turned, polygon, line, points, cuboid, ellipse, mask, skeleton, tag = items[0].annotations
    attributes = {"source": "manual", "occluded": True, "parked": True, "doors": 5, "make": "b"}
    assert box == Box(
        label=0, x=97.33, y=70.1, w=68.19, h=22.2, z_order=4, group=2, attributes=attributes
    )
    plain = {"occluded": False}
    assert turned == RotatedBox(label=0, cx=3.0, cy=3.0, w=4.0, h=2.0, angle=30.5, attributes=plain)
    assert polygon == Polygon(label=0, points=(0.5, 0.25, 4.0, 1.0, 2.0, 3.0), attributes=plain)
    assert line == Polyline(label=0, points=(1.0, 2.0, 3.0, 4.0), attributes=plain)
    assert points == Points(label=0, points=(1.0, 2.0), attributes=plain)
    assert cuboid == Cuboid2D(label=0, points=tuple(map(float, range(1, 17))), attributes=plain)
    assert ellipse == Ellipse(label=0, cx=4.5, cy=3.0, rx=2.0, ry=1.0, angle=10.0, attributes=plain)
    assert isinstance(mask, Mask)
    rows = ["".join("#" if on else "." for on in row) for row in decode_mask(mask)]
    assert rows == ["........", "...##...", "...##...", "........", "........", "........"]
    assert skeleton == Skeleton(label=1, points=(3.0, 4.0, 1.5, 2.5), visibility=(0, 1), z_order=1)
    assert tag == Label(label=0, attributes={"source": "auto"})
    assert items[0].attributes == {"frame": 7}


def test_the_schema_is_read(tmp_path):
    """Labels with colours, attributes and skeletons; joints are no labels; the rest is infos."""
    _, reading = _read(_file(tmp_path))
    car, arm = reading.categories.labels
    assert (car.name, car.color, arm.name) == ("car", (255, 0, 128), "arm")
    assert car.attributes == (
        AttributeSpec(
            name="parked", input_type="checkbox", default="false", values=("false",), mutable=True
        ),
        AttributeSpec(name="doors", input_type="number", default="4", values=("0;8;1",)),
        AttributeSpec(name="make", input_type="select", default="a", values=("a", "b")),
    )
    assert reading.categories.skeletons == (
        SkeletonSpec(label=1, joints=("elbow", "hand"), edges=((1, 0),)),
    )
    assert reading.infos["cvat"]["default"] == {
        "task": {"id": "4", "name": "roads", "created": "2018-09-25 11:34:24.617558+03:00"},
        "dumped": "2018-09-25 11:38:28",
    }


@pytest.mark.parametrize(
    ("text", "value"),
    [("5", 5), ("5.0", 5.0), ("1e3", 1000.0), ("__undefined__", "__undefined__"), ("nan", "nan")],
)
def test_numbers_that_are_none_stay_text(tmp_path, text, value):
    """A value that does not fit its declaration is kept as it stands."""
    shape = f'<tag label="car"><attribute name="doors">{text}</attribute></tag>'
    items, _ = _read(_file(tmp_path, _with(shape)))
    found = items[0].annotations[0].attributes["doors"]
    assert (type(found), found) == (type(value), value)


def test_subsets_are_files_and_labels_are_united(tmp_path):
    """A folder has a file for each subset; images may lie in a folder for each, or in one."""
    _file(tmp_path, name="train.xml")
    other = _with('<box label="bus" xtl="0" ytl="0" xbr="1" ybr="1"/>')
    _file(tmp_path, other.replace("<name>car</name>", "<name>bus</name>"), "test.xml")
    (tmp_path / "images" / "train" / "a").mkdir(parents=True)
    (tmp_path / "images" / "train" / "a" / "1.jpg").write_bytes(image_bytes(".jpg"))
    (tmp_path / "images" / "a.jpg").write_bytes(image_bytes(".jpg"))
    items, reading = _read(tmp_path)
    assert reading.categories.names() == ("bus", "arm", "car")
    found = {item.key: item for item in items}
    assert set(found) == {("test", "a"), ("train", "a/1"), ("val", "b")}
    assert found["train", "a/1"].annotations[0].label == 2
    assert found["train", "a/1"].image.content.path.endswith("images/train/a/1.jpg")
    assert found["test", "a"].image.content.path.endswith("images/a.jpg")
    assert found["val", "b"].image.content is None


def test_a_file_is_a_subset_and_a_folder_of_annotations_works(tmp_path):
    """The subset is called like the file; images are looked for beside ``annotations``."""
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "b.png").write_bytes(image_bytes(".png", 3, 4))
    text = f'{_META}<image id="0" name="b.png"></image></annotations>'
    file = _file(tmp_path, text, "annotations/train.xml")
    for path in (file, file.parent, tmp_path):
        items, _ = _read(path)
        assert [(item.key, item.size) for item in items] == [(("train", "b"), (3, 4))]


def test_images_that_differ_by_extension_are_told_apart(tmp_path):
    """Their ids are their whole names."""
    images = '<image id="0" name="x&amp;.jpg"/><image id="1" name="x&amp;.png"/>'
    items, _ = _read(_file(tmp_path, f"{_META}{images}</annotations>"))
    assert [item.id for item in items] == ["x&.jpg", "x&.png"]


def test_labels_that_nothing_declares_are_found(tmp_path):
    """A file without labels has those that its shapes name."""
    text = (
        '<annotations><image id="0" name="a.jpg" width="8" height="6">'
        '<tag label="x"/><skeleton label="s"><points label="j" points="1,2"/></skeleton>'
        "</image></annotations>"
    )
    items, reading = _read(_file(tmp_path, text))
    assert reading.categories.names() == ("x", "s")
    assert items[0].annotations[1] == Skeleton(label=1, points=(1.0, 2.0), visibility=(2,))


_TRACKS = """  <track id="3" label="car" source="manual" group_id="5">
    <box frame="0" outside="0" occluded="0" keyframe="1" xtl="1" ytl="2" xbr="3" ybr="4" z_order="0">
      <attribute name="parked">false</attribute>
    </box>
    <box frame="12" outside="1" occluded="0" keyframe="0" xtl="1" ytl="2" xbr="3" ybr="4"/>
  </track>
  <track id="4" label="arm">
    <skeleton frame="0" keyframe="1"><points label="hand" points="1,2" outside="0" occluded="0"/></skeleton>
  </track>
"""


def test_tracks_are_read_by_frame(tmp_path):
    """Each shape of a track belongs to the item of its frame, with what the track says."""
    size = "<original_size><width>640</width><height>480</height></original_size></task>"
    text = f"{_META.replace('</task>', size)}{_TRACKS}</annotations>"
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "frame_000012.png").write_bytes(image_bytes(".png"))
    items, _ = _read(_file(tmp_path, text))
    assert [(item.id, item.size, item.image.path, item.attributes) for item in items] == [
        ("frame_000000", (480, 640), "frame_000000.PNG", {"frame": 0}),
        ("frame_000012", (480, 640), "frame_000012.png", {"frame": 12}),
    ]
    box, skeleton = items[0].annotations
    assert box == Box(
        label=0,
        group=5,
        x=1.0,
        y=2.0,
        w=2.0,
        h=2.0,
        attributes={
            "source": "manual",
            "occluded": False,
            "parked": False,
            "track_id": 3,
            "keyframe": True,
            "outside": False,
        },
    )
    assert skeleton.points == (0.0, 0.0, 1.0, 2.0)
    assert items[1].annotations[0].attributes["outside"] is True


def test_tracks_join_the_images_of_their_frames(tmp_path):
    """A file with both has one item for a frame."""
    image = '<image id="12" name="x.jpg" width="8" height="6"><tag label="car"/></image>'
    items, _ = _read(_file(tmp_path, f"{_META}{image}{_TRACKS}</annotations>"))
    assert [(item.id, len(item.annotations)) for item in items] == [("x", 2), ("frame_000000", 2)]


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        ('<box xtl="0" ytl="0" xbr="1" ybr="1"/>', "has no label"),
        ('<box label="bus" xtl="0" ytl="0" xbr="1" ybr="1"/>', "label 'bus' is not declared"),
        ('<box label="car" xtl="0" ytl="0" xbr="1"/>', "ybr is missing"),
        ('<box label="car" xtl="a" ytl="0" xbr="1" ybr="1"/>', "xtl is no number"),
        ('<box label="car" xtl="nan" ytl="0" xbr="1" ybr="1"/>', "xtl is no number"),
        ('<box label="car" z_order="x" xtl="0" ytl="0" xbr="1" ybr="1"/>', "z_order"),
        ('<ellipse label="car" cx="1e999" cy="0" rx="1" ry="1"/>', "cx is too large"),
        ('<polygon label="car"/>', "points are missing"),
        ('<polygon label="car" points="1,2;3"/>', "points are not pairs"),
        ('<polygon label="car" points="1,2;3,x"/>', "points are no numbers"),
        ('<polygon label="car" points="1,2;3,inf"/>', "points are not finite"),
        ('<points label="car" points="1,2" visibility="9"/>', "visibility"),
        ('<mask label="car" rle="1" left="0" top="0" width="2" height="1"/>', "does not fill"),
        ('<mask label="car" rle="-1,3" left="0" top="0" width="2" height="1"/>', "does not fill"),
        ('<mask label="car" rle="x" left="0" top="0" width="2" height="1"/>', "no list of numbers"),
        ('<mask label="car" rle="99" left="0" top="0" width="99" height="1"/>', "not within"),
        ('<mask label="car" rle="1" left="a" top="0" width="99" height="1"/>', "no whole number"),
        ('<skeleton label="arm"><points label="x" points="1,2"/></skeleton>', "joint 'x'"),
        ('<skeleton label="arm"><points label="hand" points="1,2;3,4"/></skeleton>', "one point"),
        ('<tag label="car"><attribute>1</attribute></tag>', "has no name"),
        ('<tag label="car"><attribute name="a" type="json">{</attribute></tag>', "Expecting"),
        ('<tag label="car"><attribute name="a" type="pickle">x</attribute></tag>', "unknown"),
        ("<blob/>", "no shape"),
    ],
)
def test_broken_shapes_are_refused_with_their_line(tmp_path, shape, reason):
    """Each fault is a FormatError that names file, line and what is wrong."""
    with pytest.raises(FormatError, match=reason) as caught:
        _read(_file(tmp_path, _with(shape)))
    assert caught.value.line
    assert caught.value.path == tmp_path / "annotations.xml"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not well-formed"),
        (_SAMPLE[:-40], "not well-formed"),
        ("<annotation><filename>a.jpg</filename></annotation>", "no <annotations>"),
        ("<foo/>", "no <annotations>"),
        (f'{_META}<image id="x" name="a.jpg"/></annotations>', "no number"),
        (f'{_META}<image id="1"/></annotations>', "has no name"),
        (f'{_META}<image id="1" name="../a.jpg"/></annotations>', "no file in the dataset"),
        (f'{_META}<image id="1" name="/etc/passwd"/></annotations>', "no file in the dataset"),
        (f'{_META}<image name="a.jpg"/><image name="a.jpg"/></annotations>', "is there twice"),
        (f'{_META}<track id="1" label="car"><box/></track></annotations>', "frame of a shape"),
        ('<!DOCTYPE a [<!ENTITY x "y">]><annotations><image name="&x;"/></annotations>', "entit"),
    ],
)
def test_broken_files_are_refused(tmp_path, text, reason):
    """Truncated, foreign and hostile files are FormatErrors."""
    with pytest.raises(FormatError, match=reason):
        _read(_file(tmp_path, text))


def test_a_mask_without_a_size_is_refused(tmp_path):
    """The pixels of the whole image are not known."""
    text = _with('<mask label="car" rle="1" left="0" top="0" width="1" height="1"/>')
    with pytest.raises(FormatError, match="needs the size of the image"):
        _read(_file(tmp_path, text.replace(' width="8" height="6"', "")))


def test_a_folder_without_xml_is_refused(tmp_path):
    """The error says what is missing."""
    with pytest.raises(FormatError, match="no XML file"):
        _read(tmp_path)


def test_sniffing_knows_the_root(tmp_path):
    """The XML of VOC, whose root is called ``annotation``, is not CVAT's."""
    _file(tmp_path / "cvat")
    _file(tmp_path / "voc", "<annotation></annotation>")
    assert CVAT.sniff(FolderProbe(tmp_path / "cvat")).score == EXACT
    assert CVAT.sniff(FolderProbe(tmp_path / "voc")).score == 0
