"""``datum checkout``."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from datum.cli.exporting import export_help, export_plan
from datum.cli.options import command, complete_formats, complete_revisions
from datum.cli.run import Run

if TYPE_CHECKING:
    from datum.project.session import Session

__all__ = ["COMMAND"]


@command(
    "Stand on a revision, or write one into a folder to work in.\n\n"
    "Of a branch, HEAD stands on it; of any other revision, on its commit. --into writes a working copy "
    "of a branch: any tool may edit it, `datum status` shows what it did, `datum commit` takes it in. "
    "Without arguments the working copies of the current branch are brought up to date. Items after -- "
    "are restored from the revision. With --into, options of the format follow after --.",
    examples=(
        "datum checkout labels\ndatum checkout -b labels v1.0\n"
        "datum checkout main --into work/ -f yolo_ultralytics\ndatum checkout\n"
        "datum checkout --forget work\ndatum checkout HEAD~1 -- train/000000000139"
    ),
)
@click.argument("revision", required=False, default="", shell_complete=complete_revisions)
@click.option("-b", "create", default="", metavar="NAME", help="Make this branch at the revision.")
@click.option("--into", type=click.Path(), metavar="DIR", help="Write a working copy there.")
@click.option(
    "-f",
    "--format",
    "format_name",
    default="",
    shell_complete=complete_formats,
    help="Its format; with --into. An existing one keeps its own if not given.",
)
@click.option(
    "--save-media/--no-save-media", default=True, help="Write the images too (default), or not."
)
@click.option("--force", is_flag=True, help="Throw away edits that were not committed.")
@click.option("--forget", default="", metavar="NAME", help="Look at a working copy no longer.")
def COMMAND(
    run: Run,
    revision: str,
    create: str,
    into: str | None,
    format_name: str,
    save_media: bool,
    force: bool,
    forget: str,
) -> None:
    """Check out."""
    if into is None and format_name:
        raise click.UsageError("-f goes with --into")
    if into is not None and format_name and export_help(run, format_name):
        return
    session = run.project().session
    if forget:
        _forget(run, session, forget)
    elif into is not None:
        _write(run, session, revision, Path(into), format_name, media=save_media, force=force)
    elif create:
        _stand(run, session, revision, create, force=force)
    elif run.extras:
        _restore(run, session, revision)
    elif revision:
        _stand(run, session, revision, "", force=force)
    else:
        _bring_up_to_date(run, session, force=force)


def _forget(run: Run, session: "Session", name: str) -> None:
    from datum.project.working import forget_working

    forget_working(session, name)
    if run.as_json:
        run.console.json({"forgotten": name})
    else:
        run.console.out(f"forgot the working copy {name}; its files stay")


def _write(
    run: Run,
    session: "Session",
    revision: str,
    folder: Path,
    format_name: str,
    *,
    media: bool,
    force: bool,
) -> None:
    """Write a working copy, or bring the one that is there up to date."""
    from datum.project.copies import branch_of, export_of
    from datum.project.working import check_out_into

    ref = branch_of(session, revision)
    plan = None if format_name else export_of(session, folder)
    if plan is None:
        if not format_name:
            raise click.UsageError("name the format of the working copy with -f")
        plan = export_plan(format_name, run.extras, save_media=media)
    with run.console.progress(f"writing {plan.format}") as progress:
        losses = check_out_into(session, ref, folder, plan, force=force, progress=progress)
    branch = ref.removeprefix("heads/")
    if run.as_json:
        run.console.json(
            {
                "path": str(folder),
                "branch": branch,
                "format": plan.format,
                "losses": losses.to_json(),
            }
        )
        return
    run.console.out(f"{folder} shows {branch} as {plan.format}")
    run.report_losses(losses, plan.format)


def _stand(run: Run, session: "Session", revision: str, create: str, *, force: bool) -> None:
    from datum.cli.standing import detach_at, stand_on

    branch = revision.removeprefix("heads/")
    if create:
        stand_on(run, session, revision or "HEAD", create=create, force=force)
    elif f"heads/{branch}" in {*session.refs.all("heads/"), session.head.ref}:
        stand_on(run, session, branch, force=force)
    else:
        detach_at(run, session, revision)


def _restore(run: Run, session: "Session", revision: str) -> None:
    from datum.cli.moved import print_new_commit
    from datum.project.history import restore

    if not revision:
        raise click.UsageError("name the revision that the items are taken from")
    print_new_commit(run, session, restore(session, run.extras, revision))


def _bring_up_to_date(run: Run, session: "Session", *, force: bool) -> None:
    from datum.cli.moved import reports_json, say_reports
    from datum.errors import ProjectError
    from datum.project.working import follow_branch

    ref = session.head.ref
    if ref is None:
        raise ProjectError("HEAD is on no branch", hint="`datum switch NAME` goes to one")
    reports = follow_branch(session, ref, ref, force=force)
    if run.as_json:
        run.console.json({"branch": ref.removeprefix("heads/"), "working": reports_json(reports)})
    elif not reports:
        run.console.out(f"{ref.removeprefix('heads/')} has no working copies")
        run.console.note("`datum checkout --into DIR -f FORMAT` writes one")
    else:
        say_reports(run, reports)
