r"""remove_items: the items that are named go, with all that is said of them.

Each ``--id name:subset`` names one; a colon in a name is written ``\:``. An item that is not there is an
error, and nothing is removed then. No image or annotation is read.
"""

from datum.errors import UnknownNameError, UsageError
from datum.plugins import Dataset, Option, Plan, Transform, TransformContext
from datum.transforms.named import parse_items

__all__ = ["REMOVE_ITEMS"]


def plan(dataset: Dataset, context: TransformContext) -> Plan:
    """Leave out the items that are named."""
    gone = parse_items(context.options["ids"])
    if not gone:
        raise UsageError("remove_items needs --id name:subset")
    missing = sorted(gone.difference(dataset.item_keys()))
    if missing:
        subset, name = missing[0]
        if subset not in dataset.subsets():
            raise UnknownNameError("subset", subset, dataset.subsets())
        more = f" (and {len(missing) - 1} more that are not there)" if missing[1:] else ""
        raise UsageError(
            f"there is no item '{name}' in subset '{subset}'{more}",
            hint="`datum ls` shows the items",
        )
    return Plan(keys=lambda key: None if key in gone else key)


REMOVE_ITEMS = Transform(
    name="remove_items",
    title="Remove items by their ids",
    help=__doc__ + "\nExample: datum transform -t remove_items -- --id img_7:train --id img_9:val",
    options=(
        Option(name="ids", short=("--id",), many=True, default=(), help="an item, as name:subset"),
    ),
    plan=plan,
)
