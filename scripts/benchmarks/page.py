"""The page of results."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.measure import Measured
from benchmarks.rows import Figure, Row

__all__ = ["Result", "page", "table"]

_HOW = """# Benchmarks

Written by `scripts/bench`, which makes the data, measures each row and writes this page; nothing in
the project asserts on time.

- **Data**, from a seed: annotations with the statistics of COCO 2017 train (118 287 images,
  857 000 instances with outlines, 1.2 % of them crowds, in no order of images; about 446 MB of
  JSON); 5 000 JPEG files of 640×480 (about 434 MB) with annotations alike (about 19 MB of JSON);
  one million images with one or two boxes each, annotations only.
- **Each row is a whole process**, from its start to its end, interpreter and imports included.
  What it needs is made before the clock starts, and written to the disk. The page cache is warm:
  the input is read once before the first run.
- **Time** is that of the fastest run, with the median in brackets; a command that took over 20 s is
  run once. A row passes by its median. **CPU** is processor time, all processes together. **Memory**
  is the resident memory of the largest process, the most of all runs; nothing below some 20 MB can be
  told. **+** is the growth of the store in a run.
- **Other tools** are measured in the same run, each in an environment of its own, by the commands
  that their users would type. What took one of them over 20 s is remembered for this machine, this
  data and this version, and marked ‡ where it comes from an earlier run; `--peers-again` measures it
  anew. Git, DVC and Oxen add and commit into a repository that is there;
  `datum import` also makes its project. Oxen comes as a Python package, whose interpreter and import
  count. Datumaro has no command that only reads, and its `compare` ends in an error on these data:
  a script reads the datasets with its library and compares item by item. Statistics are those of
  annotations alone.
- **Every command** runs with an empty home directory.
"""

_SEEN = "† not measured in this run: seen on a machine of two cores when the budgets were set."
_EARLIER = "‡ measured by an earlier run on this machine, with the same data and version: {}."


@dataclass(frozen=True)
class Result:
    """What came of a row: measured, or why it was not."""

    row: Row
    datum: Measured | str
    peers: Mapping[str, Measured | str] = field(default_factory=dict)


def page(results: Sequence[Result], facts: Mapping[str, str], *, scale: float) -> str:
    """The whole page, as Markdown."""
    parts = [_HOW]
    if scale != 1:
        parts.append(
            f"**A trial at {scale:g} of the data**: the limits are those of the whole, so that a row "
            "that passes here says little.\n"
        )
    if all(isinstance(result.datum, str) for result in results):
        parts.append("No full run is recorded here yet.\n")
    parts.append(table(results, scale=scale))
    if facts:
        listed = "\n".join(f"- {name}: {text}" for name, text in facts.items())
        parts.append(f"## The machine\n\n{listed}\n")
    return "\n".join(parts)


def table(results: Sequence[Result], *, scale: float) -> str:
    """The table, and the note below it if it is needed."""
    rows = [
        (
            result.row.work,
            _cell(result.datum),
            result.row.budget.text,
            _peers(result, full=scale == 1) or "–",
            _verdict(result, full=scale == 1),
        )
        for result in results
    ]
    lines = ["| work | datum | budget | others | |", "|---|---|---|---|---|"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    if any("†" in line for line in lines):
        lines += ["", _SEEN]
    if days := sorted({day for result in results for day in _days(result)}):
        lines += ["", _EARLIER.format(", ".join(days))]
    return "\n".join(lines) + "\n"


def _days(result: Result) -> list[str]:
    """When results of other tools were measured, where that was not in this run."""
    found = (one for one in result.peers.values() if isinstance(one, Measured))
    return [one.day for one in found if one.day]


def _peers(result: Result, *, full: bool) -> str:
    return "<br>".join(
        f"{name}: {_cell(found, result.row.figures.get(name) if full else None)}"
        for name, found in result.peers.items()
    )


def _cell(found: Measured | str, figure: Figure | None = None) -> str:
    """Time, memory and growth; else what was seen before; else why there is nothing."""
    if isinstance(found, str):
        if figure is None:
            return found.replace("|", "\\|")
        peak = f", {_bytes(figure.peak)}" if figure.peak else ""
        return f"{_seconds(figure.seconds)}{peak} †"
    middle = f" ({_seconds(found.median)})" if len(found.seconds) > 1 else ""
    cpu = "" if found.cpu is None else f", CPU {_seconds(found.cpu)}"
    added = "" if found.added is None else f", +{_bytes(found.added)}"
    earlier = " ‡" if found.day else ""
    return f"{_seconds(found.fastest)}{middle}{cpu}, {_bytes(found.peak)}{added}{earlier}"


def _verdict(result: Result, *, full: bool) -> str:
    """Whether all limits that are known hold; a dash where none is."""
    budget, found = result.row.budget, result.datum
    if isinstance(found, str):
        return "not measured"
    limits = [
        (found.median, budget.seconds),
        (found.median, _share(result, full=full)),
        (found.peak, budget.peak),
        (found.added, budget.added),
    ]
    held = [value <= limit for value, limit in limits if value is not None and limit is not None]
    known = budget.share is None or _share(result, full=full) is not None
    if not held or (all(held) and not known):
        return "–"
    return "pass" if all(held) else "**miss**"


def _share(result: Result, *, full: bool) -> float | None:
    """Seconds: the share of the peer's time, measured or, for the whole data, seen before."""
    budget = result.row.budget
    if budget.share is None:
        return None
    found = result.peers.get(budget.peer, "")
    if isinstance(found, Measured):
        return found.median * budget.share
    figure = result.row.figures.get(budget.peer) if full else None
    return None if figure is None else figure.seconds * budget.share


_PRECISE = 10
_UNITS = ((10**9, "GB"), (10**6, "MB"), (10**3, "kB"))


def _seconds(value: float) -> str:
    return f"{value:.2f} s" if value < _PRECISE else f"{value:.0f} s"


def _bytes(value: float) -> str:
    for size, unit in _UNITS:
        if value >= size:
            count = value / size
            return f"{count:.1f} {unit}" if count < _PRECISE else f"{count:.0f} {unit}"
    return f"{value:.0f} B"
