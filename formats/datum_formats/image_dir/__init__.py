"""Folders of images: every image file, at any depth, is an item. There is no specification.

The id is the relative path without extension; where two files differ by extension alone, with it.
Everything is in the subset ``default``, or in that of the option ``subset``: folders are part of the
id, never a subset. Sizes come from the headers. Annotations, labels and attributes are lost, and
counted; items whose image cannot be had are, too.

Written is ``<id><extension>``, and ``<subset>/<id><extension>`` where there are several subsets,
whose names then come back as the beginning of the ids: that is counted as well.
"""

from datum.plugins import Format, Option
from datum_formats.image_dir.read import read_image_dir
from datum_formats.image_dir.sniff import sniff_image_dir
from datum_formats.image_dir.write import write_image_dir

__all__ = ["IMAGE_DIR"]

IMAGE_DIR = Format(
    name="image_dir",
    title="Folder of images",
    link="https://en.wikipedia.org/wiki/Image_file_format",
    keeps=frozenset(),
    notes="Every image at any depth is an item, called by its relative path without extension. "
    "Folders are part of the id, not subsets. Takes one image file, too. Several subsets are "
    "written into a folder each, and come back as one.",
    read_options=(Option(name="subset", help="the subset of all items, instead of default"),),
    read=read_image_dir,
    write=write_image_dir,
    sniff=sniff_image_dir,
    keeps_subsets=False,
    keeps_empty_items=False,
    needs_media=True,
)
