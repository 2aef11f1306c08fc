"""VoTT: the exports of Microsoft's Visual Object Tagging Tool, as JSON and as CSV.

Followed are https://github.com/microsoft/VoTT, ``src/models/applicationState.ts`` for the JSON and
``src/providers/export/csv.ts`` for the CSV.
"""

from datum.plugins import Format
from datum_formats.vott.csv_read import read_csv
from datum_formats.vott.csv_write import write_csv
from datum_formats.vott.json_read import read_json_export
from datum_formats.vott.json_write import write_json_export
from datum_formats.vott.sniff import sniff_csv, sniff_json

__all__ = ["VOTT_CSV", "VOTT_JSON"]

VOTT_JSON = Format(
    name="vott_json",
    title="VoTT, JSON",
    link="https://github.com/microsoft/VoTT",
    keeps=frozenset(["box", "points", "polygon", "polyline"]),
    notes="`<subset>-export.json`, images in `images/<subset>/`, or beside. Tags are the labels, with "
    "their colours; the tags of a region beyond the first are its attribute `tags`. Points are kept "
    "one by one. Attributes, scores and groups have no place.",
    read=read_json_export,
    write=write_json_export,
    sniff=sniff_json,
    exact_coordinates=False,
)

VOTT_CSV = Format(
    name="vott_csv",
    title="VoTT, CSV",
    link="https://github.com/microsoft/VoTT",
    keeps=frozenset(["box"]),
    notes="`<subset>-export.csv` with a row for each box: image, left, top, right, bottom, label. "
    "Images are in `images/<subset>/`, or beside; those without boxes are found there alone. "
    "`labels.txt` has the order of the labels.",
    read=read_csv,
    write=write_csv,
    sniff=sniff_csv,
    keeps_empty_items=False,
    exact_coordinates=False,
)
