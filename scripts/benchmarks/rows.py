"""The rows of the table: what is done, what it may take, and what others take for it."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path

from benchmarks.edits import edit_json
from benchmarks.measure import Trial, UnavailableError
from benchmarks.shop import Repository, Shop

__all__ = ["ROWS", "Budget", "Figure", "Row"]

Make = Callable[[Shop], Trial]

_KB, _GB = 10**3, 10**9


@dataclass(frozen=True)
class Figure:
    """What a peer took when the budgets were set, on a machine of two cores."""

    seconds: float
    peak: float | None = None
    """Bytes."""


@dataclass(frozen=True)
class Budget:
    """What datum may take; what is None is not limited."""

    text: str
    seconds: float | None = None
    peer: str = ""
    """The peer whose time counts, where the budget is a share of it."""
    share: float | None = None
    peak: float | None = None
    """Bytes."""
    added: int | None = None
    """Bytes."""


@dataclass(frozen=True)
class Row:
    """A row of the table."""

    name: str
    work: str
    budget: Budget
    datum: Make
    peers: Mapping[str, Make] = field(default_factory=dict)
    figures: Mapping[str, Figure] = field(default_factory=dict)


# --- reading and converting


def _read(shop: Shop) -> Trial:
    out = shop.work / "read"
    return Trial(
        shop.take_in(shop.data / "coco", out, "none"),
        prepare=partial(shutil.rmtree, out, ignore_errors=True),
        reads=[shop.data / "coco"],
    )


def _read_datumaro(shop: Shop) -> Trial:
    source = shop.data / "coco"
    return Trial(shop.datumaro("read", source), reads=[source])


def _convert(shop: Shop, output: str, program: Path | None = None) -> Trial:
    """The command is spelled the same in both tools."""
    out = shop.work / "converted"
    place = ("-i", shop.data / "coco", "-if", "coco_instances", "-f", output, "-o", out)
    return Trial(
        [*(shop.datum() if program is None else [program]), "convert", *place],
        prepare=partial(shutil.rmtree, out, ignore_errors=True),
        reads=[shop.data / "coco"],
    )


def _convert_datumaro(shop: Shop, output: str) -> Trial:
    return _convert(shop, output, shop.peer("Datumaro", "datum"))


def _convert_row(name: str, work: str, output: str, budget: Budget, seen: Figure | None) -> Row:
    return Row(
        name,
        work,
        budget,
        partial(_convert, output=output),
        {"Datumaro": partial(_convert_datumaro, output=output)},
        {} if seen is None else {"Datumaro": seen},
    )


# --- looking


def _stats(shop: Shop, *, again: bool) -> Trial:
    if not shop.has_command("stats"):
        raise UnavailableError("`datum stats` is not there yet")
    project, folder = shop.project("coco"), shop.work / "stats"

    def prepare() -> None:
        if not (again and folder.exists()):
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(project, folder)
            if again:
                shop.do(*command, folder=shop.home)

    command = shop.datum("stats", "-p", folder)
    return Trial(command, prepare=prepare, folder=shop.home)


def _stats_datumaro(shop: Shop) -> Trial:
    target = f"{shop.data / 'coco'}:coco_instances"
    program = shop.peer("Datumaro", "datum")
    return Trial(
        [program, "stats", "--image-stats", "False", target],
        folder=shop.home,
        reads=[shop.data / "coco"],
    )


def _equality(shop: Shop) -> Trial:
    def again(folder: Path) -> None:
        shop.do(*shop.take_in(shop.data / "coco", folder, "none"))

    first, second = shop.project("coco"), shop.once("project-coco-again", again)
    return Trial(shop.datum("diff", "-p", first, "HEAD", second, "--exit-code"))


def _equality_datumaro(shop: Shop) -> Trial:
    source = shop.data / "coco"
    return Trial(shop.datumaro("equal", source, source), reads=[source])


def _diff(shop: Shop, name: str) -> Trial:
    return Trial(shop.datum("diff", "-p", shop.edited(name), "HEAD~1", "HEAD"))


# --- taking in


def _images(shop: Shop) -> Trial:
    out = shop.work / "images"
    return Trial(
        shop.take_in(shop.data / "pictures", out, "store"),
        prepare=partial(shutil.rmtree, out, ignore_errors=True),
        reads=[shop.data / "pictures"],
    )


def _images_peer(shop: Shop, kind: str) -> Trial:
    repository, folder = Repository(shop, kind), shop.work / f"images-{kind}"
    command = repository.take_all()
    return Trial(command, prepare=partial(repository.make, folder), folder=folder)


def _edit(shop: Shop) -> Trial:
    def make(folder: Path) -> None:
        shutil.copytree(shop.data / "pictures", folder / "pictures")
        shop.do(*shop.take_in(folder / "pictures", folder / "project", "store"))

    folder = shop.once("edit", make)
    project = folder / "project"
    return Trial(
        shop.datum("commit", "-p", project, "-m", "One box"),
        prepare=_one_more_edit(folder),
        grows=[project / ".datum" / "store"],
    )


def _edit_peer(shop: Shop, kind: str) -> Trial:
    repository = Repository(shop, kind)
    command = repository.take_all()

    def make(folder: Path) -> None:
        repository.make(folder)
        shop.do(*command, folder=folder)

    folder = shop.once(f"edit-{kind}", make)
    return Trial(
        command,
        prepare=_one_more_edit(folder),
        folder=folder,
        grows=[folder / name for name in repository.grows],
    )


def _one_more_edit(folder: Path) -> Callable[[], None]:
    """Moves one box each time it is called, another way than before."""
    file = folder / "pictures" / "annotations" / "instances_train.json"
    pixels = count(1)
    return lambda: edit_json(file, next(pixels))


# --- what every command takes


def _help(shop: Shop) -> Trial:
    return Trial(shop.datum("--help"))


def _help_datumaro(shop: Shop) -> Trial:
    return Trial([shop.peer("Datumaro", "datum"), "--help"])


def _status(shop: Shop) -> Trial:
    return Trial(shop.datum("status", "-p", shop.project("pictures")))


def _datumaro(share: float, text: str = "", peak: float | None = None) -> Budget:
    return Budget(
        f"≤ 1/{round(1 / share)} of Datumaro{text}", peer="Datumaro", share=share, peak=peak
    )


_FILES = ("Oxen", "DVC", "Git")
_DIFF = Budget("≤ 0.2 s", seconds=0.2)

ROWS = (
    Row(
        "read",
        "read COCO JSON of 118 287 images, stored and committed",
        _datumaro(1 / 8, ", ≤ 1.2 GB", peak=1.2 * _GB),
        _read,
        {"Datumaro": _read_datumaro},
        {"Datumaro": Figure(55, 4.3 * _GB)},
    ),
    _convert_row(
        "voc",
        "COCO → VOC, no media; datum draws outlines into masks, Datumaro leaves them out",
        "voc",
        _datumaro(1 / 15),
        Figure(428, 4.3 * _GB),
    ),
    _convert_row(
        "voc-detection", "COCO → VOC, boxes alone", "voc_detection", _datumaro(1 / 15), None
    ),
    _convert_row("coco", "COCO → COCO, no media", "coco_instances", _datumaro(1 / 10), Figure(176)),
    Row(
        "stats",
        "statistics of annotations",
        _datumaro(1 / 20),
        partial(_stats, again=False),
        {"Datumaro": _stats_datumaro},
        {"Datumaro": Figure(140)},
    ),
    Row(
        "stats-again",
        "statistics of annotations, the second time",
        Budget("≤ 0.5 s", seconds=0.5),
        partial(_stats, again=True),
    ),
    Row(
        "equality",
        "equality of two projects with the same data",
        Budget("one comparison of ids, ≤ 0.2 s", seconds=0.2),
        _equality,
        {"Datumaro": _equality_datumaro},
        {"Datumaro": Figure(26, 6.2 * _GB)},
    ),
    Row("diff-118k", "diff, 10 edits among 118 287 items", _DIFF, partial(_diff, name="coco")),
    Row("diff-1m", "diff, 10 edits among one million items", _DIFF, partial(_diff, name="million")),
    Row(
        "images",
        "take in 5 000 images",
        Budget("below Oxen", peer="Oxen", share=1.0),
        _images,
        {kind: partial(_images_peer, kind=kind) for kind in _FILES},
        {"Oxen": Figure(5.2), "DVC": Figure(8.2), "Git": Figure(14.2)},
    ),
    Row(
        "edit",
        "commit after one box was edited in the JSON of these images",
        Budget("≤ 1 s, ≤ 50 kB", seconds=1.0, added=50 * _KB),
        _edit,
        {kind: partial(_edit_peer, kind=kind) for kind in _FILES},
        {"Oxen": Figure(0.32), "DVC": Figure(1.2), "Git": Figure(0.36)},
    ),
    Row(
        "help",
        "`datum --help`",
        Budget("≤ 0.1 s", seconds=0.1),
        _help,
        {"Datumaro": _help_datumaro},
    ),
    Row("status", "`datum status`, 5 000 images", Budget("≤ 0.2 s", seconds=0.2), _status),
)
