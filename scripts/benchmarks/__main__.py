"""``scripts/bench``: makes the data, measures the rows, prints the table, writes the page."""

import argparse
import compileall
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import platformdirs

from benchmarks.machine import describe_machine
from benchmarks.measure import FailedError, Measured, UnavailableError, measure
from benchmarks.page import Result, page, table
from benchmarks.peers import PEERS, install, installed
from benchmarks.remembered import Remembered
from benchmarks.rows import ROWS, Make, Row
from benchmarks.shop import ROOT, STAMP, Shop

_PLACE = Path(platformdirs.user_cache_dir("datum-bench"))
"""Outside of the repository: the data, the other tools, what is made while measuring."""
_PAGE = ROOT / "docs" / "benchmarks.md"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run; the exit code."""
    given = _parse(arguments)
    rows = _chosen(given.rows)
    output = given.output
    if output is None and given.scale == 1 and len(rows) == len(ROWS):
        output = _PAGE
    results, facts = _measure_all(given, rows)
    print(table(results, scale=given.scale))
    if output is not None:
        output.write_text(page(results, facts, scale=given.scale), encoding="utf-8")
        print(f"wrote {output}", file=sys.stderr)
    return 0


def _measure_all(given: argparse.Namespace, rows: list[Row]) -> tuple[list[Result], dict[str, str]]:
    """What came of the rows, and facts about machine and run."""
    place = given.place.absolute()
    data = _make_data(place, given.data, given.scale, given.seed)
    for folder in ("datum", "formats"):
        compileall.compile_dir(str(ROOT / folder), quiet=2)
    work = Path(tempfile.mkdtemp(prefix="work-", dir=place))
    try:
        shop = Shop(data, work, _environments(place, with_peers=given.with_peers))
        machine = describe_machine(work)
        setting = {**machine, "data": (data / STAMP).read_text(encoding="utf-8")}
        versions = {peer.name: peer.requirement for peer in PEERS}
        known = Remembered(place / "peers.json", setting, versions, again=given.peers_again)
        facts = {"measured": f"{datetime.now(UTC):%Y-%m-%d}, {_revision()}", **machine}
        facts["load at the start"] = _load()
        results = [_result(shop, row, given.runs, known) for row in rows]
        facts["load at the end"] = _load()
        facts["runs"] = str(given.runs)
    finally:
        if given.keep:
            print(f"kept {work}", file=sys.stderr)
        else:
            shutil.rmtree(work, ignore_errors=True)
    return results, facts


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/bench",
        description="Measure the budgets as whole processes, beside the tools that are installed.",
        epilog=f"Rows: {', '.join(row.name for row in ROWS)}. The page docs/benchmarks.md is written "
        "where all rows are measured at full scale.",
    )
    add = parser.add_argument
    add("--scale", type=_scale, default=1.0, help="a part of the data, such as 0.01, for trials")
    add("--seed", type=int, default=7, help="of the data; 7 if not given")
    add("--rows", default="", metavar="NAME,…", help="only these rows")
    add("--runs", type=_positive, default=3, help="runs of each command; 3 if not given")
    add("--keep", action="store_true", help="leave what was made while measuring")
    add("--place", type=Path, default=_PLACE, metavar="DIR", help=f"of all files; {_PLACE}")
    add("--data", type=Path, metavar="DIR", help="where the data is, if not in the place")
    add("--with-peers", action="store_true", help="install Datumaro, DVC and Oxen in the place")
    add("--peers-again", action="store_true", help="measure their slow rows again, too")
    add("--output", type=Path, metavar="FILE", help="write the page here, whatever was measured")
    return parser.parse_args(arguments)


def _scale(text: str) -> float:
    value = float(text)
    if not 0 < value <= 1:
        raise argparse.ArgumentTypeError("a part of the data is above 0 and at most 1")
    return value


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("at least one run is needed")
    return value


def _chosen(names: str) -> list[Row]:
    wanted = {name.strip() for name in names.split(",") if name.strip()}
    known = {row.name for row in ROWS}
    if unknown := wanted - known:
        raise SystemExit(
            f"no rows {', '.join(sorted(unknown))}; there are {', '.join(row.name for row in ROWS)}"
        )
    return [row for row in ROWS if not wanted or row.name in wanted]


def _make_data(place: Path, folder: Path | None, scale: float, seed: int) -> Path:
    """The data, made by a process of its own, so that numpy does not make this one large."""
    place.mkdir(parents=True, exist_ok=True)
    data = (folder or place / f"data-{scale:g}-{seed}").absolute()
    script = ROOT / "scripts" / "bench_data.py"
    options = ["--scale", str(scale), "--seed", str(seed)]
    command = [sys.executable, str(script), str(data), *options]
    made = subprocess.run(command, stdout=sys.stderr, check=False)  # noqa: S603 (our own script)
    if made.returncode:
        raise SystemExit("the data could not be made")
    return data


def _environments(place: Path, *, with_peers: bool) -> dict[str, Path | str]:
    """Each peer's environment, or why there is none."""
    found: dict[str, Path | str] = {}
    for peer in PEERS:
        folder = place / f"venv-{peer.name.lower()}"
        if with_peers and (reason := install(peer, folder)):
            found[peer.name] = f"could not be installed: {reason}"
        elif installed(peer, folder):
            found[peer.name] = folder
        else:
            found[peer.name] = "not installed"
    return found


def _result(shop: Shop, row: Row, runs: int, known: Remembered) -> Result:
    datum = _try(shop, row.datum, runs, f"{row.name}: datum")
    if isinstance(datum, str):  # the others alone would say nothing
        return Result(row, datum, dict.fromkeys(row.peers, "not measured"))
    peers: dict[str, Measured | str] = {}
    for name, make in row.peers.items():
        found = known.find(name, row.name)
        if found is None:
            peers[name] = _try(shop, make, runs, f"{row.name}: {name}")
            if isinstance(peers[name], Measured):
                known.keep(name, row.name, peers[name])
        else:
            peers[name] = found
            print(f"{row.name}: {name} {found.fastest:.2f} s on {found.day}", file=sys.stderr)
    return Result(row, datum, peers)


def _try(shop: Shop, make: Make, runs: int, title: str) -> Measured | str:
    """Measure, or say why that was not possible."""
    print(title, end=" ", flush=True, file=sys.stderr)
    try:
        found = measure(make(shop), runs=runs, env=shop.env, log=shop.work / "run.log")
    except UnavailableError as error:
        print(error, file=sys.stderr)
        return str(error)
    except FailedError as error:
        print(f"failed: {error}", file=sys.stderr)
        return f"failed: {error}"
    print(f"{found.fastest:.2f} s", file=sys.stderr)
    return found


def _load() -> str:
    return ", ".join(f"{value:.2f}" for value in os.getloadavg())


def _revision() -> str:
    """The commit of this checkout."""
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty"]
    try:
        found = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (our own)
    except OSError:
        return "of an unknown revision"
    return f"at {found.stdout.strip() or 'an unknown revision'}"


if __name__ == "__main__":
    sys.exit(main())
