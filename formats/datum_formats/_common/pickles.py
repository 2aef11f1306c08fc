"""Pickles of numbers, texts, lists, maps and arrays, read without running anything that they say.

A pickle is a program. This interpreter, https://docs.python.org/3/library/pickletools.html, knows the
opcodes that make plain values, and of all functions those by which NumPy stores its arrays, which are done
here: no name is imported, nothing is called. Anything else is a :class:`FormatError`, wherever it comes
from. Lengths are checked before they are allocated.

Written are protocol 2 and the names of NumPy before 2, which every version of both reads.
"""

import io
import pickletools
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from datum.errors import FormatError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["dump_pickle", "load_pickle"]

_NUMBERS = frozenset("biuf")
"""Kinds of arrays: bool, int, unsigned, float."""
_MOST_DIMENSIONS = 8


class _RefusedError(ValueError):
    """What a pickle may not do."""


class _Name(msgspec.Struct, frozen=True):
    """A function or class that a pickle names; never looked up."""

    text: str


class _Kind(msgspec.Struct):
    """A dtype: letter and size, and the order of its bytes."""

    code: str
    order: str = "="


class _Array(msgspec.Struct):
    """An array, once its state is known."""

    value: Any = None


def load_pickle(data: bytes, path: Path) -> Any:
    """The value that *data* holds; arrays are arrays of NumPy, and lists where their cells are objects.

    Raises:
        FormatError: It is broken, or does more than to make plain values and arrays of numbers.
    """
    try:
        return _plain(_Machine().run(data))
    except _RefusedError as error:
        raise FormatError(f"refused: {error}", path=path) from error
    except (ValueError, TypeError, LookupError, OverflowError, struct.error) as error:
        raise FormatError(f"no pickle of plain values: {error}", path=path) from error
    except (MemoryError, RecursionError) as error:
        raise FormatError("no pickle of plain values: it is too large", path=path) from error


def _plain(value: Any) -> Any:
    """The value with its arrays, two levels deep, which is where datasets have them."""
    if isinstance(value, dict):
        return {key: _plain_cell(one) for key, one in value.items()}
    return _plain_cell(value)


def _plain_cell(value: Any) -> Any:
    if isinstance(value, _Array):
        value = value.value
    if isinstance(value, list):
        return [one.value if isinstance(one, _Array) else one for one in value]
    return value


class _Machine:
    """The stack machine that a pickle is a program for."""

    def __init__(self) -> None:
        self._stack: list[Any] = []
        self._marks: list[list[Any]] = []
        self._memo: dict[int, Any] = {}

    def run(self, data: bytes) -> Any:
        """The result of a pickle.

        Raises:
            ValueError: It is broken, or does what it may not; as TypeError and LookupError.
        """
        for opcode, argument, _ in pickletools.genops(io.BytesIO(data)):
            name = opcode.name
            if name == "STOP":
                return self._stack.pop()
            if name in _VALUES:
                self._stack.append(argument)
            elif name in _CONSTANTS:
                self._stack.append(_CONSTANTS[name]())
            elif name in _STEPS:
                _STEPS[name](self, argument)
            else:
                raise _RefusedError(f"the pickle does {name}")
        raise ValueError("it does not end")

    def mark(self, _: Any) -> None:
        self._marks.append(self._stack)
        self._stack = []

    def _to_mark(self) -> list[Any]:
        found, self._stack = self._stack, self._marks.pop()
        return found

    def pop(self, _: Any) -> None:
        self._stack.pop()

    def pop_mark(self, _: Any) -> None:
        self._to_mark()

    def put(self, place: int | None) -> None:
        self._memo[len(self._memo) if place is None else place] = self._stack[-1]

    def get(self, place: int) -> None:
        self._stack.append(self._memo[place])

    def make_tuple(self, _: Any) -> None:
        found = tuple(self._to_mark())
        self._stack.append(found)

    def tuple_of(self, count: int) -> None:
        found = tuple(self._stack[-count:])
        if len(found) != count:
            raise ValueError("the stack is too short")
        self._stack[-count:] = [found]

    def make_list(self, _: Any) -> None:
        found = self._to_mark()
        self._stack.append(found)

    def make_dict(self, _: Any) -> None:
        found = self._to_mark()
        self._stack.append(dict(_pairs(found)))

    def append(self, _: Any) -> None:
        value = self._stack.pop()
        self._list().append(value)

    def appends(self, _: Any) -> None:
        found = self._to_mark()
        self._list().extend(found)

    def _list(self) -> list[Any]:
        if not isinstance(self._stack[-1], list):
            raise _RefusedError("the pickle appends to what is no list")
        return self._stack[-1]

    def set_item(self, _: Any) -> None:
        value, key = self._stack.pop(), self._stack.pop()
        self._set([key, value])

    def set_items(self, _: Any) -> None:
        self._set(self._to_mark())

    def _set(self, found: list[Any]) -> None:
        if not isinstance(self._stack[-1], dict):
            raise _RefusedError("the pickle sets items of what is no map")
        self._stack[-1].update(_pairs(found))

    def name(self, argument: str) -> None:
        module, _, name = argument.partition(" ")
        self._stack.append(_Name(f"{module}.{name}"))

    def name_of_stack(self, _: Any) -> None:
        name, module = self._stack.pop(), self._stack.pop()
        self._stack.append(_Name(f"{module}.{name}"))

    def reduce(self, _: Any) -> None:
        arguments, name = self._stack.pop(), self._stack.pop()
        if not isinstance(name, _Name) or not isinstance(arguments, tuple):
            raise _RefusedError("the pickle calls what has no name")
        known = _FUNCTIONS.get(name.text)
        if known is None:
            raise _RefusedError(f"the pickle calls {name.text}")
        self._stack.append(known(*arguments))

    def build(self, _: Any) -> None:
        state, value = self._stack.pop(), self._stack[-1]
        if isinstance(value, _Kind):
            value.order = str(state[1])
        elif isinstance(value, _Array):
            _, shape, kind, fortran, data = state
            value.value = _array(data, kind, shape, fortran=bool(fortran))
        else:
            raise _RefusedError("the pickle sets the state of what is no array")


def _pairs(found: list[Any]) -> Iterator[tuple[Any, Any]]:
    if len(found) % 2:
        raise ValueError("a key without a value")
    return zip(found[::2], found[1::2], strict=True)


def _array(data: Any, kind: Any, shape: Any, *, fortran: bool) -> Any:
    """An array of numbers, or the list of an array of objects."""
    import numpy as np

    if not isinstance(kind, _Kind):
        raise _RefusedError("an array of no type")
    if kind.code.startswith("O"):
        if not isinstance(data, list):
            raise ValueError("an array of objects without objects")
        return data
    if not isinstance(shape, tuple) or len(shape) > _MOST_DIMENSIONS:
        raise ValueError(f"{shape!r} is no shape")
    if kind.code[:1] not in _NUMBERS or not kind.code[1:].isdecimal():
        raise _RefusedError(f"an array of {kind.code!r}")
    order = kind.order if kind.order in ("<", ">") else "="
    cells = bytes(data) if isinstance(data, bytes | bytearray) else str(data).encode("latin-1")
    flat = np.frombuffer(cells, np.dtype(kind.code).newbyteorder(order))  # type: ignore[arg-type]
    return flat.reshape(shape, order="F" if fortran else "C")


def _scalar(kind: Any, data: Any) -> Any:
    return _array(data, kind, (), fortran=False).item()


def _from_buffer(data: Any, kind: Any, shape: Any, order: Any) -> _Array:
    return _Array(_array(data, kind, shape, fortran=order == "F"))


def _bytes(text: Any = "", encoding: Any = "latin1") -> bytes:
    if not isinstance(text, str) or encoding not in ("latin1", "latin-1"):
        raise _RefusedError("the pickle encodes in another way than Latin-1")
    return text.encode("latin-1")


def _new_array(*_: Any) -> _Array:
    return _Array()


def _kind(code: Any, *_: Any) -> _Kind:
    if not isinstance(code, str):
        raise _RefusedError("a type of arrays that has no code")
    return _Kind(code)


_MODULES = ("numpy.core.multiarray", "numpy._core.multiarray")
_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    **{f"{module}._reconstruct": _new_array for module in _MODULES},
    **{f"{module}.scalar": _scalar for module in _MODULES},
    "numpy.core.numeric._frombuffer": _from_buffer,
    "numpy._core.numeric._frombuffer": _from_buffer,
    "numpy.dtype": _kind,
    "_codecs.encode": _bytes,
    "__builtin__.bytes": _bytes,
    "builtins.bytes": _bytes,
}
_VALUES = frozenset(
    [
        *("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT"),
        *("STRING", "BINSTRING", "SHORT_BINSTRING", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE"),
        *("BINUNICODE8", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8"),
    ]
)
_CONSTANTS: Mapping[str, Callable[[], Any]] = {
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_TUPLE": tuple,
    "EMPTY_LIST": list,
    "EMPTY_DICT": dict,
}
_STEPS: Mapping[str, Callable[[_Machine, Any], None]] = {
    "PROTO": lambda _machine, _: None,
    "FRAME": lambda _machine, _: None,
    "MARK": _Machine.mark,
    "POP": _Machine.pop,
    "POP_MARK": _Machine.pop_mark,
    **dict.fromkeys(("PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE"), _Machine.put),
    **dict.fromkeys(("GET", "BINGET", "LONG_BINGET"), _Machine.get),
    "TUPLE": _Machine.make_tuple,
    "TUPLE1": lambda machine, _: machine.tuple_of(1),
    "TUPLE2": lambda machine, _: machine.tuple_of(2),
    "TUPLE3": lambda machine, _: machine.tuple_of(3),
    "LIST": _Machine.make_list,
    "DICT": _Machine.make_dict,
    "APPEND": _Machine.append,
    "APPENDS": _Machine.appends,
    "SETITEM": _Machine.set_item,
    "SETITEMS": _Machine.set_items,
    "GLOBAL": _Machine.name,
    "STACK_GLOBAL": _Machine.name_of_stack,
    "REDUCE": _Machine.reduce,
    "BUILD": _Machine.build,
}


def dump_pickle(value: Mapping[str, Any]) -> bytes:
    """A map of texts, numbers, None, lists, and arrays of bytes, shape (rows, columns), as a pickle."""
    return b"\x80\x02" + b"".join(_codes(value)) + b"."


def _codes(value: Any) -> Iterator[bytes]:
    match value:
        case None:
            yield b"N"
        case bool():
            yield b"\x88" if value else b"\x89"
        case int():
            yield b"J" + struct.pack("<i", value)
        case str():
            text = value.encode("utf-8")
            yield b"X" + struct.pack("<I", len(text)) + text
        case dict():
            yield b"}("
            for key, one in value.items():
                yield from _codes(key)
                yield from _codes(one)
            yield b"u"
        case list() | tuple():
            yield from _sequence(value)
        case _:
            yield from _array_codes(value)


def _sequence(value: Sequence[Any]) -> Iterator[bytes]:
    yield b"](" if isinstance(value, list) else b"("
    for one in value:
        yield from _codes(one)
    yield b"e" if isinstance(value, list) else b"t"


def _array_codes(array: "NDArray[Any]") -> Iterator[bytes]:
    """As NumPy before 2 does it: bytes are Latin-1, for protocol 2 has none of its own."""
    yield b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\x00\x85"
    yield from _encoded(b"b")
    yield b"tR(K\x01"
    yield from _codes(tuple(array.shape))
    yield b"cnumpy\ndtype\n(X\x02\x00\x00\x00u1K\x00K\x01tR"
    yield b"(K\x03X\x01\x00\x00\x00|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    yield b"\x89"
    yield from _encoded(array.tobytes())
    yield b"tb"


def _encoded(data: bytes) -> Iterator[bytes]:
    text = data.decode("latin-1").encode("utf-8")
    yield b"c_codecs\nencode\n(X" + struct.pack("<I", len(text)) + text
    yield b"X\x06\x00\x00\x00latin1tR"
