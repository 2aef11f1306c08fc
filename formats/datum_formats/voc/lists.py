"""File names of the lists in ``ImageSets``: what cannot be part of one is percent-encoded."""

import re
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from urllib.parse import quote, unquote

__all__ = ["class_list_stems", "subset_of_stem", "subset_stem"]

_LONGEST = 90
"""Bytes that the name of a class may have in the name of its list; longer ones are cut and hashed."""
_HEX = 32
_BAD = re.compile(r"[\x00-\x1f\x7f/%\\]")


def subset_stem(name: str) -> str:
    """The name of a subset as that of its list."""
    text = _BAD.sub(lambda found: quote(found[0], safe=""), name)
    return "%2E" + text[1:] if text.startswith(".") else text


def subset_of_stem(stem: str) -> str:
    """The name that :func:`subset_stem` spelled."""
    return unquote(stem)


def _class_stem(name: str) -> str:
    text = subset_stem(name)
    if len(text.encode()) <= _LONGEST:
        return text
    digest = blake2b(name.encode(), digest_size=_HEX // 2).hexdigest()
    return text.encode()[: _LONGEST - _HEX - 1].decode(errors="ignore") + "~" + digest


def class_list_stems(labels: Sequence[str], subsets: Iterable[str]) -> dict[str, tuple[int, str]]:
    """The lists of single classes: stem of the file to the label's index and the subset.

    All differ from each other and from the lists of subsets: where ``class_subset`` is taken, a
    number tells them apart.

    Args:
        labels: Names of the labels, in order.
        subsets: Stems of the lists of subsets.
    """
    ordered = sorted(subsets)
    taken = set(ordered)
    stems: dict[str, tuple[int, str]] = {}
    for subset in ordered:
        for index, label in enumerate(labels):
            stem = _free_stem(label, subset, taken)
            taken.add(stem)
            stems[stem] = (index, subset)
    return stems


def _free_stem(label: str, subset: str, taken: set[str]) -> str:
    stem = f"{_class_stem(label)}_{subset}"
    number = 1
    while stem in taken:
        number += 1
        stem = f"{_class_stem(label)}%00{number}_{subset}"
    return stem
