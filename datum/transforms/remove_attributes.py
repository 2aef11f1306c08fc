r"""remove_attributes: attributes of items and of their annotations go.

``--attr NAME`` says which, without it all go. ``--id name:subset`` says of which items, without it of all;
a colon in a name is written ``\:``. What the categories declare of attributes stays. A name that no item
or annotation has removes nothing, and so does an item that is not there.
"""

from functools import lru_cache
from typing import Any

from msgspec.structs import replace

from datum.model import Annotation, Item
from datum.plugins import Option, Transform, TransformContext
from datum.transforms.chance import Key
from datum.transforms.changing import with_annotations
from datum.transforms.named import parse_items

__all__ = ["REMOVE_ATTRIBUTES"]


@lru_cache(maxsize=4)
def _named(texts: tuple[str, ...]) -> frozenset[Key]:
    return parse_items(texts)


def remove_attributes(item: Item, context: TransformContext) -> Item:
    """The item, and its annotations, without the attributes."""
    named = _named(tuple(context.options["ids"]))
    if named and item.key not in named:
        return item
    names = frozenset(context.options["attributes"])
    left = _left(item.attributes, names)
    if left is not item.attributes:
        item = replace(item, attributes=left)
    return with_annotations(item, [_without(one, names) for one in item.annotations])


def _without(one: Annotation, names: frozenset[str]) -> Annotation:
    left = _left(one.attributes, names)
    return one if left is one.attributes else replace(one, attributes=left)


def _left(attributes: dict[str, Any], names: frozenset[str]) -> dict[str, Any]:
    """The attributes that stay; the very ones where all do."""
    gone = names & attributes.keys() if names else attributes.keys()
    if not gone:
        return attributes
    return {name: value for name, value in attributes.items() if name not in gone}


REMOVE_ATTRIBUTES = Transform(
    name="remove_attributes",
    title="Remove attributes of items and annotations",
    help=__doc__
    + "\nExample: datum transform -t remove_attributes -- --attr is_crowd --id img_7:train",
    options=(
        Option(
            name="ids",
            short=("--id",),
            many=True,
            default=(),
            help="of this item alone, as name:subset",
        ),
        Option(
            name="attributes",
            short=("-a", "--attr"),
            many=True,
            default=(),
            help="the name of an attribute",
        ),
    ),
    item=remove_attributes,
)
