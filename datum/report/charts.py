"""Charts as inline SVG, and tables shaded by their numbers.

Colours are those of the page, light and dark; each mark says its value to who points at it.
"""

import math
from collections.abc import Mapping, Sequence

from datum.report.html import Html, escaped, number

__all__ = ["bar_chart", "heat_table", "histogram", "line_chart"]

_WIDTH = 640
"""Of a chart, in its own units."""
_ROW = 22
"""Height of one bar with its gap."""
_NAMES = 200
"""Width for the names beside the bars."""
_NUMBERS = 90
_LONGEST = 28
"""Letters of a name that fit beside a bar."""
_HIGH = 200
"""Height of a chart that stands upright."""
_AXIS = 44
"""Room for the numbers beside and below it."""


def bar_chart(values: Mapping[str, float], *, title: str, unit: str = "", most: int = 60) -> Html:
    """Bars that lie one below the other, in the order given, with their names and values.

    Args:
        values: By name; negative ones and NaN have no bar.
        title: What it shows.
        unit: Of the values.
        most: Bars shown; how many more there are is said below.
    """
    shown = list(values.items())[:most]
    longest = max((value for _, value in shown if math.isfinite(value)), default=0)
    bars = "".join(
        _bar(place, name, value, longest, unit) for place, (name, value) in enumerate(shown)
    )
    more = len(values) - len(shown)
    below = f"<p>and {number(more)} more</p>" if more else ""
    return _figure(title, bars, max(_ROW * len(shown), 1), below)


def _bar(place: int, name: str, value: float, longest: float, unit: str) -> str:
    top = place * _ROW
    room = _WIDTH - _NAMES - _NUMBERS
    length = room * value / longest if longest > 0 and 0 < value < math.inf else 0
    short = name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"
    said = f"{number(value)} {unit}".rstrip()
    return (
        f"<g><title>{escaped(name)}: {escaped(said)}</title>"
        f'<text x="{_NAMES - 8}" y="{top + 15}" text-anchor="end">{escaped(short)}</text>'
        f'<rect class="bar" x="{_NAMES}" y="{top + 3}" width="{_place(length)}" height="16"/>'
        f'<text class="dim" x="{_place(_NAMES + length + 6)}" y="{top + 15}">{escaped(said)}</text>'
        "</g>"
    )


def histogram(edges: Sequence[float], counts: Sequence[float], *, title: str) -> Html:
    """Upright bars from edge to edge.

    Args:
        edges: Where each bar begins, and where the last one ends.
        counts: How much is in each; one less than there are edges.
        title: What it shows.

    Raises:
        ValueError: Edges and counts do not fit together.
    """
    pairs = list(zip(edges, edges[1:], counts, strict=False))
    if len(pairs) != len(counts) or len(edges) != len(counts) + 1:
        raise ValueError(f"{len(counts)} counts between {len(edges)} edges")
    most = max(counts, default=0)
    step = (_WIDTH - _AXIS) / max(len(counts), 1)
    bars = []
    for place, (low, high, count) in enumerate(pairs):
        tall = _HIGH * count / most if most > 0 else 0
        bars.append(
            f"<g><title>{number(low)} to {number(high)}: {number(count)}</title>"
            f'<rect class="bar" x="{_place(_AXIS + place * step)}" y="{_place(_HIGH - tall)}" '
            f'width="{_place(max(step - 1, 0.5))}" height="{_place(tall)}"/></g>'
        )
    ends = (number(edges[0]), number(edges[-1]))
    return _figure(title, "".join(bars) + _axes(ends, ("0", number(most))), _HIGH + 24)


def line_chart(
    lines: Mapping[str, Sequence[tuple[float, float]]],
    *,
    title: str,
    x: tuple[float, float] = (0, 1),
    y: tuple[float, float] = (0, 1),
) -> Html:
    """Lines through points.

    Args:
        lines: Points (x, y) in order, by the line's name; at most eight lines have a colour of their
            own.
        title: What it shows.
        x: Ends of the axis to the right.
        y: Ends of the axis upward.
    """

    def spot(point: tuple[float, float]) -> str:
        right = (point[0] - x[0]) / (x[1] - x[0] or 1)
        up = (point[1] - y[0]) / (y[1] - y[0] or 1)
        return f"{_place(_AXIS + right * (_WIDTH - _AXIS))},{_place(_HIGH * (1 - up))}"

    drawn = "".join(
        f'<polyline class="line c{place % 8}" points="{" ".join(map(spot, points))}">'
        f"<title>{escaped(name)}</title></polyline>"
        for place, (name, points) in enumerate(lines.items())
    )
    names = "".join(
        f'<li class="c{place % 8}">{escaped(name)}</li>' for place, name in enumerate(lines)
    )
    axes = _axes((number(x[0]), number(x[1])), (number(y[0]), number(y[1])))
    return _figure(title, drawn + axes, _HIGH + 24, f'<ul class="legend">{names}</ul>')


def heat_table(
    rows: Sequence[str], columns: Sequence[str], values: Sequence[Sequence[float]], *, title: str
) -> Html:
    """A table whose cells are shaded by their share of their row; zeros are left out.

    Args:
        rows: Names beside the rows.
        columns: Names above the columns.
        values: One row for each of *rows*, one number for each of *columns*.
        title: What it shows.
    """
    head = "".join(f'<th scope="col"><span>{escaped(name)}</span></th>' for name in columns)
    body = "\n".join(
        f'<tr><th scope="row">{escaped(name)}</th>{"".join(_shaded(line))}</tr>'
        for name, line in zip(rows, values, strict=True)
    )
    return Html(
        f'<div class="wide"><table class="heat"><caption>{escaped(title)}</caption>'
        f"<thead><tr><td></td>{head}</tr></thead>\n<tbody>{body}</tbody></table></div>"
    )


def _shaded(line: Sequence[float]) -> list[str]:
    total = sum(line)
    return [
        f'<td class="n h{math.ceil(9 * value / total)}">{escaped(value)}</td>'
        if value > 0
        else "<td></td>"
        for value in line
    ]


def _axes(ends: tuple[str, str], sides: tuple[str, str]) -> str:
    return (
        f'<path class="axis" d="M{_AXIS},0V{_HIGH}H{_WIDTH}"/>'
        f'<text class="dim" x="{_AXIS}" y="{_HIGH + 16}">{ends[0]}</text>'
        f'<text class="dim" x="{_WIDTH}" y="{_HIGH + 16}" text-anchor="end">{ends[1]}</text>'
        f'<text class="dim" x="{_AXIS - 6}" y="{_HIGH}" text-anchor="end">{sides[0]}</text>'
        f'<text class="dim" x="{_AXIS - 6}" y="12" text-anchor="end">{sides[1]}</text>'
    )


def _figure(title: str, drawing: str, height: int, below: str = "") -> Html:
    name = escaped(title)
    return Html(
        f'<figure><figcaption>{name}</figcaption><svg viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-label="{name}">{drawing}</svg>{below}</figure>'
    )


def _place(value: float) -> str:
    """A coordinate, with no more digits than a screen shows."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
