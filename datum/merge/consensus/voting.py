"""One item of several annotators made one: its clusters voted on, and what was found on the way."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from datum.merge.consensus.clusters import cluster
from datum.merge.consensus.findings import (
    FailedAttributeVote,
    FailedLabelVote,
    Finding,
    LowConfidence,
    MissingAnnotation,
    TooClose,
    WrongGroup,
)
from datum.merge.consensus.groups import GroupSpec, join_groups
from datum.merge.consensus.votes import confidence, score_of, vote, vote_attributes
from datum.model import Annotation, Caption, Categories, Label
from datum.model.pairing import content_text, fill_ids

__all__ = ["Consensus", "ItemVotes", "Rules", "consensus_of"]

Pairs = Sequence[tuple[int, int, float]]


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """How annotators are made one."""

    iou: float = 0.25
    """Overlap from which on two shapes may be one object."""
    quorum: int = 0
    """Votes that an object, a label, an attribute needs."""
    least_score: float = 0.0
    """Annotations of the result that score less are left out."""
    close: float = 0.75
    """Overlap above which two annotations of the result are reported as too close."""
    groups: tuple[GroupSpec, ...] = ()
    ignored: frozenset[str] = frozenset()
    """Attributes that are not voted on: the one of the annotation that was chosen stays."""


class ItemVotes(msgspec.Struct, frozen=True, kw_only=True):
    """An item as several annotators have it."""

    name: str
    """``subset/id``."""
    present: tuple[int, ...]
    """The annotators that have the item."""
    members: Sequence[int]
    """Indices of its annotations: those of the first annotator first."""


class Consensus(msgspec.Struct, frozen=True, kw_only=True):
    """What came out of one item."""

    annotations: tuple[Annotation, ...]
    findings: tuple[Finding, ...]
    ratings: tuple[tuple[int | None, ...], ...]
    """For each shape the label that each annotator gave it: -1 for no label, -2 where it is not there,
    None for who does not have the item."""


_UNLABELED, _ABSENT = -1, -2


class _Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """A cluster, and the annotation that stands for it."""

    members: Sequence[int]
    index: int
    annotation: Annotation
    label_votes: dict[str, int] | None
    """Where no label has enough of them."""
    attribute_votes: list[tuple[str, dict[str, int]]]


def consensus_of(
    item: ItemVotes,
    annotations: Sequence[Annotation],
    source: Sequence[int],
    pairs: Pairs,
    rules: Rules,
    names: Sequence[str],
    categories: Categories,
) -> Consensus:
    """The annotations of one item that enough annotators agree about.

    Args:
        item: The item.
        annotations: Of this item and others; labels are those of *categories*.
        source: The annotator of each of *annotations*.
        pairs: Pairs of the item's annotations that overlap, the closest first.
        rules: What is enough.
        names: Of the annotators.
        categories: Of the result.
    """
    voting = _Voting(item, annotations, source, pairs, rules, names, categories)
    clusters = cluster(item.members, voting.near, source)
    chosen = [one for members in clusters if (one := voting.choose(members)) is not None]
    numbered = voting.number(chosen)
    voting.report_chosen(chosen, numbered)
    voting.report_close(chosen, numbered)
    voting.report_groups(numbered)
    return Consensus(
        annotations=tuple(numbered),
        findings=tuple(voting.findings),
        ratings=tuple(
            voting.ratings(members)
            for members in clusters
            if not isinstance(annotations[members[0]], Label | Caption)
        ),
    )


class _Voting:
    """The votes on one item."""

    def __init__(
        self,
        item: ItemVotes,
        annotations: Sequence[Annotation],
        source: Sequence[int],
        pairs: Pairs,
        rules: Rules,
        names: Sequence[str],
        categories: Categories,
    ) -> None:
        self.findings: list[Finding] = []
        self._item = item
        self._annotations = annotations
        self._source = source
        self._pairs = pairs
        self.near = {
            pair: iou for a, b, iou in pairs if iou >= rules.iou for pair in ((a, b), (b, a))
        }
        """Overlaps of those that may be one object, both ways round, the closest first."""
        self._rules = rules
        self._names = names
        self._categories = categories

    def choose(self, members: Sequence[int]) -> _Chosen | None:
        """The annotation that stands for a cluster; None where too few have it or it scores too low."""
        voters = [self._annotations[n] for n in members]
        label = vote(
            [(self._categories.name_of(one.label), one.label, score_of(one)) for one in voters]
        )
        index = self._middle(members)
        one = self._annotations[index]
        if len(members) < self._rules.quorum:
            self._left_out(one, members, label.votes)
            return None
        winners = [voter for voter in voters if voter.label == label.winner]
        overlaps = [self.near[index, n] for n in members if n != index]
        score = confidence(winners, len(self._item.present), overlaps)
        if score is not None and score < self._rules.least_score:
            name = self._label_name(label.winner)
            self._find(LowConfidence, kind=one.kind, label=name, score=score)
            return None
        failed = label.count < self._rules.quorum
        attributes, attribute_votes = self._attributes(one, voters)
        voted = replace(
            one,
            label=None if failed else label.winner,
            z_order=max(voter.z_order for voter in voters),
            score=score,
            attributes=attributes,
        )
        return _Chosen(
            members=members,
            index=index,
            annotation=voted,
            label_votes=label.votes if failed else None,
            attribute_votes=attribute_votes,
        )

    def _middle(self, members: Sequence[int]) -> int:
        """The member that overlaps the others most: what was really drawn, no mean of it."""
        if len(members) == 1:
            return members[0]
        near = {
            n: math.fsum(self.near[n, other] for other in members if other != n) for n in members
        }
        best = max(near.values())
        tied = [n for n in members if near[n] == best]
        return min(tied, key=self._order) if len(tied) > 1 else tied[0]

    def _order(self, n: int) -> tuple[float, str]:
        """What decides between annotations that are as good: not whose they are."""
        one = self._annotations[n]
        return (-score_of(one), content_text(one))

    def _attributes(
        self, chosen: Annotation, voters: Sequence[Annotation]
    ) -> tuple[dict[str, Any], list[tuple[str, dict[str, int]]]]:
        ignored = self._rules.ignored
        if not any(one.attributes for one in voters):
            return {}, []
        own = {name: value for name, value in chosen.attributes.items() if name in ignored}
        ballots = [
            ({k: v for k, v in one.attributes.items() if k not in ignored}, score_of(one))
            for one in voters
        ]
        agreed, failed = vote_attributes(ballots, self._rules.quorum)
        return {**own, **agreed}, failed

    def _left_out(self, one: Annotation, members: Sequence[int], votes: dict[str, int]) -> None:
        absent = self._absent(members)
        if isinstance(one, Label):
            self._find(FailedLabelVote, absent, kind=one.kind, annotation=None, votes=votes)
            return
        label = next(iter(votes)) or None
        self._find(
            MissingAnnotation,
            absent,
            kind=one.kind,
            label=label,
            annotation=None,
            votes=len(members),
        )

    def number(self, chosen: Sequence[_Chosen]) -> list[Annotation]:
        """What was chosen, with ids and groups of the item's own."""
        ids = fill_ids(
            [self._annotations[one.members[0]].id for one in chosen],
            (self._annotations[n].id or 0 for n in self._item.members),
        )
        groups = join_groups(
            [[(self._source[n], self._annotations[n].group) for n in one.members] for one in chosen]
        )
        return [
            replace(one.annotation, id=number, group=group)
            for one, number, group in zip(chosen, ids, groups, strict=True)
        ]

    def report_chosen(self, chosen: Sequence[_Chosen], numbered: Sequence[Annotation]) -> None:
        """Report who does not have an annotation of the result, and the votes on it that failed."""
        for one, annotation in zip(chosen, numbered, strict=True):
            absent = self._absent(one.members)
            if absent:
                self._find(
                    MissingAnnotation,
                    absent,
                    kind=annotation.kind,
                    label=self._label_name(annotation.label),
                    annotation=annotation.id,
                    votes=len(one.members),
                )
            voters = [self._source[n] for n in one.members]
            if one.label_votes is not None:
                self._find(
                    FailedLabelVote,
                    voters,
                    kind=annotation.kind,
                    annotation=annotation.id,
                    votes=one.label_votes,
                )
            for name, votes in one.attribute_votes:
                self._find(
                    FailedAttributeVote, voters, annotation=annotation.id, name=name, votes=votes
                )

    def report_close(self, chosen: Sequence[_Chosen], numbered: Sequence[Annotation]) -> None:
        """Report annotations of the result, of one kind, that nearly are one."""
        places = {one.index: n for n, one in enumerate(chosen)}
        for a, b, iou in self._pairs:
            if iou <= self._rules.close or a not in places or b not in places:
                continue
            first, second = sorted((places[a], places[b]))
            one, other = numbered[first], numbered[second]
            if type(one) is type(other):
                voters = {
                    self._source[n] for n in (*chosen[first].members, *chosen[second].members)
                }
                self._find(
                    TooClose,
                    sorted(voters),
                    annotations=(one.id, other.id),
                    labels=(self._label_name(one.label), self._label_name(other.label)),
                    iou=iou,
                )

    def report_groups(self, numbered: Sequence[Annotation]) -> None:
        """Report groups, and annotations in none, that are not made of what they should be."""
        if not self._rules.groups:
            return
        groups: dict[tuple[int, int | None], list[Annotation]] = {}
        for one in numbered:
            if one.label is not None:
                key = (one.group, None) if one.group else (0, one.id)
                groups.setdefault(key, []).append(one)
        for (group, _), members in groups.items():
            labels = Counter(self._categories.name_of(one.label) for one in members)
            for spec in self._rules.groups:
                faults = spec.faults(labels)
                if faults is not None:
                    self._find(
                        WrongGroup,
                        group=group,
                        annotations=tuple(one.id for one in members),
                        expected=spec.text,
                        found=tuple(sorted(labels)),
                        missing=faults[0],
                        unexpected=faults[1],
                    )

    def ratings(self, members: Sequence[int]) -> tuple[int | None, ...]:
        """The label that each annotator gave to a cluster."""
        found: list[int | None] = [None] * len(self._names)
        for source in self._item.present:
            found[source] = _ABSENT
        for n in members:
            label = self._annotations[n].label
            found[self._source[n]] = _UNLABELED if label is None else label
        return tuple(found)

    def _absent(self, members: Sequence[int]) -> list[int]:
        """The annotators that have the item and not this."""
        voters = {self._source[n] for n in members}
        return [source for source in self._item.present if source not in voters]

    def _label_name(self, label: int | None) -> str | None:
        return None if label is None else self._categories.name_of(label)

    def _find(self, finding: Any, sources: Iterable[int] = (), **fields: Any) -> None:
        names = tuple(self._names[n] for n in sources)
        self.findings.append(finding(item=self._item.name, sources=names, **fields))
