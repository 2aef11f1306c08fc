"""What is said after a ref moved: the commit, and the working copies that followed."""

from typing import TYPE_CHECKING, Any

from datum.cli.commits import moves_json, moves_lines, short, title
from datum.cli.run import Run

if TYPE_CHECKING:
    from datum.losses import LossReport
    from datum.objects.ids import ObjectId
    from datum.project.session import Session
    from datum.refs.record import Record

__all__ = ["print_new_commit", "print_step", "reports_json", "say_behind", "say_reports"]


def print_new_commit(run: Run, session: "Session", oid: "ObjectId") -> None:
    """Say what was committed onto the current branch."""
    commit = session.commit(oid)
    branch = (session.head.ref or "HEAD").removeprefix("heads/")
    if run.as_json:
        run.console.json({"commit": oid.hex(), "branch": branch, "message": commit.message})
        return
    run.console.out(f"[{branch} {short(oid)}] {title(commit.message)}")
    say_behind(run, session)


def say_behind(run: Run, session: "Session") -> None:
    """Say that working copies of the current branch show an older state."""
    from datum.project.copies import working_of_ref

    ref = session.head.ref
    if ref is not None and working_of_ref(session, ref):
        run.console.note("`datum checkout` brings the working copies of the branch up to date")


def print_step(run: Run, session: "Session", record: "Record | None", word: str) -> None:
    """Say what was undone, or done again."""
    if run.as_json:
        found: dict[str, Any] | None = None
        if record is not None:
            found = {
                "number": record.number,
                "command": record.command,
                "who": record.who,
                "moves": moves_json(record),
            }
        run.console.json({word: found})
        return
    if record is None:
        run.console.out(f"nothing to {word}")
        return
    done = {"undo": "undid", "redo": "did again"}[word]
    run.console.out(f"{done} operation {record.number}: {record.command}")
    for line in moves_lines(record):
        run.console.out(f"  {_turned(line) if word == 'undo' else line}")
    say_behind(run, session)


def _turned(line: str) -> str:
    """The move the other way round."""
    ref, _, states = line.partition("  ")
    old, _, new = states.partition(" → ")
    return f"{ref}  {new} → {old}"


def say_reports(run: Run, reports: "list[tuple[str, LossReport]]") -> None:
    """Say which working copies were brought up to date.

    What their formats cannot keep was said in full when they were made.
    """
    for path, losses in reports:
        if not run.as_json:
            run.console.out(f"brought {path} up to date")
        if losses:
            run.console.note(f"not all of it fits the format of {path}")


def reports_json(reports: "list[tuple[str, LossReport]]") -> list[dict[str, Any]]:
    """The same as JSON values."""
    return [{"path": path, "losses": losses.to_json()} for path, losses in reports]
