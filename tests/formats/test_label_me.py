"""LabelMe's XML: objects, parts, masks, the line of attributes."""

import numpy as np
import pytest

from datum.errors import FormatError
from datum.model import Box, Categories, Item, Mask, Points, Polygon, Polyline
from datum.testing.datasets import ListDataset, image_bytes, image_item
from datum.testing.running import assert_alone, put_files, read_all, write_all
from datum_formats._common.bitmaps import encode_png
from datum_formats._common.rle import decode_mask
from datum_formats.label_me import LABEL_ME
from datum_formats.label_me.attributes import attributes_text, parse_attributes

# in the form of the files that https://github.com/CSAILVision/LabelMeAnnotationTool writes
_XML = """<annotation>
<filename>img1.png</filename><folder>example_folder</folder>
<source><sourceImage>The MIT-CSAIL database</sourceImage><sourceAnnotation>LabelMe</sourceAnnotation></source>
<imagesize><nrows>6</nrows><ncols>8</ncols></imagesize>
<object><name>
window
</name><deleted>0</deleted><verified>1</verified><occluded>yes</occluded><date>25-May-2012 00:09:48</date>
<id>0</id><parts><hasparts>1,</hasparts><ispartof/></parts>
<polygon><username>admin</username><pt><x>4</x><y>1</y></pt><pt><x>5.5</x><y>1</y></pt><pt><x>4</x><y>3</y></pt></polygon>
<attributes>red, size=3, name="a, \\"b\\"", off=false</attributes></object>
<object><name>pane</name><deleted>0</deleted><verified>0</verified><occluded>no</occluded><id>1</id>
<parts><hasparts/><ispartof>0</ispartof></parts><type>bounding_box</type>
<polygon><pt><x>5</x><y>4</y></pt><pt><x>1</x><y>4</y></pt><pt><x>1</x><y>2</y></pt><pt><x>5</x><y>2</y></pt></polygon></object>
<object><name>gone</name><deleted>1</deleted><id>2</id><polygon><pt><x>4</x><y>1</y></pt></polygon></object>
<object><name>pane</name><id>3</id><polygon><pt><x>4</x><y>1</y></pt></polygon></object>
<object><name>pane</name><id>4</id><polygon><pt><x>4</x><y>1</y></pt><pt><x>0</x><y>0</y></pt></polygon></object>
<object><name>door</name><id>5</id><segm><username>u</username><box/><mask>img1_mask_5.png</mask></segm></object>
</annotation>"""
_PIXELS = np.zeros((6, 8), bool)
_PIXELS[2:4, 1:6] = True


def test_a_file_is_read(tmp_path):
    """Outlines, boxes, masks; parts are groups; what is deleted is passed over."""
    files = {
        "s/img1.xml": _XML,
        "s/img1.png": image_bytes(".png"),
        "s/Masks/img1_mask_5.png": encode_png(_PIXELS),
        "s/other.png": image_bytes(".png"),
    }
    dataset = read_all(LABEL_ME, put_files(tmp_path, files))
    assert dataset.categories.names() == ("door", "pane", "window")
    item, other = dataset
    assert (item.key, item.size, other.key) == (("s", "img1"), (6, 8), ("s", "other"))
    *shapes, mask = item.annotations
    attributes = {
        "red": True,
        "size": 3,
        "name": 'a, "b"',
        "off": False,
        "occluded": True,
        "verified": True,
        "date": "25-May-2012 00:09:48",
        "username": "admin",
    }
    assert shapes == [
        Polygon(label=2, group=1, points=(4, 1, 5.5, 1, 4, 3), attributes=attributes),
        Box(label=1, group=1, x=1, y=2, w=4, h=2),
        Points(label=1, points=(4, 1)),
        Polyline(label=1, points=(4, 1, 0, 0)),
    ]
    assert isinstance(mask, Mask)
    assert (mask.label, mask.attributes) == (0, {"username": "u"})
    assert (decode_mask(mask) == _PIXELS).all()


def test_the_folders_of_the_server_are_read(tmp_path):
    """Annotations, images and masks apart, each in a folder for each subset."""
    files = {
        "Annotations/s/img1.xml": _XML,
        "Images/s/img1.png": image_bytes(".png"),
        "Images/s/other.png": image_bytes(".png"),
        "Masks/s/img1_mask_5.png": encode_png(_PIXELS),
    }
    item, other = read_all(LABEL_ME, put_files(tmp_path, files))
    assert (item.key, other.key) == (("s", "img1"), ("s", "other"))
    assert item.image.content.path == str(tmp_path / "Images/s/img1.png")
    assert (decode_mask(item.annotations[-1]) == _PIXELS).all()


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"a": True, "b": False, "c": 1, "d": -2.5e-7, "e": "x y", "f": "1", "g": "true"},
        {"a=b": 'q"u', "c,d": "e,f", "g": " h ", "i": "", "j": "back\\slash\nline", "k": "ünï"},
    ],
)
def test_the_line_of_attributes_comes_back(attributes):
    """Values keep their type: what looks like another type is quoted."""
    assert parse_attributes(attributes_text(attributes)) == attributes


def test_the_line_of_other_tools_is_understood():
    """Back-slashes outside of quotes, spaces, a name alone, and what is no pair at all."""
    assert parse_attributes(r"a\=b=c\,d,  big , =x, n= 2") == {"a=b": "c,d", "big": True, "n": 2}
    assert parse_attributes("") == {}


def test_what_has_no_place_is_counted():
    """Lists among attributes, masks of another size, points, scores."""
    item = image_item(
        "a",
        Box(
            label=0, x=1.0, y=1.0, w=2.0, h=2.0, score=0.5, attributes={"l": [1], "n": None, "k": 1}
        ),
        Mask(label=0, height=2, width=2, counts=b"4"),
        Points(label=0, points=(1.0, 1.0)),
    )
    files, losses = write_all(LABEL_ME, ListDataset([item], Categories.of(["x"])))
    assert {row[0] for row in losses.rows()} == {
        *("attribute l", "attribute n", "mask", "points", "score"),
    }
    assert b"<attributes>k=1</attributes>" in files["train/a.xml"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<annotation><object>", "not well-formed"),
        ("<other/>", "the root is <other>"),
        ("<annotation><object><name>x</name></object></annotation>", "neither points nor a mask"),
        ("<annotation>\n<object><polygon><pt><x>nan</x><y>1</y></pt></polygon></object></annotation>", "line 2: x 'nan'"),
        ("<annotation><object><segm><mask>../../x.png</mask></segm></object></annotation>", "leaves the dataset"),
        ("<annotation><object><segm><mask>m.png</mask></segm></object></annotation>", "No such file"),
        ("<!DOCTYPE a [<!ENTITY e 'x'>]><annotation>&e;</annotation>", "entities are refused"),
    ],
)  # fmt: skip
def test_broken_files_are_refused(tmp_path, text, reason):
    """The error names the file, and the line where there is one."""
    with pytest.raises(FormatError, match=reason):
        read_all(LABEL_ME, put_files(tmp_path, {"a.xml": text}))


def test_a_mask_of_another_size_is_refused(tmp_path):
    """Its file says how large it is."""
    text = _XML.replace("<nrows>6", "<nrows>600")
    files = {"img1.xml": text, "Masks/img1_mask_5.png": encode_png(_PIXELS)}
    with pytest.raises(FormatError, match="is 6 x 8, its image 600 x 8"):
        read_all(LABEL_ME, put_files(tmp_path, files))


@pytest.mark.parametrize("item", [image_item("a"), Item(id="\x01")])
def test_names_that_xml_cannot_hold_are_refused(item):
    """Of labels and of items."""
    with pytest.raises(FormatError, match="cannot be in XML"):
        write_all(
            LABEL_ME, ListDataset([item], Categories.of(["\x02"] if item.id == "a" else ["x"]))
        )


def test_no_other_format_claims_its_output(tmp_path):
    """Detection names it alone, though a file without objects could be one of VOC."""
    box = Box(label=0, x=1.0, y=1.0, w=2.0, h=2.0)
    dataset = ListDataset([image_item("b", box), image_item("a")], Categories.of(["x"]))
    assert_alone(LABEL_ME, dataset, tmp_path / "out")
