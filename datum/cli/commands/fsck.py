"""``datum fsck``."""

from typing import TYPE_CHECKING, Any

import click

from datum.cli.commits import short
from datum.cli.options import command
from datum.cli.run import Run

if TYPE_CHECKING:
    from datum.objects.verify import Fault
    from datum.project.care import Checked
    from datum.project.hurt import Hurt

__all__ = ["COMMAND"]

_BEFORE_REPAIR = "hint: `datum fsck --repair` mends what can be mended"
_AFTER_REPAIR = (
    "hint: put the files back from a copy of the project, or read the lost items in again, "
    "and run `datum fsck --repair` once more"
)


@command(
    "Check every object of the store, and mend it.\n\n"
    "The operation log, packs, objects and images, and whether all that branches, tags and sources "
    "lead to is there. Names the commits and items that are hurt, and ends with 1 if there are any.\n\n"
    "--repair makes the index, the footers of packs and HEAD again, saves what is sound out of damaged "
    "packs and records of the log, and reads what is lost from the sources again where they still have "
    "it. Nothing that can be read is given up: damaged files go to .datum/store/quarantine. It ends "
    "with 0 if everything is sound then, and else with 1 and the names of the items that are lost. "
    "Nobody else may be at work in the project meanwhile.",
    examples="datum fsck\ndatum fsck --fast\ndatum fsck --repair\ndatum fsck --json",
)
@click.option("--fast", is_flag=True, help="Do not decode objects, nor read images.")
@click.option("--repair", is_flag=True, help="Mend what can be mended.")
def COMMAND(run: Run, fast: bool, repair: bool) -> None:
    """Check the store."""
    if fast and repair:
        raise click.UsageError("--repair checks everything, so it does not go with --fast")
    session = run.project().session
    if repair:
        from datum.project import repair as mending

        repaired = mending.repair(session)
        found, done = repaired.checked, repaired.done
    else:
        from datum.project.care import check

        found, done = check(session, fast=fast), ()
    if run.as_json:
        run.console.json(_to_json(found) | ({"repaired": list(done)} if repair else {}))
    else:
        for line in done:
            run.console.out(f"repaired: {line}", fg="green")
        for fault in found.faults:
            run.console.out(_fault_line(fault), fg="red")
        for hurt in found.hurt:
            run.console.out(_hurt_line(hurt), fg="red")
        number = len(found.faults) + len(found.hurt)
        state = f"{number} {'fault' if number == 1 else 'faults'}" if number else "sound"
        run.console.out(
            f"{state}: {found.records} operations, {found.packs} packs, {found.refs} refs"
        )
        if not found.sound:
            run.console.note(_AFTER_REPAIR if repair else _BEFORE_REPAIR)
    run.finish(0 if found.sound else 1)


def _fault_line(fault: "Fault") -> str:
    what = "" if fault.oid is None else f" (object {short(fault.oid)})"
    return f"{fault.path}: {fault.reason}{what}"


def _hurt_line(hurt: "Hurt") -> str:
    return (
        f"{hurt.ref}, commit {short(hurt.commit)}: {hurt.what} ({short(hurt.oid)}): {hurt.reason}"
    )


def _to_json(found: "Checked") -> dict[str, Any]:
    return {
        "sound": found.sound,
        "operations": found.records,
        "packs": found.packs,
        "refs": found.refs,
        "faults": [
            {
                "path": fault.path,
                "reason": fault.reason,
                "object": None if fault.oid is None else fault.oid.hex(),
            }
            for fault in found.faults
        ],
        "hurt": [
            {
                "ref": hurt.ref,
                "commit": hurt.commit.hex(),
                "snapshot": None if hurt.snapshot is None else hurt.snapshot.hex(),
                "what": hurt.what,
                "object": hurt.oid.hex(),
                "reason": hurt.reason,
            }
            for hurt in found.hurt
        ],
    }
