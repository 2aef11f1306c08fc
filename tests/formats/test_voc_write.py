"""Writing VOC: which files there are, what the options do, and what is counted as lost."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from datum.errors import FormatError, UnknownNameError
from datum.losses import LossReport
from datum.model import (
    Annotation,
    Box,
    Categories,
    Item,
    Label,
    LabelCategory,
    Media,
    Points,
    Polygon,
)
from datum.outputs import FolderOutput, MemoryOutput, write_dataset
from datum.plugins import Format, parse_options
from datum.testing.datasets import ListDataset, image_item, same_ids_dataset
from datum_formats._common.listed import columns, quoted
from datum_formats.voc import ACTION, CLASSIFICATION, DETECTION, LAYOUT, VOC
from datum_formats.voc.labels import label_map_text, read_label_map, standard_labels
from datum_formats.voc.lists import class_list_stems
from datum_formats.voc.numbers import edges, has_edges, span

PERSON = LabelCategory(name="person", infos={"parts": ["head"], "actions": ["jumping"]})
LABELS = Categories(
    labels=(LabelCategory(name="cat"), PERSON, LabelCategory(name="head"), LabelCategory(name="x"))
)
BOX = Box(x=1, y=2, w=3, h=4, label=0)


def item(*annotations: Annotation, name: str = "a", subset: str = "train") -> Item:
    """An item of 6 rows and 8 columns without bytes."""
    media = Media(path=f"{name}.jpg", height=6, width=8)
    return Item(id=name, subset=subset, media=(media,), annotations=annotations)


def written(
    *items: Item, card: Format = VOC, known: Categories = LABELS, **options: Any
) -> tuple[dict[str, str], LossReport]:
    """The text files of an export, and what was lost."""
    output = MemoryOutput()
    losses = write_dataset(card, ListDataset(items, known), output, options)
    texts = {k: v.decode() for k, v in output.files.items() if not k.endswith("png")}
    return texts | {k: "" for k in output.files if k.endswith("png")}, losses


def round_trip(
    path: Path, *items: Item, card: Format = VOC, known: Categories = LABELS, **options: Any
) -> list[Item]:
    """The items read back."""
    with FolderOutput(path / "out") as output:
        write_dataset(card, ListDataset(items, known), output, options)
    assert card.read is not None
    both = {"coordinate_mode": options.get("coordinate_mode")}
    return list(card.read(path / "out", parse_options(card.read_options, both, "")).items)


def test_every_item_has_one_annotation_file() -> None:
    """Images without boxes too; several boxes share the file."""
    files, losses = written(item(name="none"), item(BOX, BOX, BOX, name="three"))
    assert files["Annotations/none.xml"].count("<object>") == 0
    assert files["Annotations/three.xml"].count("<object>") == 3
    assert files["ImageSets/Main/train.txt"] == "none\nthree\n"
    assert not losses


def test_an_annotation_has_the_elements_of_the_kit() -> None:
    """Standard attributes where VOC has them, whole numbers as integers, others as they are."""
    attributes = {"pose": "Left", "difficult": True, "truncated": False, "mood": 1.5}
    box = Box(x=0.1, y=2, w=0.2, h=4, label=0, attributes=attributes)
    marked = replace(item(box), attributes={"folder": "VOC", "segmented": True, "n": 1})
    files, _ = written(marked, card=DETECTION)
    assert (
        files["Annotations/a.xml"]
        == """\
<annotation>
  <folder>VOC</folder>
  <filename>a.jpg</filename>
  <size>
    <width>8</width>
    <height>6</height>
    <depth>3</depth>
  </size>
  <segmented>1</segmented>
  <object>
    <name>cat</name>
    <pose>Left</pose>
    <truncated>0</truncated>
    <difficult>1</difficult>
    <bndbox>
      <xmin>0.1</xmin>
      <ymin>2</ymin>
      <xmax>0.3</xmax>
      <ymax>6</ymax>
    </bndbox>
    <attributes>
      <attribute><name>mood</name><value type="float">1.5</value></attribute>
    </attributes>
  </object>
  <attributes>
    <attribute><name>n</name><value type="int">1</value></attribute>
  </attributes>
</annotation>
"""
    )


@pytest.mark.parametrize(
    "value",
    [True, False, 0, 1, -1.5, 1.0, None, "", " x ", "true", "1", "\x01", "a\r\n<b>", [1, {"a": 2}]],
    ids=repr,
)
def test_attributes_come_back_with_their_type(value: Any, tmp_path: Path) -> None:
    """Also those that bear a name of VOC with a value that VOC has no place for."""
    attributes = {"a b": value, "difficult": value, "pose": value, "\x02": value}
    box = replace(BOX, attributes=attributes)
    marked = replace(item(box), attributes={"folder": value, "segmented": value, "depth": value})
    (found,) = round_trip(tmp_path, marked)
    for kept, wanted in ((found.annotations[0], box), (found, marked)):
        assert kept.attributes == wanted.attributes
        assert [type(one) for one in kept.attributes.values()] == [type(value)] * len(
            kept.attributes
        )


@given(
    st.lists(
        st.floats(-1e6, 1e6)
        | st.integers(0, 10**6).map(float)
        | st.floats(allow_nan=False, allow_infinity=False),
        min_size=2,
        max_size=2,
    ),
    st.sampled_from([0, 1]),
)
def test_no_coordinate_loses_a_bit(numbers: list[float], offset: int) -> None:
    """Edges give back place and length exactly, in both modes."""
    if not has_edges(*numbers):
        with pytest.raises(ValueError, match="e"):
            edges(*numbers, offset)
        return
    near, far = edges(*numbers, offset)
    assert "e" not in near + far
    assert span(near, far, offset) == tuple(numbers)


def test_coordinates_may_count_from_one(tmp_path: Path) -> None:
    """The mode is the same in both directions."""
    files, _ = written(item(BOX), card=DETECTION, coordinate_mode="voc-one-based")
    assert "<xmin>2</xmin>" in files["Annotations/a.xml"]
    assert "<xmax>4</xmax>" in files["Annotations/a.xml"]
    (found,) = round_trip(tmp_path, item(BOX), coordinate_mode="voc-one-based")
    assert found.annotations == (BOX,)


def test_classes_of_images_stand_in_a_list_for_each_class(tmp_path: Path) -> None:
    """1, -1, and 0 where all objects are difficult; boxes do not count."""
    difficult = Label(label=1, attributes={"difficult": True})
    items = (item(Label(label=0), difficult), item(BOX, name="b b"))
    files, losses = written(*items)
    assert files["ImageSets/Main/cat_train.txt"] == 'a  1\n"b b" -1\n'
    assert files["ImageSets/Main/person_train.txt"] == 'a  0\n"b b" -1\n'
    assert "ImageSets/Main/head_train.txt" not in files
    assert not losses
    assert list(round_trip(tmp_path, *items)) == list(items)


def test_labels_twice_or_with_attributes_come_back(tmp_path: Path) -> None:
    """The annotation file says what lists cannot."""
    said = (Label(label=0), Label(label=0), Label(label=1, attributes={"sure": 0.5}), Label())
    (found,) = round_trip(tmp_path, item(*said), card=CLASSIFICATION)
    assert found.annotations == said


def test_parts_stand_in_their_object(tmp_path: Path) -> None:
    """Boxes of one group, where the label map says what is a part of what."""
    person = Box(x=0, y=0, w=5, h=5, label=1, group=7)
    head = Box(x=1, y=1, w=2, h=2, label=2, group=7, attributes={"truncated": True})
    alone = Box(x=3, y=1, w=2, h=2, label=2)
    files, losses = written(item(BOX, person, head, alone), card=LAYOUT)
    assert files["ImageSets/Layout/train.txt"] == "a 2\n"
    assert files["Annotations/a.xml"].count("<part>") == 1
    assert not losses
    (found,) = round_trip(tmp_path, item(BOX, person, head, alone), card=LAYOUT)
    assert found.annotations == (BOX, replace(person, group=2), replace(head, group=2), alone)


def test_parts_of_parts_and_twins_are_not_lost(tmp_path: Path) -> None:
    """A part has no parts of its own; equal boxes stay two."""
    known = Categories(
        labels=(
            LabelCategory(name="body", infos={"parts": ["head"]}),
            LabelCategory(name="head", infos={"parts": ["eye"]}),
            LabelCategory(name="eye"),
        )
    )
    boxes = [Box(x=n, y=0, w=1, h=1, label=n, group=1) for n in range(3)]
    files, losses = written(item(*boxes, boxes[0], boxes[1]), card=LAYOUT, known=known)
    text = files["Annotations/a.xml"]
    assert (text.count("<bndbox>"), text.count("<part>")) == (5, 2)
    assert [row[0] for row in losses.rows()] == ["group"]
    found = round_trip(tmp_path, item(*boxes), card=LAYOUT, known=known)
    assert len(found[0].annotations) == 3


def test_actions_are_written_where_the_label_has_them(tmp_path: Path) -> None:
    """In the annotation, and in a list for each action."""
    person = Box(x=0, y=0, w=5, h=5, label=1, attributes={"jumping": True, "other": False})
    items = (item(BOX, person), item(BOX, name="b"))
    files, losses = written(*items, card=ACTION)
    assert "<jumping>1</jumping>" in files["Annotations/a.xml"]
    assert files["ImageSets/Action/train.txt"] == "a 2\nb\n"
    assert files["ImageSets/Action/jumping_train.txt"] == "a 2  1\n"
    assert not losses
    assert round_trip(tmp_path, *items, card=ACTION) == list(items)


def test_a_single_point_comes_back(tmp_path: Path) -> None:
    """It is an object without a box."""
    point = Points(points=(1.5, 2), label=1)
    (found,) = round_trip(tmp_path, item(point), card=ACTION, coordinate_mode="voc-one-based")
    assert found.annotations == (point,)


def test_equal_ids_of_several_subsets_do_not_collide(tmp_path: Path) -> None:
    """Other content gets a file of its own and its id back; equal content is written once."""
    with FolderOutput(tmp_path / "out") as output:
        losses = write_dataset(VOC, same_ids_dataset(), output, save_media=True)
    files = sorted(path.name for path in (tmp_path / "out/Annotations").rglob("*.xml"))
    assert (files, bool(losses)) == (["same.xml"] * 3, False)
    shared = [item(BOX, subset=subset) for subset in ("train", "trainval")]
    files, _ = written(*shared)
    assert [name for name in files if name.startswith("Annotations")] == ["Annotations/a.xml"]
    assert round_trip(tmp_path / "2", *shared) == shared


def test_an_id_like_the_name_of_another_item_is_kept(tmp_path: Path) -> None:
    """val/a may be an id, and the place of the item a of val."""
    items = [
        item(BOX, name="a", subset="train"),
        item(replace(BOX, x=5), name="val/a", subset="train"),
        item(name="a", subset="val"),
        item(name="val/a", subset="val"),
    ]
    assert [one.key for one in round_trip(tmp_path, *items)] == [one.key for one in items]


@pytest.mark.parametrize("subset", ["a/b", "a b", "..", "cat_train", "50%", "x_train"])
def test_names_of_subsets_come_back(subset: str, tmp_path: Path) -> None:
    """Also those that look like lists of classes, or like paths."""
    items = [item(Label(label=0)), item(Label(label=0), name="b", subset=subset)]
    found = round_trip(tmp_path, *items)
    assert sorted(one.key for one in found) == sorted(one.key for one in items)
    assert all(one.annotations == (Label(label=0),) for one in found)


def test_a_subset_whose_name_is_too_long_is_refused() -> None:
    """A file cannot have that name."""
    with pytest.raises(FormatError, match="cannot be the name of a list"):
        written(item(subset="x" * 200))


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_names_in_lists_come_back(name: str) -> None:
    """With any words behind them."""
    line = f"{quoted(name)}  12 -1"
    assert "\n" not in line
    assert columns(line.strip()) == (name, ["12", "-1"])


@given(st.lists(st.text(max_size=4), max_size=5, unique=True), st.sets(st.text(max_size=4)))
def test_lists_of_classes_have_names_of_their_own(labels: list[str], subsets: set[str]) -> None:
    """No two classes share a list, nor a class and a subset."""
    stems = class_list_stems(labels, subsets)
    assert len(stems) == len(labels) * len(subsets)
    assert not subsets & set(stems)


_words = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)


@given(
    st.dictionaries(
        _words,
        st.tuples(st.none() | st.tuples(*[st.integers(0, 255)] * 3), st.lists(_words, max_size=3)),
    )
)
def test_label_maps_come_back(words: dict[str, Any]) -> None:
    """Names, colours, parts and actions of any letters; parts of other labels are appended."""
    labels = tuple(
        LabelCategory(
            name=name,
            color=color,
            infos={"actions": parts, "parts": list(words)[:1]} if parts else {},
        )
        for name, (color, parts) in words.items()
    )
    file = _Text(label_map_text(labels))
    assert read_label_map(file) == labels  # type: ignore[arg-type] # all that the reader asks of a path


class _Text:
    """A file that is at hand."""

    def __init__(self, text: str) -> None:
        self._text = text

    def read_bytes(self) -> bytes:
        return self._text.encode()


def test_standard_labels_take_one_line_each() -> None:
    """Parts follow from the line of the person, as in label maps of other tools."""
    lines = label_map_text(standard_labels()).splitlines()
    assert len(lines) == 22
    assert lines[1] == "background:0,0,0::"
    assert lines[16].startswith("person:192,128,128:head,hand,foot:other,jumping,")


def test_the_order_of_labels_is_kept(tmp_path: Path) -> None:
    """Whatever it is, and whether they are used or not."""
    known = Categories.of(["tvmonitor", "b", "background", "a", "aeroplane"])
    files, _ = written(item(BOX), known=known)
    assert files["labelmap.txt"].splitlines()[1:] == [f"{name}:::" for name in known.names()]


def test_the_background_has_a_colour_for_other_tools_and_is_no_label(tmp_path: Path) -> None:
    """Tools that look up black in the label map find it; it does not come back as a label."""
    labels = (LabelCategory(name="cat", color=(1, 2, 3)), LabelCategory(name="dog"))
    path = tmp_path / "labelmap.txt"
    path.write_text(label_map_text(labels))
    assert "background:0,0,0::" in path.read_text().splitlines()
    assert read_label_map(path) == labels


def test_the_label_map_can_be_chosen(tmp_path: Path) -> None:
    """voc, guess, source, or a file; boxes keep the names of their labels."""
    used = Categories.of(["cat", "dog"])
    for chosen in ("voc", "guess"):
        files, _ = written(item(BOX), known=used, label_map=chosen)
        assert files["labelmap.txt"] == label_map_text(standard_labels())
    files, _ = written(item(BOX), known=Categories.of(["cat", "gnu"]), label_map="guess")
    assert files["labelmap.txt"].splitlines()[1:] == ["cat:::", "gnu:::"]
    own = tmp_path / "mine.txt"
    own.write_text("gnu:1,2,3::\n")
    files, _ = written(item(BOX), known=used, label_map=str(own))
    assert files["labelmap.txt"].splitlines()[1:] == ["background:0,0,0::", "gnu:1,2,3::"]
    assert "<name>cat</name>" in files["Annotations/a.xml"]
    with pytest.raises(FormatError, match="none"):
        written(item(BOX), label_map=str(tmp_path / "none"))


def test_attributes_may_be_forbidden() -> None:
    """Only what VOC knows is written then; the rest is counted."""
    box = replace(BOX, attributes={"difficult": True, "mood": 1})
    files, losses = written(item(box), allow_attributes=False)
    assert "<attributes>" not in files["Annotations/a.xml"]
    assert "<difficult>1" in files["Annotations/a.xml"]
    assert [row[0] for row in losses.rows()] == ["attribute mood"]


def test_empty_lists_may_be_kept() -> None:
    """Without the option there is no list without a line."""
    files, _ = written(item(BOX))
    assert [name for name in files if name.startswith("ImageSets")] == ["ImageSets/Main/train.txt"]
    files, _ = written(item(BOX), keep_empty=True)
    lists = [name for name in files if name.startswith("ImageSets")]
    assert lists == [
        f"ImageSets/{task}/train.txt" for task in ("Main", "Segmentation", "Layout", "Action")
    ]


def test_tasks_can_be_chosen() -> None:
    """By the names of the challenges too."""
    shown = item(BOX, Label(label=0))
    files, losses = written(shown, tasks="detection,person_layout")
    assert "ImageSets/Main/cat_train.txt" not in files
    assert [row[0] for row in losses.rows()] == ["label"]
    with pytest.raises(UnknownNameError, match="did you mean detection"):
        written(shown, tasks="detektion")


def test_outlines_leave_a_box_where_there_is_none() -> None:
    """In detection; the loss of the outline is counted in any case."""
    outline = Polygon(points=(1, 1, 5, 1, 3, 4), label=0)
    files, losses = written(item(outline), card=DETECTION)
    assert "<xmin>1</xmin>" in files["Annotations/a.xml"]
    assert losses.lines() == ["1 × polygon: the task has boxes only; its box is kept"]
    joined = (replace(BOX, group=1), replace(outline, group=1), replace(outline, group=1))
    files, losses = written(item(*joined), card=DETECTION)
    assert files["Annotations/a.xml"].count("<object>") == 1
    assert losses.lines() == ["2 × polygon: the task has boxes only"]


@pytest.mark.parametrize("x", [float("nan"), float("inf"), 1e308])
def test_numbers_that_are_not_finite_are_counted(x: float) -> None:
    """No file is written that could not be read."""
    odd = (replace(BOX, x=x), Points(points=(x, 0)), Polygon(points=(0, 0, x, 1, 1, 1), label=0))
    files, losses = written(item(*odd), card=DETECTION)
    assert "<object>" not in files["Annotations/a.xml"]
    assert [row[0] for row in losses.rows()] == ["box", "points", "polygon"]


def test_what_has_no_place_is_counted() -> None:
    """Ids, z-order, scores, groups that are no object, other fields of labels."""
    odd = replace(BOX, id=3, z_order=1, score=0.5, group=2)
    known = Categories(labels=(LabelCategory(name="cat", parent="animal", infos={"id": 7}),))
    _, losses = written(item(odd, odd, replace(BOX, x=float("nan"))), known=known)
    counts = {what: count for what, _, count, _ in losses.rows()}
    assert counts == {
        "id": 2,
        "z_order": 2,
        "score": 2,
        "group": 2,
        "box": 1,
        "parent of a label": 1,
        "info id of a label": 1,
    }


def test_images_of_ids_that_end_in_an_extension_do_not_collide(tmp_path: Path) -> None:
    """a with a.png, and a.png with a file of that name."""
    items = [image_item("a", BOX, ext=".png"), image_item("a.png", ext=".png", seed=1)]
    items[1] = replace(items[1], media=(replace(items[1].media[0], path="a.png"),))
    with FolderOutput(tmp_path / "out") as output:
        write_dataset(VOC, ListDataset(items, LABELS), output, save_media=True)
    names = sorted(path.name for path in (tmp_path / "out/JPEGImages").iterdir())
    assert names == ["a.png", "a.png.png"]


def test_a_label_out_of_range_is_counted() -> None:
    """The box is kept without a label."""
    files, losses = written(item(replace(BOX, label=99)))
    assert "<name>" not in files["Annotations/a.xml"]
    assert losses.lines() == ["1 × label: #99 is not among the labels of the dataset"]
