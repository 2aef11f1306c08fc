"""The image folder of Hugging Face: rows, folders that are labels, faults."""

import json

import pytest

from datum.errors import FormatError
from datum.model import Box, Caption, Categories, Item, Label, Polygon
from datum.outputs import FolderOutput, MemoryOutput, write_dataset
from datum.testing.datasets import ListDataset, image_bytes, image_item
from datum_formats.imagefolder import IMAGEFOLDER


def make(root, *names):
    """Files: images by name, texts as (name, text)."""
    for seed, name in enumerate(names):
        path, data = (name, image_bytes(seed=seed)) if isinstance(name, str) else name
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data if isinstance(data, bytes) else data.encode())


def read(path):
    reading = IMAGEFOLDER.read(path, {})
    return ListDataset(reading.items, reading.categories)


def rows(*values):
    return "".join(json.dumps(value) + "\n" for value in values)


def test_the_examples_of_the_specification(tmp_path):
    """Captions, objects with numbers for categories, any other column; one split in the root."""
    make(
        tmp_path,
        "0001.png",
        "sub/0002.png",
        (
            "metadata.jsonl",
            rows(
                {
                    "file_name": "0001.png",
                    "text": "a golden retriever",
                    "objects": {"bbox": [[302.0, 109.0, 73, 52]], "categories": [0]},
                },
                {
                    "file_name": "sub/0002.png",
                    "objects": {"bbox": [[810.5, 100, 57, 28]], "categories": [1]},
                    "additional_feature": {"a": [1]},
                },
            ),
        ),
    )
    first, second = read(tmp_path)
    assert (first.key, second.key) == (("default", "0001"), ("default", "sub/0002"))
    assert first.annotations == (
        Caption(text="a golden retriever"),
        Box(label=0, x=302.0, y=109.0, w=73.0, h=52.0),
    )
    assert second.annotations == (Box(label=1, x=810.5, y=100.0, w=57.0, h=28.0),)
    assert second.attributes == {"additional_feature": {"a": [1]}}
    assert read(tmp_path).categories.names() == ("0", "1")


def test_folders_are_labels_where_there_are_no_rows(tmp_path):
    """The last folder of each image, as the library has it."""
    make(tmp_path, "train/dog/a.png", "train/x/cat/b.png", "test/cat/c.png", "test/d.png")
    dataset = read(tmp_path)
    assert dataset.categories.names() == ("cat", "dog")
    assert {item.key: [one.label for one in item.annotations] for item in dataset} == {
        ("train", "dog/a"): [1],
        ("train", "x/cat/b"): [0],
        ("test", "cat/c"): [0],
        ("test", "d"): [],
    }


def test_rows_of_csv_and_images_that_no_row_names(tmp_path):
    """Cells are texts, empty ones nothing; the other images are items without anything."""
    make(
        tmp_path,
        "train/a.png",
        "train/b.png",
        ("train/metadata.csv", 'file_name,label,text,n\r\na.png,dog,"x, ""y""",1\r\n\r\n'),
    )
    first, second = read(tmp_path)
    assert first.annotations == (Label(label=0), Caption(text='x, "y"'))
    assert (first.attributes, second.id, second.annotations) == ({"n": "1"}, "b", ())


def test_rows_that_are_written():
    """One value in a column, several in a list; names of labels; meta file only where it is needed."""
    items = [
        image_item(
            "a",
            Label(label=0),
            Caption(text="x"),
            Caption(text="y"),
            Box(label=1, x=0.1, y=2.0, w=3.0, h=4.0),
            Box(x=1.0, y=2.0, w=3.0, h=4.0),
        ),
        Item(id="c", subset="val"),
    ]
    output = MemoryOutput()
    losses = write_dataset(IMAGEFOLDER, ListDataset(items, Categories.of(["cat", "dog"])), output)
    assert sorted(output.files) == ["train/a.jpg", "train/metadata.jsonl", "val/metadata.jsonl"]
    assert json.loads(output.files["train/metadata.jsonl"]) == {
        "file_name": "a.jpg",
        "label": "cat",
        "texts": ["x", "y"],
        "objects": {
            "bbox": [[0.1, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, 4.0]],
            "categories": ["dog", None],
        },
    }
    assert losses.lines() == ["1 × item: it has no image to write"]


def test_what_is_lost_is_counted():
    """Other annotations, columns that mean something, numbers that JSON lacks."""
    nan = float("nan")
    notes = (Polygon(points=(0.0,) * 6), Box(x=nan, y=0.0, w=1.0, h=1.0), Label())
    item = image_item("a", *notes)
    item = Item(
        **{n: getattr(item, n) for n in item.__struct_fields__}
        | {"attributes": {"label": 1, "n": nan}}
    )
    output = MemoryOutput()
    losses = write_dataset(IMAGEFOLDER, ListDataset([item]), output)
    assert [line.split(":")[0] for line in losses.lines()] == [
        *("1 × attribute label", "1 × attribute n", "1 × box", "1 × label", "1 × polygon"),
    ]
    assert json.loads(output.files["train/metadata.jsonl"]) == {"file_name": "a.jpg"}


GOOD = '{"file_name": "a.png"}\n'


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        (GOOD + "{", 2, "no JSON object"),
        ("[1]\n", 1, "no JSON object"),
        ('{"label": 1}\n', 1, "missing required field `file_name`"),
        ('{"file_name": 1}\n', 1, "Expected `str`"),
        (GOOD + GOOD, 2, "'a.png' is there twice"),
        ('{"file_name": "../../a.png"}\n', 1, "leaves the dataset"),
        ('{"file_name": "a.png", "objects": {"bbox": [[1,2,3]]}}\n', 1, "of length 4"),
        ('{"file_name": "a.png", "objects": {"bbox": [[1,2,3,"x"]]}}\n', 1, "Expected `float`"),
        (
            '{"file_name": "a.png", "objects": {"bbox": [[1,2,3,4]], "categories": []}}\n',
            1,
            "1 boxes",
        ),
        ('{"file_name": "a.png", "label": -1}\n', 1, "label -1 is not known"),
        ('{"file_name": "a.png", "labels": "cat"}\n', 1, "Expected `array"),
        (b"\xff\n", 1, "no JSON"),
        (GOOD + '{"file_name": "b.png", "x": ' + "[" * 5000, 2, "no JSON object"),
    ],
)
def test_broken_rows(tmp_path, text, line, reason):
    """The error names file and line."""
    make(tmp_path, "train/a.png", ("train/metadata.jsonl", text))
    with pytest.raises(FormatError, match=reason) as caught:
        read(tmp_path)
    assert (caught.value.path, caught.value.line) == (tmp_path / "train/metadata.jsonl", line)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("name,label\na,b\n", ":1: no column file_name"),
        ("file_name,label\na.png\n", ":2: 1 columns, where 2 are"),
        ('file_name,label\n"a.png,b\n', "no CSV"),
        ("file_name,objects\na.png,x\n", ":2: Expected `object"),
    ],
)
def test_broken_csv(tmp_path, text, reason):
    """The error names file and line."""
    make(tmp_path, ("train/metadata.csv", text))
    with pytest.raises(FormatError, match=reason):
        read(tmp_path)


def test_a_link_out_of_the_dataset_is_refused(tmp_path):
    """Also where its name stays inside."""
    make(tmp_path, "secret.png", ("data/train/metadata.jsonl", GOOD))
    (tmp_path / "data/train/a.png").symlink_to(tmp_path / "secret.png")
    with pytest.raises(FormatError, match="leaves the dataset"):
        read(tmp_path / "data")


def test_the_library_reads_what_is_written(tmp_path):
    """Its loader gives the same columns."""
    datasets = pytest.importorskip("datasets")
    items = [
        image_item("a", Label(label=0), Caption(text="x"), subset="train"),
        image_item("b", Label(label=1), subset="train", seed=1),
    ]
    with FolderOutput(tmp_path / "out") as output:
        write_dataset(IMAGEFOLDER, ListDataset(items, Categories.of(["cat", "dog"])), output)
    found = datasets.load_dataset("imagefolder", data_dir=str(tmp_path / "out"), split="train")
    assert found["label"] == ["cat", "dog"]
    assert found["text"] == ["x", None]
    assert found[0]["image"].size == (8, 6)
