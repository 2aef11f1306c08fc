"""Pages, charts, tables and CSV: escaped, the same bytes each time, nothing loaded from anywhere."""

import csv
import io
from xml.etree import ElementTree as ET

import pytest

from datum.report import (
    Card,
    Section,
    bar_chart,
    csv_text,
    escaped,
    facts,
    gallery,
    heat_table,
    histogram,
    joined,
    line_chart,
    number,
    page,
    paragraph,
    table,
)

HOSTILE = "<script>alert('x')</script>\"&\0\ud800\x1b[31m"


def whole(name: str = "car") -> str:
    """A page with one of everything."""
    return page(
        f"page {name}",
        [
            Section("Figures", facts({name: 3, "share": 0.25, "none": None})),
            Section(
                name,
                joined(
                    [
                        paragraph(name),
                        table(
                            ("label", "count"), [(name, 2), ("b", 1.5)], caption=name, keys=[name]
                        ),
                        bar_chart({name: 3, "b": 0}, title=name, unit="boxes"),
                        histogram([0, 1, 2], [5, 3], title=name),
                        line_chart({name: [(0, 1), (1, 0.5)]}, title=name),
                        heat_table([name], [name, "b"], [[3, 1]], title=name),
                    ]
                ),
            ),
        ],
        subtitle=name,
    )


def test_text_from_anybody_is_escaped_wherever_it_stands():
    """No tag of a name is in the page, and the page can be written as UTF-8."""
    text = whole(HOSTILE)
    assert "<script>alert" not in text
    assert "\0" not in text
    assert "\x1b" not in text
    assert text.encode()


def test_a_page_loads_nothing():
    """No address but the names of namespaces, no file, and the browser is told to fetch none."""
    text = whole()
    assert "http://" not in text
    assert "https://" not in text
    assert " src=" not in text
    assert "default-src 'none'" in text


def test_a_page_has_the_same_bytes_each_time():
    """Nothing of it comes from a clock or a hash."""
    assert whole() == whole()


def test_charts_are_well_formed():
    """An XML parser reads them."""
    for chart in (
        bar_chart({HOSTILE: 3}, title=HOSTILE),
        histogram([0, 1], [0], title="t"),
        line_chart({"a": [(0, 0)]}, title="t"),
        heat_table([HOSTILE], ["b"], [[1]], title="t"),
        table(("a",), [(HOSTILE,)]),
    ):
        ET.fromstring(chart)  # noqa: S314 (made here)


def test_bars_are_as_long_as_their_values():
    """The longest fills the room, half of it half, and what is no length has none."""
    tree = ET.fromstring(  # noqa: S314 (made here)
        bar_chart({"a": 10, "b": 5, "c": float("nan"), "d": -1}, title="t")
    )
    widths = [float(bar.get("width", "")) for bar in tree.iter("rect")]
    assert widths == [350, 175, 0, 0]


def test_a_bar_chart_of_many_says_how_many_it_leaves_out():
    """Three of five are shown."""
    text = bar_chart({str(n): n for n in range(5)}, title="t", most=3)
    assert text.count("<rect") == 3
    assert "and 2 more" in text


def test_charts_of_nothing_are_charts():
    """No bars, no lines, no rows."""
    assert "<svg" in bar_chart({}, title="t")
    assert "<svg" in line_chart({}, title="t")
    assert "<table" in heat_table([], [], [], title="t")
    assert "<table" in table(("a",), [])


def test_a_histogram_needs_one_edge_more_than_counts():
    """Anything else is an error."""
    with pytest.raises(ValueError, match="2 counts between 2 edges"):
        histogram([0, 1], [1, 2], title="t")


def test_a_cell_is_shaded_by_its_share_of_the_row():
    """All of it is the darkest; nothing is left out."""
    text = heat_table(["a"], ["x", "y"], [[5, 0]], title="t")
    assert 'class="n h9">5<' in text
    assert "<td></td></tr>" in text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (1234567, "1,234,567"),
        (0.123456, "0.1235"),
        (12345.678, "12,345.7"),
        (2.0, "2"),
        (float("nan"), "n/a"),
        (float("inf"), "∞"),
        (1e-9, "1e-09"),
    ],
)
def test_numbers_are_short(value: float, text: str):
    """Four digits, thousands apart."""
    assert number(value) == text


def test_markup_is_not_escaped_twice():
    """What is Html stays as it is."""
    assert escaped(escaped("<b>")) == "&lt;b&gt;"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "  ="])
def test_csv_never_begins_a_cell_like_a_formula(start: str):
    """A spreadsheet takes it for text; negative numbers stay numbers."""
    text = csv_text(("name", "value"), [(start + "cmd|' /C calc'!A0", -1.5)])
    _, (name, value) = csv.reader(io.StringIO(text, newline=""))
    assert name.startswith("'")
    assert value == "-1.5"


def test_csv_gives_back_what_was_written():
    """Commas, quotes, line ends and None; NUL and lone surrogates are replaced."""
    text = csv_text(("a", "b"), [('x,"y"\n', None), ("\0\ud800", 0.1)])
    assert list(csv.reader(io.StringIO(text, newline=""))) == [
        ["a", "b"],
        ['x,"y"\n', ""],
        ["\ufffd?", "0.1"],
    ]


def test_a_gallery_says_of_each_card_what_it_is_found_and_sorted_by():
    """Labels and kinds are offered once each, in order; names are escaped; nothing is no gallery."""
    cards = [
        Card(title=HOSTILE, picture="a.jpg", link="b.jpg", labels=("b", "a"), numbers={"size": 2}),
        Card(title="two", labels=("a",), kinds=("odd",), numbers={"size": 1}),
    ]
    said = str(gallery(cards))
    assert "<script>alert" not in said
    assert said.count("<option>a</option>") == 1
    assert said.index("<option>a</option>") < said.index("<option>b</option>")
    assert 'data-labels="b&#10;a"' in said
    assert 'data-numbers="2.0"' in said
    assert '<a href="b.jpg"><img' in said
    assert said.count("<article") == 2
    assert "<select" not in str(gallery([]))
