"""``datum reproduce``."""

from typing import TYPE_CHECKING, Any

import click

from datum.cli.options import command, complete_revisions
from datum.cli.run import Run

if TYPE_CHECKING:
    from datum.project.replay import Step

__all__ = ["COMMAND"]


@command(
    "Make a dataset again by its recipes, and check that the same comes out.\n\n"
    "Every filter, transform, revert and restore that it came about by is run again, the oldest first, "
    "with nothing remembered; each result is compared with what is on record by its content id. Nothing "
    "is written. What people edited and what was taken from sources is taken as it was; the steps before "
    "that are run with --all, and with --sources the files of sources are read again too. The first step "
    "that differs ends it, and its items are named; then the exit code is 1.",
    examples="datum reproduce\ndatum reproduce derived/train --all\ndatum reproduce main --json",
)
@click.argument("revision", required=False, default="HEAD", shell_complete=complete_revisions)
@click.option("--all", "every", is_flag=True, help="Run the steps before edits and commits too.")
@click.option("--sources", is_flag=True, help="Read the sources again too, from their files.")
def COMMAND(run: Run, revision: str, every: bool, sources: bool) -> None:
    """Reproduce a dataset."""
    from datum.project.replay import reproduce

    session = run.project().session
    start = session.resolve(revision)
    steps = []
    with run.console.progress("running again") as progress:
        for step in reproduce(session, start, every=every, sources=sources, progress=progress):
            steps.append(step)
            if not run.as_json:
                _print(run, step)
    good = all(step.good for step in steps)
    if run.as_json:
        run.console.json({"reproduced": good, "steps": [_row(step) for step in steps]})
    else:
        ran = sum(step.found is not None for step in steps)
        run.console.out(_verdict(revision, ran, good=good))
    run.finish(0 if good else 1)


def _verdict(revision: str, ran: int, *, good: bool) -> str:
    if not good:
        return f"{revision} is not reproduced"
    if not ran:
        return f"{revision} is what people or sources brought in: no step to run again"
    return (
        f"{revision} is reproduced: {ran} {'step' if ran == 1 else 'steps'}, the same content ids"
    )


def _print(run: Run, step: "Step") -> None:
    from datum.cli.commits import short
    from datum.cli.recipes import recipe_line

    origin = step.origin
    line = f"{step.outcome:<8}{short(origin.oid)}  {recipe_line(origin.recipe)}"
    run.console.out(line, fg={"same": "green", "given": None}.get(step.outcome, "red"))
    if step.outcome == "differs":
        run.console.out(
            f"        {short(step.found)} came out, {short(origin.commit.snapshot)} is on record"
        )
        changes = [
            *([f"items: {step.items.line()}"] if step.items.line() else []),
            *(["labels differ"] if step.categories else []),
        ]
        run.console.out(f"        {'; '.join(changes) or 'infos differ'}")
        for name in step.examples:
            run.console.out(f"          {name}")
    for reason in step.reasons:
        run.console.out(f"        {reason}")


def _row(step: "Step") -> dict[str, Any]:
    import msgspec

    from datum.cli.recipes import recipe_line
    from datum.project.inspecting import recipe_json

    origin = step.origin
    return {
        "commit": origin.oid.hex(),
        "what": recipe_line(origin.recipe),
        "recipe": None if origin.recipe is None else recipe_json(origin.recipe),
        "outcome": step.outcome,
        "expected": origin.commit.snapshot.hex(),
        "found": None if step.found is None else step.found.hex(),
        "reasons": list(step.reasons),
        "items": msgspec.to_builtins(step.items),
        "examples": list(step.examples),
        "categories": step.categories,
    }
