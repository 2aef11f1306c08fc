"""Running a validator over a dataset, and what is made of its findings: the report.

The report is that of the command reference: statistics, validation_reports and a summary. Which types of
anomalies are looked for, how severe each is, and what is left out is the caller's choice.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from datum.analysis.images import look_at_images
from datum.dataset.dataset import Dataset
from datum.dataset.leaf_batches import batches_of_leaves
from datum.dataset.leaves import leaves
from datum.errors import UnknownNameError, UsageError
from datum.model import Batch
from datum.objects.ids import ObjectId
from datum.objects.memo import Memo, MemoryMemo
from datum.plugins import parse_options
from datum.validators import (
    ERROR,
    INFO,
    SEVERITIES,
    WARNING,
    Anomaly,
    Findings,
    ImageFact,
    ValidationContext,
    Validator,
    find_validator,
)

__all__ = ["Choice", "run_validator", "validate"]

Report = dict[str, Any]
Progress = Callable[[int], None]


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """Which anomalies are reported, and how severe they are."""

    only: tuple[str, ...] = ()
    """The only types; empty for all."""
    ignore: tuple[str, ...] = ()
    """Types that are left out."""
    least: str = INFO
    """The mildest severity that is reported."""
    severities: Mapping[str, str] = msgspec.field(default_factory=dict)
    """Severities of types, in place of the validator's."""

    def check(self, validator: Validator) -> None:
        """See that all names are known.

        Raises:
            UnknownNameError: A type or a severity is not.
        """
        known = [one.name for one in validator.anomalies]
        for name in (*self.only, *self.ignore, *self.severities):
            if name not in known:
                raise UnknownNameError(
                    f"anomaly of {validator.name}",
                    name,
                    known,
                    hint=f"`datum validate -t {validator.name} -- -h` shows them",
                )
        for severity in (self.least, *self.severities.values()):
            if severity not in SEVERITIES:
                raise UnknownNameError("severity", severity, SEVERITIES)

    def apply(self, anomaly: Anomaly, usual: str) -> Anomaly | None:
        """The anomaly with its severity; None where it is not to be reported.

        Args:
            anomaly: As the validator found it.
            usual: The severity of its type.
        """
        if anomaly.type in self.ignore or (self.only and anomaly.type not in self.only):
            return None
        severity = self.severities.get(anomaly.type, anomaly.severity or usual)
        if SEVERITIES.index(severity) > SEVERITIES.index(self.least):
            return None
        return replace(anomaly, severity=severity)


def validate(
    dataset: Dataset,
    task: str,
    options: Mapping[str, Any] | None = None,
    *,
    subset: str | None = None,
    choice: Choice | None = None,
    memo: Memo | None = None,
    progress: Progress | None = None,
) -> Report:
    """What looks wrong in a dataset, as ``datum validate`` writes it.

    Args:
        dataset: What is looked at.
        task: Name of the validator: classification, detection, segmentation, keypoints, or an own one.
        options: Its thresholds, by name.
        subset: The only subset to look at; None for all.
        choice: Which anomalies are reported; all of them if not given.
        memo: Where it is remembered what was found of images, as ``project.session.store.memo()``.
        progress: Told how many items were looked at.

    Raises:
        UnknownNameError: There is no such validator, option, subset or type of anomaly.
    """
    return run_validator(
        find_validator(task),
        dataset,
        options or {},
        subset=subset,
        choice=choice or Choice(),
        memo=MemoryMemo() if memo is None else memo,
        progress=progress,
    )


def run_validator(
    validator: Validator,
    dataset: Dataset,
    options: Mapping[str, Any],
    *,
    subset: str | None = None,
    choice: Choice,
    memo: Memo,
    progress: Progress | None = None,
) -> Report:
    """As :func:`validate`, for a validator that is at hand."""
    if subset is not None and subset not in (known := dataset.subsets()):
        raise UnknownNameError("subset", subset, known)
    choice.check(validator)

    def batches() -> Iterator[Batch]:
        done = 0
        for _, batch in batches_of_leaves(dataset, leaves(dataset, subset)):
            yield batch
            done += len(batch.items)
            if progress is not None:
                progress(done)

    def look(oids: Iterable[bytes]) -> Iterator[tuple[bytes, ImageFact]]:
        found = look_at_images(map(ObjectId, oids), dataset.store.read_media, memo)
        return ((oid, ImageFact(one.height, one.width, one.fault)) for oid, one in found)

    context = ValidationContext(
        categories=dataset.categories,
        options=parse_options(validator.options, options, validator.name),
        items=lambda: dataset if subset is None else dataset.items(subset),
        batches=batches,
        look=look,
    )
    findings = _findings(validator, context)
    found = [_row(one) for one in _chosen(validator, findings.anomalies, choice)]
    return {
        "statistics": dict(findings.statistics),
        "validation_reports": found,
        "summary": _summary(found),
    }


def _findings(validator: Validator, context: ValidationContext) -> Findings:
    whole = Findings() if validator.dataset is None else validator.dataset(context)
    look = validator.item
    if look is None:
        return whole

    def anomalies() -> Iterator[Anomaly]:
        yield from whole.anomalies
        for item in context.items():
            for one in look(item, context):
                own = one.item_id is None
                yield replace(one, item_id=item.id, subset=item.subset) if own else one

    return Findings(anomalies=anomalies(), statistics=whole.statistics)


def _chosen(
    validator: Validator, anomalies: Iterable[Anomaly], choice: Choice
) -> Iterator[Anomaly]:
    usual = {one.name: one.severity for one in validator.anomalies}
    for one in anomalies:
        if one.type not in usual:
            raise UsageError(f"validator '{validator.name}' does not declare '{one.type}'")
        found = choice.apply(one, usual[one.type])
        if found is not None:
            yield found


def _row(one: Anomaly) -> Report:
    found: Report = {
        "anomaly_type": one.type,
        "description": one.description,
        "severity": one.severity,
    }
    if one.item_id is not None:
        found |= {"item_id": one.item_id, "subset": one.subset}
    return found | dict(one.fields)


def _summary(found: Iterable[Report]) -> dict[str, int]:
    """How many there are of each severity; infos only where some are."""
    counts = Counter(one["severity"] for one in found)
    summary = {"errors": counts[ERROR], "warnings": counts[WARNING]}
    return summary | ({"infos": counts[INFO]} if counts[INFO] else {})
