"""CIFAR-10 and CIFAR-100: pixels and labels of small images, in pickles.

Specification: https://www.cs.toronto.edu/~kriz/cifar.html, the Python version.

Layout: a file for each subset, of any name (``data_batch_1`` … ``test_batch``, ``train``, ``test``): a
pickled map with ``data``, 8-bit rows of 1024 red, 1024 green and 1024 blue values of 32 x 32 pixels, row by
row; ``labels``, or ``fine_labels`` and ``coarse_labels``; ``filenames``; ``batch_label``. ``batches.meta``
has ``label_names``; ``meta`` has ``fine_label_names`` and ``coarse_label_names``, which are the parents of
labels. CIFAR-100 is written where a label has a parent.

Pickles are read by an interpreter that makes plain values and arrays, and nothing else.

Kept: one label for each image, parents, ids as names of files, pixels. Lost, and counted: everything
else. Beyond the specification, where other readers fail: images of other sizes (``data`` is a list then,
and ``image_sizes`` has height and width), absent images and labels (None), and in ``meta`` the parents of
labels by number, which readers else have to gather from the images.
"""

from datum.plugins import Format
from datum_formats.cifar.read import read_cifar
from datum_formats.cifar.sniff import sniff_cifar
from datum_formats.cifar.write import write_cifar

__all__ = ["CIFAR"]

CIFAR = Format(
    name="cifar",
    title="CIFAR-10 and CIFAR-100",
    link="https://www.cs.toronto.edu/~kriz/cifar.html",
    keeps=frozenset(["label"]),
    notes="A pickle for each subset; `batches.meta`, or `meta` where labels have parents, which is "
    "CIFAR-100. Pickles are read without running anything that they say. Images are 32 x 32 pixels for "
    "other readers: `datum transform -t resize` makes them so. Pixels are kept, not the files of images.",
    read=read_cifar,
    write=write_cifar,
    sniff=sniff_cifar,
    keeps_unlabeled=False,
    needs_media=True,
)
