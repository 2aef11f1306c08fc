r"""remove_annotations: the annotations that are named go, or those of the items that are named, or all.

``--id name:subset:annotation`` names one annotation by its id (``datum cat`` shows them), ``--id
name:subset`` all of an item, and without ``--id`` the annotations of every item go. A colon in a name is
written ``\:``. Items stay, also those that have no annotation left. An annotation that its item does not
have is an error; an item that is not there has nothing to remove, so that the transform can be done
again when items came and went.
"""

from collections.abc import Mapping
from functools import lru_cache

from datum.errors import UsageError
from datum.model import Item
from datum.plugins import Option, Transform, TransformContext
from datum.transforms.chance import Key
from datum.transforms.changing import with_annotations
from datum.transforms.named import parse_annotations

__all__ = ["REMOVE_ANNOTATIONS"]


@lru_cache(maxsize=4)
def _named(texts: tuple[str, ...]) -> Mapping[Key, frozenset[int] | None]:
    return parse_annotations(texts)


def remove_annotations(item: Item, context: TransformContext) -> Item:
    """The item without the annotations that are named.

    Raises:
        UsageError: It has no annotation of an id that is named.
    """
    named = _named(tuple(context.options["ids"]))
    gone = named.get(item.key, frozenset()) if named else None
    if gone is None:
        return with_annotations(item, ())
    missing = gone.difference(one.id for one in item.annotations)
    if missing:
        raise UsageError(
            f"item {item.subset}/{item.id} has no annotation {min(missing)}",
            hint="`datum cat` shows the ids of an item's annotations",
        )
    return with_annotations(item, [one for one in item.annotations if one.id not in gone])


REMOVE_ANNOTATIONS = Transform(
    name="remove_annotations",
    title="Remove annotations by their ids, of some items, or all",
    help=__doc__
    + "\nExample: datum transform -t remove_annotations -- --id img_7:train:3 --id img_9:val",
    options=(
        Option(
            name="ids",
            short=("--id",),
            many=True,
            default=(),
            help="an annotation or the item of some, as name:subset[:annotation]",
        ),
    ),
    item=remove_annotations,
)
