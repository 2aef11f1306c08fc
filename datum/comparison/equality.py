"""Two datasets compared for equality: of every field, but those that are to be ignored."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence

import msgspec
import numpy as np
from msgspec.structs import replace

from datum.comparison.results import EqualityReport
from datum.comparison.rows import Pair, Places, batches, joined, shares_ids
from datum.dataset.dataset import Dataset
from datum.diff.compare import compare_categories
from datum.errors import UnknownNameError
from datum.model import KINDS, Annotation, Blob, Categories, Item, Mask
from datum.model.equality import same
from datum.model.pairing import content_text
from datum.model.rle import decode_pixels

__all__ = ["IGNORED", "Equality", "EqualityOptions", "ItemEquality"]

IGNORED = ("id", "group")
"""Fields that say nothing by themselves: numbers that each source chooses."""

_MEDIA = "media"
_FIELDS = frozenset(name for kind in KINDS.values() for name in kind.__struct_fields__) | {_MEDIA}


class EqualityOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What need not be equal."""

    fields: tuple[str, ...] = IGNORED
    """Fields of annotations, or ``media``."""
    attributes: tuple[str, ...] = ()
    """Of annotations."""
    item_attributes: tuple[str, ...] = ()
    by_image: bool = False
    """Whether items are matched by their images."""

    def check(self) -> None:
        """See whether the fields are some.

        Raises:
            UnknownNameError: One is not.
        """
        for name in self.fields:
            if name not in _FIELDS:
                raise UnknownNameError("field", name, sorted(_FIELDS))


class ItemEquality(msgspec.Struct, frozen=True):
    """How two items are equal, and how not."""

    pair: Pair
    fields: tuple[str, ...]
    """Of the items, that differ: ``media bytes``, ``media size``, ``attributes.NAME``."""
    matched: tuple[tuple[Annotation, Annotation], ...]
    first: tuple[Annotation, ...]
    """Annotations that only the first has."""
    second: tuple[Annotation, ...]
    """Annotations that only the second has."""

    @property
    def equal(self) -> bool:
        """Whether nothing differs."""
        there = self.pair.first is not None and self.pair.second is not None
        return there and not (self.fields or self.first or self.second)


class Equality:
    """A comparison for equality. Iterate it once, to the end; then ask for the report."""

    def __init__(
        self,
        first: Dataset,
        second: Dataset,
        options: EqualityOptions | None = None,
        *,
        everything: bool = False,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        """Reads nothing yet.

        Args:
            first: A dataset.
            second: Another.
            options: What need not be equal.
            everything: Whether to give items that are equal, too; without it, those whose ids are
                equal are not read.
            progress: Told how far it is.

        Raises:
            UnknownNameError: A field to be ignored is none.
        """
        self.first, self.second = first, second
        self.options = options or EqualityOptions()
        self.options.check()
        self._everything = everything
        self._progress = progress
        self._items: Counter[str] = Counter()
        self._counts: Counter[tuple[str, str, str]] = Counter()

    def __iter__(self) -> Iterator[ItemEquality]:
        """Items that differ, in order; all of them if *everything*."""
        if (
            shares_ids(self.first, self.second)
            and self.first == self.second
            and not self._everything
        ):
            self._items["both"] = len(self.first)
            return
        pairs = joined(self.first, self.second, by_image=self.options.by_image)
        for batch in batches(self.first, self.second, self._unsettled(pairs)):
            for pair in batch:
                one = self._compare(pair)
                self._count(one)
                if self._everything or not one.equal:
                    yield one

    def run(self) -> EqualityReport:
        """The report alone."""
        for _ in self:
            pass
        return self.report()

    def _unsettled(self, pairs: Iterator[Places]) -> Iterator[Places]:
        """Those whose ids do not say that they are equal."""
        sure = shares_ids(self.first, self.second) and not self._everything
        sure = sure and self.first.categories.names() == self.second.categories.names()
        for done, (one, other) in enumerate(pairs, start=1):
            if self._progress is not None and done % 1000 == 0:
                self._progress(done)
            if sure and one is not None and other is not None and one.row == other.row:
                self._items["both"] += 1
            else:
                yield one, other

    def _compare(self, pair: Pair) -> ItemEquality:
        one, other = pair.first, pair.second
        fields = () if one is None or other is None else self._item_fields(one, other)
        matched, first, second = self._matched(
            () if one is None else one.annotations, () if other is None else other.annotations
        )
        return ItemEquality(pair, tuple(fields), tuple(matched), tuple(first), tuple(second))

    def _item_fields(self, one: Item, other: Item) -> list[str]:
        ignored = self.options.item_attributes
        found = [
            f"attributes.{name}"
            for name in sorted((one.attributes.keys() | other.attributes.keys()) - set(ignored))
            if (name in one.attributes) != (name in other.attributes)
            or not same(one.attributes.get(name), other.attributes.get(name))
        ]
        if _MEDIA not in self.options.fields:
            found += _media_fields(one, other)
        return found

    def _matched(
        self, first: Sequence[Annotation], second: Sequence[Annotation]
    ) -> tuple[list[tuple[Annotation, Annotation]], list[Annotation], list[Annotation]]:
        """Equal annotations one to one, in the order of the first; then what is left of each."""
        waiting: dict[str, list[Annotation]] = defaultdict(list)
        for one in second:
            waiting[self._content(one, self.second.categories)].append(one)
        matched, left = [], []
        for one in first:
            equal = waiting.get(self._content(one, self.first.categories))
            if equal:
                matched.append((one, equal.pop(0)))
            else:
                left.append(one)
        kept = {id(one) for ones in waiting.values() for one in ones}
        return matched, left, [one for one in second if id(one) in kept]

    def _content(self, one: Annotation, categories: Categories) -> str:
        """Text that is equal where all that counts is."""
        ignored = self.options.fields
        said: list[object] = (
            [] if "label" in ignored else [categories.name_of(one.label), one.label is None]
        )
        if "id" not in ignored:
            said.append(one.id)
        if isinstance(one, Mask) and "counts" not in ignored:
            said.append(_pixels(one))
            one = replace(one, counts=b"")
        attributes = {
            name: value
            for name, value in one.attributes.items()
            if name not in self.options.attributes
        }
        blank = {name: None for name in ignored if name in one.__struct_fields__}
        shown = {"attributes": attributes, "label": None, **blank}
        if "attributes" in ignored:
            shown["attributes"] = {}
        return f"{said}{content_text(replace(one, **shown))}"

    def _count(self, one: ItemEquality) -> None:
        pair = one.pair
        if pair.first is None or pair.second is None:
            self._items["second" if pair.first is None else "first"] += 1
        else:
            self._items["both"] += 1
            self._items["different"] += not one.equal
        for side, dataset in (("first", self.first), ("second", self.second)):
            for note in getattr(one, side):
                self._counts[note.kind, dataset.categories.name_of(note.label), side] += 1

    def report(self) -> EqualityReport:
        """What came out, of the items that were iterated."""
        alone = {
            side: sum(count for key, count in self._counts.items() if key[2] == side)
            for side in ("first", "second")
        }
        names = sorted({(kind, label) for kind, label, _ in self._counts})
        return EqualityReport(
            first=self.first.oid.hex(),
            second=self.second.oid.hex(),
            ignored_fields=self.options.fields,
            ignored_attributes=self.options.attributes,
            ignored_item_attributes=self.options.item_attributes,
            categories=compare_categories(self.first.categories, self.second.categories),
            items={one: self._items[one] for one in ("both", "different", "first", "second")},
            annotations={"matched": self.first.annotation_count - alone["first"], **alone},
            labels=tuple(
                (
                    kind,
                    label,
                    self._counts[kind, label, "first"],
                    self._counts[kind, label, "second"],
                )
                for kind, label in names
            ),
        )


def _pixels(mask: Mask) -> str:
    """What names the pixels of a mask, whatever its run lengths; broken ones name themselves."""
    try:
        pixels = decode_pixels(mask)
    except ValueError:
        return mask.counts.decode("latin-1")
    return hashlib.blake2b(np.packbits(pixels).tobytes()).hexdigest()


def _media_fields(one: Item, other: Item) -> list[str]:
    """Which of size and bytes differ, where both sides know them; the path is a hint alone."""
    sizes = (one.size, other.size)
    digests = [
        image.content.digest if image is not None and isinstance(image.content, Blob) else None
        for image in (one.image, other.image)
    ]
    found = []
    if None not in sizes and sizes[0] != sizes[1]:
        found.append("media size")
    if None not in digests and digests[0] != digests[1]:
        found.append("media bytes")
    return found
