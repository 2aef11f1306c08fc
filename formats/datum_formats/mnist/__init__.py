"""MNIST: grey images of one size and their labels, as IDX files or as CSV.

Specification: http://yann.lecun.com/exdb/mnist/, "file formats for the MNIST database"; that of IDX is at
its end.

Layout of ``mnist``: ``<subset>-images-idx3-ubyte.gz`` and ``<subset>-labels-idx1-ubyte.gz``, where the
subset ``test`` is called ``t10k``; big-endian headers with the type of the values and the number of images,
rows and columns, then the values. Also read are files that are not compressed. Of ``mnist_csv``:
``mnist_<subset>.csv``, a row ``label,pixel,pixel,…`` for each image, with or without a row of names.

``labels.txt`` has a label on each line; where it is absent, the labels are the digits. Ids are running
numbers, as text; other ids are in ``dataset_meta.json`` of ``mnist``, and with the height and width of
images in rows of ``meta_<subset>.csv`` of ``mnist_csv``.

Kept: one label for each image, grey levels, ids. Lost, and counted: colours, images that are not of the
size of the first (``mnist``), everything else. 255 is no label; where there are more than 255 labels they
are written as 16-bit numbers, which IDX has, and -1 is none. Files of the known tool, whose header counts
pixels instead of images, are read.
"""

from datum.plugins import Format
from datum_formats.mnist.csv_read import read_csv
from datum_formats.mnist.csv_write import write_csv
from datum_formats.mnist.idx_read import read_idx
from datum_formats.mnist.idx_write import write_idx
from datum_formats.mnist.sniff import sniff_csv, sniff_idx

__all__ = ["MNIST", "MNIST_CSV"]

_LINK = "https://yann.lecun.com/exdb/mnist/"
_NOTES = (
    "`labels.txt` has the names of labels; without it they are the digits. Ids are running numbers unless "
    "a file beside says others. Grey levels are kept, not colours or the files of images."
)

MNIST = Format(
    name="mnist",
    title="MNIST, IDX files",
    link=_LINK,
    keeps=frozenset(["label"]),
    notes="`<subset>-images-idx3-ubyte.gz` and `<subset>-labels-idx1-ubyte.gz`; `test` is called `t10k`. "
    f"All images have one size, 28 x 28 for other readers. {_NOTES}",
    read=read_idx,
    write=write_idx,
    sniff=sniff_idx,
    keeps_unlabeled=False,
    keeps_empty_items=False,
    needs_media=True,
)

MNIST_CSV = Format(
    name="mnist_csv",
    title="MNIST, CSV",
    link="https://pjreddie.com/projects/mnist-in-csv/",
    keeps=frozenset(["label"]),
    notes="`mnist_<subset>.csv` with rows `label,pixel,…`. Images have 28 x 28 pixels for other readers; "
    f"`meta_<subset>.csv` says other sizes. {_NOTES}",
    read=read_csv,
    write=write_csv,
    sniff=sniff_csv,
    keeps_unlabeled=False,
    keeps_empty_items=False,
    needs_media=True,
)
