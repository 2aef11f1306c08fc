"""CelebA: faces with identities, attributes, boxes and landmarks; and its aligned and cropped pictures.

Specification: http://mmlab.ie.cuhk.edu.hk/projects/CelebA.html, the README of the data set.

Layout: ``Anno/identity_CelebA.txt`` (``<image> <identity>``), ``Anno/list_attr_celeba.txt``,
``Anno/list_bbox_celeba.txt`` and ``Anno/list_landmarks_celeba.txt``, each with the number of rows, a row of
names, and a row for each image; ``Eval/list_eval_partition.txt`` (``<image> <0, 1 or 2>`` for train, val,
test); images in ``Img/img_celeba/``. Aligned ones have ``Anno/list_landmarks_align_celeba.txt`` and
``Img/img_align_celeba/``, and no boxes. Every list may be missing.

Coordinates: boxes are left, top, width, height in pixels; landmarks x and y of both eyes, the nose, both
corners of the mouth.

Kept: one label, which is the identity, one box, one set of five landmarks, attributes of items that are
true or false (1 and -1; 0 is unknown), subsets, ids. Boxes and landmarks have the label of their item.
Labels are called by their identities where these are all that is known; else ``dataset_meta.json`` has
them, and an identity is 1 and the place among them. There are also other subsets, as numbers from 3,
and odd ids. Lost, and counted: everything else.
"""

from functools import partial

from datum.plugins import Format
from datum_formats.celeba.read import read_celeba
from datum_formats.celeba.sniff import sniff_aligned, sniff_celeba
from datum_formats.celeba.tables import ALIGNED, IN_THE_WILD
from datum_formats.celeba.write import write_celeba

__all__ = ["ALIGN_CELEBA", "CELEBA"]

_LINK = "https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html"
_NOTES = (
    "Labels are identities; attributes of items that are true or false are the attributes of the face. "
    "Subsets are train, val and test; others are named in `dataset_meta.json`. Any of the lists may be "
    "missing."
)

CELEBA = Format(
    name="celeba",
    title="CelebA",
    link=_LINK,
    keeps=frozenset(["label", "box", "points"]),
    notes=f"Lists in `Anno` and `Eval`, images in `Img/img_celeba`. {_NOTES}",
    read=partial(read_celeba, layout=IN_THE_WILD),
    write=partial(write_celeba, layout=IN_THE_WILD),
    sniff=sniff_celeba,
)

ALIGN_CELEBA = Format(
    name="align_celeba",
    title="CelebA, aligned and cropped",
    link=_LINK,
    keeps=frozenset(["label", "points"]),
    notes=f"Lists in `Anno` and `Eval`, images in `Img/img_align_celeba`. {_NOTES}",
    read=partial(read_celeba, layout=ALIGNED),
    write=partial(write_celeba, layout=ALIGNED),
    sniff=sniff_aligned,
)
