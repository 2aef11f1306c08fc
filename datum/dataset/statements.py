"""Statements of one item's annotations, from their object; geometry and scores are not decoded."""

from datum.dataset.annotations import read_attributes, read_fields
from datum.dataset.columns import unpack_ints
from datum.errors import CorruptObjectError
from datum.model import KIND_CODES, Statement

__all__ = ["decode_statements"]

_NAMES = {code: kind.kind for kind, code in KIND_CODES.items()}


def decode_statements(data: bytes) -> list[Statement]:
    """What the annotations in the canonical bytes say, in their order.

    Raises:
        CorruptObjectError: The bytes are no such object.
    """
    fields = read_fields(data)
    codes: bytes = fields[2]
    ids = unpack_ints(fields[3], len(codes))
    labels = unpack_ints(fields[4], len(codes))
    if min(labels, default=0) < 0:
        raise CorruptObjectError("a label below 0")
    groups = unpack_ints(fields[5], len(codes))
    attributes = read_attributes(fields[8], len(codes))
    return [
        Statement(_NAMES[code], label - 1 if label else None, values, number, group)
        for code, label, values, number, group in zip(
            codes, labels, attributes, ids, groups, strict=True
        )
    ]
