r"""label_random_sampler: of every label some items are kept, drawn at random.

Of the items of each subset that have a label, as many stay as ``--label name:count`` says for it, or
else ``--count``, or all where there are fewer. What stays for one label stays: an item of two labels
counts for both. So the result has between the largest and the sum of the counts, in each subset. Labels
whose count is 0, or for which nothing is said, are removed with their annotations; annotations without
a label stay with their items. Every item draws a number that depends on its key and the seed alone, and
of each label those with the smallest stay, so that each is as likely as any other.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from datum.errors import UnknownNameError, UsageError
from datum.model import Categories
from datum.plugins import Dataset, Option, Plan, Transform, TransformContext
from datum.transforms.chance import SEED, Key, seed_of, shuffled
from datum.transforms.remap_labels import remap_categories, remap_item

__all__ = ["LABEL_RANDOM_SAMPLER"]


def plan(dataset: Dataset, context: TransformContext) -> Plan:
    """Decide which items and labels stay."""
    counts = _counts(context.categories, context.options)
    seed = seed_of(context)
    having: dict[tuple[str, int | None], list[Key]] = defaultdict(list)
    for key, said in dataset.statements():
        for label in {one.label for one in said if one.label in counts}:
            having[key[0], label].append(key)
    kept = {
        key for (_, label), keys in having.items() for key in shuffled(keys, seed)[: counts[label]]
    }
    gone = [name for n, name in enumerate(context.categories.names()) if n not in counts]
    if not gone:
        return Plan(keys=lambda key: key if key in kept else None)
    rules = tuple(name.replace(":", "\\:") + ":" for name in gone)
    options: Mapping[str, Any] = {"label": rules, "default": "keep"}
    remap = replace(context, options=options)
    return Plan(
        item=lambda item: remap_item(item, remap) if item.key in kept else None,
        categories=remap_categories(context.categories, options),
    )


def _counts(categories: Categories, options: Mapping[str, Any]) -> dict[int | None, int]:
    """How many items are wanted of each label, by its number; those of which some are."""
    given = _parse(options["label"])
    common = options["count"]
    if common is None and not given:
        raise UsageError("label_random_sampler needs --count, or --label name:count")
    if (common or 0) < 0:
        raise UsageError(f"--count {common} of label_random_sampler is below 0")
    names = categories.names()
    for name in given:
        if name not in names:
            raise UnknownNameError("label", name, names)
    wanted = {n: given.get(name, common or 0) for n, name in enumerate(names)}
    return {n: count for n, count in wanted.items() if count}


def _parse(texts: Sequence[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for text in texts:
        name, _, number = text.rpartition(":")
        if not name or name in counts or not number.isdecimal():
            raise UsageError(f"'{text}' is no label and count", hint="write --label cat:50")
        counts[name] = int(number)
    return counts


LABEL_RANDOM_SAMPLER = Transform(
    name="label_random_sampler",
    title="Keep some items of every label, drawn at random",
    help=__doc__
    + "\nExample: datum transform -t label_random_sampler -- -k 50 -l cat:100 -l dog:0",
    options=(
        Option(name="count", short=("-k",), type=int, help="items of each label"),
        Option(
            name="label", short=("-l",), many=True, default=(), help="of one label, as name:count"
        ),
        SEED,
    ),
    plan=plan,
)
