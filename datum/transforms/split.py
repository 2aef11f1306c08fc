"""split: items are dealt to subsets so that each gets its share of every label and attribute.

``--task`` says which annotations count:

- ``classification``: labels of whole items, one or several for each.
- ``detection``: boxes, upright and rotated. Instances are counted, not images.
- ``segmentation``: masks, polygons and ellipses.
- ``reid``: identities, see below.

The sizes of the subsets are their shares of all items, rounded; within these sizes every label, and under
it every value of an attribute, comes as near to its shares as dealing one item after the other can. The
items that have most of what is rarest are dealt first, equal ones in the order of their draws, which
depend on key and seed alone; items without such annotations fill up. Of attributes count truth values,
whole numbers and texts; an attribute of more than 20 values tells items apart, and does not count, nor
does a value that is rarer than there are subsets. Where no item has such an annotation, that is an error.

``reid`` makes ``train``, ``val``, ``test-gallery`` and ``test-query``; no identity of the test subsets is
in another subset. The identity of an item is the one label of its annotations, or the one value that
``--attr-for-id`` has on them or on the item. Items without any, or with several, go to
``not-supported``. Whole identities of two items or more are taken in the order of their draws as long as
the items of the test subsets are not more than their share; of each, ``--query`` of the items, rounded,
but at least one and not all, are queries, unless the share is 0 or 1. The rest is dealt to train and
val, each identity in proportion.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from typing import Any

from datum.errors import UsageError
from datum.model import Statement
from datum.model.tasks import TASK_KINDS
from datum.plugins import Dataset, Option, Plan, Transform, TransformContext
from datum.transforms.chance import SEED, Key, seed_of
from datum.transforms.dealing import deal
from datum.transforms.reid import split_identities
from datum.transforms.shares import parse_shares

__all__ = ["SPLIT"]

_MOST_VALUES = 20

_Has = Counter[Hashable]


def plan(dataset: Dataset, context: TransformContext) -> Plan:
    """Decide the subset of every item."""
    shares = parse_shares(context.options["subset"])
    seed = seed_of(context)
    if context.options["task"] == "reid":
        chosen = split_identities(dataset, context, shares, seed)
    else:
        chosen = deal(_groups(dataset, context.options["task"], len(shares)), shares, seed)
    return Plan(keys=lambda key: (chosen[key], key[1]))


def _groups(dataset: Dataset, task: str, subsets: int) -> list[tuple[Key, Mapping[Hashable, int]]]:
    """What each item has of labels, and of attributes' values under them."""
    items: list[tuple[Key, _Has]] = []
    values: dict[str, set[Hashable]] = defaultdict(set)
    for key, said in dataset.statements():
        has: _Has = Counter()
        for one in said:
            if one.kind in TASK_KINDS[task]:
                has[one.label] += 1
                has.update(_attributes(one, values))
        items.append((key, has))
    if items and not any(has for _, has in items):
        kinds = ", ".join(sorted(TASK_KINDS[task]))
        raise UsageError(
            f"no item has annotations that {task} is about ({kinds})",
            hint="name another --task, or use random_split",
        )
    totals: _Has = Counter()
    for _, has in items:
        totals.update(has)
    return [(key, _counting(has, totals, values, subsets)) for key, has in items]


def _attributes(one: Statement, values: dict[str, set[Hashable]]) -> Iterable[Hashable]:
    """The groups of an annotation's attributes; *values* learns which there are, up to the limit."""
    for name, value in one.attributes.items():
        if isinstance(value, bool | int | str):
            seen = values[name]
            if len(seen) <= _MOST_VALUES:
                seen.add((type(value).__name__, value))
                yield (one.label, name, type(value).__name__, value)


def _counting(
    has: _Has, totals: _Has, values: Mapping[str, set[Hashable]], subsets: int
) -> Mapping[Hashable, int]:
    """Without the attributes that tell items apart, and the values that are too rare."""
    return {
        group: count
        for group, count in has.items()
        if not isinstance(group, tuple)
        or (totals[group] >= subsets and len(values[group[1]]) <= _MOST_VALUES)
    }


_HELP_TASK = "which annotations are to be in proportion"
_TASKS: tuple[Any, ...] = (*TASK_KINDS, "reid")

SPLIT = Transform(
    name="split",
    title="Split so that labels and attributes are in proportion",
    help=__doc__
    + "\nExample: datum transform -t split -- -t detection -s train:.5 -s val:.2 -s test:.3",
    options=(
        Option(
            name="task", short=("-t",), default="classification", choices=_TASKS, help=_HELP_TASK
        ),
        Option(
            name="subset",
            short=("-s",),
            many=True,
            default=("train:.5", "val:.2", "test:.3"),
            help="a subset and its share, as name:ratio; the ratios sum to 1",
        ),
        Option(
            name="query", type=float, default=0.5, help="of test items, the share of queries; reid"
        ),
        Option(
            name="attr_for_id",
            short=("--attr",),
            help="the attribute that is the identity, in place of the label; reid",
        ),
        SEED,
    ),
    plan=plan,
)
