"""Strategies for text: ids, names of labels, attributes; and lists of names that broke writers."""

from functools import cache
from typing import Any

from hypothesis import strategies as st

__all__ = [
    "LETTERS",
    "ODD_IDS",
    "ODD_LABELS",
    "any_text",
    "attributes",
    "ids",
    "label_names",
    "words",
]

# fmt: off
ODD_IDS = (
    *("with space", " leading", "trailing ", "trailing.", "a  b", "tab\there", "new\nline", "cr\rid"),
    *("ünï/猫", "e\u0301", "\u00e9", "\U0001f408", "\u2028", "\u202e", "\ufeffbom", "a/b/c", "A", "a"),
    *("it's", 'quo"te', "com,ma", "semi;colon", "col:on", "<tag>&amp;", "]]>", "[1]*?", "{0}", "$x"),
    *(".hidden", "..dots", "a..b", "a.b.c", "-dash", "--", "~", "%41", "%2e%2e", "#hash", "a=b", "a|b"),
    *("../escape", "a/../../b", "/absolute", "a//b", "a/./b", "a/", ".", "..", "", " ", "/"),
    *("back\\slash", "..\\up", "\\root", "C:\\x", "C:/x", "nul\0", "CON", "x" * 300, "y/" * 60 + "z"),
    *("a.jpg", "a.png", "a.xml", "a.txt", "a.json", "0", "007", "1e5", "1.0", "nan", "null", "true"),
    *("images/a", "labels/a", "train", "train/a", "val/a", "Annotations/1", "JPEGImages/1", "data/a"),
    *("classes", "train.txt", "data.yaml", "annotations.xml", "obj.names", "\ud800"),
)
"""Ids that have broken writers: a format keeps each of them, or refuses it by name."""

ODD_LABELS = (
    *("", " ", " lead", "trail ", "two  spaces", "new\nline", "tab\t", "com,ma", "col:on", "semi;"),
    *("#hash", "'single'", '"double"', "<x>&amp;", "猫", "null", "true", "1", "1.5", "- dash", "[x]"),
    *("back\\slash", "sla/sh", "../up", "x" * 300, "nul\0", "background", "{a: b}", "a=b", "@", "%s"),
)
"""Names of labels that have broken writers."""

# fmt: on

LETTERS = "abcxyzABC0189-_éß猫"
"""Characters that may begin and end any name."""


@cache
def words(alphabet: str, most: int) -> st.SearchStrategy[str]:
    """Text that neither begins nor ends in a space or a dot."""
    ends = st.sampled_from(LETTERS)
    middle = st.text(alphabet, max_size=most)
    return st.one_of(ends, st.builds(lambda a, b, c: a + b + c, ends, middle, ends))


@cache
def ids(*, plain: bool = False) -> st.SearchStrategy[str]:
    """Ids of items: words with spaces and dots inside, in folders; odd ones unless *plain*."""
    paths = st.lists(words(LETTERS + " .", 6), min_size=1, max_size=3).map("/".join)
    return paths if plain else st.one_of(paths, st.sampled_from(ODD_IDS), st.text(max_size=8))


@cache
def label_names(*, plain: bool = False) -> st.SearchStrategy[str]:
    """Names of labels: words with spaces inside; odd ones unless *plain*."""
    tame = words(LETTERS + " .", 5)
    return tame if plain else st.one_of(tame, st.sampled_from(ODD_LABELS))


@cache
def attributes(*, plain: bool = False) -> st.SearchStrategy[dict[str, Any]]:
    """Attributes: names to scalars, and to lists and maps unless *plain*."""
    text = words(LETTERS + " ,;:'\"<>&", 5) if plain else any_text()
    numbers = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
    scalars: st.SearchStrategy[Any] = st.one_of(st.booleans(), numbers, text)
    values = scalars
    if not plain:
        values = st.recursive(
            scalars | st.none(),
            lambda inner: (
                st.lists(inner, max_size=2) | st.dictionaries(words(LETTERS, 3), inner, max_size=2)
            ),
            max_leaves=3,
        )
    return st.dictionaries(words(LETTERS, 5).map("k{}".format), values, max_size=2)


@cache
def any_text() -> st.SearchStrategy[str]:
    """Text of any characters but lone surrogates."""
    return st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
