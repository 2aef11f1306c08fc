"""Labeled Faces in the Wild: persons as folders, pairs of pictures, landmarks.

Specification: http://vis-www.cs.umass.edu/lfw/README.txt.

Layout: ``<subset>/images/<person>/<person>_<number>.jpg`` and ``<subset>/annotations/`` with ``people.txt``
(``<person><tab><number of pictures>``), ``pairs.txt``, and ``landmarks.txt`` (``<picture><tab>x<tab>y …``);
the lists may be in ``<subset>/`` itself, and the subset may be the root. A line of ``pairs.txt`` is
``<person><tab>n<tab>m`` for two pictures of one person, ``<person><tab>n<tab>other<tab>m`` of two persons
(``-`` for none), and, as the known tool has it, the path of a picture of no pair. Lines of numbers alone, which
say how many follow, are passed over.

Kept: one label for each picture, the person, with the attributes ``positive_pairs`` and ``negative_pairs``,
lists of ids of pictures called ``<person>/<person>_<number>``; sets of points, which have the label of their
picture; ids, subsets. The order of labels, unused ones, and odd names and ids are in ``dataset_meta.json``.
Lost, and counted: everything else, pairs of pictures that are called otherwise.
"""

from datum.plugins import Format
from datum_formats.lfw.read import read_lfw
from datum_formats.lfw.sniff import sniff_lfw
from datum_formats.lfw.write import write_lfw

__all__ = ["LFW"]

LFW = Format(
    name="lfw",
    title="Labeled Faces in the Wild",
    link="https://vis-www.cs.umass.edu/lfw/README.txt",
    keeps=frozenset(["label", "points"]),
    notes="`<subset>/images/<person>/<person>_0001.jpg`, and `people.txt`, `pairs.txt` and `landmarks.txt` "
    "in `<subset>/annotations/`. Pairs are the attributes `positive_pairs` and `negative_pairs` of the "
    "label, lists of ids.",
    read=read_lfw,
    write=write_lfw,
    sniff=sniff_lfw,
    keeps_unlabeled=False,
)
