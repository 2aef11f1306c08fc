"""Annotations with anything in their fields, also what no format would say."""

from typing import Any, get_type_hints

from hypothesis import strategies as st

from datum.model import KINDS, Annotation
from datum.testing.strategies import any_text

__all__ = ["annotation_of", "any_annotations"]

_NUMBERS = st.floats().map(lambda n: n + 0.0) | st.integers(-40, 40).map(lambda n: n / 4)
_INTS = st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 3)
_POINTS = st.lists(_NUMBERS, max_size=6).map(tuple)
_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | _INTS | _NUMBERS | any_text(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(any_text(), inner, max_size=2),
    max_leaves=4,
)
_FIELDS: dict[Any, st.SearchStrategy[Any]] = {
    float: _NUMBERS,
    int: _INTS,
    bytes: st.binary(max_size=6),
    str: any_text(),
    tuple[float, ...]: _POINTS,
    tuple[int, ...]: st.lists(_INTS, max_size=3).map(tuple),
    tuple[tuple[float, ...], ...]: st.lists(_POINTS, max_size=2).map(tuple),
    tuple[float, float, float]: st.tuples(_NUMBERS, _NUMBERS, _NUMBERS),
}
_COMMON: dict[str, st.SearchStrategy[Any]] = {
    "id": _INTS,
    "label": st.none() | st.integers(0, 2**63 - 2) | st.integers(0, 3),
    "group": _INTS,
    "z_order": _INTS,
    "score": st.none() | _NUMBERS,
    "attributes": st.dictionaries(any_text() | st.sampled_from("ab"), _JSON, max_size=2),
}


def annotation_of(kind: type[Annotation]) -> st.SearchStrategy[Any]:
    """Annotations of one kind."""
    hints = get_type_hints(kind)
    own = {name: _FIELDS[hints[name]] for name in kind.__struct_fields__ if name not in _COMMON}
    return st.builds(kind, **_COMMON, **own)


def any_annotations(most: int = 6) -> st.SearchStrategy[tuple[Annotation, ...]]:
    """The annotations of an item, of all kinds, with ids that differ."""
    return st.lists(
        st.one_of(*map(annotation_of, KINDS.values())), max_size=most, unique_by=lambda one: one.id
    ).map(tuple)
