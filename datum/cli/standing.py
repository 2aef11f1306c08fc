"""Standing elsewhere, as switch and checkout say it."""

from typing import TYPE_CHECKING

from datum.cli.commits import short, title
from datum.cli.moved import reports_json, say_reports
from datum.cli.run import Run

if TYPE_CHECKING:
    from datum.project.session import Session

__all__ = ["detach_at", "stand_on"]


def stand_on(
    run: Run, session: "Session", name: str, *, create: str = "", force: bool = False
) -> None:
    """Stand on a branch, made first where *create* names one, and say so."""
    from datum.project.moving import switch

    reports = switch(session, name, create=create, force=force)
    oid = session.head_commit()
    branch = create or name
    if run.as_json:
        commit = None if oid is None else oid.hex()
        run.console.json({"branch": branch, "commit": commit, "working": reports_json(reports)})
        return
    where = "no commit yet" if oid is None else f"{short(oid)} {title(session.commit(oid).message)}"
    run.console.out(f"on {branch} ({where})")
    say_reports(run, reports)


def detach_at(run: Run, session: "Session", revision: str) -> None:
    """Stand on a commit, on no branch, and say so."""
    from datum.project.moving import detach

    oid = detach(session, revision)
    if run.as_json:
        run.console.json({"branch": None, "commit": oid.hex(), "working": []})
        return
    run.console.out(f"on no branch, at {short(oid)} {title(session.commit(oid).message)}")
    run.console.note("`datum switch -c NAME` makes a branch here")
