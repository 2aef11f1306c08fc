"""Kaggle's tables: which column is what, boxes, images with and without extension, faults."""

import json

import pytest

from datum.detection import detect
from datum.errors import FormatError, UsageError
from datum.model import Box, Categories, Item, Label
from datum.outputs import MemoryOutput, write_dataset
from datum.plugins import parse_options
from datum.testing.datasets import ListDataset, image_bytes, image_item
from datum_formats.kaggle import KAGGLE_IMAGE_CSV, KAGGLE_IMAGE_TXT


def make(root, *names):
    """Files: images by name, texts as (name, text)."""
    for seed, name in enumerate(names):
        path, data = (name, image_bytes(seed=seed)) if isinstance(name, str) else name
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data if isinstance(data, bytes) else data.encode())


def read(path, card=KAGGLE_IMAGE_CSV, **options):
    reading = card.read(path, parse_options(card.read_options, options, card.name))
    return ListDataset(reading.items, reading.categories)


def said(dataset):
    """Labels and boxes of each item, by name of the label."""
    names = dataset.categories
    return {
        item.id: [
            (names.name_of(one.label), *((one.x, one.y, one.w, one.h) if one.kind == "box" else ()))
            for one in item.annotations
        ]
        for item in dataset
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("id,breed\na,boxer\nb,husky\n", {"a": [("boxer",)], "b": [("husky",)]}),
        ("Image,n,Class\na.jpg,1,x\na.jpg,1,y\n", {"a": [("x",), ("y",)]}),
        ('image_id,bbox\na,"[1.5, 2, 4, 6e0]"\nb,\n', {"a": [("", 1.5, 2.0, 2.5, 4.0)], "b": []}),
        ("file,xmin,ymin,xmax,ymax,label\na,1,2,4,6,c\n", {"a": [("c", 1.0, 2.0, 3.0, 4.0)]}),
        (
            "image,label,x,y,width,height\na,c,1,2,4,6\na,d,,,,\n",
            {"a": [("c", 1, 2, 4, 6), ("d",)]},
        ),
    ],
)
def test_columns_that_are_found_by_their_names(tmp_path, text, expected):
    """Of images, labels and boxes, as competitions call them."""
    make(tmp_path, ("train.csv", text))
    assert said(read(tmp_path)) == expected


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"media": "f", "label": "k"}, [("cat",)]),
        ({"media": "f", "label": ["A", "C"]}, [("A",)]),
        ({"media": "f", "bbox": "b"}, [("", 1, 2, 2, 2)]),
        ({"media": 0, "bbox": ["p", "q", "r", "s"]}, [("", 1, 2, 4, 3)]),
        ({"media": "f", "bbox": {"x1": "p", "y1": "q", "x2": "r", "y2": "s"}}, [("", 1, 2, 4, 3)]),
        (
            {
                "media": "f",
                "label": "k",
                "bbox": {"x1": "p", "y1": "q", "width": "r", "height": "s"},
            },
            [("cat", 1, 2, 5, 5)],
        ),
    ],
)
def test_columns_that_are_said(tmp_path, columns, expected):
    """As the known tool takes them: by name or number, flags, one column or four."""
    make(tmp_path, ("t.csv", "f,k,A,C,b,p,q,r,s\nx.png,cat,1,0,1 2 3 4,1,2,5,5\n"))
    assert said(read(tmp_path, columns=json.dumps(columns))) == {"x": expected}


def test_what_four_numbers_are(tmp_path):
    """Two corners, or the size."""
    make(tmp_path, ("t.csv", "image,bbox\nx,1 2 3 4\n"))
    assert said(read(tmp_path, bbox_format="xywh")) == {"x": [("", 1, 2, 3, 4)]}


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ("{", "--columns"),
        ('{"label": "a"}', "media"),
        ('{"media": "x"}', "there is no column 'x'; there are image, bbox"),
        ('{"media": 7}', "there is no column '7'"),
        ('{"media": "image", "bbox": ["image"]}', "a box has 4 columns, not 1"),
        ('{"media": "image", "bbox": {"x1": "image"}}', "a box has x1, y1"),
        ('{"media": "image", "box": 1}', "--columns"),
    ],
)
def test_columns_that_do_not_fit(tmp_path, columns, reason):
    """They are an error of usage that names the column."""
    make(tmp_path, ("t.csv", "image,bbox\nx,1 2 3 4\n"))
    with pytest.raises(UsageError, match=reason):
        read(tmp_path, columns=columns)


def test_images_are_found(tmp_path):
    """Beside the table, in images, in a folder called as it, in the one that is said; absent ones stay."""
    make(
        tmp_path,
        ("train.csv", "image,label\na,x\nb.png,x\nc,x\nd,x\ne,x\n"),
        *("a.jpg", "images/b.png", "train/c.jpeg", "mine/d.png"),
    )
    found = {item.id: (item.image.path, item.size) for item in read(tmp_path)}
    assert found == {
        "a": ("a.jpg", (6, 8)),
        "b": ("b.png", (6, 8)),
        "c": ("c.jpeg", (6, 8)),
        "d": ("d.jpg", None),
        "e": ("e.jpg", None),
    }
    found = {item.id: item.size for item in read(tmp_path / "train.csv", images="mine")}
    assert found["d"] == (6, 8)


def test_tables_are_subsets_and_other_tables_are_none(tmp_path):
    """Those without a column of images are passed over, unless there are no others."""
    make(tmp_path, ("val.csv", "image,label\na,x\n"), ("sizes.csv", "name,value\na,1\n"))
    assert [item.key for item in read(tmp_path)] == [("val", "a")]
    with pytest.raises(FormatError, match=r"no \*\.csv with a column of images"):
        read(tmp_path, ann_file="sizes.csv")


def test_further_columns_are_attributes(tmp_path):
    """Of the item; what a later row says differently, of its annotation."""
    make(tmp_path, ("t.csv", "image,label,place,hour\na,x,wood,1\na,y,wood,2\na,z,,\n"))
    dataset = read(tmp_path)
    (item,) = dataset
    assert item.attributes == {"place": "wood", "hour": "1"}
    assert [one.attributes for one in item.annotations] == [{}, {"hour": "2"}, {}]
    output = MemoryOutput()
    losses = write_dataset(KAGGLE_IMAGE_CSV, dataset, output)
    assert output.files["t.csv"].decode() == (
        "image,label,hour,place\na.jpg,x,1,wood\na.jpg,y,1,wood\na.jpg,z,1,wood\n"
    )
    assert losses.lines() == ["1 × attribute hour: a table of images has no place for it"]


def test_text_lists(tmp_path):
    """Blanks or commas, strings, columns by number."""
    make(tmp_path, ("t.txt", 'a.jpg cat\n"b c.jpg",dog\nd.jpg "" 1 2 3 4\n'))
    assert said(read(tmp_path, KAGGLE_IMAGE_TXT)) == {
        "a": [("cat",)],
        "b c": [("dog",)],
        "d": [("", 1, 2, 3, 4)],
    }
    make(tmp_path, ("t.txt", "cat a\n"))
    options = {"columns": '{"media": 1, "label": 0}'}
    assert said(read(tmp_path, KAGGLE_IMAGE_TXT, **options)) == {"a": [("cat",)]}
    with pytest.raises(UsageError, match="'x' is no number"):
        read(tmp_path, KAGGLE_IMAGE_TXT, columns='{"media": "x"}')


def test_what_is_written():
    """A row for each label and box; no column that nobody needs."""
    items = [
        image_item("a b", Label(label=0), Box(label=1, x=0.5, y=1.0, w=2.0, h=3.0)),
        image_item("c", subset="val"),
    ]
    files = {}
    for card in (KAGGLE_IMAGE_CSV, KAGGLE_IMAGE_TXT):
        output = MemoryOutput()
        assert not write_dataset(card, ListDataset(items, Categories.of(["cat", "dog"])), output)
        files |= {name: data.decode() for name, data in output.files.items()}
    assert files == {
        "train.csv": "image,label,x,y,width,height\na b.jpg,cat,,,,\na b.jpg,dog,0.5,1,2,3\n",
        "val.csv": "image,label\nc.jpg,\n",
        "train.txt": '"a b.jpg" cat\n"a b.jpg" dog 0.5 1 2 3\n',
        "val.txt": "c.jpg\n",
    }


def test_what_is_lost_is_counted():
    """Labels without a name, numbers that are none, attributes that are no texts or mean something."""
    item = image_item("a", Label(label=0), Label(), Box(x=float("nan"), y=0.0, w=1.0, h=1.0))
    fields = {name: getattr(item, name) for name in item.__struct_fields__}
    item = Item(**{**fields, "attributes": {"n": 1, "Path": "x", "": "y"}})
    losses = write_dataset(
        KAGGLE_IMAGE_CSV, ListDataset([item], Categories.of([""])), MemoryOutput()
    )
    assert [line.split(":")[0] for line in losses.lines()] == [
        *("1 × attribute ", "1 × attribute Path", "1 × attribute n", "1 × box", "2 × label"),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("image,label\na\n", "t.csv:2: 1 columns instead of 2"),
        ("image,label\n,x\n", "t.csv:2: no name of an image"),
        ("image,bbox\na,1 2 3\n", "t.csv:2: a box of 3 numbers"),
        ("image,x,y,w,h\na,1,2,3,x\n", "t.csv:2: 'x' is no number"),
        ("image,x,y,w,h\na,1,2,,4\n", "t.csv:2: '' is no number"),
        ("image,x,y,w,h\na,1,2,nan,4\n", "t.csv:2: 'nan' is no number"),
        ("image,label\n../../a,x\n", "t.csv:2: '../../a.*leaves the dataset"),
        ("image,label\na\0b,x\n", "t.csv:2: no file can be called"),
        (f"image,label\n{'a' * 300},x\n", "t.csv:2: no file can be called"),
        ('image,label\n"a,x\n', "no CSV"),
        (b"image,label\n\xff,x\n", "no CSV"),
    ],
)
def test_broken_tables(tmp_path, text, reason):
    """The error names file and line."""
    make(tmp_path, ("t.csv", text))
    with pytest.raises(FormatError, match=reason):
        read(tmp_path)


def test_broken_text_lists(tmp_path):
    """A string that ends too early; a path where nothing is."""
    make(tmp_path, ("t.txt", '"a\\q.jpg" x\n'))
    with pytest.raises(FormatError, match=r"t\.txt:1: a broken string"):
        read(tmp_path, KAGGLE_IMAGE_TXT)
    with pytest.raises(FormatError, match="with a column of images"):
        read(tmp_path / "missing")


@pytest.mark.parametrize(
    ("name", "text", "best"),
    [
        ("train.csv", "image,label\na.jpg,x\n", "kaggle_image_csv"),
        ("train.csv", "id,breed\na,x\n", "kaggle_image_csv"),
        ("train.txt", "a.jpg cat\n", "kaggle_image_txt"),
        ("train.txt", '"a b/c.jpg" "two words"\n', "kaggle_image_txt"),
        ("train.txt", "a.jpg 0\n", "imagenet_txt"),
    ],
)
def test_detection(tmp_path, name, text, best):
    """By names of columns; a list of numbers is of another format."""
    make(tmp_path, (name, text))
    first, *others = detect(tmp_path).matches
    assert first.name == best
    assert all(other.score < first.score for other in others)
