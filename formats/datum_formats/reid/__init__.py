"""Market-1501 and MARS: pictures of persons, whose file names say who, by which camera and when.

Specifications: https://zheng-lab.cecs.anu.edu.au/Project/project_reid.html (Market-1501),
https://zheng-lab.cecs.anu.edu.au/Project/project_mars.html (MARS).

Layout of ``market1501``: ``bounding_box_<subset>/`` and ``query/`` with
``<person>_c<camera>s<sequence>_<frame>_<box>.jpg``; ``images_<subset>.txt``, which the known tool adds, has a
path on each line, and says of which subset a query is (else of ``test``). These are attributes of items:
``person_id``, ``camera_id`` (from 0, in names from 1), ``sequence_id``, ``frame_id``, ``bbox_id``,
``query``. Person -1 is junk, 0 a distractor. Camera or sequence 0 in a name says that there is none.

Layout of ``mars``: ``bbox_<subset>/<person>/<person>C<camera>T<track>F<frame>.jpg``, persons as four
characters. A person is a label of the image, and also ``person_id``; ``camera_id`` (from 0, in names
from 1), ``track_id`` and ``frame_id`` are attributes of items.

Ids are names without extension. Items that are called otherwise get such names, as their attributes say,
and ``dataset_meta.json`` has their ids, and labels that are no four characters. Lost, and counted: every
annotation (but the label, in MARS), other attributes, attributes that are no numbers.
"""

from datum.plugins import Format
from datum_formats.reid.market_read import read_market
from datum_formats.reid.market_write import write_market
from datum_formats.reid.mars_read import read_mars
from datum_formats.reid.mars_write import write_mars
from datum_formats.reid.sniff import sniff_market, sniff_mars

__all__ = ["MARKET1501", "MARS"]

MARKET1501 = Format(
    name="market1501",
    title="Market-1501",
    link="https://zheng-lab.cecs.anu.edu.au/Project/project_reid.html",
    keeps=frozenset(),
    notes="Folders `bounding_box_<subset>` and `query`. Names say who was seen by which camera: "
    "`0002_c1s1_000451_03.jpg`. They are attributes of items: `person_id`, `camera_id` (from 0), "
    "`sequence_id`, `frame_id`, `bbox_id`, and `query`; all other attributes are lost.",
    read=read_market,
    write=write_market,
    sniff=sniff_market,
    keeps_empty_items=False,
    needs_media=True,
)

MARS = Format(
    name="mars",
    title="MARS",
    link="https://zheng-lab.cecs.anu.edu.au/Project/project_mars.html",
    keeps=frozenset(["label"]),
    notes="`bbox_<subset>/<person>/`, names as `0001C1T0001F001.jpg`. Persons are labels; `person_id`, "
    "`camera_id` (from 0), `track_id` and `frame_id` are attributes of items, all others are lost.",
    read=read_mars,
    write=write_mars,
    sniff=sniff_mars,
    keeps_unlabeled=False,
    keeps_empty_items=False,
    needs_media=True,
)
