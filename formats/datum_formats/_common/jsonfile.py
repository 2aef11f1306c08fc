"""JSON files: decoded with errors that name them, encoded the same way every time."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from datum.errors import FormatError
from datum_formats._common.files import read_bytes

__all__ = [
    "decode_as",
    "encode",
    "json_lines",
    "read_json",
    "stream_fields",
    "stream_list",
    "stream_map",
]

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


def decode_as(
    raw: bytes | msgspec.Raw, shape: type[T] | Any, path: Path, *, line: int | None = None
) -> Any:
    """A part of a JSON file, or the line of that number, decoded into *shape*.

    Raises:
        FormatError: It is of another shape.
    """
    try:
        return msgspec.json.decode(raw, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        reason = f"not the JSON that is expected: {error}"
        raise FormatError(reason, path=path, line=line) from error
    except RecursionError as error:
        raise FormatError("JSON nested too deep", path=path, line=line) from error


def json_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines of a file of JSON lines that are not blank, with their numbers, as they are read.

    Raises:
        FormatError: It is missing, or cannot be read.
    """
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield number, line.removeprefix(b"\xef\xbb\xbf")
    except OSError as error:
        raise FormatError(error.strerror or str(error), path=path) from error


def stream_list(values: Iterable[Any]) -> Iterator[bytes]:
    """A JSON list, a line for each value, as it is made."""
    yield from _joined(b"[", map(msgspec.json.encode, values), b"]")
    yield b"\n"


def stream_fields(name: str, values: Iterable[Any]) -> Iterator[bytes]:
    """A JSON map of one key, which has a list, a line for each value, as it is made."""
    start = b"{" + msgspec.json.encode(name) + b":["
    yield from _joined(start, map(msgspec.json.encode, values), b"]}")
    yield b"\n"


def stream_map(values: Mapping[str, Any]) -> Iterator[bytes]:
    """A JSON map; a value that is an iterator gives the keys and values of a map of its own."""
    between = b"{\n"
    for name, value in values.items():
        yield between + msgspec.json.encode(name) + b":"
        if isinstance(value, Iterator):
            pairs = (
                msgspec.json.encode(key) + b":" + msgspec.json.encode(one) for key, one in value
            )
            yield from _joined(b"{", pairs, b"}")
        else:
            yield msgspec.json.encode(value)
        between = b",\n"
    yield b"\n}\n"


def _joined(start: bytes, parts: Iterable[bytes], end: bytes) -> Iterator[bytes]:
    yield start
    between = b"\n"
    for part in parts:
        yield between + part
        between = b",\n"
    yield b"\n" + end
