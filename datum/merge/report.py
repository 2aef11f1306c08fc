"""The report of a merge: what went in, what came out, what was found, how far annotators agree."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from datum.dataset.dataset import Dataset
from datum.merge.consensus.agreement import Agreement
from datum.merge.consensus.findings import Finding, count_findings
from datum.merge.consensus.merging import Agreements

__all__ = ["MergeInput", "MergeReport", "input_of", "unique_names"]

_SHOWN = 12
"""Labels whose agreement a terminal shows."""


class MergeInput(msgspec.Struct, frozen=True, kw_only=True):
    """One dataset that went in."""

    name: str
    snapshot: str
    items: int
    annotations: int


class MergeReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a merge did; :meth:`to_json` is the file."""

    policy: str
    """``update``, ``union``, ``exact`` or ``intersect``."""
    parameters: dict[str, Any]
    inputs: tuple[MergeInput, ...]
    result: MergeInput
    changes: dict[str, int] = msgspec.field(default_factory=dict)
    """Of an update: how many items are added, replaced, equal."""
    objects: Agreements | None = None
    """How far annotators agree on the labels of shapes; None where they were not asked."""
    labels: Agreements | None = None
    """How far they agree on the labels of items."""
    errors: tuple[Finding, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """JSON values: counts first, then every error with its fields."""
        total, by_source = count_findings(self.errors)
        return {
            "policy": self.policy,
            "parameters": self.parameters,
            "inputs": msgspec.to_builtins(self.inputs),
            "result": msgspec.to_builtins(self.result),
            **({"changes": self.changes} if self.changes else {}),
            "agreement": {
                "objects": msgspec.to_builtins(self.objects),
                "labels": msgspec.to_builtins(self.labels),
            },
            "counts": {
                "total": len(self.errors),
                "by_error": total,
                "by_source": by_source,
                "by_item": self._by_item(),
            },
            "errors": msgspec.to_builtins(self.errors),
        }

    def _by_item(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        for one in self.errors:
            if one.item:
                counts[one.item] = counts.get(one.item, 0) + 1
        return counts

    def to_bytes(self) -> bytes:
        """The file: UTF-8, indented, the same bytes for the same merge."""
        text = msgspec.json.encode(self.to_json())
        return msgspec.json.format(text, indent=2) + b"\n"

    def error_rows(self) -> list[tuple[str, int, str]]:
        """Each error by name, how often, and which inputs it is about most."""
        total, by_source = count_findings(self.errors)
        rows = []
        for name, count in total.items():
            per = sorted((-counts.get(name, 0), source) for source, counts in by_source.items())
            said = ", ".join(f"{source} {-n}" for n, source in per if n)
            rows.append((name.replace("_", " "), count, said))
        return rows

    def agreement_rows(self) -> Iterator[tuple[str, str, str, str, str, str]]:
        """What, units, equal ratings, the mean of Cohen's kappas, Fleiss' kappa, Krippendorff's alpha.

        Of many labels, those that there is least agreement on.
        """
        for what, found in (("objects", self.objects), ("labels of items", self.labels)):
            if found is None:
                continue
            yield _agreement_row(what, found.overall)
            names = sorted(found.labels, key=lambda name: _alpha(found.labels[name]))
            worst = set(names[:_SHOWN])
            for name, one in found.labels.items():
                if name in worst:
                    yield _agreement_row(f"  {name}", one)
            if len(names) > _SHOWN:
                yield (f"  and {len(names) - _SHOWN} labels with more", "", "", "", "", "")


def _alpha(one: Agreement) -> float:
    return math.inf if one.krippendorff is None else one.krippendorff


def _agreement_row(what: str, one: Agreement) -> tuple[str, str, str, str, str, str]:
    cohen = [kappa for kappa in one.cohen.values() if kappa is not None]
    mean = math.fsum(cohen) / len(cohen) if cohen else None
    observed, kappa, fleiss, alpha = map(
        _number, (one.observed, mean, one.fleiss, one.krippendorff)
    )
    return what, str(one.units), observed, kappa, fleiss, alpha


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def input_of(name: str, dataset: Dataset) -> MergeInput:
    """What a report says of a dataset."""
    return MergeInput(
        name=name,
        snapshot=dataset.oid.hex(),
        items=len(dataset),
        annotations=dataset.annotation_count,
    )


def unique_names(names: Sequence[str]) -> list[str]:
    """The names, told apart by a number where one comes again."""
    found: list[str] = []
    for name in names:
        plain = name.rstrip("/") or name
        number, one = 1, plain
        while one in found:
            number += 1
            one = f"{plain} ({number})"
        found.append(one)
    return found
