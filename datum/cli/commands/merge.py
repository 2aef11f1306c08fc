"""``datum merge``."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from datum.cli.operating import OPERATION_OPTIONS, placed_json, print_placed
from datum.cli.options import command, complete_revisions
from datum.cli.run import Run
from datum.errors import UsageError

if TYPE_CHECKING:
    from datum.merge.policies import MergeOptions
    from datum.merge.report import MergeReport
    from datum.project.operations import Placed

__all__ = ["COMMAND"]

_REPORT = "merge_report.json"


@command(
    "Update a dataset from another, or make one of several by vote.\n\n"
    "One TARGET brings the project up to date (-m update): each of its items takes the place of the one "
    "of that subset and id, new ones are added, labels are united by name. Several TARGETs are what "
    "several annotators said of the same items (-m intersect): shapes that overlap are one object, "
    "its label and attributes are voted on, and everything that they do not agree about is counted in a "
    "report, with the agreement of the annotators. -m union keeps all annotations of all, equal ones "
    "once; -m exact is union, and refuses what differs. TARGETs are revisions, projects (DIR, DIR@REV) or "
    "datasets on disk (PATH:FORMAT). Without -o the result is committed to the current branch; outside "
    "of a project, it is made in the folder `merged`.",
    examples=(
        "datum merge -p first -o merged second\n"
        "datum merge project1/ project2/ project3/ project4/ --quorum 3 -iou 0.6 "
        "--groups 'person,hand?,head,foot?'\n"
        "datum merge ann bob new.json:coco_instances -o gold --quorum 2 --report gold.json\n"
        "datum merge -m union indoor outdoor -o all/"
    ),
)
@click.argument("targets", nargs=-1, required=True, shell_complete=complete_revisions)
@click.option(
    "-m",
    "--policy",
    "--merge-policy",
    type=click.Choice(["update", "union", "exact", "intersect"]),
    help="How: update for one TARGET, intersect for several, if not given.",
)
@click.option(
    "-iou",
    "--iou",
    "--iou-thresh",
    "iou",
    default=0.25,
    show_default=True,
    help="Overlap from which on two shapes may be one object.",
)
@click.option(
    "--quorum",
    default=0,
    show_default=True,
    help="Votes that an object, a label, an attribute needs; less are left out and reported.",
)
@click.option(
    "-oconf",
    "--output-conf-thresh",
    "output_conf",
    default=0.0,
    show_default=True,
    help="Leave out, and report, annotations of the result that score less.",
)
@click.option(
    "-g",
    "--groups",
    multiple=True,
    metavar="LABELS",
    help="Report groups that are not made of these labels: 'person,hand?,head', ? for optional.",
)
@click.option(
    "--close-iou",
    "close_iou",
    default=0.75,
    show_default=True,
    help="Report annotations of the result that overlap more.",
)
@click.option(
    "-ia",
    "--ignore-attr",
    "ignored_attributes",
    multiple=True,
    metavar="NAME",
    help="Do not vote on this attribute: that of the chosen annotation stays.",
)
@click.option(
    "--prefer",
    type=click.Choice(["ours", "theirs"]),
    help="Whose statement stands where two cannot both, in update and union; ours is the first.",
)
@click.option(
    "--report",
    type=click.Path(dir_okay=False),
    help=f"Where the report goes; {_REPORT} in the folder of -o, or here, if not given.",
)
@OPERATION_OPTIONS
def COMMAND(
    run: Run,
    targets: tuple[str, ...],
    policy: str | None,
    iou: float,
    quorum: int,
    output_conf: float,
    groups: tuple[str, ...],
    close_iou: float,
    ignored_attributes: tuple[str, ...],
    prefer: str | None,
    report: str | None,
    output: str,
    overwrite: bool,
) -> None:
    """Merge."""
    import msgspec

    from datum.merge.policies import MergeOptions

    options = msgspec.convert(
        {
            "policy": policy or ("update" if len(targets) == 1 else "intersect"),
            "iou": iou,
            "quorum": quorum,
            "output_conf": output_conf,
            "close_iou": close_iou,
            "groups": groups,
            "ignored_attributes": ignored_attributes,
            "prefer": prefer,
        },
        MergeOptions,
    )
    _check_heeded(options)
    placed, found = _merge(run, targets, options, output, overwrite=overwrite)
    place = _write_report(run, report, placed, found)
    _print(run, placed, found, place)


def _check_heeded(options: "MergeOptions") -> None:
    """Refuse options that the policy does not heed, instead of dropping them in silence."""
    from datum.merge.policies import HEEDED

    context = click.get_current_context()
    known = {name for names in HEEDED.values() for name in names}
    for param in context.command.params:
        given = context.get_parameter_source(param.name or "")
        if param.name not in known - {*HEEDED[options.policy]}:
            continue
        if given == click.core.ParameterSource.COMMANDLINE:
            use = " and ".join(
                f"-m {name}" for name, names in HEEDED.items() if param.name in names
            )
            raise click.UsageError(
                f"{param.opts[-1]} is for {use}, and this is -m {options.policy}"
            )


def _merge(
    run: Run, targets: tuple[str, ...], options: "MergeOptions", output: str, *, overwrite: bool
) -> "tuple[Placed, MergeReport]":
    from datum.cli.exporting import free_folder
    from datum.errors import ProjectError
    from datum.project.merging import merge_to_folder

    with run.console.progress("merging") as progress:
        try:
            project = run.project()
        except ProjectError:
            if run.folder or len(targets) == 1:
                raise
            folder = Path(output) if output else free_folder("merged")
            return merge_to_folder(
                None,
                targets,
                options,
                folder,
                overwrite=overwrite,
                author=run.author(),
                command=run.command,
                progress=progress,
            )
        return project.merge(
            *targets, options=options, output=output, overwrite=overwrite, progress=progress
        )


def _write_report(
    run: Run, path: str | None, placed: "Placed", found: "MergeReport"
) -> Path | None:
    """Write the report; where nobody named a place, an update has none."""
    if path is None and found.policy == "update":
        return None
    if path is not None:
        place = Path(path)
    elif _made_for_it(run, placed):
        place = placed.root / _REPORT
    else:
        place = _free(Path(_REPORT))
    try:
        place.write_bytes(found.to_bytes())
    except OSError as error:
        raise UsageError(
            f"{place} cannot be written: {error.strerror}; the result is committed",
            hint="`datum undo` takes it back",
        ) from error
    return place


def _made_for_it(run: Run, placed: "Placed") -> bool:
    """Whether the result is in a project of its own."""
    from datum.errors import ProjectError
    from datum.project.layout import find_project

    try:
        return find_project(Path(run.folder or ".")).root != placed.root
    except ProjectError:
        return True


def _free(path: Path) -> Path:
    """The path, or one with a number that is not there yet."""
    found, number = path, 1
    while found.exists():
        found, number = path.with_stem(f"{path.stem}.{number}"), number + 1
    return found


def _print(run: Run, placed: "Placed", found: "MergeReport", place: Path | None) -> None:
    console = run.console
    if run.as_json:
        values = found.to_json()
        del values["errors"]
        console.json(
            {**placed_json(placed), "report": None if place is None else str(place), **values}
        )
        return
    print_placed(run, placed, f"merge {found.policy}")
    if found.changes:
        console.out(" items: " + ", ".join(f"{n} {name}" for name, n in found.changes.items()))
    rows = list(found.agreement_rows())
    if rows:
        console.out()
        console.table(
            ("agreement", "units", "equal", "Cohen", "Fleiss", "Krippendorff"),
            rows,
        )
    errors = found.error_rows()
    if errors:
        console.out()
        console.table(("reported", "count", "inputs"), errors)
    if place is not None:
        console.note(f"report: {place}")
