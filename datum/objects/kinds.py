"""The kinds of objects. Their numbers are hashed and stored, so they never change."""

import enum

__all__ = ["ENCODING_VERSION", "Kind"]

ENCODING_VERSION = 1
"""Version of the canonical encoding of all kinds; the second byte that every id is made over."""


class Kind(enum.IntEnum):
    """What an object is; the number is the first byte that its id is made over."""

    BLOB = 1
    """Bytes of one medium."""
    ITEM = 2
    """Media, path hint and attributes of one item, without annotations."""
    ANNOTATIONS = 3
    """All annotations of one item."""
    NODE = 4
    """A node of a tree."""
    CATEGORIES = 5
    SNAPSHOT = 6
    COMMIT = 7
    RECIPE = 8
    CONFLICT = 9
    TAG = 10
