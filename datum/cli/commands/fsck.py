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


@command(
    "Check every object of the store.\n\n"
    "The operation log, packs, objects and images, and whether all that branches, tags and sources "
    "lead to is there. Names the commits and items that are hurt, and ends with 1 if there are any.",
    examples="datum fsck\ndatum fsck --fast\ndatum fsck --json",
)
@click.option("--fast", is_flag=True, help="Do not decode objects, nor read images.")
def COMMAND(run: Run, fast: bool) -> None:
    """Check the store."""
    from datum.project.care import check

    found = check(run.project().session, fast=fast)
    if run.as_json:
        run.console.json(_to_json(found))
    else:
        for fault in found.faults:
            run.console.out(_fault_line(fault), fg="red")
        for hurt in found.hurt:
            run.console.out(_hurt_line(hurt), fg="red")
        state = "sound" if found.sound else f"{len(found.faults) + len(found.hurt)} faults"
        run.console.out(
            f"{state}: {found.records} operations, {found.packs} packs, {found.refs} refs"
        )
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
