"""Objects decoded into typed fields at once, which is faster than checking them one by one."""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from datum.errors import CorruptObjectError, UsageError
from datum.objects.kinds import Kind

__all__ = ["checked", "fields_decoder"]


F = TypeVar("F", bound=msgspec.Struct)
V = TypeVar("V")


def fields_decoder(fields: type[F], what: str, kind: Kind, version: int) -> Callable[[bytes], F]:
    """A function that decodes bytes into *fields*, or raises CorruptObjectError.

    The first two fields are kind and version. It does not see whether the bytes are canonical: that is for :func:`checked`.
    """
    read = msgspec.msgpack.Decoder(fields).decode
    head = bytes((kind, version))  # after the byte that says how many fields there are

    def decode(data: bytes) -> F:
        try:
            found = read(data)
        except (ValueError, TypeError, RecursionError, OverflowError) as error:
            raise CorruptObjectError(f"no {what} object: {error}") from error
        if data[1:3] != head:
            raise CorruptObjectError(f"no {what} object of a version that is known")
        return found

    return decode


def checked(value: V, encode: Callable[[V], bytes], data: bytes, what: str) -> V:
    """The value, if *data* are its canonical bytes.

    Raises:
        CorruptObjectError: They are not.
    """
    try:
        again = encode(value)
    except UsageError as error:
        raise CorruptObjectError(f"no {what} object: {error}") from error
    if again != data:
        raise CorruptObjectError(f"no {what} object in its canonical form")
    return value
