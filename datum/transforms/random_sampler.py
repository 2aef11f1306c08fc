"""random_sampler: some items are kept, drawn at random, and the others go.

Exactly ``--count`` items stay, each as likely as any other, or all where there are fewer. With
``--subset`` the items of that subset alone are drawn from, and other subsets stay whole. Every item
draws a number that depends on its key and the seed alone, and those with the smallest numbers stay: a
sample of 100 holds the sample of 50 of the same seed.
"""

from datum.errors import UnknownNameError, UsageError
from datum.plugins import Dataset, Option, Plan, Transform, TransformContext
from datum.transforms.chance import SEED, seed_of, shuffled

__all__ = ["RANDOM_SAMPLER"]


def plan(dataset: Dataset, context: TransformContext) -> Plan:
    """Decide which items stay."""
    wanted, subset = context.options["count"], context.options["subset"]
    if wanted < 0:
        raise UsageError(f"--count {wanted} of random_sampler is below 0")
    if subset is not None and subset not in dataset.subsets():
        raise UnknownNameError("subset", subset, dataset.subsets())
    keys = [key for key in dataset.item_keys() if subset is None or key[0] == subset]
    gone = set(shuffled(keys, seed_of(context))[wanted:])
    return Plan(keys=lambda key: None if key in gone else key)


RANDOM_SAMPLER = Transform(
    name="random_sampler",
    title="Keep some items, drawn at random",
    help=__doc__ + "\nExample: datum transform -t random_sampler -- -k 1000 --subset train",
    options=(
        Option(name="count", short=("-k",), type=int, required=True, help="how many items stay"),
        Option(name="subset", short=("-s",), help="draw from this subset alone"),
        SEED,
    ),
    plan=plan,
)
