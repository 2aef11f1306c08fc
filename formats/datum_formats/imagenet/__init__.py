"""ImageNet: a folder of images for each label; with a folder for each subset above; as text lists.

What is called ImageNet here is the layout of the training images of the challenge,
https://image-net.org/challenges/LSVRC/2012/, which torchvision reads as ``ImageFolder``,
https://docs.pytorch.org/vision/stable/generated/torchvision.datasets.ImageFolder.html.

Layout of ``imagenet``: ``<label>/<name>.<ext>``; of ``imagenet_with_subset_dirs``:
``<subset>/<label>/<name>.<ext>``. Images in ``no_label``, or beside the folders, have no label. An id is
the path without extension, label included, so that it stays what it is whatever else comes or goes.

Of ``imagenet_txt``: ``<subset>.txt`` with a line ``<path> <class id> …`` for each image, paths relative to
``images/``, and ``synsets.txt`` with a label on each line. Paths with blanks or with what no terminal
prints are JSON strings.

Kept: labels of images, in any number, ids, subsets where the layout has them. An image of several labels
is in the folder of each. What folders cannot say is in ``dataset_meta.json``, which is written only where
it is needed: the order of labels, labels without images, ids that do not begin with their label, names
that a folder cannot have. Lost, and counted: everything else.
"""

from functools import partial

from datum.plugins import Format, Option
from datum_formats.imagenet.lists_read import read_lists
from datum_formats.imagenet.lists_write import write_lists
from datum_formats.imagenet.read import read_folders
from datum_formats.imagenet.sniff import sniff_folders, sniff_lists, sniff_subsets
from datum_formats.imagenet.write import write_folders

__all__ = ["IMAGENET", "LISTS", "WITH_SUBSETS"]

_LINK = "https://image-net.org/challenges/LSVRC/2012/"
_NOTES = (
    "An id is the path without extension, label included: `cat/1`. Labels are the sorted names of the "
    "folders, as torchvision's `ImageFolder` has them, unless `dataset_meta.json` says others; it is "
    "written only where folders cannot say the order of labels, unused labels, or ids. An image of "
    "several labels is in the folder of each."
)

IMAGENET = Format(
    name="imagenet",
    title="ImageNet, a folder for each label",
    link=_LINK,
    keeps=frozenset(["label"]),
    notes=f"`<label>/<name>.jpg`, images without a label in `no_label/`. {_NOTES}",
    read_options=(Option(name="subset", help="the subset of all items, instead of default"),),
    read=partial(read_folders, with_subsets=False),
    write=partial(write_folders, with_subsets=False),
    sniff=sniff_folders,
    keeps_subsets=False,
    keeps_unlabeled=False,
    keeps_empty_items=False,
    needs_media=True,
)

WITH_SUBSETS = Format(
    name="imagenet_with_subset_dirs",
    title="ImageNet, folders for subsets and labels",
    link=_LINK,
    keeps=frozenset(["label"]),
    notes=f"`<subset>/<label>/<name>.jpg`, images without a label in `no_label/`. {_NOTES}",
    read=partial(read_folders, with_subsets=True),
    write=partial(write_folders, with_subsets=True),
    sniff=sniff_subsets,
    keeps_unlabeled=False,
    keeps_empty_items=False,
    needs_media=True,
)

LISTS = Format(
    name="imagenet_txt",
    title="ImageNet, text lists of images and class ids",
    link=_LINK,
    keeps=frozenset(["label"]),
    notes="`<subset>.txt` has a line `<path> <class id> …` for each image of `images/`, `synsets.txt` a "
    "label on each line. Images may be absent, class ids may be any number. Paths with blanks are "
    "JSON strings.",
    read_options=(
        Option(
            name="labels",
            default="file",
            choices=("file", "generate"),
            help="take the labels from the file, or call them class-0, class-1, …",
        ),
        Option(name="labels_file", default="synsets.txt", help="the file of labels"),
    ),
    read=read_lists,
    write=write_lists,
    sniff=sniff_lists,
    keeps_unlabeled=False,
)
