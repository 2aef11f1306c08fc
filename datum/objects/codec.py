"""Canonical msgpack: one value has one encoding, and nothing else decodes.

The rules beyond msgpack's own: integers, strings, binaries, arrays and maps in their shortest
form; floats as float64, with -0.0 as 0.0 and a single NaN; maps with string keys, ascending by
their UTF-8 bytes; no extension types; containers nested at most ``DEPTH_LIMIT`` deep.
"""

import struct
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import msgspec

from datum.errors import CorruptObjectError, UsageError

__all__ = ["DEPTH_LIMIT", "Value", "decode", "decode_row", "encode", "encode_row"]

Value: TypeAlias = "bool | int | float | str | bytes | Sequence[Value] | Mapping[str, Value] | None"
"""What can be encoded. Decoding gives lists for arrays and dicts for maps."""

DEPTH_LIMIT = 64
"""Containers inside containers; the outermost is 1."""

_PLAIN = frozenset({type(None), bool, int, str, bytes})
"""Types that msgspec already writes canonically, and refuses where it cannot."""

_FLOAT = frozenset({float})
(_NAN,) = struct.unpack(">d", bytes.fromhex("7ff8000000000000"))

_write = msgspec.msgpack.Encoder(order="deterministic").encode
_read = msgspec.msgpack.Decoder().decode


def encode(value: Value) -> bytes:
    """The canonical bytes of *value*; tuples become arrays, int and float enums their number.

    Raises:
        UsageError: a type, an integer beyond 64 bits, a lone surrogate or a depth that the
            encoding does not have.
    """
    try:
        return _write(_canonical(value, 1))
    except (OverflowError, UnicodeEncodeError) as error:
        raise UsageError(f"cannot be encoded: {error}") from error


def encode_row(row: Sequence[Value], loose: int) -> bytes:
    """As :func:`encode`, faster, for an array of which but one field can be anything.

    Args:
        row: Its fields. All but one are made of None, integers, strings, bytes and lists of these.
        loose: The index of the other.
    """
    fields = list(row)
    fields[loose] = _canonical(fields[loose], 2)  # type: ignore[call-overload]  # a part of a value
    try:
        return _write(fields)
    except (OverflowError, UnicodeEncodeError, TypeError):
        return encode(row)  # which says what is wrong


def decode_row(data: bytes, loose: int) -> Value:
    """As :func:`decode`, faster, where the caller checks the types in all fields of a row but one.

    Args:
        data: Of an array, see :func:`encode_row`.
        loose: The index of the field that can be anything.
    """
    value = _decoded(data)
    if isinstance(value, list) and len(value) > loose and not value[loose]:
        try:
            if _write(value) == data:
                return value
        except (msgspec.MsgspecError, ValueError, TypeError, RecursionError, OverflowError):
            pass  # the slow way says what is wrong
    return decode(data)


def _decoded(data: bytes) -> Value:
    try:
        value: Value = _read(data)
    except (msgspec.DecodeError, ValueError, TypeError, RecursionError, OverflowError) as error:
        raise CorruptObjectError(f"not msgpack: {error}") from error
    return value


def decode(data: bytes) -> Value:
    """The value whose canonical bytes are *data*.

    Raises:
        CorruptObjectError: the bytes are malformed, or not exactly those that ``encode`` gives.
    """
    value = _decoded(data)
    try:
        again = encode(value)
    except UsageError as error:
        raise CorruptObjectError(f"not canonical msgpack: {error}") from error
    if again != data:
        raise CorruptObjectError("not canonical msgpack")
    return value


def _canonical(value: object, depth: int) -> object:
    """The value with each part that msgspec would write in another way replaced."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if isinstance(value, float):
        return _number(value)
    if kind is list or kind is tuple:
        return _canonical_array(value, depth)  # type: ignore[arg-type]  # the line above says so
    if kind is dict:
        return _canonical_map(value, depth)  # type: ignore[arg-type]  # the line above says so
    if isinstance(value, int):
        return int(value)
    raise UsageError(f"cannot be encoded: {kind.__name__} is not a type of the encoding")


def _number(value: float) -> float:
    return float(value) + 0.0 if value == value else float(_NAN)  # noqa: PLR0124  # NaN differs from itself


def _canonical_array(value: Sequence[object], depth: int) -> Sequence[object]:
    _check_depth(depth)
    kinds = set(map(type, value))
    if kinds <= _PLAIN:
        return value
    if kinds == _FLOAT:
        return list(map(_number, value))  # type: ignore[arg-type]  # the line above says so
    return [_canonical(part, depth + 1) for part in value]


def _canonical_map(value: Mapping[object, object], depth: int) -> Mapping[object, object]:
    _check_depth(depth)
    if not set(map(type, value)) <= {str}:
        raise UsageError("cannot be encoded: the keys of a map are not all strings")
    return {key: _canonical(part, depth + 1) for key, part in value.items()}


def _check_depth(depth: int) -> None:
    if depth > DEPTH_LIMIT:
        raise UsageError(f"cannot be encoded: nested more than {DEPTH_LIMIT} deep")
