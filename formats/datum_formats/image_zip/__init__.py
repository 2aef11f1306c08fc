"""Images in a zip archive: every image in it, in any folder, is an item.

Specification of the archive: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT.

Read is one archive, or every ``*.zip`` of a folder; of several, each is a subset of its name. An id is the path
in the archive without extension; where two differ by extension alone, with it. Written is one archive, called
by ``--name``, with ``<id><extension>``, and ``<subset>/<id><extension>`` where there are several subsets, whose
names then come back as the beginning of the ids: that is counted. The same images make the same bytes: no time
is in the archive.

Refused: members whose names leave the archive, that are encrypted, or say that they are larger than 1 GiB.
Kept: images and ids. Lost, and counted: everything else, items whose image cannot be had.
"""

from datum.plugins import Format, Option
from datum_formats.image_zip.archive import COMPRESSIONS
from datum_formats.image_zip.read import read_image_zip
from datum_formats.image_zip.sniff import sniff_image_zip
from datum_formats.image_zip.write import write_image_zip

__all__ = ["IMAGE_ZIP"]

IMAGE_ZIP = Format(
    name="image_zip",
    title="Images in a zip archive",
    link="https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT",
    keeps=frozenset(),
    notes="Every image in the archive is an item, called by its path without extension. Reads one archive, "
    "or all of a folder; of several, each is a subset. Several subsets are written into a folder each, "
    "and come back as one.",
    read_options=(Option(name="subset", help="the subset of all items, instead of default"),),
    write_options=(
        Option(name="name", default="default.zip", help="what the archive is called"),
        Option(
            name="compression",
            default="ZIP_STORED",
            choices=tuple(COMPRESSIONS),
            help="how members are compressed",
        ),
    ),
    read=read_image_zip,
    write=write_image_zip,
    sniff=sniff_image_zip,
    keeps_subsets=False,
    keeps_empty_items=False,
    needs_media=True,
)
