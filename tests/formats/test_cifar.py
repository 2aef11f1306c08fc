"""CIFAR: pickles that are read without running them, pixels, labels and their parents."""

import io
import pickle
import pickletools
import subprocess

import cv2
import numpy as np
import pytest

from datum.errors import FormatError
from datum.model import Box, Categories, Item, Label, LabelCategory
from datum.outputs import FolderOutput, MemoryOutput, write_dataset
from datum.testing.datasets import ListDataset, image_item, picture
from datum_formats._common.pickles import dump_pickle, load_pickle
from datum_formats.cifar import CIFAR

NAMES = ("cat", "dog", "fish")


def row(seed):
    return np.random.default_rng(seed).integers(0, 256, 3072, np.uint8)


def put(root, protocol=2, **files):
    for name, value in files.items():
        (root / name.replace("__", ".")).write_bytes(pickle.dumps(value, protocol))


def loaded(data):
    """What Python's own pickle makes of our own output, as tools that train read it."""
    return pickle.loads(data, encoding="latin1")  # noqa: S301 (our own)


def read(path):
    reading = CIFAR.read(path, {})
    return ListDataset(reading.items, reading.categories)


def decoded(item):
    """Pixels as red, green and blue planes."""
    bgr = cv2.imdecode(np.frombuffer(item.image.content.data, np.uint8), cv2.IMREAD_COLOR)
    return bgr[:, :, ::-1].transpose(2, 0, 1)


@pytest.mark.parametrize("protocol", range(6))
def test_batches_of_other_tools(tmp_path, protocol):
    """Of every protocol of pickles, with names as bytes or as text."""
    data = np.stack([row(0), row(1)])
    batch = {
        b"data": data,
        b"labels": [2, 0],
        b"batch_label": b"training batch 1 of 1",
        b"filenames": [b"camel_s_1.png", b"b.png"],
    }
    put(tmp_path, protocol, batches__meta={"label_names": list(NAMES)}, data_batch_1=batch)
    text = {"data": data[:1], "labels": np.array([1]), "filenames": ["x.png"]}
    put(tmp_path, protocol, test_batch=text)
    (tmp_path / "readme.html").write_text("<html>")
    dataset = read(tmp_path)
    assert dataset.categories.names() == NAMES
    assert [item.key for item in dataset] == [
        *(("data_batch_1", "b"), ("data_batch_1", "camel_s_1"), ("test_batch", "x")),
    ]
    assert [one.label for item in dataset for one in item.annotations] == [0, 2, 1]
    found = dict(zip("bcx", dataset, strict=True))
    assert (decoded(found["b"]).ravel() == data[1]).all()
    assert (decoded(found["c"]).ravel() == data[0]).all()
    assert (decoded(found["x"]).ravel() == data[0]).all()


def test_python_2_wrote_strings(tmp_path):
    """As the files of the data set have them: strings of bytes, arrays whose cells are a string."""
    cells = row(3).tobytes()
    head = (
        b"\x80\x02}(U\x04datacnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\x00\x85U\x01btR"
        b"(K\x01K\x01M\x00\x0c\x86cnumpy\ndtype\n(U\x02u1K\x00K\x01tR"
        b"(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89T\x00\x0c\x00\x00"
    )
    batch = head + cells + (b"tbU\x06labels]K\x01aU\tfilenames]U\x05a.pngau.")
    (tmp_path / "data_batch_1").write_bytes(batch)
    (tmp_path / "batches.meta").write_bytes(b"(dp0\nS'label_names'\np1\n(lp2\nS'a'\naS'b'\nas.")
    (item,) = read(tmp_path)
    assert decoded(item).tobytes() == cells
    assert item.annotations == (Label(label=1),)


def test_coarse_labels_are_parents(tmp_path):
    """Gathered from the images of all batches, where the names say nothing of it."""
    put(
        tmp_path,
        meta={"fine_label_names": ["ray", "oak", "fig"], "coarse_label_names": ["fish", "trees"]},
        train={"fine_labels": [1, 0], "coarse_labels": [1, 0], "filenames": ["a.png", "b.png"]},
        test={"fine_labels": [1], "coarse_labels": [1], "filenames": ["a.png"]},
    )
    labels = read(tmp_path).categories.labels
    assert [(one.name, one.parent) for one in labels] == [
        *(("ray", "fish"), ("oak", "trees"), ("fig", "")),
    ]


def test_parents_come_back(tmp_path):
    """Also those of labels that no image has."""
    known = Categories(
        labels=(
            LabelCategory(name="oak", parent="tree"),
            LabelCategory(name="ray", parent="fish"),
            LabelCategory(name="thing"),
        )
    )
    items = [image_item("a", Label(label=0)), image_item("b", Label(label=2))]
    with FolderOutput(tmp_path / "out") as output:
        losses = write_dataset(CIFAR, ListDataset(items, known), output)
    assert not losses
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["meta", "train"]
    found = read(tmp_path / "out")
    assert found.categories == known
    assert [one.label for item in found for one in item.annotations] == [0, 2]


def small(item_id, label, seed):
    return Item(
        id=item_id,
        subset="train",
        media=(picture(item_id, ".png", 32, 32, seed),),
        annotations=(Label(label=label),),
    )


def test_pickle_reads_what_is_written():
    """Python's own pickle and NumPy, as tools that train read it."""
    files = MemoryOutput()
    dataset = ListDataset([small("a b", 1, 0), small("ü", 0, 1)], Categories.of(NAMES))
    assert not write_dataset(CIFAR, dataset, files)
    batch = loaded(files.files["train"])
    assert batch["data"].dtype == np.uint8
    assert batch["data"].shape == (2, 3072)
    assert (batch["data"][1].reshape(3, 32, 32) == decoded(list(dataset)[1])).all()
    assert (batch["labels"], batch["filenames"]) == ([1, 0], ["a b.png", "ü.png"])
    assert loaded(files.files["batches.meta"])["label_names"] == list(NAMES)


def test_what_is_lost_is_counted():
    """A second label, other annotations, transparency, bytes that do not decode; the rest is kept."""
    items = [
        image_item("a", Label(label=0), Label(label=1), Box(x=0.0, y=0.0, w=1.0, h=1.0)),
        image_item("b", Label(label=0, attributes={"x": 1})),
        Item(id="c", subset="train", annotations=(Label(label=1),)),
    ]
    files = MemoryOutput()
    losses = write_dataset(CIFAR, ListDataset(items, Categories.of(NAMES)), files)
    assert losses.lines() == [
        "1 × attribute x: CIFAR has no place for it",
        "1 × box: CIFAR has no place for it",
        "1 × label: an image has one label",
    ]
    batch = loaded(files.files["train"])
    assert batch["labels"] == [0, 0, 1]
    assert batch["image_sizes"] == [(6, 8), (6, 8), None]


class Payload:
    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (Payload(subprocess.run, "touch here"), "calls (subprocess|commands).run"),
        (Payload(eval, "1"), "calls (__builtin__|builtins).eval"),
        (Payload(io.BytesIO, b""), "calls _?io.BytesIO"),
        (np.array(["a"]), "array of 'U1'"),
        (np.zeros(1, [("a", "i4")]), "array of 'V4'"),
        (range(3), "calls (__builtin__|builtins).x?range"),
        (Categories(), "refused"),
    ],
)
def test_pickles_that_do_something(tmp_path, payload, reason, protocol):
    """Nothing is run or imported, whatever the protocol; the error says what was tried."""
    with pytest.raises(FormatError, match=f"refused: .*{reason}|{reason}"):
        load_pickle(pickle.dumps({"data": payload}, protocol), tmp_path / "x")


@pytest.mark.parametrize(
    "code",
    [
        *(b"", b".", b"\x80\x02", b"\x80\x02]", b"(.", b"t.", b"e.", b"\x85.", b"h\x00.", b"}u."),
        *(
            b"}(Nu.",
            b"](NuN.",
            b"N(Na.",
            b"Nb.",
            b"NNb.",
            b"NNR.",
            b"cos\nsystem\n.",
            b"cos\nsystem\nN\x81.",
        ),
        b"\x80\x02X\xff\xff\xff\xff",
        b"\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\x7f",
        b"\x80\x02r\xff\xff\xff\xff.",
        b"}(]Nu.",
        b"cnumpy\ndtype\n(X\x02\x00\x00\x00u9tR.",
        b"Pid\n.",
        b"\x80\x02\x82\x01.",
    ],
)
def test_broken_pickles(tmp_path, code):
    """An error of datum, or a plain value, and no memory for lengths that are not there."""
    try:
        value = load_pickle(code, tmp_path / "x")
    except FormatError as error:
        assert "pickle" in str(error)  # noqa: PT017 (that it is raised is not demanded)
    else:
        assert "os" not in repr(type(value))


def test_what_is_dumped_is_loaded(tmp_path):
    """And is a pickle that says nothing but values and arrays."""
    array = np.arange(6, dtype=np.uint8).reshape(2, 3)
    value = {"a": [None, True, -1, "ü", (1, 2)], "b": {}, "c": array, "d": [array]}
    data = dump_pickle(value)
    for found in (load_pickle(data, tmp_path), loaded(data)):
        assert found["a"] == value["a"]
        assert (found["c"] == array).all()
        assert (found["d"][0] == array).all()
    assert {op.name for op, _, _ in pickletools.genops(data)} <= {
        *("PROTO", "EMPTY_DICT", "MARK", "BINUNICODE", "EMPTY_LIST", "NONE", "NEWTRUE", "BININT"),
        *("TUPLE", "APPENDS", "SETITEMS", "GLOBAL", "BININT1", "TUPLE1", "REDUCE", "NEWFALSE"),
        *("BUILD", "STOP"),
    }


@pytest.mark.parametrize(
    ("batch", "reason"),
    [
        ([], "no map"),
        ({"data": np.zeros(5, np.uint8)}, "no array of rows"),
        ({"data": np.zeros((1, 5), np.uint8)}, "image 0 is no row"),
        ({"data": np.zeros((1, 3072), np.float32)}, "image 0 is no row"),
        ({"data": np.zeros((2, 3072), np.uint8), "labels": [1]}, "2 images, but 1"),
        ({"data": np.zeros((1, 3072), np.uint8), "labels": [3]}, "label 3, but there are 3"),
        ({"data": np.zeros((1, 3072), np.uint8), "labels": ["x"]}, "label 'x'"),
        ({"labels": [0, 1], "filenames": ["a.png", "a.png"]}, "'a.png' is empty or there twice"),
        ({"data": [b"abc"], "image_sizes": [(0, 1)]}, "image 0 is no row"),
        ({"data": [b"abc"], "image_sizes": [(1 << 40, 1 << 40)]}, "image 0 is no row"),
    ],
)
def test_broken_batches(tmp_path, batch, reason):
    """The error names the file."""
    put(tmp_path, batches__meta={"label_names": list(NAMES)}, train=batch)
    with pytest.raises(FormatError, match=reason) as caught:
        read(tmp_path)
    assert caught.value.path == tmp_path / "train"


@pytest.mark.parametrize("meta", [{}, {"label_names": ["a", "a"]}, []])
def test_broken_names(tmp_path, meta):
    """None, or one that is there twice."""
    put(tmp_path, batches__meta=meta)
    with pytest.raises(FormatError, match=r"batches\.meta"):
        read(tmp_path)


def test_torchvision_reads_what_is_written(tmp_path):
    """As CIFAR10, but for the sums of the files that it knows."""
    datasets = pytest.importorskip("torchvision.datasets")

    class Any10(datasets.CIFAR10):
        train_list = (("train", None),)
        test_list = ()
        meta = {"filename": "batches.meta", "key": "label_names", "md5": None}  # noqa: RUF012

    folder = tmp_path / Any10.base_folder
    dataset = ListDataset([small("a", 1, 0), small("b", 0, 1)], Categories.of(NAMES))
    with FolderOutput(folder) as output:
        write_dataset(CIFAR, dataset, output)
    found = Any10(tmp_path)
    assert found.classes == list(NAMES)
    assert [label for _, label in found] == [1, 0]
