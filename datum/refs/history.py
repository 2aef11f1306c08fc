"""Ways through a graph of commits.

The functions know no store: they are given a lookup from an id to what it stands for. Times only
say what to look at first. They are never trusted: clocks are wrong, so that a commit may be older
than its parent, and every answer stays right.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Protocol, TypeVar

from datum.objects.ids import ObjectId

__all__ = ["HasParents", "first_parents", "is_ancestor", "merge_base", "walk"]


class HasParents(Protocol):
    """What these functions need to know of a commit."""

    @property
    def parents(self) -> tuple[ObjectId, ...]:
        """The commits that it was made from."""
        ...

    @property
    def time(self) -> int:
        """Unix seconds."""
        ...


C = TypeVar("C", bound=HasParents)

_A = 1
_B = 2
_STALE = 4  # an ancestor of a common ancestor that was found
_BOTH = _A | _B


def first_parents(lookup: Callable[[ObjectId], C], start: ObjectId) -> Iterator[tuple[ObjectId, C]]:
    """*start*, its first parent, the first parent of that, and so on."""
    at: ObjectId | None = start
    while at is not None:
        commit = lookup(at)
        yield at, commit
        at = commit.parents[0] if commit.parents else None


def walk(
    lookup: Callable[[ObjectId], C], starts: Iterable[ObjectId]
) -> Iterator[tuple[ObjectId, C]]:
    """Everything reachable from *starts*, newest first, but never a parent before its child.

    A history without branches is streamed. Where branches first lie side by side, all that is
    before them is read before the walk goes on: one of them could come round to the other late.
    Equally new commits come in the order of their ids.
    """
    frontier = sorted(set(starts))
    while len(frontier) == 1:
        oid = frontier[0]
        commit = lookup(oid)
        yield oid, commit
        frontier = sorted(set(commit.parents))
    yield from _sorted_walk(lookup, frontier)


def _sorted_walk(
    lookup: Callable[[ObjectId], C], starts: list[ObjectId]
) -> Iterator[tuple[ObjectId, C]]:
    """The same, having read everything first."""
    commits: dict[ObjectId, C] = {}
    children: dict[ObjectId, int] = dict.fromkeys(starts, 0)
    unread = list(starts)
    while unread:
        oid = unread.pop()
        if oid not in commits:
            commits[oid] = lookup(oid)
            for parent in commits[oid].parents:
                children[parent] = children.get(parent, 0) + 1
                unread.append(parent)
    ready = [(-commits[oid].time, oid) for oid, count in children.items() if not count]
    heapq.heapify(ready)
    while ready:
        oid = heapq.heappop(ready)[1]
        commit = commits.pop(oid)
        yield oid, commit
        for parent in commit.parents:
            children[parent] -= 1
            if not children[parent]:
                heapq.heappush(ready, (-commits[parent].time, parent))


def is_ancestor(lookup: Callable[[ObjectId], C], a: ObjectId, b: ObjectId) -> bool:
    """Whether *a* can be reached from *b*; every commit can be reached from itself."""
    return a == b or a in _common(lookup, a, b)


def merge_base(lookup: Callable[[ObjectId], C], a: ObjectId, b: ObjectId) -> ObjectId | None:
    """A common ancestor that is no ancestor of another one, or None.

    Of several, the newest; of equally new ones, the one of the lowest id.
    """
    if a == b:
        return a
    known = cache(lookup)
    found = _common(known, a, b)
    best = [oid for oid in found if not any(o != oid and is_ancestor(known, oid, o) for o in found)]
    return min(best, key=lambda oid: (-known(oid).time, oid), default=None)


def _common(lookup: Callable[[ObjectId], C], a: ObjectId, b: ObjectId) -> list[ObjectId]:
    """Common ancestors of two different commits, all the best ones among them.

    What can be reached from *a* and from *b* is marked, newest first, until all that is left to
    follow lies behind common ancestors. With right clocks that is soon after the merge base.
    """
    known = cache(lookup)
    marks = {a: _A, b: _B}
    queue = [(-known(oid).time, oid) for oid in (a, b)]
    heapq.heapify(queue)
    live = {a, b}  # what is queued and not stale
    found: dict[ObjectId, None] = {}
    while live:
        oid = heapq.heappop(queue)[1]
        live.discard(oid)
        mark = marks[oid]
        if mark & _BOTH == _BOTH:
            found[oid] = None
            mark |= _STALE
        for parent in known(oid).parents:
            if marks.get(parent, 0) | mark != marks.get(parent, 0):
                marks[parent] = marks.get(parent, 0) | mark
                heapq.heappush(queue, (-known(parent).time, parent))
                (live.discard if marks[parent] & _STALE else live.add)(parent)
    return [oid for oid in found if not marks[oid] & _STALE]
