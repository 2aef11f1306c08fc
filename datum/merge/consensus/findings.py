"""What a merge of several datasets found: typed values, with the fields that a program needs."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

__all__ = [
    "ConflictingCategories",
    "ConflictingField",
    "FailedAttributeVote",
    "FailedLabelVote",
    "Finding",
    "LowConfidence",
    "MissingAnnotation",
    "MissingItem",
    "TooClose",
    "WrongGroup",
    "count_findings",
]


class _Finding(msgspec.Struct, frozen=True, kw_only=True, tag_field="error"):
    """The fields that all findings have."""

    item: str = ""
    """``subset/id``; empty for one about the categories."""
    sources: tuple[str, ...] = ()
    """Names of the inputs that it is about: those which lack something, or which said otherwise."""


class MissingItem(_Finding, frozen=True, kw_only=True, tag="missing_item"):
    """Some inputs do not have the item; it is kept."""


class MissingAnnotation(_Finding, frozen=True, kw_only=True, tag="missing_annotation"):
    """Some inputs that have the item do not have the annotation."""

    kind: str
    label: str | None
    annotation: int | None
    """Its id in the result; None where too few have it, so that it was left out."""
    votes: int
    """How many have it."""


class FailedLabelVote(_Finding, frozen=True, kw_only=True, tag="failed_label_vote"):
    """No label has enough votes: the shape has none, or a label of the item was left out."""

    kind: str
    annotation: int | None
    votes: dict[str, int]
    """By label; of no label under an empty name."""


class FailedAttributeVote(_Finding, frozen=True, kw_only=True, tag="failed_attribute_vote"):
    """No value of an attribute has enough votes: it was left out."""

    annotation: int | None
    name: str
    votes: dict[str, int]
    """By value, as JSON."""


class LowConfidence(_Finding, frozen=True, kw_only=True, tag="low_confidence"):
    """The annotation was left out: its score is too low."""

    kind: str
    label: str | None
    score: float


class TooClose(_Finding, frozen=True, kw_only=True, tag="too_close"):
    """Two annotations of the result overlap so much that they may be one."""

    annotations: tuple[int, int]
    labels: tuple[str | None, str | None]
    iou: float


class WrongGroup(_Finding, frozen=True, kw_only=True, tag="wrong_group"):
    """A group of the result is not made of what it should be made of."""

    group: int
    """0 for an annotation that is in none."""
    annotations: tuple[int, ...]
    expected: str
    """As it was asked for: ``person,hand?,head``."""
    found: tuple[str, ...]
    missing: tuple[str, ...]
    unexpected: tuple[str, ...]


class ConflictingCategories(_Finding, frozen=True, kw_only=True, tag="conflicting_categories"):
    """An input declares something otherwise than those before it; only one of them stands."""

    what: str
    first: Any
    other: Any


class ConflictingField(_Finding, frozen=True, kw_only=True, tag="conflicting_field"):
    """Inputs disagree about the item itself, such as its media; only one of them stands."""

    what: str
    first: Any
    other: Any


Finding = (
    MissingItem
    | MissingAnnotation
    | FailedLabelVote
    | FailedAttributeVote
    | LowConfidence
    | TooClose
    | WrongGroup
    | ConflictingCategories
    | ConflictingField
)

_NAMES = tuple(
    str(kind.__struct_config__.tag)
    for kind in (
        ConflictingCategories,
        ConflictingField,
        MissingItem,
        MissingAnnotation,
        FailedLabelVote,
        FailedAttributeVote,
        LowConfidence,
        TooClose,
        WrongGroup,
    )
)
"""Every name of an error, in the order of a report."""


def name_of(finding: Finding) -> str:
    """The name of the error: ``missing_item`` and so on."""
    return str(finding.__struct_config__.tag)


def count_findings(findings: Iterable[Finding]) -> tuple[dict[str, int], dict[str, dict[str, int]]]:
    """How many of each error there are, in all and by input."""
    total: Counter[str] = Counter()
    by_source: dict[str, Counter[str]] = {}
    for one in findings:
        total[name_of(one)] += 1
        for source in one.sources:
            by_source.setdefault(source, Counter())[name_of(one)] += 1
    return _ordered(total), {name: _ordered(by_source[name]) for name in sorted(by_source)}


def _ordered(counts: Mapping[str, int]) -> dict[str, int]:
    return {name: counts[name] for name in _NAMES if counts.get(name)}
