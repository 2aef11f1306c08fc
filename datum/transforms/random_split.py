"""random_split: items are dealt to subsets at random, in given proportions.

Every item draws a number that depends on its key and the seed alone, so adding an item changes no
other's draw. In the order of the numbers, items 1 to round(r1 * n) go to the first subset, those up to
round((r1 + r2) * n) to the second, and so on; the last subset takes what remains. The subsets that
there were are forgotten. What is in the items is not looked at: ``split`` keeps labels in proportion,
``stable_split`` keeps every item where it is when others are added.
"""

from itertools import islice

from datum.plugins import Dataset, Option, Plan, Transform, TransformContext
from datum.transforms.chance import SEED, Key, seed_of, shuffled
from datum.transforms.shares import parse_shares, sizes_of

__all__ = ["RANDOM_SPLIT"]


def plan(dataset: Dataset, context: TransformContext) -> Plan:
    """Decide the subset of every item."""
    shares = parse_shares(context.options["subset"])
    drawn = shuffled(dataset.item_keys(), seed_of(context))
    rest = iter(drawn)
    chosen: dict[Key, Key] = {}
    for name, size in sizes_of(shares, len(drawn)):
        chosen.update((key, (name, key[1])) for key in islice(rest, size))
    return Plan(keys=chosen.get)


RANDOM_SPLIT = Transform(
    name="random_split",
    title="Deal items to subsets at random",
    help=__doc__
    + "\nExample: datum transform -t random_split -- --subset train:.67 --subset test:.33",
    options=(
        Option(
            name="subset",
            short=("-s",),
            many=True,
            default=("train:.67", "test:.33"),
            help="a subset and its share, as name:ratio; the ratios sum to 1",
        ),
        SEED,
    ),
    plan=plan,
)
