"""The four ways to make one dataset of several: ``update``, ``union``, ``exact``, ``intersect``."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal

import msgspec

from datum.dataset.dataset import Dataset
from datum.dataset.write import build_snapshot
from datum.errors import UsageError
from datum.merge.consensus.groups import parse_groups
from datum.merge.consensus.merging import ConsensusMerge
from datum.merge.consensus.voting import Rules
from datum.merge.report import MergeReport, input_of
from datum.merge.uniting import check_exact, unite_datasets
from datum.merge.updating import update_dataset
from datum.merge.values import Prefer
from datum.model import Item, Media, Reading
from datum.objects.ids import ObjectId
from datum.objects.store import ObjectWriter

__all__ = ["HEEDED", "MERGE", "VERSION", "Combined", "MergeOptions", "Policy", "merge_snapshots"]

MERGE = "merge"
"""What recipes call the operation."""
VERSION = 1
"""Raised when the same inputs and options give another snapshot."""

Policy = Literal["update", "union", "exact", "intersect"]

HEEDED: dict[Policy, tuple[str, ...]] = {
    "update": ("prefer", "trust_ids"),
    "union": ("prefer",),
    "exact": (),
    "intersect": ("iou", "quorum", "output_conf", "close_iou", "groups", "ignored_attributes"),
}
"""The options that each policy looks at."""

_REPORT_EVERY = 256

Inputs = Sequence[tuple[str, Dataset]]
Told = Callable[[int], None]


class MergeOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How to merge; :data:`HEEDED` says which policy looks at what."""

    policy: Policy = "intersect"
    prefer: Prefer | None = None
    """Whose statement stands where two cannot both; None to refuse in an update, else the first's."""
    trust_ids: bool = False
    """Whether ids of annotations mean the same in all."""
    iou: float = 0.25
    quorum: int = 0
    output_conf: float = 0.0
    close_iou: float = 0.75
    groups: tuple[str, ...] = ()
    ignored_attributes: tuple[str, ...] = ()

    def parameters(self) -> dict[str, Any]:
        """What a recipe and a report say of them; ``msgspec.convert`` makes options of it again."""
        heeded = ("policy", *HEEDED[self.policy])
        return {name: msgspec.to_builtins(getattr(self, name)) for name in heeded}

    def check(self, count: int) -> None:
        """Refuse what makes no sense for so many datasets.

        Raises:
            UsageError: A number is out of its range.
        """
        if count < 2:  # noqa: PLR2004 (a merge is of two)
            raise UsageError("a merge takes two datasets or more")
        if self.policy != "intersect":
            return
        for name, value in (("--iou-thresh", self.iou), ("--close-iou", self.close_iou)):
            if not 0 < value <= 1:
                raise UsageError(f"{name} is {value:g}, not above 0 and at most 1")
        if not 0 <= self.quorum <= count:
            raise UsageError(
                f"a quorum of {self.quorum} among {count} datasets",
                hint=f"--quorum takes 0 to {count}: the votes that are needed",
            )
        if not 0 <= self.output_conf <= 1:
            raise UsageError(f"--output-conf-thresh is {self.output_conf:g}, not from 0 to 1")


class Combined(msgspec.Struct, frozen=True, kw_only=True):
    """What a merge made, not yet published."""

    snapshot: ObjectId
    report: MergeReport


def merge_snapshots(
    writer: ObjectWriter, inputs: Inputs, options: MergeOptions, *, progress: Told | None = None
) -> Combined:
    """Merge datasets that *writer* can read; the same inputs and options give the same snapshot.

    Args:
        writer: Takes the objects.
        inputs: Name and dataset of each, names unique.
        options: How to merge.
        progress: Told how many items are done.

    Raises:
        ConflictError: They cannot be merged by this policy.
        UnknownNameError: A group names a label that none has.
        UsageError: An option is out of its range.
    """
    options.check(len(inputs))
    snapshot, found = _RUN[options.policy](writer, inputs, options, progress)
    report = MergeReport(
        policy=options.policy,
        parameters=options.parameters(),
        inputs=tuple(input_of(name, dataset) for name, dataset in inputs),
        result=input_of("result", Dataset(writer, snapshot)),
        **found,
    )
    return Combined(snapshot=snapshot, report=report)


Found = tuple[ObjectId, dict[str, Any]]
"""The snapshot, and the fields of the report that the policy fills."""


def _update(writer: ObjectWriter, inputs: Inputs, options: MergeOptions, _: Told | None) -> Found:
    counts = {"added": 0, "replaced": 0, "equal": 0}
    current = inputs[0][1]
    for _name, dataset in inputs[1:]:
        updated = update_dataset(
            writer, current, dataset, prefer=options.prefer, trust_ids=options.trust_ids
        )
        for name in counts:
            counts[name] += getattr(updated, name)
        current = Dataset(writer, updated.snapshot)
    return current.oid, {"changes": counts}


def _union(writer: ObjectWriter, inputs: Inputs, options: MergeOptions, _: Told | None) -> Found:
    snapshot, findings = unite_datasets(writer, inputs, options.prefer or "ours")
    return snapshot, {"errors": tuple(findings)}


def _exact(writer: ObjectWriter, inputs: Inputs, _: MergeOptions, __: Told | None) -> Found:
    snapshot, findings = unite_datasets(writer, inputs)
    check_exact(inputs, findings)
    return snapshot, {}


def _intersect(
    writer: ObjectWriter, inputs: Inputs, options: MergeOptions, progress: Told | None
) -> Found:
    names = {name: None for _, one in inputs for name in one.categories.names()}
    rules = Rules(
        iou=options.iou,
        quorum=options.quorum,
        least_score=options.output_conf,
        close=options.close_iou,
        groups=parse_groups(options.groups, list(names)),
        ignored=frozenset(options.ignored_attributes),
    )
    merge = ConsensusMerge(inputs, rules)
    reading = Reading(
        categories=merge.categories, items=_told(merge.items(), progress), infos=dict(merge.infos)
    )
    snapshot = build_snapshot(writer, reading, media=_keep)
    objects, labels = merge.agreements()
    return snapshot, {"objects": objects, "labels": labels, "errors": tuple(merge.findings)}


_RUN: dict[Policy, Callable[[ObjectWriter, Inputs, MergeOptions, Told | None], Found]] = {
    "update": _update,
    "union": _union,
    "exact": _exact,
    "intersect": _intersect,
}


def _told(items: Iterator[Item], progress: Told | None) -> Iterator[Item]:
    for number, item in enumerate(items, start=1):
        yield item
        if progress is not None and number % _REPORT_EVERY == 0:
            progress(number)


def _keep(_writer: ObjectWriter, media: Media) -> Media:
    return media
