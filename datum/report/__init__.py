"""Pages for people: HTML that opens offline, with tables and charts; the same input, the same bytes.

Everything is a function from values to :class:`Html`; text that is no :class:`Html` is escaped. Pages
load nothing from anywhere: style and script are in them, charts are inline SVG, and the page forbids
the browser to fetch anything but pictures beside it.
"""

from datum.report.charts import bar_chart, heat_table, histogram, line_chart
from datum.report.gallery import Card, gallery
from datum.report.html import Html, escaped, facts, joined, number, paragraph
from datum.report.page import Section, page
from datum.report.spreadsheet import csv_rows, csv_text
from datum.report.tables import table

__all__ = [
    "Card",
    "Html",
    "Section",
    "bar_chart",
    "csv_rows",
    "csv_text",
    "escaped",
    "facts",
    "gallery",
    "heat_table",
    "histogram",
    "joined",
    "line_chart",
    "number",
    "page",
    "paragraph",
    "table",
]
