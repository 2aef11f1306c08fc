"""Keys of the trees: subset, a zero byte, id; ordered as bytes."""

from datum.errors import CorruptObjectError, UsageError
from datum.model import Item

__all__ = ["item_key", "key_of", "key_text", "split_key", "subset_range"]


def item_key(subset: str, item_id: str) -> bytes:
    """The key of an item.

    Raises:
        UsageError: The subset or the id is empty, holds a zero character or cannot be UTF-8.
    """
    if not subset or not item_id or "\0" in subset or "\0" in item_id:
        raise UsageError(f"item {subset!r}/{item_id!r}: subset and id may not be empty or hold NUL")
    try:
        return f"{subset}\0{item_id}".encode()
    except UnicodeEncodeError as error:
        raise UsageError(f"item {subset!r}/{item_id!r} is no Unicode text") from error


def split_key(key: bytes) -> tuple[str, str]:
    """Subset and id of a key.

    Raises:
        CorruptObjectError: It is no key of an item.
    """
    try:
        subset, item_id = key.decode().split("\0")
    except ValueError as error:
        raise CorruptObjectError(f"{key!r} is no key of an item") from error
    return subset, item_id


def key_text(key: bytes) -> str:
    """A key as people write it: ``subset/id``."""
    return key.decode().replace("\0", "/", 1)


def subset_range(subset: str) -> tuple[bytes, bytes]:
    """The first key that a subset may have, and the first one after it."""
    name = subset.encode("utf-8", "surrogatepass")  # no key is in the range of such a name
    return name + b"\0", name + b"\1"


def key_of(item: Item) -> bytes:
    """The key of an item's value."""
    return item_key(item.subset, item.id)
