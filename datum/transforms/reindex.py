"""reindex: ids become running numbers.

The items are numbered through the whole dataset, in the order of subset and id, from ``--start``. No two
items of the result have one id, whatever their subsets. With ``--digits`` zeros are put before each
number, so that the order of the texts is that of the numbers; without, ``10`` is sorted before ``2``.
"""

from itertools import count

from datum.errors import UsageError
from datum.plugins import Dataset, Option, Plan, Transform, TransformContext

__all__ = ["REINDEX"]

_MOST_DIGITS = 32


def plan(dataset: Dataset, context: TransformContext) -> Plan:
    """Give each item its number."""
    start, digits = context.options["start"], context.options["digits"]
    if start < 0:
        raise UsageError(f"--start {start} of reindex is below 0")
    if not 0 <= digits <= _MOST_DIGITS:
        raise UsageError(f"--digits {digits} of reindex is not between 0 and {_MOST_DIGITS}")
    numbered = zip(dataset.item_keys(), count(start), strict=False)
    return Plan(keys={key: (key[0], f"{number:0{digits}d}") for key, number in numbered}.get)


REINDEX = Transform(
    name="reindex",
    title="Number the items",
    help=__doc__ + "\nExample: datum transform -t reindex -- --start 0 --digits 6",
    options=(
        Option(name="start", short=("-s",), type=int, default=1, help="the first number"),
        Option(name="digits", type=int, default=0, help="digits that each number has at least"),
    ),
    plan=plan,
)
