"""Reading VOC: files as the development kit describes them, layouts, faults."""

from pathlib import Path
from typing import Any

import pytest

from datum.detection import FolderProbe
from datum.errors import FormatError
from datum.model import Box, Item, Label, Points
from datum.plugins import EXACT, Format, Reading, parse_options
from datum.testing.datasets import image_bytes
from datum_formats.voc import ACTION, CLASSIFICATION, DETECTION, LAYOUT, SEGMENTATION, VOC

KIT = """\
<annotation>
	<folder>VOC2012</folder>
	<filename>2008_000008.jpg</filename>
	<source>
		<database>The VOC2008 Database</database>
		<annotation>PASCAL VOC2008</annotation>
		<image>flickr</image>
	</source>
	<size>
		<width>500</width>
		<height>442</height>
		<depth>3</depth>
	</size>
	<segmented>0</segmented>
	<object>
		<name>horse</name>
		<pose>Left</pose>
		<truncated>0</truncated>
		<occluded>1</occluded>
		<bndbox>
			<xmin>53</xmin>
			<ymin>87</ymin>
			<xmax>471</xmax>
			<ymax>420</ymax>
		</bndbox>
		<difficult>0</difficult>
	</object>
	<object>
		<name>person</name>
		<actions>
			<jumping>0</jumping>
			<ridinghorse>1</ridinghorse>
		</actions>
		<bndbox>
			<xmin>158</xmin>
			<ymin>44.5</ymin>
			<xmax>289</xmax>
			<ymax>167.25</ymax>
		</bndbox>
		<part>
			<name>head</name>
			<bndbox><xmin>169</xmin><ymin>46</ymin><xmax>200</xmax><ymax>81</ymax></bndbox>
		</part>
	</object>
</annotation>
"""


def object_xml(name: str = "cat", inner: str = "") -> str:
    """An object with a box from 1, 2 to 3, 4."""
    return (
        f"<object><name>{name}</name><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>3</xmax>"
        f"<ymax>4</ymax></bndbox>{inner}</object>"
    )


def make(root: Path, files: dict[str, str | bytes]) -> Path:
    """A dataset of these files."""
    for name, content in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def reading(path: Path, card: Format = VOC, **options: Any) -> Reading:
    """What the card's reader finds."""
    assert card.read is not None
    return card.read(path, parse_options(card.read_options, options, card.name))


def read(path: Path, card: Format = VOC, **options: Any) -> list[Item]:
    """The items that the card's reader finds."""
    return list(reading(path, card, **options).items)


def annotation(inner: str) -> str:
    """An annotation file."""
    return f"<annotation>{inner}</annotation>"


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    """A dataset with one image in the lists of every task."""
    return make(
        tmp_path / "VOCdevkit/VOC2012",
        {
            "Annotations/2008_000008.xml": KIT,
            "ImageSets/Main/train.txt": "2008_000008\n2008_000009\n",
            "ImageSets/Main/horse_train.txt": "2008_000008  1\n2008_000009 -1\n",
            "ImageSets/Main/person_train.txt": "2008_000008  0\n2008_000009 -1\n",
            "ImageSets/Layout/val.txt": "2008_000008 2\n",
            "ImageSets/Action/train.txt": "2008_000008  2\n",
            "ImageSets/Action/jumping_train.txt": "2008_000008  2 -1\n",
        },
    )


def test_an_annotation_of_the_kit_is_read_whole(kit: Path) -> None:
    """Boxes, parts in their group, flags, pose, actions, and what is said of the image."""
    item = read(kit)[0]
    labels = {name: index for index, name in enumerate(reading(kit).categories.names())}
    assert item.key == ("train", "2008_000008")
    assert item.size == (442, 500)
    assert item.media[0].path == "2008_000008.jpg"
    assert item.attributes == {
        "folder": "VOC2012",
        "source": {
            "database": "The VOC2008 Database",
            "annotation": "PASCAL VOC2008",
            "image": "flickr",
        },
        "segmented": False,
    }
    flags = {"pose": "Left", "truncated": False, "occluded": True, "difficult": False}
    acting = {"jumping": False, "ridinghorse": True}
    horse, person, head = labels["horse"], labels["person"], labels["head"]
    assert item.annotations == (
        Label(label=horse),
        Label(label=person, attributes={"difficult": True}),
        Box(x=53, y=87, w=418, h=333, label=horse, attributes=flags),
        Box(x=158, y=44.5, w=131, h=122.75, label=person, group=2, attributes=acting),
        Box(x=169, y=46, w=31, h=35, label=head, group=2),
    )


def test_the_labels_of_the_challenge_are_the_default(kit: Path) -> None:
    """Background, twenty classes with their colours, and the parts of a person."""
    labels = reading(kit).categories.labels
    assert [label.name for label in labels][:3] == ["background", "aeroplane", "bicycle"]
    assert [label.name for label in labels][20:] == ["tvmonitor", "head", "hand", "foot"]
    assert labels[15].color == (192, 128, 128)
    assert labels[15].infos["parts"] == ["head", "hand", "foot"]
    assert "jumping" in labels[15].infos["actions"]


def test_each_task_reads_its_lists_and_its_annotations(kit: Path) -> None:
    """Layout takes the lists in Layout, action those in Action, and so on."""
    assert [item.key for item in read(kit, LAYOUT)] == [("val", "2008_000008")]
    assert [item.key for item in read(kit, ACTION)] == [("train", "2008_000008")]
    assert [item.id for item in read(kit, DETECTION)] == ["2008_000008", "2008_000009"]
    kinds = {
        card.name: [one.kind for item in read(kit, card) for one in item.annotations]
        for card in (CLASSIFICATION, DETECTION, LAYOUT, SEGMENTATION)
    }
    assert kinds == {
        "voc_classification": ["label"] * 2,
        "voc_detection": ["box"] * 2,
        "voc_layout": ["box"] * 3,
        "voc_segmentation": [],
    }


@pytest.mark.parametrize("part", ["..", "../..", "Annotations", "ImageSets", "ImageSets/Main", "."])
def test_any_part_of_a_dataset_stands_for_it(kit: Path, part: str) -> None:
    """The parents, as in VOCdevkit/VOC2012, and the folders inside."""
    assert {item.subset for item in read(kit / part)} == {"train", "val"}


def test_one_list_or_one_annotation_can_be_read(kit: Path) -> None:
    """A list gives its subset alone, an XML file its item alone."""
    items = read(kit / "ImageSets/Main/train.txt")
    assert [item.key for item in items] == [("train", "2008_000008"), ("train", "2008_000009")]
    assert [one.kind for one in items[0].annotations][:2] == ["label", "label"]
    found = read(kit / "Annotations/2008_000008.xml")
    assert [item.key for item in found] == [("default", "2008_000008")]


def test_a_list_of_one_class_is_no_subset(kit: Path) -> None:
    """It is neither read as a subset nor accepted for one."""
    assert {item.subset for item in read(kit, DETECTION)} == {"train"}
    with pytest.raises(FormatError, match="list of one class"):
        read(kit / "ImageSets/Main/horse_train.txt")


def test_several_years_below_one_folder_have_to_be_told_apart(tmp_path: Path) -> None:
    """The error says which there are."""
    for year in ("VOC2007", "VOC2012"):
        make(tmp_path / year, {"Annotations/a.xml": annotation("")})
    with pytest.raises(FormatError, match="VOC2007, VOC2012"):
        read(tmp_path)


def test_without_lists_everything_is_one_subset(tmp_path: Path) -> None:
    """Annotations, images and masks in folders of any depth make the items."""
    make(
        tmp_path,
        {
            "Annotations/a/b.xml": annotation(object_xml()),
            "JPEGImages/c d.png": image_bytes(),
        },
    )
    items = read(tmp_path)
    assert [item.key for item in items] == [("default", "a/b"), ("default", "c d")]
    assert items[1].size == (6, 8)


def test_a_folder_of_annotations_and_images_is_readable(tmp_path: Path) -> None:
    """As some tools export it, XML beside the images."""
    make(tmp_path, {"a.xml": annotation(object_xml()), "a.png": image_bytes()})
    items = read(tmp_path, DETECTION)
    assert [(item.id, len(item.annotations), item.size) for item in items] == [("a", 1, (6, 8))]


def test_images_in_other_lists_keep_to_their_subsets(tmp_path: Path) -> None:
    """An image is in each subset that lists it, and in no other."""
    make(
        tmp_path,
        {
            **{f"Annotations/{name}.xml": annotation(object_xml()) for name in "abc"},
            "ImageSets/Main/train.txt": "a\n",
            "ImageSets/Main/trainval.txt": "a\nb\n",
            "ImageSets/Segmentation/val.txt": "b\n",
        },
    )
    keys = [item.key for item in read(tmp_path)]
    assert keys == [("train", "a"), ("trainval", "a"), ("trainval", "b"), ("val", "b")]


def test_names_with_blanks_in_lists_of_other_tools(tmp_path: Path) -> None:
    """Quoted, or bare where such a file exists."""
    make(
        tmp_path,
        {
            "Annotations/my cat 1.xml": annotation(object_xml()),
            "Annotations/my dog.xml": annotation(object_xml()),
            "ImageSets/Main/train.txt": 'my cat 1\n"my dog"\nother thing\n',
            "ImageSets/Layout/train.txt": 'my cat 1 1\n"my dog" 1\n',
        },
    )
    assert [item.id for item in read(tmp_path, DETECTION)] == ["my cat 1", "my dog", "other thing"]
    assert [item.id for item in read(tmp_path, LAYOUT)] == ["my cat 1", "my dog"]


def test_other_names_are_labels_in_sorted_order(tmp_path: Path) -> None:
    """Without a label map, parts and actions are found too."""
    part = (
        "<part><name>paw</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax>"
        "<ymax>2</ymax></bndbox></part><actions><purring>1</purring></actions>"
    )
    make(
        tmp_path,
        {
            "Annotations/a.xml": annotation(object_xml("zebra") + object_xml("a &amp; b")),
            "Annotations/b.xml": annotation(object_xml("cat", part)),
        },
    )
    labels = reading(tmp_path).categories.labels
    assert [label.name for label in labels] == ["a & b", "cat", "paw", "zebra"]
    assert labels[1].infos == {"parts": ["paw"], "actions": ["purring"]}


def test_the_label_map_comes_first(tmp_path: Path) -> None:
    """Its order, colours, parts and actions; names that it lacks come behind it."""
    make(
        tmp_path,
        {
            "labelmap.txt": "# label:color_rgb:parts:actions\nzoo:1,2,3:leg,arm:run\n"
            '"a:b,c":::\nplain\n',
            "Annotations/a.xml": annotation(object_xml("new") + object_xml("a:b,c")),
        },
    )
    labels = reading(tmp_path).categories.labels
    assert [label.name for label in labels] == ["zoo", "a:b,c", "plain", "leg", "arm", "new"]
    assert labels[0].color == (1, 2, 3)
    assert labels[0].infos == {"parts": ["leg", "arm"], "actions": ["run"]}
    assert [one.label for one in read(tmp_path)[0].annotations] == [5, 1]


def test_coordinates_may_count_from_one(tmp_path: Path) -> None:
    """As the kit has it: the first pixel is 1, and the far edge is included."""
    make(tmp_path, {"Annotations/a.xml": annotation(object_xml())})
    (box,) = read(tmp_path, DETECTION)[0].annotations
    assert box == Box(x=1, y=2, w=2, h=2, label=box.label)
    (box,) = read(tmp_path, DETECTION, coordinate_mode="voc-one-based")[0].annotations
    assert box == Box(x=0, y=1, w=3, h=3, label=box.label)


def test_attributes_of_other_tools_are_strings_and_bools(tmp_path: Path) -> None:
    """true and false are bools, all else without a type is a string; unknown elements are kept."""
    inner = (
        "<attributes><attribute><name>color</name><value> red </value></attribute>"
        "<attribute><name>n</name><value>7</value></attribute>"
        "<attribute><name>seen</name><value>True</value></attribute>"
        "<attribute><name>none</name></attribute></attributes>"
        "<polygon><x1>1</x1><y1>2</y1></polygon><pose/>"
    )
    make(tmp_path, {"Annotations/a.xml": annotation(object_xml("cat", inner) + "<odd>x</odd>")})
    item = read(tmp_path, DETECTION)[0]
    assert item.attributes == {"odd": "x"}
    assert item.annotations[0].attributes == {
        "color": "red",
        "n": "7",
        "seen": True,
        "none": None,
        "polygon": {"x1": "1", "y1": "2"},
        "pose": "",
    }


def test_an_object_with_a_point_alone_is_a_point(tmp_path: Path) -> None:
    """As in the task of actions without boxes."""
    inner = "<object><name>person</name><point><x>3</x><y>4.5</y></point></object>"
    make(tmp_path, {"Annotations/a.xml": annotation(inner)})
    assert read(tmp_path, ACTION)[0].annotations == (Points(points=(3, 4.5), label=15),)


def test_images_are_found_by_name_or_by_id(tmp_path: Path) -> None:
    """The file that the annotation names, else the one with the item's id; sizes as stated."""
    size = "<size><width>80</width><height>60</height><depth>1</depth></size>"
    make(
        tmp_path,
        {
            "Annotations/a.xml": annotation("<filename>other.png</filename>"),
            "Annotations/b.xml": annotation("<filename>/home/me/lost.jpg</filename>" + size),
            "Annotations/c.xml": annotation("<filename>gone.jpg</filename>"),
            "JPEGImages/other.png": image_bytes(),
            "JPEGImages/b.jpg": image_bytes(".jpg"),
        },
    )
    a, b, c = read(tmp_path / "Annotations")[:3]
    assert (a.media[0].path, a.size) == ("other.png", (6, 8))
    assert (b.media[0].path, b.size, b.attributes) == ("b.jpg", (60, 80), {"depth": 1})
    assert (c.media[0].path, c.size, c.media[0].content) == ("gone.jpg", None, None)


BROKEN = {
    "cut short": "<annotation><object>",
    "another root": "<html/>",
    "no box": annotation("<object><name>cat</name></object>"),
    "no edge": annotation("<object><bndbox><xmin>1</xmin></bndbox></object>"),
    "no number": annotation(object_xml().replace("<xmin>1", "<xmin>one")),
    "not finite": annotation(object_xml().replace("<xmax>3", "<xmax>nan")),
    "too large": annotation(object_xml().replace("<xmax>3", "<xmax>" + "9" * 400)),
    "no size": annotation("<size><width>wide</width></size>"),
    "an image outside": annotation("<filename>../../secret.jpg</filename>"),
    "a part without a box": annotation(object_xml("cat", "<part><name>x</name></part>")),
    "no attribute": annotation("<attributes><attribute/></attributes>"),
    "a value of another type": annotation(
        '<attributes><attribute><name>a</name><value type="int">x</value></attribute></attributes>'
    ),
    "deep JSON": annotation(
        f'<attributes><attribute><name>a</name><value type="json">{"[" * 99_999}</value>'
        "</attribute></attributes>"
    ),
    "entities": '<!DOCTYPE a [<!ENTITY b "boom">]><annotation><folder>&b;</folder></annotation>',
    "empty": "",
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_annotation_is_an_error_that_names_it(what: str, tmp_path: Path) -> None:
    """Other files of the dataset are read before the error comes."""
    make(
        tmp_path,
        {"Annotations/a.xml": BROKEN[what], "Annotations/b.xml": annotation(object_xml())},
    )
    found = []
    with pytest.raises(FormatError) as caught:
        found.extend(reading(tmp_path).items)
    assert str(caught.value.path).endswith("a.xml")


def test_all_broken_annotations_are_reported_at_once(tmp_path: Path) -> None:
    """The first is the error, the others go with it; whole items come before."""
    make(tmp_path, {f"Annotations/{name}.xml": "<x/>" for name in "abc"})
    make(tmp_path, {"Annotations/d.xml": annotation(object_xml())})
    items = reading(tmp_path).items
    found = []
    with pytest.raises(FormatError, match=r"a\.xml:1: .* \(and 2 more\)") as caught:
        found.extend(items)
    assert [str(other.path)[-5:] for other in caught.value.others] == ["b.xml", "c.xml"]


@pytest.mark.parametrize("name", ["../a", "x/../../a", "/etc/passwd", '"../a"'])
def test_a_list_cannot_name_what_lies_outside(name: str, tmp_path: Path) -> None:
    """The error has the line."""
    make(tmp_path, {"Annotations/a.xml": annotation(""), "ImageSets/Main/train.txt": f"\n{name}\n"})
    with pytest.raises(FormatError, match=r"train\.txt:2: .* leaves the dataset"):
        read(tmp_path)


@pytest.mark.parametrize("line", ["a:1,2", "a:1,2,300", "a:x,y,z", "b:::\nb:::"])
def test_a_broken_label_map_is_an_error_with_its_line(line: str, tmp_path: Path) -> None:
    """A colour that is none, and a label that is there twice."""
    make(tmp_path, {"Annotations/a.xml": annotation(""), "labelmap.txt": f"{line}\n"})
    with pytest.raises(FormatError, match=r"labelmap\.txt:\d"):
        read(tmp_path)


def test_a_list_of_a_class_without_signs_is_an_error(tmp_path: Path) -> None:
    """It is an error with the line where the sign is missing."""
    make(
        tmp_path,
        {
            "Annotations/a.xml": annotation(""),
            "ImageSets/Main/train.txt": "a\n",
            "ImageSets/Main/cat_train.txt": "a 1\na\n",
        },
    )
    with pytest.raises(FormatError, match=r"cat_train\.txt:2"):
        read(tmp_path, CLASSIFICATION)


def test_the_sniffer_knows_the_kit_and_not_its_neighbours(kit: Path, tmp_path: Path) -> None:
    """VOC is told from other XML, be it called Annotations or not."""
    assert VOC.sniff is not None
    assert VOC.sniff(FolderProbe(kit)).score == EXACT
    assert VOC.sniff(FolderProbe(kit.parent.parent)).score == EXACT
    cvat = make(tmp_path / "cvat", {"Annotations/a.xml": "<annotations><image/></annotations>"})
    assert VOC.sniff(FolderProbe(cvat)).score == 0
    pt = "<polygon><pt/></polygon>"
    labelme = make(tmp_path / "lm", {"a.xml": annotation(f"<object>{pt}</object>")})
    assert VOC.sniff(FolderProbe(labelme)).score == 0
