"""JSON files: decoded with errors that name them, encoded the same way every time."""

from pathlib import Path
from typing import Any, TypeVar

import msgspec

from datum.errors import FormatError
from datum_formats._common.files import read_bytes

__all__ = ["encode", "read_json"]

T = TypeVar("T")


def read_json(path: Path, shape: type[T] | Any = Any) -> Any:
    """A JSON file, decoded into *shape* (a msgspec struct, say).

    Raises:
        FormatError: It is missing, no JSON, or of another shape.
    """
    data = read_bytes(path)
    try:
        return msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"), type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise FormatError(f"not the JSON that is expected: {error}", path=path) from error
    except RecursionError as error:
        raise FormatError("JSON nested too deep", path=path) from error


def encode(value: Any, *, indent: int | None = None) -> bytes:
    """JSON bytes of *value*: keys in the order given, UTF-8, a line break at the end."""
    data = msgspec.json.encode(value)
    return (msgspec.json.format(data, indent=indent) if indent else data) + b"\n"
