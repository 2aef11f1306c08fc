"""YOLO as darknet has it: layouts, sizes, options, and what is refused."""

import pytest

from datum.errors import FormatError
from datum.losses import LossReport
from datum.model import (
    Box,
    Categories,
    Ellipse,
    Item,
    Label,
    Mask,
    Media,
    Polygon,
    RotatedBox,
)
from datum.outputs import FolderOutput, MemoryOutput
from datum.plugins import Writing
from datum.testing.datasets import ListDataset, image_bytes, image_item
from datum_formats.yolo import DARKNET


def _write(dataset, output, *, save_media=False, **options):
    losses = LossReport()
    DARKNET.write(
        Writing(
            dataset=dataset, output=output, losses=losses, options=options, save_media=save_media
        )
    )
    return losses


def _files(dataset, **options):
    output = MemoryOutput()
    _write(dataset, output, **options)
    return {name: data.decode() for name, data in output.files.items()}


def _put(folder, files):
    for name, data in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data if isinstance(data, bytes) else data.encode())
    return folder


def _read(path):
    reading = DARKNET.read(path, {})
    return list(reading.items), reading.categories


_PICTURE = image_bytes(".png", 480, 640)
_SAMPLE = {
    "obj.data": "classes = 2\ntrain = data/train.txt\nvalid = data/valid.txt\n"
    "names = data/obj.names\nbackup = backup/\n",
    "obj.names": "cat\r\ndog\r\n",
    "train.txt": "data/obj_train_data/a/1.png\n\ndata/obj_train_data/2.png\n",
    "valid.txt": "obj_valid_data\\1.png\r\n",
    "obj_train_data/a/1.png": _PICTURE,
    "obj_train_data/a/1.txt": "1 0.394375 0.25 0.5 0.125\n\n0 0.5 0.5 1 1 0.75\n",
    "obj_train_data/2.png": _PICTURE,
    "obj_valid_data/1.png": _PICTURE,
    "obj_valid_data/1.txt": "",
}


def _sized(*annotations, subset="train"):
    media = (Media(path="a.jpg", height=480, width=640),)
    return Item(id="a", subset=subset, media=media, annotations=annotations)


def test_the_layout_of_darknet_is_read(tmp_path):
    """Lists with prefix, CRLF and back-slashes; a label file may be absent or have blank lines."""
    items, categories = _read(_put(tmp_path, _SAMPLE))
    assert categories.names() == ("cat", "dog")
    assert [item.key for item in items] == [("train", "a/1"), ("train", "2"), ("valid", "1")]
    assert items[0].annotations == (
        Box(label=1, x=92.4, y=90.0, w=320.0, h=60.0),
        Box(label=0, x=0.0, y=0.0, w=640.0, h=480.0, score=0.75),
    )
    assert items[1].annotations == ()
    assert [item.size for item in items] == [(480, 640)] * 3
    assert items[0].image.path == "a/1.png"


@pytest.mark.parametrize(
    ("place", "keys"),
    [
        ("obj.data", 3),
        ("train.txt", 2),
        ("obj_train_data", 3),
        ("obj.names", 3),
    ],
)
def test_any_part_names_the_dataset(tmp_path, place, keys):
    """obj.data, the names and a folder of labels name the whole, a list names its subset."""
    items, _ = _read(_put(tmp_path, _SAMPLE) / place)
    assert len(items) == keys


def test_a_list_without_obj_data_is_read(tmp_path):
    """A list beside obj.names is enough."""
    files = {name: data for name, data in _SAMPLE.items() if name != "obj.data"}
    items, _ = _read(_put(tmp_path, files) / "train.txt")
    assert [item.key for item in items] == [("train", "a/1"), ("train", "2")]


def test_absolute_entries_inside_are_read_and_outside_refused(tmp_path):
    """A list may hold absolute paths, as long as they stay in the dataset."""
    _put(tmp_path, {**_SAMPLE, "train.txt": f"{tmp_path}/obj_train_data/2.png\n"})
    assert [item.id for item in _read(tmp_path / "train.txt")[0]] == ["2"]
    _put(tmp_path, {"train.txt": "/etc/passwd\n"})
    with pytest.raises(FormatError, match=r"train\.txt:1: '/etc/passwd' leaves the dataset"):
        _read(tmp_path)


def test_labels_in_a_folder_beside_images_are_found(tmp_path):
    """Where no labels are beside the image, those of the folder ``labels`` count."""
    _put(
        tmp_path,
        {
            **_SAMPLE,
            "train.txt": "images/x.png\n",
            "images/x.png": _PICTURE,
            "labels/x.txt": "0 0.5 0.5 1 1\n",
        },
    )
    items, _ = _read(tmp_path / "train.txt")
    assert [(item.id, len(item.annotations)) for item in items] == [("images/x", 1)]


def test_numbers_of_six_digits_come_back_as_they_were(tmp_path):
    """Reading and writing gives the same digits, since the arithmetic is decimal."""
    rows = "0 0.123456 0.654321 0.0421 0.333333\n"
    files = {**_SAMPLE, "obj_train_data/2.txt": rows}
    items, categories = _read(_put(tmp_path, files))
    written = _files(ListDataset(items, categories))
    assert written["obj_train_data/2.txt"] == rows


@pytest.mark.parametrize("size", [(480, 640), (427, 640), (333, 500), (1, 3), (1079, 1921)])
def test_pixels_come_back_to_the_last_bit(tmp_path, size):
    """Boxes that do not divide evenly are exact after writing and reading."""
    boxes = tuple(
        Box(label=0, x=n * 0.37 + 0.01, y=n / 7, w=473.07 / (n + 1), h=n * 1.1 + 1e-3)
        for n in range(40)
    )
    media = (Media(path="a.jpg", height=size[0], width=size[1]),)
    item = Item(id="a", subset="train", media=media, annotations=boxes)
    with FolderOutput(tmp_path / "out") as output:
        _write(ListDataset([item], Categories.of(["x"])), output)
    assert _read(tmp_path / "out")[0] == [item]


def test_sizes_are_written_where_images_are_not():
    """images.meta has a line for each item, and ids with quotes or in two subsets are told apart."""
    items = [_sized(), _sized(subset="val")]
    odd = Item(id='a "b"', subset="train", media=(Media(path="x.jpg", height=1, width=2),))
    files = _files(ListDataset([*items, odd]))
    assert files["images.meta"] == '"a" 480 640\n"a \\"b\\"" 1 2\n"obj_val_data/a" 480 640\n'
    saved = MemoryOutput()
    _write(ListDataset([image_item("a")]), saved, save_media=True)
    assert "images.meta" not in saved.files


def test_sizes_are_read_by_id_and_without_quotes(tmp_path):
    """A line of images.meta counts before the image's header."""
    _put(tmp_path, {**_SAMPLE, "images.meta": '"a/1" 100 200\n2 10 20\n'})
    assert [item.size for item in _read(tmp_path)[0]] == [(100, 200), (10, 20), (480, 640)]


def test_boxes_without_a_size_are_refused_in_reading(tmp_path):
    """The error names the item, and its hint where a size could come from."""
    files = {name: data for name, data in _SAMPLE.items() if not name.endswith(".png")}
    with pytest.raises(FormatError, match="size of the image of '1' is unknown") as caught:
        _read(_put(tmp_path, files))
    assert "images.meta" in caught.value.hint


def test_boxes_without_a_size_are_counted_in_writing():
    """They cannot be divided by it, and the item stays."""
    output = MemoryOutput()
    item = Item(id="a", subset="train", annotations=(Box(label=0, x=1, y=1, w=1, h=1),))
    losses = _write(ListDataset([item], Categories.of(["x"])), output)
    assert losses.rows() == [
        ("box", "the size of the image is unknown, and YOLO needs it", 1, ("train/a",))
    ]
    assert output.files["obj_train_data/a.txt"] == b""


def test_the_layout_of_darknet_is_written():
    """obj.data names all, the prefix is an option, images lie beside their labels."""
    dataset = ListDataset(
        [image_item("f/a", Box(label=1, x=1.0, y=1.5, w=2.0, h=3.0))], Categories.of(["x", "猫"])
    )
    files = MemoryOutput()
    assert not _write(dataset, files, save_media=True)
    assert set(files.files) == {
        *("obj.data", "obj.names", "train.txt"),
        *("obj_train_data/f/a.txt", "obj_train_data/f/a.jpg"),
    }
    assert files.files["obj.names"].decode() == "x\n猫\n"
    assert files.files["train.txt"] == b"data/obj_train_data/f/a.jpg\n"
    assert files.files["obj_train_data/f/a.txt"] == b"1 0.25 0.5 0.25 0.5\n"
    plain = _files(dataset, add_path_prefix=False)
    assert plain["train.txt"] == "obj_train_data/f/a.jpg\n"
    assert plain["obj.data"] == (
        "classes = 2\ntrain = train.txt\nnames = obj.names\nbackup = backup/\n"
    )


@pytest.mark.parametrize("subset", ["backup", "classes", "names", "a=b", "#a", "a\nb", "", " a"])
def test_subsets_that_obj_data_cannot_name_are_refused(subset):
    """Reserved names and what no key can be."""
    with pytest.raises(FormatError, match=f"subset '?{subset!r}"[:10]):
        _files(ListDataset([_sized(subset=subset)]))


def test_subsets_with_slashes_do_not_collide(tmp_path):
    """The subset a with b/a, and the subset a/b with a, are two places."""
    one = Item(id="b/a", subset="a")
    other = Item(id="a", subset="a/b")
    with FolderOutput(tmp_path / "out") as output:
        _write(ListDataset([one, other]), output)
    assert {item.key for item in _read(tmp_path / "out")[0]} == {one.key, other.key}


def test_outlines_become_their_bounding_box_and_are_counted():
    """Polygons, masks, turned boxes and ellipses are never dropped in silence."""
    mask = Mask(label=0, height=480, width=640, counts=b"PPYo80PP0")
    shapes = (
        Polygon(label=0, points=(10.0, 10.0, 20.0, 10.0, 15.0, 30.0)),
        RotatedBox(label=0, cx=100.0, cy=100.0, w=40.0, h=20.0, angle=90.0),
        Ellipse(label=0, cx=50.0, cy=50.0, rx=20.0, ry=10.0),
    )
    output = MemoryOutput()
    losses = _write(ListDataset([_sized(*shapes)], Categories.of(["x"])), output)
    assert output.files["obj_train_data/a.txt"].count(b"\n") == 3
    assert [row[0] for row in losses.rows()] == ["ellipse", "polygon", "rotated_box"]
    assert mask.label == 0


def test_an_outline_beside_its_box_is_counted_alone():
    """The box of an object is what is written; its polygons are lost, and its group."""
    shapes = (
        Polygon(label=0, group=1, points=(10.0, 10.0, 20.0, 10.0, 15.0, 30.0)),
        Box(label=0, group=1, x=64.0, y=48.0, w=64.0, h=48.0),
        Label(label=0),
    )
    output = MemoryOutput()
    losses = _write(ListDataset([_sized(*shapes)], Categories.of(["x"])), output)
    assert output.files["obj_train_data/a.txt"] == b"0 0.15 0.15 0.1 0.1\n"
    assert [row[0] for row in losses.rows()] == ["group", "label", "polygon"]


def test_crowds_are_written_and_their_mark_is_counted():
    """A box of a crowd is a box."""
    box = Box(label=0, x=0.0, y=0.0, w=64.0, h=48.0, attributes={"is_crowd": True})
    output = MemoryOutput()
    losses = _write(
        ListDataset([_sized(box, Box(x=0, y=0, w=1, h=1))], Categories.of(["x"])), output
    )
    assert output.files["obj_train_data/a.txt"].count(b"\n") == 1
    assert [row[0] for row in losses.rows()] == ["attribute is_crowd", "box"]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ("0 0.5 0.5 1\n", ":1: 4 columns"),
        ("\n0 0.5 0.5 1 1 1 1\n", ":2: 7 columns"),
        ("2 0.5 0.5 1 1\n", "class 2 is not one of the 2"),
        ("-1 0.5 0.5 1 1\n", "class -1"),
        ("0.5 0.5 0.5 1 1\n", "not a whole number"),
        ("0 nan 0.5 1 1\n", "not a row of numbers"),
        ("0 inf 0.5 1 1\n", "not a row of numbers"),
        ("0 1e999 0.5 1 1\n", "finite"),
        ("0 1_0 0.5 1 1\n", "not a row of numbers"),
        ("0 . 0.5 1 1\n", "finite"),
        ("0 0.5 0.5 1 1 -\n", "could not convert"),
        (b"\xff\xfe\n", "not UTF-8"),
    ],
)
def test_broken_rows_are_refused_with_their_place(tmp_path, rows, reason):
    """Each fault is a FormatError that names file and line."""
    with pytest.raises(FormatError) as caught:
        _read(_put(tmp_path, {**_SAMPLE, "obj_train_data/2.txt": rows}))
    assert reason in str(caught.value)
    assert "obj_train_data/2.txt" in str(caught.value)


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"train.txt": "../../etc/passwd\n"}, "leaves the dataset"),
        ({"train.txt": "data/../../x.png\n"}, "leaves the dataset"),
        ({"train.txt": "obj_train_data/2.png\ndata/obj_train_data/2.png\n"}, "listed twice"),
        ({"train.txt": "[" * 5000}, "cannot be the name"),
        ({"obj.data": "train data/train.txt\n"}, "not 'key = value'"),
        ({"obj.data": "train = /etc/passwd\n"}, "leaves the dataset"),
        ({"obj.data": "train = a.txt\ntrain = b.txt\n"}, "said twice"),
        ({"obj.data": "train = missing.txt\n"}, "No such file"),
        ({"obj.names": "cat\ncat\n"}, "named twice"),
        ({"images.meta": "a b\n"}, "height width"),
    ],
)
def test_broken_datasets_are_refused(tmp_path, files, reason):
    """Files outside, doubles and missing parts are FormatErrors."""
    with pytest.raises(FormatError, match=reason):
        _read(_put(tmp_path, {**_SAMPLE, **files}))


def test_a_folder_without_obj_data_is_refused(tmp_path):
    """The error says what is missing."""
    with pytest.raises(FormatError, match=r"no obj\.data"):
        _read(tmp_path)


def test_media_without_bytes_is_counted():
    """Where images are to be saved and cannot be, the report says so."""
    item = Item(id="a", subset="train", media=(Media(path="a.jpg", content=None),))
    losses = _write(ListDataset([item]), MemoryOutput(), save_media=True)
    assert [row[0] for row in losses.rows()] == ["media"]
