import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datum.objects import tree
from datum.objects.memory import MemoryStore
from datum.objects.rule import TreeRule

SMALL = TreeRule(shape=3, scale=90, minimum=40, maximum=256)


class CountingReader:
    """Reads a writer, and counts."""

    def __init__(self, writer):
        self.writer = writer
        self.reads, self.batches = [], 0

    hasher = property(lambda self: self.writer.hasher)
    tree_rule = property(lambda self: self.writer.tree_rule)

    def get_many(self, oids):
        self.reads += oids
        self.batches += 1
        return self.writer.get_many(oids)


def value(number):
    return number.to_bytes(16, "big", signed=True)


def entries(count):
    return [(b"train\0%08d" % n, value(n)) for n in range(count)]


def expected(a, b):
    return [(key, a.get(key), b.get(key)) for key in sorted({*a, *b}) if a.get(key) != b.get(key)]


keys = st.binary(min_size=1, max_size=12) | st.integers(0, 400).map(lambda n: b"k%03d" % n)
contents = st.dictionaries(keys, st.integers(0, 2).map(value), max_size=150)


@settings(max_examples=150)
@given(contents, contents)
def test_diff_of_any_two_trees(a, b):
    """The difference of two trees is that of two dicts, whatever their sizes and heights."""
    writer = MemoryStore(rule=SMALL).writer()
    roots = [tree.build(writer, sorted(content.items())) for content in (a, b)]
    assert list(tree.diff(writer, *roots)) == expected(a, b)


@settings(max_examples=100)
@given(contents, st.dictionaries(keys, st.none() | st.integers(0, 2).map(value), max_size=10))
def test_diff_of_related_trees(a, changes):
    """The same where most is shared, and no node is read twice or in vain."""
    writer = MemoryStore(rule=SMALL).writer()
    b = {key: new for key, new in {**a, **changes}.items() if new is not None}
    one, other = (tree.build(writer, sorted(content.items())) for content in (a, b))
    reader = CountingReader(writer)
    assert list(tree.diff(reader, one, other)) == expected(a, b)
    shared = set(tree.node_ids(writer, one)) & set(tree.node_ids(writer, other))
    both = {one, other} if one != other else set()
    assert len(reader.reads) == len(set(reader.reads))
    assert not shared & (set(reader.reads) - both)


def test_equal_trees_are_not_read():
    """Two equal ids are equal contents, without a look."""
    writer = MemoryStore().writer()
    root = tree.build(writer, entries(10))
    reader = CountingReader(writer)
    assert list(tree.diff(reader, root, root)) == []
    assert reader.reads == []


@pytest.mark.parametrize("swap", [False, True])
def test_heights_may_differ(swap):
    """A small tree is compared with a deep one, and a subtree with the tree that contains it."""
    writer = MemoryStore(rule=SMALL).writer()
    large = entries(1000)
    root = tree.build(writer, large)
    for count in (0, 1, 3, 10, 100):
        pair = (large, large[:count])
        roots = (root, tree.build(writer, large[:count]))
        if swap:
            pair, roots = pair[::-1], roots[::-1]
        assert list(tree.diff(writer, *roots)) == expected(*map(dict, pair))
    leaf, rows = next(tree.leaves(writer, root))
    reader = CountingReader(writer)
    roots = (leaf, root) if swap else (root, leaf)
    found = list(tree.diff(reader, *roots))
    assert len(found) == 1000 - len(rows)
    assert reader.reads.count(leaf) == 1


def test_few_changes_are_found_with_few_reads():
    """Ten changes among 100 000 cost their paths on both sides, one batch for each level."""
    writer = MemoryStore().writer()
    content = entries(100_000)
    root = tree.build(writer, content)
    draw = random.Random(1)  # noqa: S311  # reproducible, not secret
    chosen = draw.sample(content, 10)
    edited = tree.edit(writer, root, [(key, value(-1)) for key, _ in chosen])
    reader = CountingReader(writer)
    found = list(tree.diff(reader, root, edited))
    assert found == sorted((key, old, value(-1)) for key, old in chosen)
    assert reader.batches == 3
    assert len(reader.reads) <= 2 * (1 + 2 * 10)


def test_results_come_before_all_is_read():
    """Where everything differs, the first results come after one batch of leaves a side."""
    writer = MemoryStore(rule=TreeRule(scale=256, minimum=64, maximum=1024)).writer()
    content = entries(20_000)
    one = tree.build(writer, content)
    other = tree.build(writer, [(key, value(-1)) for key, _ in content])
    reader = CountingReader(writer)
    found = tree.diff(reader, one, other)
    assert next(found) == (content[0][0], value(0), value(-1))
    early = len(reader.reads)
    assert sum(1 for _ in found) == 19_999
    assert early < len(reader.reads) / 2
    assert reader.batches < len(reader.reads) / 20
