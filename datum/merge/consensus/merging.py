"""The n-way merge: datasets streamed side by side, a batch of items at a time."""

import heapq
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

import msgspec
import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from datum.dataset.dataset import Dataset
from datum.dataset.keys import key_of
from datum.merge.consensus.agreement import Agreement, Ratings, agreement, by_label
from datum.merge.consensus.clusters import find_overlaps
from datum.merge.consensus.declared import United, unite_many
from datum.merge.consensus.findings import (
    ConflictingField,
    FailedAttributeVote,
    Finding,
    MissingItem,
)
from datum.merge.consensus.votes import vote_attributes
from datum.merge.consensus.voting import Consensus, ItemVotes, Rules, consensus_of
from datum.merge.labels import relabel
from datum.merge.media import merge_media
from datum.merge.values import merge_infos
from datum.model import Annotation, Categories, Item, Label
from datum.model.equality import same
from datum.model.overlap import Shapes
from datum.model.pairing import content_text

__all__ = ["Agreements", "ConsensusMerge"]

_BATCH = 1 << 14
"""Annotations whose overlaps are computed at once, about."""

Indices = NDArray[np.int64]
Sides = dict[int, Item]
"""An item as each annotator has it, by the annotator's number."""


class Agreements(msgspec.Struct, frozen=True, kw_only=True):
    """How far the annotators agree, over all labels and for each."""

    overall: Agreement
    """The label of each unit; that it was not seen is a value too."""
    labels: dict[str, Agreement]
    """For each label: whether the unit has it."""


class ConsensusMerge:
    """A merge under way: iterate :meth:`items`, then look at what was found.

    Args:
        inputs: Name and dataset of each annotator; two or more.
        rules: What is enough for a vote.
    """

    def __init__(self, inputs: Sequence[tuple[str, Dataset]], rules: Rules) -> None:
        self._names = tuple(name for name, _ in inputs)
        self._datasets = [dataset for _, dataset in inputs]
        self._rules = rules
        self._united: United = unite_many([(name, one.categories) for name, one in inputs])
        self.findings: list[Finding] = list(self._united.conflicts)
        """What was found so far."""
        self._objects: Counter[tuple[Hashable, ...]] = Counter()
        self._labels: Counter[tuple[Hashable, ...]] = Counter()
        self._any_label = False

    @property
    def categories(self) -> Categories:
        """Those of the result."""
        return self._united.categories

    @property
    def infos(self) -> Mapping[str, Any]:
        """What the inputs say of themselves; where they differ, the first stands."""
        infos: dict[str, Any] = {}
        for dataset in self._datasets:
            infos = merge_infos({}, infos, dataset.infos, "ours", [])
        return infos

    def items(self) -> Iterator[Item]:
        """The items of the result, in the order of their keys."""
        batch: list[Sides] = []
        weight = 0
        for sides in self._sides():
            batch.append(sides)
            weight += 1 + sum(len(item.annotations) for item in sides.values())
            if weight >= _BATCH:
                yield from self._merge(batch)
                batch, weight = [], 0
        yield from self._merge(batch)

    def _sides(self) -> Iterator[Sides]:
        """Each item as all that have it have it, in labels of the result."""
        streams = [self._stream(n) for n in range(len(self._datasets))]
        sides: Sides = {}
        last = b""
        for key, n, item in heapq.merge(*streams, key=itemgetter(0, 1)):
            if key != last and sides:
                yield sides
                sides = {}
            sides[n] = item
            last = key
        if sides:
            yield sides

    def _stream(self, n: int) -> Iterator[tuple[bytes, int, Item]]:
        """The items of one annotator by key."""
        mapping = self._united.maps[n]
        for item in self._datasets[n]:
            yield key_of(item), n, relabel(item, mapping)

    def _merge(self, batch: list[Sides]) -> Iterator[Item]:
        annotations: list[Annotation] = []
        source: list[int] = []
        sizes: list[int] = []
        for sides in batch:
            for n, item in sides.items():
                annotations += item.annotations
                source += [n] * len(item.annotations)
            sizes.append(len(annotations))
        starts = [0, *sizes]
        shapes = Shapes(annotations, least=min(self._rules.iou, self._rules.close))
        overlaps = find_overlaps(shapes, starts, _rank(shapes, self.categories))
        for n, sides in enumerate(batch):
            first = next(iter(sides.values()))
            votes = ItemVotes(
                name=f"{first.subset}/{first.id}",
                present=tuple(sides),
                members=range(starts[n], starts[n + 1]),
            )
            found = consensus_of(
                votes,
                annotations,
                source,
                overlaps.of_item(n),
                self._rules,
                self._names,
                self.categories,
            )
            yield self._item(votes.name, sides, found)

    def _item(self, name: str, sides: Sides, found: Consensus) -> Item:
        absent = tuple(one for n, one in enumerate(self._names) if n not in sides)
        if absent:
            self.findings.append(MissingItem(item=name, sources=absent))
        first, *others = sides.items()
        merged = first[1]
        for n, item in others:
            merged = self._with_media(name, merged, self._names[n], item)
        attributes = self._attributes(name, sides)
        self.findings += found.findings
        self._objects.update(found.ratings)
        given = self._labels_given(sides)
        self._labels[given] += 1
        self._any_label |= any(given)
        return replace(merged, attributes=attributes, annotations=found.annotations)

    def _with_media(self, name: str, merged: Item, source: str, item: Item) -> Item:
        if same(merged.media, item.media):
            return merged
        conflicts: list[Any] = []
        origin = Item(id=item.id, subset=item.subset)
        media = merge_media(origin, merged, item, "ours", conflicts)
        self.findings += [
            ConflictingField(
                item=name, sources=(source,), what="media", first=one.ours, other=one.theirs
            )
            for one in conflicts
        ]
        return replace(merged, media=media)

    def _attributes(self, name: str, sides: Sides) -> dict[str, Any]:
        """Attributes of the item by vote; where few have the item, the most of those that do."""
        if not any(item.attributes for item in sides.values()):
            return {}
        quorum = min(self._rules.quorum, len(sides))
        attributes, failed = vote_attributes(
            [(item.attributes, 1.0) for item in sides.values()], quorum
        )
        voters = tuple(self._names[n] for n in sides)
        self.findings += [
            FailedAttributeVote(item=name, sources=voters, annotation=None, name=one, votes=votes)
            for one, votes in failed
        ]
        return attributes

    def _labels_given(self, sides: Sides) -> tuple[frozenset[int] | None, ...]:
        """The labels that each annotator gave to the item itself."""
        return tuple(
            frozenset(
                one.label
                for one in sides[n].annotations
                if isinstance(one, Label) and one.label is not None
            )
            if n in sides
            else None
            for n in range(len(self._names))
        )

    def agreements(self) -> tuple[Agreements | None, Agreements | None]:
        """Agreement on objects, and on labels of items; None where there are none."""
        return (
            self._agreement(self._objects, _object_label) if self._objects else None,
            self._agreement(self._labels, frozenset) if self._any_label else None,
        )

    def _agreement(self, units: Ratings, labels_in: Callable[[Any], Collection[int]]) -> Agreements:
        return Agreements(
            overall=agreement(units, self._names),
            labels={
                self.categories.name_of(label): agreement(ratings, self._names)
                for label, ratings in by_label(units, labels_in).items()
            },
        )


def _object_label(value: int) -> tuple[int, ...]:
    """The label of an object, if it was seen and has one."""
    return (value,) if value >= 0 else ()


def _rank(shapes: Shapes, categories: Categories) -> Indices:
    """A number for each annotation that follows from its content, so that ties do not depend on order."""
    names = sorted(range(len(categories.labels)), key=lambda n: categories.labels[n].name)
    place = {label: n for n, label in enumerate(names)}
    label = np.array([place.get(one, -1) for one in shapes.labels.tolist()], np.int64)
    keys = (label, shapes.kinds, *shapes.bounds.T[::-1])
    order = np.lexsort(keys)
    tied = np.ones(len(order) + 1, bool)  # with the one before; the first and the end are not
    tied[[0, -1]] = False
    for key in keys:
        tied[1:-1] &= key[order][1:] == key[order][:-1]
    edges = np.diff(tied.astype(np.int8))
    for start, last in zip(np.flatnonzero(edges > 0), np.flatnonzero(edges < 0), strict=True):
        run = order[start : last + 1]
        run[:] = sorted(run, key=lambda n: content_text(shapes.annotations[n]))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return rank
