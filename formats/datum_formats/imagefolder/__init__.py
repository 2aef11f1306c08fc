"""The image folder of Hugging Face: images, and rows of ``metadata.jsonl`` that say what is on them.

Specification: https://huggingface.co/docs/datasets/image_dataset#imagefolder.

Layout: ``<split>/<name>.<ext>``, at any depth, and ``<split>/metadata.jsonl`` (or ``metadata.csv``) with a
row for each image: ``file_name``, ``label``, ``text``, ``objects`` with ``bbox`` and ``categories``, and
any other column. Without such a file, the folder of an image is its label. The file may be in the root as
well, which is one subset then.

Coordinates: boxes are left, top, width, height in pixels, as COCO has them.

Kept: labels, captions, boxes, attributes of items (as columns), ids, subsets. ``labels`` and ``texts`` are
lists where an image has several. Categories are written by name; those that are numbers are read as the
place among the labels. The order of labels, unused ones, and odd ids are in ``dataset_meta.json``. Lost,
and counted: everything else, attributes called as columns that mean something, items without an image.
"""

from datum.plugins import Format
from datum_formats.imagefolder.read import read_imagefolder
from datum_formats.imagefolder.sniff import sniff_imagefolder
from datum_formats.imagefolder.write import write_imagefolder

__all__ = ["IMAGEFOLDER"]

IMAGEFOLDER = Format(
    name="imagefolder",
    title="Image folder of Hugging Face",
    link="https://huggingface.co/docs/datasets/image_dataset#imagefolder",
    keeps=frozenset(["label", "caption", "box"]),
    notes="`<split>/metadata.jsonl` has a row for each image: `file_name`, `label` (or `labels`), `text` "
    "(or `texts`), `objects` with `bbox` (left, top, width, height) and `categories`; other columns are "
    "attributes of items. `metadata.csv` is read, too; without either, the folder of an image is its label.",
    read=read_imagefolder,
    write=write_imagefolder,
    sniff=sniff_imagefolder,
    keeps_item_attributes=True,
    keeps_empty_items=False,
    needs_media=True,
)
