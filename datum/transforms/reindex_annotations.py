"""reindex_annotations: the ids of annotations become running numbers.

Annotations are numbered through the whole dataset, in the order of subset, id and place in the item, from
``--start``, so that no two of them have one id. With ``--reindex-each-item`` each item begins at
``--start`` anew. Nothing else changes; a group stays the number that it is, for groups are no ids.
"""

from collections.abc import Mapping

from msgspec.structs import replace

from datum.errors import UsageError
from datum.model import Item
from datum.plugins import Dataset, Option, Plan, Transform, TransformContext
from datum.transforms.chance import Key
from datum.transforms.changing import with_annotations

__all__ = ["REINDEX_ANNOTATIONS"]


def plan(dataset: Dataset, context: TransformContext) -> Plan:
    """Give each annotation its number."""
    start = context.options["start"]
    if start < 0:
        raise UsageError(f"--start {start} of reindex_annotations is below 0")
    if context.options["reindex_each_item"]:
        return Plan(item=lambda item: _numbered(item, start))
    firsts = _firsts(dataset, start)
    return Plan(item=lambda item: _numbered(item, firsts[item.key]))


def _firsts(dataset: Dataset, start: int) -> Mapping[Key, int]:
    """The number of the first annotation of each item."""
    firsts: dict[Key, int] = {}
    for key, said in dataset.statements():
        firsts[key] = start
        start += len(said)
    return firsts


def _numbered(item: Item, first: int) -> Item:
    return with_annotations(
        item,
        [
            one if one.id == number else replace(one, id=number)
            for number, one in enumerate(item.annotations, first)
        ],
    )


REINDEX_ANNOTATIONS = Transform(
    name="reindex_annotations",
    title="Number the annotations",
    help=__doc__ + "\nExample: datum transform -t reindex_annotations -- --start 0",
    options=(
        Option(name="start", short=("-s",), type=int, default=1, help="the first number"),
        Option(
            name="reindex_each_item",
            short=("-r",),
            type=bool,
            default=False,
            help="begin anew in each item",
        ),
    ),
    plan=plan,
)
