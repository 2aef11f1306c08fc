"""Folders of labels, and lists of class ids: layouts, what only the meta file can say, faults."""

import json

import pytest

from datum.detection import detect
from datum.errors import FormatError, UsageError
from datum.model import Box, Categories, Item, Label
from datum.outputs import FolderOutput, MemoryOutput, write_dataset
from datum.plugins import parse_options
from datum.testing.datasets import ListDataset, image_bytes, image_item
from datum_formats.imagenet import IMAGENET, LISTS, WITH_SUBSETS


def make(root, *names):
    """Files: images by name, texts as (name, text)."""
    for seed, name in enumerate(names):
        path, data = (name, image_bytes(seed=seed)) if isinstance(name, str) else name
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data if isinstance(data, bytes) else data.encode())


def read(card, path, **options):
    reading = card.read(path, parse_options(card.read_options, options, card.name))
    return ListDataset(reading.items, reading.categories)


def said(dataset):
    """The labels of each item by subset and id."""
    names = dataset.categories.names()
    return {"/".join(i.key): [names[one.label] for one in i.annotations] for i in dataset}


def written(card, items, labels, **options):
    output = MemoryOutput()
    losses = write_dataset(card, ListDataset(items, Categories.of(labels)), output, options)
    return output.files, losses.lines()


# ---------------------------------------------------------------- folders


def test_folders_are_labels(tmp_path):
    """Sorted; an empty one, too; images at any depth, in no_label and beside the folders."""
    make(
        tmp_path, "dog/1.jpg", "cat/1.png", "cat/deep/2.png", "no_label/x.png", "y.png", "cat/a.txt"
    )
    (tmp_path / "bird").mkdir()
    (tmp_path / ".git").mkdir()
    dataset = read(IMAGENET, tmp_path)
    assert dataset.categories.names() == ("bird", "cat", "dog")
    assert said(dataset) == {
        "default/cat/1": ["cat"],
        "default/cat/deep/2": ["cat"],
        "default/dog/1": ["dog"],
        "default/no_label/x": [],
        "default/y": [],
    }
    assert {item.subset for item in read(IMAGENET, tmp_path, subset="val")} == {"val"}


def test_folders_of_subsets(tmp_path):
    """A label need not have images in every subset."""
    make(tmp_path, "train/cat/1.jpg", "val/cat/1.jpg", "val/dog/2.jpg")
    dataset = read(WITH_SUBSETS, tmp_path)
    assert dataset.categories.names() == ("cat", "dog")
    assert said(dataset) == {"train/cat/1": ["cat"], "val/cat/1": ["cat"], "val/dog/2": ["dog"]}


def test_a_plain_folder_is_written_as_it_was_read(tmp_path):
    """Names and bytes, and no file beyond."""
    make(tmp_path, "dog/1.jpg", "cat/1.png", "cat/1.jpg", "no_label/x.png", "cat/sub/2.png")
    dataset = read(IMAGENET, tmp_path)
    files, losses = written(IMAGENET, dataset, dataset.categories.names())
    images = {p.relative_to(tmp_path).as_posix(): p for p in tmp_path.rglob("*.*")}
    assert {name: path.read_bytes() for name, path in images.items()} == {
        name.replace("cat/1.jpg.jpg", "cat/1.jpg").replace("cat/1.png.png", "cat/1.png"): data
        for name, data in files.items()
    }
    assert not losses


def test_what_folders_cannot_say():
    """The order of labels, unused ones, ids that do not begin with their label, several labels."""
    items = [
        image_item("a", Label(label=1), Label(label=2), subset="default"),
        image_item("dog/b", Label(label=2), subset="default"),
    ]
    files, losses = written(IMAGENET, items, ["horse", "dog", "cat"])
    assert sorted(files) == ["cat/a.jpg", "cat/dog/b.jpg", "dataset_meta.json", "dog/a.jpg"]
    assert json.loads(files["dataset_meta.json"]) == {
        "labels": ["horse", "dog", "cat"],
        "ids": {"cat/a.jpg": "a", "cat/dog/b.jpg": "dog/b", "dog/a.jpg": "a"},
    }
    assert not losses


def test_the_map_of_labels_of_the_known_tool(tmp_path):
    """By number, not by the order of the keys."""
    make(
        tmp_path, "b/1.jpg", ("dataset_meta.json", '{"label_map": {"10": "c", "2": "b", "0": "a"}}')
    )
    dataset = read(IMAGENET, tmp_path)
    assert dataset.categories.names() == ("a", "b", "c")
    assert said(dataset) == {"default/b/1": ["b"]}


def test_items_never_overwrite_each_other(tmp_path):
    """Of one id in several subsets, and of ids with and without their label."""
    items = [
        image_item("x", Label(label=0), subset="train"),
        image_item("x", Label(label=0), subset="val", seed=1),
        image_item("cat/x", Label(label=0), subset="val", seed=2),
    ]
    with FolderOutput(tmp_path / "out") as output:
        losses = write_dataset(IMAGENET, ListDataset(items, Categories.of(["cat"])), output)
    found = read(IMAGENET, tmp_path / "out")
    assert sorted(item.id for item in found) == ["cat/x", "val/x", "x"]
    assert len({item.image.content.path for item in found}) == 3
    assert losses.lines() == ["3 × subset: all items come back in one subset"]


def test_what_is_lost_is_counted():
    """Other annotations, fields, labels that are there twice, items without an image."""
    items = [
        image_item("a", Label(label=0, score=0.5, attributes={"x": 1}), Label(label=0)),
        image_item("b", Box(label=0, x=0.0, y=0.0, w=1.0, h=1.0), Label()),
        Item(id="c", subset="train"),
    ]
    files, losses = written(WITH_SUBSETS, items, ["cat"])
    assert "train/no_label/b.jpg" in files
    assert [line.split(":")[0] for line in losses] == [
        *("1 × attribute x", "1 × box", "1 × item", "1 × label", "1 × label", "1 × score"),
    ]


@pytest.mark.parametrize(
    ("meta", "reason"),
    [
        ("{", "not the JSON"),
        ('{"labels": ["a", "a"]}', "a label is there twice"),
        ('{"labels": [1]}', "Expected `str`"),
        ('{"label_map": {"x": "a"}}', "is no number"),
        ('{"ids": {"b/1.jpg": ""}}', "an id or a subset is empty"),
        ('{"labels": ["a"]}', "no label has the folder 'b'"),
    ],
)
def test_broken_meta_files(tmp_path, meta, reason):
    """The error names the file."""
    make(tmp_path, "b/1.jpg", ("dataset_meta.json", meta))
    with pytest.raises(FormatError, match=reason) as caught:
        list(read(IMAGENET, tmp_path))
    assert str(caught.value.path).endswith("dataset_meta.json")


def test_a_file_is_no_folder_of_labels(tmp_path):
    """Nor is a path where nothing is."""
    make(tmp_path, "a.jpg")
    for path in (tmp_path / "a.jpg", tmp_path / "missing"):
        with pytest.raises(FormatError, match="not a folder"):
            read(IMAGENET, path)


# ---------------------------------------------------------------- lists


def test_lists(tmp_path):
    """Any number of class ids, paths with blanks, images that are absent."""
    make(
        tmp_path,
        "images/a.jpg",
        ("train.txt", 'a.jpg 1\n"b c.png" 0 1\nsub/d.jpg\n'),
        ("val.txt", "a.jpg 0\n\n"),
        ("synsets.txt", "cat\ntench, Tinca tinca\n\n"),
    )
    dataset = read(LISTS, tmp_path)
    assert said(dataset) == {
        "train/a": ["tench, Tinca tinca"],
        "train/b c": ["cat", "tench, Tinca tinca"],
        "train/sub/d": [],
        "val/a": ["cat"],
    }
    assert [item.size for item in dataset] == [(6, 8), None, None, (6, 8)]
    assert set(said(read(LISTS, tmp_path / "val.txt"))) == {"val/a"}


def test_labels_that_are_generated_or_elsewhere(tmp_path):
    """By the greatest class id; or in another file."""
    make(tmp_path, ("a.txt", "x.jpg 2\n"), ("names.lst", "p\nq\nr\n"))
    assert said(read(LISTS, tmp_path, labels="generate")) == {"a/x": ["class-2"]}
    assert said(read(LISTS, tmp_path, labels_file="names.lst")) == {"a/x": ["r"]}
    with pytest.raises(UsageError):
        read(LISTS, tmp_path, labels="guess")


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("a.jpg 0\nb.jpg x\n", 2, "'x' is no class id"),
        ("a.jpg -1\n", 1, "'-1' is no class id"),
        ("a.jpg 99999999999999999999\n", 1, "is no class id"),
        ("a.jpg 2\n", 1, "class id 2, but there are 2 labels"),
        ("a.jpg 0\na.jpg 1\n", 2, "'a.jpg' is there twice"),
        ("../../a.jpg 0\n", 1, "leaves the dataset"),
        ("\xff.jpg 0\n", 1, "not UTF-8"),
    ],
)
def test_broken_lists(tmp_path, text, line, reason):
    """The error names file and line."""
    make(tmp_path, ("train.txt", text.encode("latin-1")), ("synsets.txt", "cat\ndog\n"))
    with pytest.raises(FormatError, match=reason) as caught:
        list(read(LISTS, tmp_path))
    assert (caught.value.path, caught.value.line) == (tmp_path / "train.txt", line)


def test_lists_that_are_not_there(tmp_path):
    """No list, no labels, a label that is there twice."""
    with pytest.raises(FormatError, match="no list"):
        read(LISTS, tmp_path)
    make(tmp_path, ("train.txt", "a.jpg 0\n"))
    with pytest.raises(FormatError, match="synsets"):
        read(LISTS, tmp_path)
    make(tmp_path, ("synsets.txt", "cat\ndog\ncat\n"))
    with pytest.raises(FormatError, match=r"synsets.txt:3: label 'cat' is there twice"):
        read(LISTS, tmp_path)


def test_images_of_one_id_in_several_lists():
    """Each has its own path, and the meta file says the id."""
    items = [image_item("a", subset="train"), image_item("a", subset="val", seed=1)]
    files, losses = written(LISTS, items, ["x"])
    assert files["val.txt"] == b"val/a.jpg\n"
    assert json.loads(files["dataset_meta.json"]) == {"ids": {"val/a.jpg": "a"}}
    assert not losses


# ---------------------------------------------------------------- detection


@pytest.mark.parametrize(
    ("names", "best"),
    [
        (["cat/1.jpg", "dog/2.jpg"], "imagenet"),
        (["train/cat/1.jpg", "val/cat/1.jpg"], "imagenet_with_subset_dirs"),
        (["mine/cat/1.jpg", "mine/dog/1.jpg"], "imagenet_with_subset_dirs"),
        (["images/1.jpg", "images/2.jpg"], "image_dir"),
        (["train/1.jpg", "val/2.jpg"], "image_dir"),
        (["1.jpg"], "image_dir"),
        ([("a.txt", '"x y.jpg" 0\n'), ("synsets.txt", "cat\n")], "imagenet_txt"),
        ([("a.txt", "x.jpg 0 1\n")], "imagenet_txt"),
    ],
)
def test_detection(tmp_path, names, best):
    """Each layout is recognised, and nothing else as surely."""
    make(tmp_path, *names)
    first, *others = detect(tmp_path).matches
    assert first.name == best
    assert all(other.score < first.score for other in others)


@pytest.mark.parametrize("card", [IMAGENET, WITH_SUBSETS, LISTS], ids=lambda card: card.name)
@pytest.mark.parametrize("labels", [["cat", "dog"], ["dog", "cat", "no"], ["a b/c", "..", "train"]])
def test_detection_of_what_is_written(tmp_path, card, labels):
    """Also of ids with folders and of labels with odd names, which the meta file says."""
    items = [
        image_item(f"{subset}/x y/{n}", Label(label=n), subset=subset, seed=n)
        for subset in ("train", "mine")
        for n in (0, 1)
    ]
    with FolderOutput(tmp_path / "out") as output:
        dataset = ListDataset(items, Categories.of(labels))
        write_dataset(card, dataset, output, save_media=True)
    first, *others = detect(tmp_path / "out").matches
    assert first.name == card.name
    assert all(other.score < first.score for other in others)


# ---------------------------------------------------------------- referee


def test_torchvision_reads_what_is_written(tmp_path):
    """The same classes, and the same class of each image, where labels are sorted."""
    datasets = pytest.importorskip("torchvision.datasets")
    items = [
        image_item("a", Label(label=1), subset="default"),
        image_item("cat/b", Label(label=0), subset="default", seed=1),
    ]
    with FolderOutput(tmp_path / "out") as output:
        write_dataset(IMAGENET, ListDataset(items, Categories.of(["cat", "dog"])), output)
    folder = datasets.ImageFolder(tmp_path / "out")
    assert folder.classes == ["cat", "dog"]
    assert [label for _, label in folder.samples] == [0, 1]
