"""random_split: items are dealt to subsets at random, in given proportions.

Every item draws a number that depends on its key and the seed alone, so adding an item changes no
other's draw. In the order of the numbers, items 1 to round(r1 * n) go to the first subset, those up to
round((r1 + r2) * n) to the second, and so on; the last subset takes what remains.
"""

from collections.abc import Sequence

import xxhash
from msgspec.structs import replace

from datum.errors import UsageError
from datum.plugins import Dataset, Option, Plan, Transform, TransformContext

__all__ = ["RANDOM_SPLIT"]

_TOLERANCE = 1e-6
_SEED_LIMIT = (1 << 64) - 1


def parse_ratios(texts: Sequence[str]) -> dict[str, float]:
    """Subset names and ratios from ``name:ratio``.

    Raises:
        UsageError: One is malformed, is there twice, lies outside 0 to 1, or they do not sum to 1.
    """
    ratios: dict[str, float] = {}
    for text in texts:
        name, _, ratio = text.rpartition(":")
        try:
            value = float(ratio)
        except ValueError:
            value = -1.0
        if not name or name in ratios or not 0 <= value <= 1:
            raise UsageError(
                f"'{text}' is no subset and ratio", hint="write --subset train:.8 --subset test:.2"
            )
        ratios[name] = value
    if abs(sum(ratios.values()) - 1) > _TOLERANCE:
        raise UsageError(f"the ratios sum to {sum(ratios.values()):g}, not to 1")
    return ratios


def plan(dataset: Dataset, context: TransformContext) -> Plan:
    """Decide the subset of every item."""
    ratios = parse_ratios(context.options["subset"])
    seed = context.options["seed"]
    if not 0 <= seed <= _SEED_LIMIT:
        raise UsageError(f"the seed {seed} is not between 0 and 2^64 - 1")
    keys = sorted(item.key for item in dataset)
    drawn = sorted(keys, key=lambda key: (_draw(seed, key), key))
    chosen: dict[tuple[str, str], str] = {}
    start, total = 0, 0.0
    names = list(ratios)
    for name in names:
        total += ratios[name]
        end = len(drawn) if name == names[-1] else round(total * len(drawn))
        chosen.update(dict.fromkeys(drawn[start:end], name))
        start = end
    return Plan(item=lambda item: replace(item, subset=chosen[item.key]))


def _draw(seed: int, key: tuple[str, str]) -> int:
    return xxhash.xxh3_64_intdigest("\0".join(key).encode(), seed=seed)


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
        Option(name="seed", type=int, default=0, help="another seed deals otherwise; 64 bits"),
    ),
    plan=plan,
)
