"""A suite that every transform passes, ours and those of plugins.

Subclass it in a test module, name the card, and run pytest::

    from datum.testing.transform_suite import TransformSuite


    class TestMine(TransformSuite):
        transform = MY_CARD
        options = {"area": "25"}  # as they are typed after --, where it needs any

It runs the transform on drawn, odd and damaged datasets and checks that nothing but
:class:`datum.errors.DatumError` is raised, that the same input gives the same output, that what did not
change is handed back as it is, that ids stay unique and labels stay known, and that a kind of annotation
goes only where the card is known to remove it or the loss report counts it.

Needs pytest and Hypothesis.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from datum.errors import DatumError, UnknownNameError
from datum.model import KINDS, Annotation, InMemory, Item, Mask, Media
from datum.model.equality import same
from datum.plugins import Transform, parse_options
from datum.testing.datasets import ListDataset, image_item
from datum.testing.samples import all_kinds_dataset, sample, sample_categories
from datum.testing.strategies import datasets
from datum.testing.transforms import Transformed, run_transform

__all__ = ["TransformSuite"]

_drawn = settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[
        HealthCheck.differing_executors,  # one test runs for each subclass
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
    ],
)

_ODD_NUMBERS = (math.nan, math.inf, -math.inf, 1e300, -1e9, 0.0)


class TransformSuite:
    """What a transform owes its users. Set :attr:`transform`; the other attributes have defaults."""

    transform: ClassVar[Transform]
    """The card under test."""
    options: ClassVar[Mapping[str, Any]] = {}
    """Options that do something to cats, dogs and birds; see datum.testing.samples."""
    removes: ClassVar[frozenset[str]] = frozenset()
    """Kinds of annotations that it removes on purpose, or turns into another kind."""
    leaves_out: ClassVar[bool] = False
    """Whether it leaves out items on purpose."""

    # ------------------------------------------------------------------ the card

    def test_the_card_is_complete(self) -> None:
        """It has a name, a title, one way of working, and a help that ends with an example."""
        card = self.transform
        assert card.name == card.name.lower().replace("-", "_"), card.name
        assert card.title, "a transform has a title"
        assert not card.title.endswith("."), "a title is no sentence"
        ways = [card.item, card.expand, card.plan]
        assert sum(way is not None for way in ways) == 1, "one of item, expand and plan"
        assert f"\nExample: datum transform -t {card.name}" in card.help, (
            "help ends with an example"
        )
        assert all(option.help for option in card.options), "every option says what it is for"

    def test_checked_options_are_checked_again(self) -> None:
        """A recipe holds checked options; checking them once more changes nothing."""
        once = parse_options(self.transform.options, self.options, self.transform.name)
        stored = {name: list(v) if isinstance(v, tuple) else v for name, v in once.items()}
        assert parse_options(self.transform.options, stored, self.transform.name) == once

    def test_an_option_that_there_is_not(self) -> None:
        """It is an error that names the option."""
        with pytest.raises(UnknownNameError, match="no_such_option"):
            self._run([], no_such_option="1")

    def test_options_that_make_no_sense(self) -> None:
        """Any word for an option is taken, or refused with an error of datum."""
        words = (
            "",
            "-1",
            "0",
            "nan",
            "inf",
            "1e999",
            "x",
            ":",
            "::",
            "a:b:c",
            "\0",
            "\\",
            "(",
            "😀",
        )
        for option in self.transform.options:
            for word in words:
                self._run_or_refuse(all_kinds_dataset(), **{option.name: word})

    # ------------------------------------------------------------------ what is kept

    @pytest.mark.parametrize("kind", sorted(KINDS))
    def test_no_kind_goes_in_silence(self, kind: str) -> None:
        """An annotation of each kind is there afterwards, is removed on purpose, counted or refused."""
        one = replace(sample(kind), id=7)
        made = self._run_or_refuse(ListDataset([image_item("a", one)], sample_categories()))
        if made is None:
            return
        kinds = {other.kind for item in made.items for other in item.annotations}
        counted = {what.split(" ")[0] for what, _, _, _ in made.losses.rows()}
        assert kind in kinds | counted | self.removes, f"{kind} went without a word"

    @_drawn
    @given(st.data())
    def test_of_any_dataset_the_result_is_sound(self, data: st.DataObject) -> None:
        """Or it is refused.

        Keys, and ids in an item, are unique; labels are known; what holds twice is the same twice. What
        comes out as it went in is the very thing that went in. Where the transform is item-local, one
        item alone gives the same.
        """
        dataset = _with_sample_labels(data.draw(datasets()))
        made = self._run_or_refuse(dataset)
        if made is None:
            return
        again = self._run(dataset, dataset)
        assert same(_plain(made), _plain(again)), "the same input gave another output"
        assert self.leaves_out or len(made.items) >= len(dataset), "items went without a word"
        _assert_sound(made)
        _assert_same_things(made, dataset)
        if self.transform.plan is None:
            alone = [one for item in dataset for one in self._run([item], dataset).items]
            assert same(alone, list(made.items)), "an item depends on the others"

    # ------------------------------------------------------------------ edges

    def test_an_empty_dataset(self) -> None:
        """Nothing comes of nothing, or it is refused."""
        made = self._run_or_refuse(ListDataset([], sample_categories()))
        assert made is None or not made.items

    def test_items_without_annotations_or_media(self) -> None:
        """They are kept, left out on purpose, or refused."""
        bare = [
            Item(id="bare"),
            Item(id="named", media=(Media(path="named.png"),)),
            image_item("a"),
        ]
        made = self._run_or_refuse(ListDataset(bare, sample_categories()))
        if made is not None:
            assert self.leaves_out or len(made.items) >= len(bare)

    def test_media_that_does_not_decode(self) -> None:
        """Broken bytes, with and without a stated size, are left, counted or refused."""
        broken = Media(path="a.png", content=InMemory(b"\x89PNG no image"))
        sized = replace(broken, width=8, height=6)
        notes = tuple(replace(sample(kind), id=n) for n, kind in enumerate(sorted(KINDS)))
        for media in (broken, sized, replace(sized, content=InMemory(b""))):
            item = Item(id="a", media=(media,), annotations=notes)
            made = self._run_or_refuse(ListDataset([item], sample_categories()))
            if made is not None:
                _assert_sound(made)

    @pytest.mark.parametrize("kind", sorted(KINDS))
    def test_damaged_annotations(self, kind: str) -> None:
        """Numbers that are none, broken run lengths, unknown labels raise nothing of another's."""
        for one in _damaged(kind):
            self._run_or_refuse(ListDataset([image_item("a", one)], sample_categories()))

    # ------------------------------------------------------------------ how it is done

    def _run(
        self, items: Iterable[Item], dataset: ListDataset | None = None, **more: Any
    ) -> Transformed:
        known = sample_categories() if dataset is None else dataset.categories
        return run_transform(self.transform, list(items), known, **{**self.options, **more})

    def _run_or_refuse(self, dataset: ListDataset, **more: Any) -> Transformed | None:
        """What comes of it; None where it is refused with an error of datum."""
        try:
            return self._run(dataset, dataset, **more)
        except DatumError as error:
            assert str(error), "an error says something"  # noqa: PT017 (that it is raised is not demanded)
            return None


def _with_sample_labels(dataset: ListDataset) -> ListDataset:
    """The dataset with its first labels called as those of the samples, so that options can name them."""
    known, samples = dataset.categories, sample_categories().labels
    named = [
        replace(one, name=other.name) for one, other in zip(known.labels, samples, strict=False)
    ]
    labels = (*named, *samples[len(named) :], *known.labels[len(samples) :])
    return ListDataset(dataset, replace(known, labels=labels), dataset.infos)


def _plain(made: Transformed) -> list[Any]:
    return [list(made.items), made.categories, made.infos, made.losses.rows()]


def _assert_same_things(made: Transformed, dataset: ListDataset) -> None:
    before = {item.key: item for item in dataset}
    for item in made.items:
        old = before.get(item.key)
        if old is None:
            continue
        assert item is old or not same(item, old), f"{item.id} was made anew"
        own = {one.id: one for one in old.annotations}
        for one in item.annotations:
            twin = own.get(one.id)
            assert one is twin or not same(one, twin), f"{one.kind} was made anew"


def _assert_sound(made: Transformed) -> None:
    keys = Counter(item.key for item in made.items)
    assert max(keys.values(), default=1) == 1, f"two items are one: {keys.most_common(1)}"
    labels = len(made.categories.labels)
    assert all(0 <= spec.label < labels for spec in made.categories.skeletons)
    names = made.categories.names()
    assert len(set(names)) == len(names), names
    for item in made.items:
        ids = Counter(one.id for one in item.annotations if one.id is not None)
        assert max(ids.values(), default=1) == 1, f"{item.id}: two annotations are one: {ids}"
        for one in item.annotations:
            assert one.label is None or 0 <= one.label < labels, f"label {one.label} of {labels}"


def _damaged(kind: str) -> Iterable[Annotation]:
    """An annotation with what a damaged source may bring, one thing at a time."""
    one = replace(sample(kind), id=7)
    yield replace(one, label=99)
    yield replace(one, label=-1)
    yield replace(one, label=None, id=None, group=-1, score=math.nan)
    if isinstance(one, Mask):
        for counts in (b"", b"zz", b"\xff", b"P99", b"0"):
            yield replace(one, counts=counts)
        yield replace(one, height=0, width=0, counts=b"")
        yield replace(one, height=1 << 20, width=1 << 20)
    for name in one.__struct_fields__:
        value = getattr(one, name)
        if isinstance(value, float) and name != "score":
            yield from (replace(one, **{name: odd}) for odd in _ODD_NUMBERS)
        if name in {"points", "position", "rotation", "scale"}:
            yield from (replace(one, **{name: (odd, *value[1:])}) for odd in _ODD_NUMBERS)
        if name == "points":
            yield from (replace(one, points=value[:n]) for n in range(5))
            yield replace(one, points=(3.0,) * len(value))
