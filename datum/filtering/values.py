"""Values of a field for many items or annotations: texts or numbers, as arrays.

Few texts are said over and over, so each is held once: what is asked of texts is asked of each different
one and taken from there.
"""

import re
from collections.abc import Callable, Iterable, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from datum.model.columns import Bools, Floats, Ints

__all__ = [
    "Numbers",
    "Text",
    "Value",
    "as_numbers",
    "as_text",
    "coded",
    "joint",
    "number_of",
    "take",
    "told",
]


class Text(msgspec.Struct, frozen=True):
    """Texts."""

    codes: Ints
    """(n,): the place of each in *words*."""
    words: Sequence[str]
    """Each different text, once or more often."""


class Numbers(msgspec.Struct, frozen=True):
    """Numbers."""

    numbers: NDArray[np.int64] | NDArray[np.float64]
    """(n,): integers are written without a point."""


Value = Text | Numbers


def coded(texts: Iterable[str]) -> Text:
    """Texts, each held once."""
    places: dict[str, int] = {}
    codes = [places.setdefault(text, len(places)) for text in texts]
    return Text(np.array(codes, np.int64), list(places))


def take(value: Value, at: Ints) -> Value:
    """The values at some places."""
    if isinstance(value, Text):
        return Text(value.codes[at], value.words)
    return Numbers(value.numbers[at])


def told(text: Text, ask: Callable[[str], bool]) -> Bools:
    """(n,): what is true of each text."""
    answers = np.fromiter(map(ask, text.words), np.bool_, len(text.words))
    found: Bools = answers[text.codes]
    return found


def as_text(value: Value) -> Text:
    """The values as XML has them."""
    if isinstance(value, Text):
        return value
    different, codes = np.unique(value.numbers, return_inverse=True)
    return Text(codes.reshape(-1), [str(one) for one in different.tolist()])


def as_numbers(value: Value) -> Floats:
    """The values as XPath's ``number()`` has them: NaN for what is none; infinities are none."""
    if isinstance(value, Text):
        table = np.fromiter(map(number_of, value.words), np.float64, len(value.words))
        found: Floats = table[value.codes]
        return found
    numbers = value.numbers.astype(np.float64)
    numbers[np.isinf(numbers)] = np.nan
    return numbers


_NUMBER = re.compile(r"[ \t\r\n]*(-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)[ \t\r\n]*", re.ASCII)


def number_of(text: str) -> float:
    """The number that a text is; exponents too, which libxml2 reads although XPath 1.0 has none."""
    match = _NUMBER.fullmatch(text)
    return float(match[1]) if match else float("nan")


def joint(one: Text, other: Text) -> tuple[Ints, Ints]:
    """The codes of two columns of texts in one list of words, where equal texts have equal codes."""
    places: dict[str, int] = {}
    first, second = (
        np.array([places.setdefault(word, len(places)) for word in text.words], np.int64)
        for text in (one, other)
    )
    return first[one.codes], second[other.codes]
