"""MNIST: IDX files and CSV, headers that others read, ids, sizes, faults."""

import gzip
import struct

import cv2
import numpy as np
import pytest

from datum.errors import FormatError
from datum.model import Categories, InMemory, Item, Label, Media
from datum.outputs import FolderOutput, MemoryOutput, write_dataset
from datum.testing.datasets import ListDataset, image_item
from datum_formats.mnist import MNIST, MNIST_CSV


def read(card, path):
    reading = card.read(path, {})
    return ListDataset(reading.items, reading.categories)


def grey(item_id, label, *, subset="train", size=(28, 28), seed=0):
    pixels = np.random.default_rng(seed).integers(0, 256, size, np.uint8)
    data = cv2.imencode(".png", pixels)[1].tobytes()
    media = Media(path=f"{item_id}.png", height=size[0], width=size[1], content=InMemory(data))
    notes = () if label is None else (Label(label=label),)
    return Item(id=item_id, subset=subset, media=(media,), annotations=notes)


def pixels(item):
    return cv2.imdecode(np.frombuffer(item.image.content.data, np.uint8), cv2.IMREAD_UNCHANGED)


def written(card, items, labels=tuple("0123456789")):
    output = MemoryOutput()
    losses = write_dataset(card, ListDataset(items, Categories.of(labels)), output)
    return output.files, losses.lines()


def idx(kind, shape, values):
    return bytes([0, 0, kind, len(shape)]) + struct.pack(f">{len(shape)}I", *shape) + values


def put(root, images, labels, stem="train"):
    (root / f"{stem}-images-idx3-ubyte.gz").write_bytes(gzip.compress(images))
    (root / f"{stem}-labels-idx1-ubyte").write_bytes(labels)


# ---------------------------------------------------------------- IDX


def test_files_of_the_specification(tmp_path):
    """Compressed or not; t10k is test; without labels.txt they are the digits."""
    put(tmp_path, idx(8, (2, 1, 3), bytes(range(6))), idx(8, (2,), b"\x07\xff"))
    put(tmp_path, idx(8, (1, 1, 3), b"abc"), idx(8, (1,), b"\x01"), "t10k")
    dataset = read(MNIST, tmp_path)
    assert dataset.categories.names() == tuple("0123456789")
    assert [item.key for item in dataset] == [("test", "0"), ("train", "0"), ("train", "1")]
    assert [item.annotations for item in dataset] == [(Label(label=1),), (Label(label=7),), ()]
    assert [pixels(item).tolist() for item in dataset] == [[[97, 98, 99]], [[0, 1, 2]], [[3, 4, 5]]]
    (alone,) = read(MNIST, tmp_path / "t10k-labels-idx1-ubyte")
    assert alone.subset == "test"


def test_headers_that_count_pixels(tmp_path):
    """As those of the known tool do."""
    put(tmp_path, idx(8, (6, 1, 3), bytes(range(6))), idx(8, (2,), b"\x01\x02"))
    assert [pixels(item).tolist() for item in read(MNIST, tmp_path)] == [[[0, 1, 2]], [[3, 4, 5]]]


def test_headers_that_are_written():
    """Magic, number of images, rows, columns, as the specification has them."""
    items = [grey(str(n), n % 10, seed=n) for n in range(12)]
    files, losses = written(MNIST, items)
    assert not losses
    assert sorted(files) == [
        *("labels.txt", "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"),
    ]
    images = gzip.decompress(files["train-images-idx3-ubyte.gz"])
    assert struct.unpack(">IIII", images[:16]) == (2051, 12, 28, 28)
    labels = gzip.decompress(files["train-labels-idx1-ubyte.gz"])
    assert struct.unpack(">II", labels[:8]) == (2049, 12)
    assert list(labels[8:]) == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]
    stack = np.frombuffer(images, np.uint8, offset=16).reshape(12, 28, 28)
    assert all((stack[n] == pixels(item)).all() for n, item in enumerate(items))


def test_more_labels_than_a_byte_holds():
    """They are 16-bit numbers, a type that IDX has."""
    names = [f"n{n}" for n in range(300)]
    files, _ = written(MNIST, [grey("0", 299), grey("1", None)], names)
    labels = gzip.decompress(files["train-labels-idx1-ubyte.gz"])
    assert labels == b"\0\0\x0b\x01" + struct.pack(">Ihh", 2, 299, -1)


def test_what_is_lost_is_counted():
    """Colours, images of another size, of none; labels beyond the first."""
    items = [
        image_item("a", Label(label=0), Label(label=1)),
        image_item("b", Label(label=2)),
        grey("c", 1, size=(3, 4)),
        Item(id="d", subset="train"),
    ]
    files, losses = written(MNIST, items)
    assert losses == [
        "2 × colors: pixels are grey levels",
        "1 × item: it has no pixels to write",
        "1 × item: its image is not of the size of the first, 8 x 6",
        "1 × label: an image has one label",
    ]
    images = gzip.decompress(files["train-images-idx3-ubyte.gz"])
    assert struct.unpack(">IIII", images[:16]) == (2051, 2, 6, 8)


@pytest.mark.parametrize(
    ("images", "labels", "reason"),
    [
        (b"", idx(8, (0,), b""), "images.*header"),
        (idx(8, (1, 1, 1), b"a")[:9], idx(8, (1,), b"\0"), "images.*header"),
        (idx(8, (2, 1, 3), b"abcde"), idx(8, (2,), b"\0\1"), "images.*before its last"),
        (idx(8, (1, 1, 3), b"abc"), idx(8, (1,), b""), "labels.*before its last"),
        (idx(8, (1, 1, 3), b"abc"), idx(8, (2,), b"\0\1"), "1 images, but 2 labels"),
        (idx(8, (1, 1, 3), b"abc"), idx(8, (1,), b"\x0a"), "label 10, but there are 10"),
        (idx(13, (1, 1, 1), b"abcd"), idx(8, (1,), b"\0"), "images.*type 0x0d"),
        (idx(8, (1, 1 << 31, 1 << 31), b""), idx(8, (1,), b"\0"), "images of 2147483648 x"),
        (idx(8, (1, 0, 3), b""), idx(8, (1,), b"\0"), "images of 0 x 3"),
        (idx(8, (1,), b"a"), idx(8, (1,), b"\0"), "images.*header"),
    ],
)
def test_broken_files(tmp_path, images, labels, reason):
    """The error names the file; nothing is allocated for lengths that are not there."""
    put(tmp_path, images, labels)
    with pytest.raises(FormatError, match=reason):
        read(MNIST, tmp_path)


def test_damaged_compression_and_missing_files(tmp_path):
    """A truncated archive, labels without images, nothing at all."""
    put(tmp_path, idx(8, (1, 1, 3), b"abc"), idx(8, (1,), b"\0"))
    file = tmp_path / "train-images-idx3-ubyte.gz"
    file.write_bytes(file.read_bytes()[:20])
    with pytest.raises(FormatError, match="broken"):
        read(MNIST, tmp_path)
    file.unlink()
    with pytest.raises(FormatError, match="images is missing"):
        read(MNIST, tmp_path)
    with pytest.raises(FormatError, match="no IDX files"):
        read(MNIST, tmp_path / "missing")


# ---------------------------------------------------------------- CSV


def test_rows_of_other_tools(tmp_path):
    """With and without names of columns; square images."""
    (tmp_path / "mnist_train.csv").write_text("label,1x1,1x2,2x1,2x2\n5,0,1,2,255\n,3,3,3,3\n")
    (tmp_path / "mnist_test.csv").write_bytes(b"\xef\xbb\xbf9,7,7,7,7\r\n\r\n")
    dataset = read(MNIST_CSV, tmp_path)
    assert [item.key for item in dataset] == [("test", "0"), ("train", "0"), ("train", "1")]
    assert [item.annotations for item in dataset] == [(Label(label=9),), (Label(label=5),), ()]
    assert pixels(list(dataset)[1]).tolist() == [[0, 1], [2, 255]]
    assert len(read(MNIST_CSV, tmp_path / "mnist_test.csv")) == 1


def test_rows_that_are_written():
    """Nothing but label and pixels; ids and sizes beside them only where they are needed."""
    files, losses = written(MNIST_CSV, [grey("0", 3), grey("1", None, seed=1)])
    assert sorted(files) == ["labels.txt", "mnist_train.csv"]
    first, second = files["mnist_train.csv"].decode().splitlines()
    assert first.startswith("3,")
    assert second.startswith(",")
    assert len(first.split(",")) == 785
    assert not losses
    files, _ = written(MNIST_CSV, [grey('a,"b', 3, size=(2, 3))])
    assert files["meta_train.csv"] == b'"a,""b",2,3\n'


@pytest.mark.parametrize(
    ("text", "meta", "reason"),
    [
        ("1,2,3\n", None, ":1: no label and grey levels"),
        ("1,2,3,4,5\n1,2,3,4,256\n", None, ":2: no label"),
        ("1,2,3,4,-1\n", None, ":1: no label"),
        ("1,2,3,4,x\n", None, ":1: no label"),
        ("1,2,3,4,nan\n", None, ":1: no label"),
        ("1,2,3,4,99999999999999999999\n", None, ":1: no label"),
        ("1\n", None, ":1: no label"),
        ("1,1,1,1,1\nx,1,1,1,1\n", None, ":2: no label"),
        ("10,1,1,1,1\n", None, ":1: label 10, but there are 10"),
        ("1,1,1,1,1\n", "a,1\n", "meta_train.csv:1: no id"),
        ("1,1,1,1,1\n", "a,1,5\n", "mnist_train.csv:1: no label"),
        ("1,1,1,1,1\n", "a,1,4\nb,1,4\n", "meta_train.csv: 2 rows, but 1 images"),
        ("1,1,1,1,1\n1,1,1,1,1\n", "a,1,4\n", "meta_train.csv: there is no row for image 1"),
        ('1,"1,1\n', None, "no CSV"),
    ],
)
def test_broken_rows(tmp_path, text, meta, reason):
    """The error names file and line."""
    (tmp_path / "mnist_train.csv").write_text(text)
    if meta is not None:
        (tmp_path / "meta_train.csv").write_text(meta)
    with pytest.raises(FormatError, match=reason):
        read(MNIST_CSV, tmp_path)


def test_idx2numpy_reads_what_is_written(tmp_path):
    """The same arrays of pixels and labels."""
    idx2numpy = pytest.importorskip("idx2numpy")
    items = [grey(str(n), n, seed=n) for n in range(3)]
    files, _ = written(MNIST, items)
    for stem, expected in (
        ("images-idx3", np.stack([pixels(item) for item in items])),
        ("labels-idx1", np.arange(3)),
    ):
        data = gzip.decompress(files[f"train-{stem}-ubyte.gz"])
        assert (idx2numpy.convert_from_string(data) == expected).all()


def test_torchvision_reads_what_is_written(tmp_path):
    """As MNIST, from files that are not compressed."""
    datasets = pytest.importorskip("torchvision.datasets")
    raw = tmp_path / "MNIST" / "raw"
    items = [grey(str(n), n, subset=s, seed=n) for s in ("train", "test") for n in range(3)]
    with FolderOutput(raw) as output:
        write_dataset(MNIST, ListDataset(items, Categories.of("0123456789")), output)
    for file in raw.glob("*.gz"):
        file.with_suffix("").write_bytes(gzip.decompress(file.read_bytes()))
    found = datasets.MNIST(tmp_path, train=True)
    assert found.targets.tolist() == [0, 1, 2]
    assert (found.data[2].numpy() == pixels(items[2])).all()
