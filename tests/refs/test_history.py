"""Ways through a graph of commits, against brute force."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from datum.refs.history import first_parents, is_ancestor, merge_base, walk


class Node(msgspec.Struct, frozen=True):
    parents: tuple[bytes, ...]
    time: int


def name(number):
    return number.to_bytes(2, "big")


def graph(*rows):
    """Commits numbered from 0: (time, parents …)."""
    return {name(n): Node(tuple(map(name, ps)), time) for n, (time, *ps) in enumerate(rows)}


@st.composite
def graphs(draw):
    """Graphs of up to twelve commits, with clocks that are right or wrong."""
    size = draw(st.integers(1, 12))
    right = draw(st.booleans())
    rows = []
    for number in range(size):
        parents = draw(st.sets(st.integers(0, number - 1), max_size=3)) if number else set()
        time = number if right else draw(st.integers(0, 5))
        rows.append((time, *draw(st.permutations(sorted(parents)))))
    return graph(*rows)


def ancestors(commits, oid):
    """The commit and all before it, by brute force."""
    found, unread = set(), [oid]
    while unread:
        at = unread.pop()
        found.add(at)
        unread += commits[at].parents
    return found


@given(graphs(), st.data())
def test_merge_base_is_a_best_common_ancestor(commits, data):
    """No common ancestor lies between the merge base and the two; order does not matter."""
    a, b = (data.draw(st.sampled_from(sorted(commits))) for _ in "ab")
    common = ancestors(commits, a) & ancestors(commits, b)
    best = [c for c in common if not any(c in ancestors(commits, d) - {d} for d in common)]
    expected = min(best, key=lambda c: (-commits[c].time, c), default=None)
    assert merge_base(commits.__getitem__, a, b) == expected
    assert merge_base(commits.__getitem__, b, a) == expected


@given(graphs(), st.data())
def test_is_ancestor_is_reachability(commits, data):
    """A commit is an ancestor if it can be reached, whatever the clocks say."""
    a, b = (data.draw(st.sampled_from(sorted(commits))) for _ in "ab")
    assert is_ancestor(commits.__getitem__, a, b) == (a in ancestors(commits, b))


@given(graphs(), st.data())
def test_walk_is_children_first_then_newest(commits, data):
    """Everything comes once, after all its children, and the newest that can come comes."""
    starts = data.draw(st.lists(st.sampled_from(sorted(commits)), max_size=3))
    walked = list(walk(commits.__getitem__, starts))
    rest = set().union(*(ancestors(commits, start) for start in starts))
    assert len(walked) == len(rest)
    for oid, commit in walked:
        assert commit is commits[oid]
        ready = [c for c in rest if not any(c in commits[d].parents for d in rest)]
        assert oid == min(ready, key=lambda c: (-commits[c].time, c))
        rest.remove(oid)


class Reads(dict):
    """A graph that notes what is read of it."""

    def __init__(self, commits):
        super().__init__(commits)
        self.read = []

    def __getitem__(self, oid):
        self.read.append(oid)
        return super().__getitem__(oid)


LINE = graph((0,), *((n, n - 1) for n in range(1, 1000)))


def test_walk_of_a_line_is_a_stream():
    """To see the newest five of a thousand commits, five are read."""
    commits = Reads(LINE)
    steps = walk(commits.__getitem__, [name(999)])
    assert [next(steps)[0] for _ in range(5)] == [name(n) for n in range(999, 994, -1)]
    assert len(commits.read) == 5


def test_merge_base_reads_near_the_tips():
    """With right clocks the cost follows the distance to the merge base, not the history."""
    commits = Reads(LINE | {b"side": Node((name(990),), 1000)})
    assert merge_base(commits.__getitem__, b"side", name(999)) == name(990)
    assert len(set(commits.read)) < 15


def test_criss_cross():
    """Of two best common ancestors the newer is taken, of equal ones that of the lower id."""
    for times, base in (((1, 2), 2), ((2, 1), 1), ((3, 3), 1)):
        commits = graph((0,), (times[0], 0), (times[1], 0), (5, 1, 2), (6, 2, 1))
        assert merge_base(commits.__getitem__, name(3), name(4)) == name(base)


def test_first_parents():
    """The way along first parents leaves out what was merged in."""
    commits = graph((0,), (1, 0), (2, 0), (3, 2, 1))
    assert [oid for oid, _ in first_parents(commits.__getitem__, name(3))] == [
        name(3),
        name(2),
        name(0),
    ]


def test_unrelated():
    """Histories without a common commit have no merge base."""
    commits = graph((0,), (1,))
    assert merge_base(commits.__getitem__, name(0), name(1)) is None
    assert not is_ancestor(commits.__getitem__, name(0), name(1))
