"""Operations by name and parameters, as recipes have them: what they make of a dataset."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from datum import plugins
from datum.dataset.dataset import Dataset
from datum.dataset.media import load_media
from datum.errors import UsageError
from datum.filtering.modes import Language, Picked, parse_mode
from datum.filtering.table import Source
from datum.lineage.recipe import Determinism
from datum.losses import LossReport
from datum.model import Categories, Item
from datum.plugins import Memo, Plan, Transform, TransformContext, find_transform, parse_options

__all__ = [
    "BatchPick",
    "Change",
    "Operation",
    "change_of",
    "filter_operation",
    "find_operation",
    "transform_operation",
]

_TRANSFORM = "transform "


BatchPick = Callable[[Source], Picked]
"""What stays of some items and of their annotations."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What an operation makes of one dataset."""

    items: Callable[[Item], Iterable[Item]]
    pick: BatchPick | None = None
    """The same for many at a time, where nothing but items and annotations go."""
    keys: Callable[[tuple[str, str]], tuple[str, str] | None] | None = None
    """In place of *items*, where nothing but subsets and ids change."""
    made: Callable[[], Iterable[Item]] = tuple
    """Items that are made of several."""
    categories: Categories
    infos: Mapping[str, Any] | None = None
    """None to keep those of the dataset."""
    files: Mapping[str, bytes] = msgspec.field(default_factory=dict)
    """Reports that were asked for, by path."""


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """Something to do with a dataset, checked and not yet done."""

    name: str
    """``filter``, ``transform NAME``."""
    version: int = 1
    parameters: dict[str, Any]
    """All that were given and all defaults, as JSON has them."""
    seed: int | None = None
    local: bool
    """Whether what an item becomes depends on that item and the categories alone."""
    title: str
    """One line for a commit."""
    bind: Callable[[Dataset, LossReport, Memo | None], Change]
    """What it makes of a dataset; what it cannot keep goes into the report."""

    @property
    def determinism(self) -> Determinism:
        """Whether chance is in it."""
        return "bitwise" if self.seed is None else "seeded"


def find_operation(name: str, parameters: Mapping[str, Any]) -> Operation | None:
    """The operation of a recipe; None for one that cannot be done again from its input alone.

    Raises:
        UnknownNameError: Its transform, or an option of it, is not installed.
        UsageError: The parameters do not fit.
    """
    if name == "filter":
        return filter_operation(**parameters)
    if name.startswith(_TRANSFORM):
        return transform_operation(name.removeprefix(_TRANSFORM), parameters)
    return None


def filter_operation(
    expression: str, mode: str = "items", language: Language = "xpath"
) -> Operation:
    """Keep the items and annotations that an expression picks.

    Raises:
        UsageError: The expression cannot be read, or the mode or the language is none.
    """
    from datum.filtering.filters import compile_filter, one_by_one  # brings lxml

    chosen = parse_mode(mode)
    pick = compile_filter(expression, chosen, language)
    of_one = one_by_one(pick)
    parameters: dict[str, Any] = {"expression": expression, "mode": chosen}
    if language != "xpath":
        parameters["language"] = language

    def bind(dataset: Dataset, _losses: LossReport, _memo: Memo | None) -> Change:
        known = dataset.categories
        return Change(
            items=lambda item: _of_one(of_one(item, known)),
            pick=lambda source: pick(source, known),
            categories=known,
        )

    return Operation(
        name="filter",
        parameters=parameters,
        local=True,
        title=f"Filter {chosen} by {expression}",
        bind=bind,
    )


def transform_operation(name: str, options: Mapping[str, Any]) -> Operation:
    """Run a transform.

    Raises:
        UnknownNameError: There is no such transform, or it has no such option.
        UsageError: An option does not fit.
    """
    transform = find_transform(name)
    values = parse_options(transform.options, options, transform.name)
    seed = values.get("seed")

    def bind(dataset: Dataset, losses: LossReport, memo: Memo | None) -> Change:
        context = TransformContext(
            categories=dataset.categories,
            options=values,
            load=lambda media: load_media(dataset.store, media),
            losses=losses,
            memo=memo,
        )
        return change_of(transform, dataset, context)

    return Operation(
        name=_TRANSFORM + transform.name,
        version=transform.version,
        parameters={key: _plain(value) for key, value in values.items()},
        seed=seed if isinstance(seed, int) else None,
        local=transform.plan is None,
        title=f"Transform {transform.name}",
        bind=bind,
    )


def _plain(value: Any) -> Any:
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


def change_of(transform: Transform, dataset: plugins.Dataset, context: TransformContext) -> Change:
    """What a transform makes of a dataset.

    Raises:
        UsageError: The transform has no function, or refuses the dataset or its options.
    """
    plan = Plan() if transform.plan is None else transform.plan(dataset, context)
    categories = plan.categories or dataset.categories
    if transform.categories is not None:
        categories = transform.categories(categories, context.options)
    return Change(
        items=_each(transform, plan, context),
        keys=plan.keys,
        made=plan.made or tuple,
        categories=categories,
        infos=plan.infos,
        files=plan.files,
    )


def _each(
    transform: Transform, plan: Plan, context: TransformContext
) -> Callable[[Item], Iterable[Item]]:
    """What becomes of one item."""
    item, expand, planned = transform.item, transform.expand, plan.item
    if expand is not None:
        return lambda one: expand(one, context)
    if item is not None:
        return lambda one: _of_one(item(one, context))
    if planned is not None:
        return lambda one: _of_one(planned(one))
    if transform.plan is not None:
        return _of_one
    raise UsageError(f"transform {transform.name} does nothing to items")


def _of_one(item: Item | None) -> tuple[Item, ...]:
    return () if item is None else (item,)
