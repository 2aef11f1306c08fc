"""Splitting by identity: who is looked for in the test subsets is in no other subset."""

import json
from collections import defaultdict
from collections.abc import Hashable, Mapping

from datum.errors import UnknownNameError, UsageError
from datum.model import Item
from datum.plugins import Dataset, TransformContext
from datum.transforms.chance import Key, draw, shuffled
from datum.transforms.dealing import deal

__all__ = ["split_identities"]

_SUBSETS = ("train", "val", "test")
_LEAST = 2
"""Items of a test identity: one to look for, and one to find."""


def split_identities(
    dataset: Dataset, context: TransformContext, shares: Mapping[str, float], seed: int
) -> dict[Key, str]:
    """The subset of every item; see :mod:`datum.transforms.split`.

    Raises:
        UsageError: A subset is not train, val or test, or the share of queries is not from 0 to 1.
    """
    query = context.options["query"]
    if not 0 <= query <= 1:
        raise UsageError(f"--query {query:g} is not between 0 and 1")
    for name in shares:
        if name not in _SUBSETS:
            raise UnknownNameError("subset of reid", name, _SUBSETS)
    people: dict[str, list[Key]] = defaultdict(list)
    chosen: dict[Key, str] = {}
    for item in dataset:
        identity = _identity(item, context.options["attr_for_id"])
        if identity is None:
            chosen[item.key] = "not-supported"
        else:
            people[identity].append(item.key)
    if chosen and not people:
        raise UsageError(
            "no item has one identity", hint="name the attribute that is one with --attr-for-id"
        )
    tested = _tested(people, shares, seed)
    for identity in tested:
        keys = shuffled(people[identity], seed)
        queries = _queries(len(keys), query)
        chosen.update(dict.fromkeys(keys[:queries], "test-query"))
        chosen.update(dict.fromkeys(keys[queries:], "test-gallery"))
    return chosen | _rest(people, tested, shares, seed)


def _identity(item: Item, attribute: str | None) -> str | None:
    """The one identity of an item as a text; None where it has none, or several."""
    found = {
        json.dumps(value, sort_keys=True)
        for one in item.annotations
        if (value := one.attributes.get(attribute) if attribute else one.label) is not None
    }
    if attribute and not found and item.attributes.get(attribute) is not None:
        found = {json.dumps(item.attributes[attribute], sort_keys=True)}
    return found.pop() if len(found) == 1 else None


def _tested(
    people: Mapping[str, list[Key]], shares: Mapping[str, float], seed: int
) -> frozenset[str]:
    """Identities of the test subsets: in the order of their draws, whoever still fits."""
    if "train" not in shares and "val" not in shares:
        return frozenset(people)
    room = round(sum(map(len, people.values())) * shares.get("test", 0.0))
    tested = set()
    for identity in sorted(people, key=lambda one: (draw(seed, one), one)):
        if _LEAST <= len(people[identity]) <= room:
            tested.add(identity)
            room -= len(people[identity])
    return frozenset(tested)


def _queries(count: int, share: float) -> int:
    """How many of an identity's items are queries."""
    if share in (0, 1):
        return round(count * share)
    return min(max(round(count * share), 1), max(count - 1, 1))


def _rest(
    people: Mapping[str, list[Key]], tested: frozenset[str], shares: Mapping[str, float], seed: int
) -> dict[Key, str]:
    """The subset, train or val, of who is not tested."""
    others = {name: share for name, share in shares.items() if name != "test"}
    total = sum(others.values())
    rows: list[tuple[Key, Mapping[Hashable, int]]] = [
        (key, {one: 1}) for one in people if one not in tested for key in people[one]
    ]
    if total:
        others = {name: share / total for name, share in others.items()}
    elif others:
        others[next(iter(others))] = 1.0
    return deal(rows, others, seed) if rows else {}
