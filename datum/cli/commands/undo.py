"""``datum undo``."""

from datum.cli.options import command
from datum.cli.run import Run

__all__ = ["COMMAND"]


@command(
    "Take back the last operation.\n\n"
    "Every operation that moved a branch, a tag, a source or a derived dataset can be taken back, one "
    "after the other; `datum redo` does it again, `datum log --operations` shows them. Files outside "
    "are not touched.",
    examples="datum undo\ndatum undo --json",
)
def COMMAND(run: Run) -> None:
    """Undo."""
    from datum.cli.moved import print_step
    from datum.project.moving import undo

    session = run.project().session
    print_step(run, session, undo(session), "undo")
