import random
from bisect import bisect_left
from hashlib import sha512
from itertools import islice

import pytest
import xxhash
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from datum.errors import CorruptObjectError, ObjectNotFoundError, UsageError
from datum.objects import tree
from datum.objects.ids import hasher
from datum.objects.kinds import Kind
from datum.objects.memory import MemoryStore
from datum.objects.node import Node, encode_node
from datum.objects.nodereader import NodeReader
from datum.objects.rule import TreeRule

SMALL = TreeRule(shape=3, scale=90, minimum=40, maximum=256)
"""Makes nodes of some four entries, so that a few hundred entries make a deep tree."""


class CountingWriter:
    """A writer in memory that counts what is read and written."""

    def __init__(self, rule=None, hash_name="xxh3-128"):
        self.inner = MemoryStore(hasher(hash_name), rule).writer()
        self.reads, self.batches, self.puts, self.lost = [], 0, [], None

    hasher = property(lambda self: self.inner.hasher)
    tree_rule = property(lambda self: self.inner.tree_rule)

    def get_many(self, oids):
        if self.lost in oids:
            raise ObjectNotFoundError(self.lost.hex())
        self.reads += oids
        self.batches += 1
        return self.inner.get_many(oids)

    def put(self, kind, data):
        oid = self.inner.put(kind, data)
        self.puts.append(oid)
        return oid

    def clear(self):
        self.reads, self.batches, self.puts = [], 0, []


def value(number):
    return number.to_bytes(16, "big", signed=True)


def entries(count, step=1):
    return [(b"train\0%08d" % n, value(n)) for n in range(0, count * step, step)]


def depth(writer, root):
    return NodeReader(writer).root(root).level + 1


def reference_root(writer, content):
    """The tree by the specification alone: level by level, naively, without any shortcut."""
    tree_rule, digest = writer.tree_rule, xxhash.xxh3_64_intdigest
    level, rows = 0, [(key, val, 1) for key, val in content]
    width = len(content[0][1])
    while level == 0 or len(rows) > 1:
        nodes, node, size = [], [], 0
        for key, val, count in rows:
            node.append((key, val, count))
            this = len(key) + len(val)
            size += this
            limit = tree_rule.maximum - tree_rule.maximum // 4
            shape, scale = tree_rule.shape, tree_rule.scale
            x = (size**shape - (size - this) ** shape) / scale**shape
            u = (digest(key, SEEDS[level]) & 0xFFFFFFFF) / 2**32
            drawn = size > limit or u < one_minus_exp(x)
            if len(node) > 1 and size >= tree_rule.minimum and drawn:
                nodes.append(node)
                node, size = [], 0
        nodes += [node] if node else []
        rows = [write_reference(writer, level, width, node) for node in nodes]
        level += 1
    return rows[0][1]


SEEDS = [int.from_bytes(sha512(b"%d" % level).digest()[:8], "little") for level in range(30)]


def one_minus_exp(x):
    if x >= 64:
        return 1.0
    halvings = 0
    while x > 1 / 16:
        x, halvings = x / 2, halvings + 1
    p = 1.0
    for term in (8, 7, 6, 5, 4, 3, 2):
        p = 1.0 - x / term * p
    p = x * p
    for _ in range(halvings):
        p = p * (2.0 - p)
    return p


def write_reference(writer, level, width, node):
    keys, values, counts = (list(column) for column in zip(*node, strict=True))
    data = encode_node(
        Node(level=level, width=width, keys=keys, values=values, counts=counts if level else [])
    )
    return keys[-1], writer.put(Kind.NODE, data), sum(counts)


keys = st.binary(min_size=1, max_size=20) | st.integers(0, 300).map(lambda n: b"k%03d" % n)
contents = st.dictionaries(keys, st.integers(0, 3).map(value), max_size=120)
GOLDEN = [
    (1, "109ac46b160b1fcf5ce5ed126d471324"),
    (100, "58346bbeaee17f22d352f507b8d2ae48"),
    (10_000, "04240cc461adabcef5c091cc94490090"),
]


@pytest.mark.parametrize(("count", "expected"), GOLDEN)
def test_golden_roots(count, expected):
    """Roots of fixed contents are frozen: a change here breaks every snapshot there is."""
    writer = MemoryStore().writer()
    assert tree.build(writer, entries(count)).hex() == expected


def test_golden_root_of_another_store():
    """The same with 32-byte ids and other constants."""
    writer = CountingWriter(SMALL, "sha256")
    root = tree.build(writer, entries(1000))
    assert root.hex() == "dd8a2b51a08a00d1e8e5fd433153815ca01c495c34e63c433a862cbf4776c90f"
    assert depth(writer, root) > 4


@settings(max_examples=60)
@given(contents.filter(bool))
def test_trees_follow_the_specification(content):
    """A naive builder that knows nothing but the documented rule arrives at the same root."""
    content = sorted(content.items())
    writer = CountingWriter(SMALL)
    assert tree.build(writer, content) == reference_root(writer, content)


def test_large_trees_follow_the_specification():
    """The same for the default constants."""
    writer = CountingWriter()
    content = entries(20_000)
    assert tree.build(writer, content) == reference_root(writer, content)


@settings(max_examples=150)
@given(contents, st.lists(st.tuples(keys, st.none() | st.integers(0, 3).map(value)), max_size=60))
def test_edits_arrive_where_building_does(content, changes):
    """Whatever is changed, the root is that of a tree built from the final content."""
    writer = CountingWriter(SMALL)
    root = tree.build(writer, sorted(content.items()))
    for key, new in changes:
        content.pop(key, None)
        if new is not None:
            content[key] = new
    edited = tree.edit(writer, root, changes)
    assert edited == tree.build(writer, sorted(content.items()))


def test_thousands_of_edits_arrive_where_building_does():
    """A long random history of single and bulk edits, growing and shrinking, keeps the law."""
    writer = CountingWriter(SMALL)
    draw = random.Random(5)  # noqa: S311  # reproducible, not secret
    content, root, deepest = {}, None, 0
    for step in range(1500):
        size = draw.choice((1, 1, 1, 2, 5, 40))
        growing = 0.35 if step % 600 < 400 else 0.75
        changes = {}
        for _ in range(size):
            key = b"%d" % draw.randrange(2000)
            changes[key] = None if draw.random() < growing else value(draw.randrange(3))
        root = tree.edit(writer, root, changes.items())
        content.update(changes)
        content = {key: new for key, new in content.items() if new is not None}
        if step % 15 == 0:
            assert root == tree.build(writer, sorted(content.items()))
            deepest = max(deepest, depth(writer, root) if root else 0)
    assert deepest > 4


class History(RuleBasedStateMachine):
    """A tree beside a dict."""

    def __init__(self):
        super().__init__()
        self.writer = CountingWriter(SMALL)
        self.root = None
        self.content = {}

    @rule(changes=st.dictionaries(keys, st.none() | st.integers(0, 3).map(value), max_size=40))
    def edit(self, changes):
        before, old = dict(self.content), self.root
        self.root = tree.edit(self.writer, old, changes.items())
        self.content.update(changes)
        self.content = {key: new for key, new in self.content.items() if new is not None}
        touched = sorted({*before, *self.content})
        assert list(tree.diff(self.writer, old, self.root)) == [
            (key, before.get(key), self.content.get(key))
            for key in touched
            if before.get(key) != self.content.get(key)
        ]

    @rule(start=keys, stop=keys)
    def delete_range(self, start, stop):
        gone = [key for key in self.content if start <= key < stop]
        self.edit(dict.fromkeys(gone))

    @rule(key=keys)
    def look(self, key):
        assert tree.get(self.writer, self.root, key) == self.content.get(key)

    @rule(start=keys, stop=st.none() | keys)
    def look_at_a_range(self, start, stop):
        ordered = sorted(self.content.items())
        expected = [(k, v) for k, v in ordered if start <= k and (stop is None or k < stop)]
        assert list(tree.iterate(self.writer, self.root, start, stop)) == expected
        assert tree.count(self.writer, self.root, start, stop) == len(expected)

    @invariant()
    def same_as_built(self):
        assert self.root == tree.build(self.writer, sorted(self.content.items()))


TestHistory = History.TestCase
TestHistory.settings = settings(max_examples=25, stateful_step_count=25)


def test_the_empty_tree():
    """None is the tree without entries, everywhere."""
    writer = CountingWriter()
    assert tree.build(writer, []) is None
    assert tree.edit(writer, None, []) is None
    assert tree.edit(writer, None, [(b"a", None)]) is None
    assert tree.get(writer, None, b"a") is None
    assert list(tree.iterate(writer, None)) == list(tree.leaves(writer, None)) == []
    assert tree.count(writer, None) == tree.count(writer, None, b"a", b"b") == 0
    assert list(tree.node_ids(writer, None)) == list(tree.diff(writer, None, None)) == []
    with pytest.raises(UsageError, match="among 0"):
        tree.nth(writer, None, 0)
    assert not writer.reads
    assert not writer.puts


def test_one_edit_touches_one_path():
    """One changed value among 100 000 reads one path and writes one path."""
    writer = CountingWriter()
    root = tree.build(writer, entries(100_000))
    levels = depth(writer, root)
    key = entries(1, 1)[0][0].replace(b"00000000", b"00056789")
    writer.clear()
    edited = tree.edit(writer, root, [(key, value(-1))])
    assert tree.get(writer.inner, edited, key) == value(-1)
    assert len(writer.puts) == levels
    assert len(writer.reads) == levels


@pytest.mark.parametrize("step", [3, 4])
def test_few_insertions_and_deletions_touch_few_nodes(step):
    """An entry that comes or goes may move a boundary or two, not more."""
    writer = CountingWriter()
    root = tree.build(writer, entries(100_000, 10))
    levels = depth(writer, root)
    draw = random.Random(step)  # noqa: S311  # reproducible, not secret
    written, read = [], []
    for _ in range(40):
        place = draw.randrange(100_000) * 10
        for key, new in ((place + step, value(1)), (place, None)):
            writer.clear()
            tree.edit(writer, root, [(b"train\0%08d" % key, new)])
            written.append(len(writer.puts))
            read.append(len(writer.reads))
    assert max(written) <= levels + 6
    assert max(read) <= levels + 8
    assert sum(written) <= (levels + 0.6) * len(written)
    assert sum(read) <= (levels + 1.2) * len(read)


def test_neighbouring_edits_share_their_paths():
    """A thousand neighbours cost a handful of leaves, and are read in few batches."""
    writer = CountingWriter()
    content = entries(100_000)
    root = tree.build(writer, content)
    writer.clear()
    tree.edit(writer, root, [(key, value(-1)) for key, _ in content[50_000:51_000]])
    assert len(writer.puts) < 20
    assert writer.batches < 10


def test_changes_that_change_nothing():
    """Values that are there already and keys that are not there give back the same root."""
    writer = CountingWriter(SMALL)
    content = entries(500)
    root = tree.build(writer, content)
    assert tree.edit(writer, root, []) == root
    assert tree.edit(writer, root, content) == root
    assert (
        tree.edit(writer, root, [(b"a", None), (b"train\0%08d?" % 7, None), (b"z", None)]) == root
    )


def test_the_last_of_several_changes_counts():
    """Changes come in any order; of two for one key the later one wins."""
    writer = CountingWriter(SMALL)
    root = tree.edit(writer, None, [(b"b", value(1)), (b"a", value(2)), (b"b", value(3))])
    assert list(tree.iterate(writer, root)) == [(b"a", value(2)), (b"b", value(3))]
    assert tree.edit(writer, root, [(b"a", value(1)), (b"a", None)]) == tree.build(
        writer, [(b"b", value(3))]
    )


def test_values_never_move_a_boundary():
    """Another value for every key gives the same leaves with other ids."""
    writer = CountingWriter(SMALL)
    shapes = []
    for offset in (0, 1000):
        root = tree.build(
            writer, [(key, value(n + offset)) for n, (key, _) in enumerate(entries(500))]
        )
        shapes.append([[key for key, _ in rows] for _, rows in tree.leaves(writer, root)])
    assert shapes[0] == shapes[1]


@pytest.mark.parametrize("tree_rule", [TreeRule(), SMALL], ids=["default", "small"])
def test_nodes_stay_within_their_bounds(tree_rule):
    """No node exceeds the maximum, even with the longest keys, and only last ones are tiny."""
    writer = CountingWriter(tree_rule)
    longest = tree_rule.maximum // 4 - 16
    content = [(b"%05d" % n + bytes(longest - 5), value(n)) for n in range(200)]
    root = tree.build(writer, content)
    assert list(tree.iterate(writer, root)) == content
    nodes = NodeReader(writer).roots(list(tree.node_ids(writer, root)))
    assert (
        max(sum(map(len, node.keys)) + 16 * len(node.keys) for node in nodes) <= tree_rule.maximum
    )
    assert sum(len(node.keys) == 1 for node in nodes) <= depth(writer, root)


@pytest.mark.parametrize(
    "bad",
    [
        [(b"b", value(1)), (b"a", value(2))],
        [(b"a", value(1)), (b"a", value(1))],
        [(b"a", value(1)), (b"b", b"short")],
        [(b"a", bytes(49))],
        [(bytes(4096 - 15), value(1))],
        [*entries(2000), (b"train\0%08d" % 1999, value(1))],
        [*entries(2000), (b"a", value(1))],
    ],
    ids=["descending", "twice", "lengths", "value too long", "key too long", "late twice", "late"],
)
def test_entries_that_no_tree_can_have(bad):
    """Keys out of order, keys too long and values of several lengths are the caller's mistake."""
    with pytest.raises(UsageError):
        tree.build(CountingWriter(), bad)


def test_edits_that_no_tree_can_have():
    """An edit cannot bring in values of another length or keys that are too long."""
    writer = CountingWriter()
    root = tree.build(writer, entries(10))
    for key, new in ((b"a", b"short"), (b"train\0%08d" % 3, bytes(17)), (bytes(5000), value(1))):
        with pytest.raises(UsageError):
            tree.edit(writer, root, [(key, new)])


@pytest.mark.parametrize("width", [0, 1, 48])
def test_values_of_any_length(width):
    """A tree may be a set, or hold more than an id."""
    writer = CountingWriter(TreeRule(scale=200, minimum=100, maximum=512))
    content = [(b"%04d" % n, bytes(width)) for n in range(300)]
    root = tree.build(writer, content)
    assert list(tree.iterate(writer, root)) == content
    smaller = tree.edit(writer, root, [(b"0100", None)])
    assert smaller == tree.build(writer, content[:100] + content[101:])
    assert list(tree.diff(writer, root, smaller)) == [(b"0100", bytes(width), None)]


def test_entries_by_number():
    """The n-th entry is found by the counts, on one path."""
    writer = CountingWriter(SMALL)
    content = entries(700)
    root = tree.build(writer, content)
    assert [tree.nth(writer, root, n) for n in range(700)] == content
    writer.clear()
    tree.nth(writer, root, 345)
    assert len(writer.reads) == depth(writer, root)
    for n in (-1, 700):
        with pytest.raises(UsageError, match=f"no entry {n} among 700"):
            tree.nth(writer, root, n)


def test_counting_reads_the_edges_alone():
    """The size of a range is known from two paths; that of the tree from the root."""
    writer = CountingWriter()
    content = entries(100_000)
    root = tree.build(writer, content)
    writer.clear()
    assert tree.count(writer, root) == 100_000
    assert len(writer.reads) == 1
    assert tree.count(writer, root, content[10][0], content[90_000][0]) == 89_990
    assert len(writer.reads) <= 8
    assert tree.count(writer, root, b"b", b"a") == tree.count(writer, root, b"z") == 0


def test_leaves_have_their_ids():
    """Leaf by leaf gives all entries once, each with the id of the node that holds them."""
    writer = CountingWriter(SMALL)
    content = entries(500)
    root = tree.build(writer, content)
    found = list(tree.leaves(writer, root))
    assert [row for _, rows in found for row in rows] == content
    for oid, rows in found:
        node = NodeReader(writer).root(oid)
        assert list(zip(node.keys, node.values, strict=True)) == rows
    start, stop = content[123][0], content[321][0]
    cut = list(tree.leaves(writer, root, start, stop))
    assert [row for _, rows in cut for row in rows] == content[123:321]
    assert {oid for oid, _ in cut} <= {oid for oid, _ in found}
    assert list(tree.leaves(writer, root, stop, start)) == []


def test_reading_the_start_reads_little():
    """The first entries of a large tree come without reading it."""
    writer = CountingWriter()
    root = tree.build(writer, entries(100_000))
    writer.clear()
    assert list(islice(tree.iterate(writer, root), 10)) == entries(10)
    assert len(writer.reads) == depth(writer, root)


def test_reading_everything_is_batched():
    """A whole tree is read node by node once, in far fewer calls."""
    writer = CountingWriter()
    root = tree.build(writer, entries(100_000))
    writer.clear()
    assert sum(1 for _ in tree.iterate(writer, root)) == 100_000
    assert len(writer.reads) == len(set(writer.reads)) == len(list(tree.node_ids(writer, root)))
    assert writer.batches < len(writer.reads) / 8


def test_every_node_is_named_once():
    """The nodes of a tree are exactly those that building it wrote."""
    writer = CountingWriter(SMALL)
    root = tree.build(writer, entries(1000))
    written = set(writer.puts)
    writer.clear()
    named = list(tree.node_ids(writer, root))
    assert len(named) == len(set(named))
    assert set(named) == written
    assert named[0] == root
    assert len(writer.reads) < len(named) / 2


def test_missing_nodes_are_named():
    """A tree with a hole says which object is missing."""
    writer = CountingWriter(SMALL)
    content = entries(300)
    root = tree.build(writer, content)
    lost = next(oid for oid, rows in tree.leaves(writer, root) if content[150] in rows)
    writer.lost = lost
    for read in (
        lambda: tree.get(writer, root, content[150][0]),
        lambda: list(tree.iterate(writer, root)),
        lambda: tree.edit(writer, root, [(content[150][0], value(1))]),
    ):
        with pytest.raises(ObjectNotFoundError) as caught:
            read()
        assert caught.value.oid == lost.hex()


def misplaced(writer, **changes):
    """A root over two leaves of which one is not what the root says."""
    leaf = Node(level=0, width=16, keys=[b"c", b"d"], values=[value(1)] * 2, counts=[])
    oids = [
        writer.put(Kind.NODE, encode_node(node))
        for node in (
            Node(level=0, width=16, keys=[b"a", b"b"], values=[value(1)] * 2, counts=[]),
            Node(**({f: getattr(leaf, f) for f in leaf.__struct_fields__} | changes)),
        )
    ]
    root = Node(level=1, width=16, keys=[b"b", b"d"], values=oids, counts=[2, 2])
    return writer.put(Kind.NODE, encode_node(root)), oids[1]


@pytest.mark.parametrize(
    "changes",
    [
        {"level": 1, "counts": [1, 1]},
        {"width": 15, "values": [bytes(15)] * 2},
        {"keys": [b"d"], "values": [value(1)]},
        {"keys": [b"c", b"e"]},
        {"keys": [b"b", b"d"]},
        {"keys": [b"a", b"d"]},
    ],
    ids=["level", "width", "count", "last key", "overlap", "order"],
)
def test_misplaced_nodes_are_corrupt(changes):
    """A sound node in a place where it does not belong is found out by its parent."""
    writer = CountingWriter()
    good, _ = misplaced(writer)
    assert [key for key, _ in tree.iterate(writer, good)] == [b"a", b"b", b"c", b"d"]
    root, bad = misplaced(writer, **changes)
    for read in (
        lambda: list(tree.iterate(writer, root)),
        lambda: tree.get(writer, root, b"d"),
        lambda: list(tree.diff(writer, root, None)),
        lambda: tree.edit(writer, root, [(b"d", None)]),
    ):
        with pytest.raises(CorruptObjectError, match="misplaced node") as caught:
            read()
        assert caught.value.oid == bad.hex()


def test_other_objects_are_no_trees():
    """The id of something else is not taken for a tree."""
    writer = CountingWriter()
    oid = writer.put(Kind.ITEM, b"\x90")
    with pytest.raises(CorruptObjectError, match="not a node"):
        tree.get(writer, oid, b"a")
    with pytest.raises(ObjectNotFoundError):
        tree.get(writer, value(1), b"a")


@settings(max_examples=100)
@given(contents, st.lists(keys, min_size=1, max_size=10))
def test_lookups_agree_with_a_sorted_list(content, wanted):
    """Every kind of reading says the same as a sorted list."""
    writer = CountingWriter(SMALL)
    ordered = sorted(content.items())
    root = tree.build(writer, ordered)
    for key in wanted:
        place = bisect_left(ordered, (key,))
        assert tree.get(writer, root, key) == content.get(key)
        assert tree.count(writer, root, key) == len(ordered) - place
        assert list(tree.iterate(writer, root, key)) == ordered[place:]
        assert list(tree.iterate(writer, root, b"", key)) == ordered[:place]
        if place < len(ordered):
            assert tree.nth(writer, root, place) == ordered[place]
