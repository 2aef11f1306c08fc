"""``datum redo``."""

from datum.cli.options import command
from datum.cli.run import Run

__all__ = ["COMMAND"]


@command(
    "Do again what was undone last.\n\nA new operation in between ends what can be done again.",
    examples="datum redo",
)
def COMMAND(run: Run) -> None:
    """Redo."""
    from datum.cli.moved import print_step
    from datum.project.moving import redo

    session = run.project().session
    print_step(run, session, redo(session), "redo")
