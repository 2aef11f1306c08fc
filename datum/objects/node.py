"""Nodes of trees and their encoding.

A node is the canonical msgpack array

    [4, 1, level, width, n, prefix, lengths, suffixes, values]           level 0, a leaf
    [4, 1, level, width, n, prefix, lengths, suffixes, children, counts] higher levels

with *prefix* the longest prefix common to all keys, *suffixes* what is left of each, one after the
other, *lengths* their lengths (one integer where all are equal, else an array), *values* the values
one after the other, each *width* bytes long in the whole tree. An inner entry has the last key
below it, the id of the child, and the number of leaf entries below it.
"""

import operator
from itertools import accumulate, islice, pairwise

import msgspec

from datum.errors import CorruptObjectError
from datum.objects.ids import ObjectId
from datum.objects.kinds import ENCODING_VERSION, Kind
from datum.objects.rule import LEVEL_LIMIT

__all__ = ["WIDTH_LIMIT", "Node", "decode_node", "encode_node"]

WIDTH_LIMIT = 48
"""The most bytes that a value may have."""

_COUNT_LIMIT = 1 << 63


class _Fields(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """The array as it is stored."""

    kind: int
    version: int
    level: int
    width: int
    n: int
    prefix: bytes
    lengths: int | list[int]
    suffixes: bytes
    values: bytes
    counts: list[int] | None = None


_read = msgspec.msgpack.Decoder(_Fields).decode
_write = msgspec.msgpack.Encoder().encode  # integers, binaries and lists come out canonical


class Node(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A node. Its lists belong to it and are not to be changed."""

    level: int
    """0 for a leaf."""
    width: int
    """Bytes of each value of the tree."""
    keys: list[bytes]
    """Strictly ascending, never empty. Above level 0, the last key below each child."""
    values: list[bytes]
    """Values of a leaf; ids of the children above."""
    counts: list[int]
    """Leaf entries below each child; empty in a leaf."""

    @property
    def total(self) -> int:
        """Number of leaf entries in this node or below it."""
        return sum(self.counts) if self.level else len(self.keys)

    def child(self, index: int) -> ObjectId:
        """The id of a child; only above level 0."""
        return ObjectId(self.values[index])


def encode_node(node: Node) -> bytes:
    """The canonical bytes of a node whose parts are known to be right."""
    keys = node.keys
    prefix = _common_prefix(keys)
    cut = len(prefix)
    suffixes = [key[cut:] for key in keys] if cut else keys
    sizes = list(map(len, suffixes))
    lengths = sizes[0] if sizes.count(sizes[0]) == len(sizes) else sizes
    head = (int(Kind.NODE), ENCODING_VERSION, node.level, node.width, len(keys))
    columns = (prefix, lengths, b"".join(suffixes), b"".join(node.values))
    return _write((*head, *columns, node.counts) if node.level else (*head, *columns))


def decode_node(data: bytes, oid: ObjectId, maximum: int) -> Node:
    """The node of these bytes, with everything checked that one node can show.

    Args:
        data: Bytes of the object.
        oid: Its id, for messages; its length is that of the children's ids.
        maximum: Logical bytes that a node may have at most.

    Raises:
        CorruptObjectError: not the canonical bytes of a node, or a node that breaks the rules.
    """
    try:
        fields = _read(data)
    except (ValueError, RecursionError, OverflowError) as error:
        raise CorruptObjectError(f"not a node: {error}", oid=oid.hex()) from error
    fault = _fault_of_head(fields) or _fault_of_columns(fields, len(oid))
    if fault:
        raise CorruptObjectError(f"not a node: {fault}", oid=oid.hex())
    node = _node(fields, len(oid))
    fault = _fault_of_entries(node, maximum)
    if not fault and encode_node(node) != data:
        fault = "not its canonical encoding"
    if fault:
        raise CorruptObjectError(f"not a node: {fault}", oid=oid.hex())
    return node


def _fault_of_head(fields: _Fields) -> str:
    if (fields.kind, fields.version) != (Kind.NODE, ENCODING_VERSION):
        return f"kind {fields.kind}, version {fields.version}"
    if not 0 <= fields.level <= LEVEL_LIMIT:
        return f"level {fields.level}"
    if not 0 <= fields.width <= WIDTH_LIMIT:
        return f"values of {fields.width} bytes"
    if fields.n < 1:
        return f"{fields.n} entries"
    if (fields.counts is None) != (fields.level == 0):
        return "counts do not fit the level"
    return ""


def _fault_of_columns(fields: _Fields, id_width: int) -> str:
    """Why the columns cannot be cut into *n* entries; after this, *n* is safe to work with."""
    n, lengths = fields.n, fields.lengths
    if isinstance(lengths, int):
        if lengths < 0 or n * lengths != len(fields.suffixes) or (n > 1 and lengths == 0):
            return "keys do not fill their column"
    elif len(lengths) != n or min(lengths) < 0 or sum(lengths) != len(fields.suffixes):
        return "keys do not fill their column"
    if len(fields.values) != n * (id_width if fields.level else fields.width):
        return "values do not fill their column"
    if fields.counts is not None and (len(fields.counts) != n or min(fields.counts) < 1):
        return "counts do not fill their column"
    return ""


def _node(fields: _Fields, id_width: int) -> Node:
    n, lengths, prefix, suffixes = fields.n, fields.lengths, fields.prefix, fields.suffixes
    sizes = [lengths] * n if isinstance(lengths, int) else lengths
    places = pairwise(accumulate(sizes, initial=0))
    step = id_width if fields.level else fields.width
    column = fields.values
    return Node(
        level=fields.level,
        width=fields.width,
        keys=[prefix + suffixes[start:end] for start, end in places],
        values=[column[at : at + step] for at in range(0, n * step, step)] if step else [b""] * n,
        counts=fields.counts or [],
    )


def _fault_of_entries(node: Node, maximum: int) -> str:
    if not all(map(operator.lt, node.keys, islice(node.keys, 1, None))):
        return "keys are not in order"
    if sum(map(len, node.keys)) + len(node.values) * len(node.values[0]) > maximum:
        return f"more than {maximum} logical bytes"
    if node.total >= _COUNT_LIMIT:
        return "impossible counts"
    return ""


def _common_prefix(keys: list[bytes]) -> bytes:
    """The longest common prefix of ascending keys: that of the first and the last."""
    first, last = keys[0], keys[-1]
    for index, (one, other) in enumerate(zip(first, last, strict=False)):
        if one != other:
            return first[:index]
    return first
