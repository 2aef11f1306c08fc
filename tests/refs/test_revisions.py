"""What people type to name a commit."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datum.errors import RevisionError
from datum.objects.files import MemoryFiles
from datum.objects.ids import ObjectId
from datum.objects.kinds import Kind
from datum.objects.memory import MemoryStore
from datum.objects.store import FIND_LIMIT
from datum.refs.commits import Commit, Identity, write_commit
from datum.refs.head import Head
from datum.refs.oplog import RefMove
from datum.refs.refs import Refs
from datum.refs.revisions import find_ref, resolve
from datum.refs.tags import Tag, write_tag
from datum.testing.refs import open_log

ADA = Identity("Ada", "ada@example.org")
DAY = 86_400
START = int(datetime(2026, 1, 30, 12, tzinfo=UTC).timestamp())
NOW = datetime(2026, 2, 3, 12, tzinfo=UTC)


class World:
    """A history with a merge, some names, and days on which they moved.

    ::

        c0 -- c1 -- c2 -- c4   main, one a day from 30 January on: c0 c1 c2 c4
                \\        /
                 -- c3 --      side
    """

    def __init__(self, store=None):
        self.published = MemoryStore() if store is None else store
        self.store = self.published.writer()
        self.log = open_log(MemoryFiles())
        self.refs = Refs(self.log)
        self.c = []
        for parents in ((), (0,), (1,), (1,), (2, 3)):
            self.c.append(self.commit(*(self.c[n] for n in parents)))
        for day, number in enumerate((0, 1, 2, 4)):
            self.move("heads/main", self.c[number], day)
        self.tag = write_tag(
            self.store,
            Tag(target=self.c[1], name="v1", author=ADA, time=0, offset=0, message="one"),
        )
        self.snapshot = self.store.put(Kind.SNAPSHOT, b"not a commit")
        for name, oid in {
            "heads/side": self.c[3],
            "tags/v1": self.tag,
            "tags/v0": self.c[0],
            "sources/coco": self.c[2],
            "derived/coco": self.c[3],
            "derived/train": self.c[3],
            "remotes/origin/main": self.c[0],
            "tags/odd": self.snapshot,
            "heads/gone": self.c[0],
        }.items():
            self.move(name, oid, 5)
        self.move("heads/gone", None, 6)
        self.store.seal()

    def commit(self, *parents):
        return write_commit(
            self.store,
            Commit(
                snapshot=ObjectId(bytes(16)),
                parents=parents,
                recipe=None,
                author=ADA,
                time=START + len(self.c) * DAY,
                offset=0,
                message=str(len(self.c)),
            ),
        )

    def move(self, ref, new, day):
        move = RefMove(ref, self.refs.get(ref), new)
        self.log.append([move], None, str(ADA), START + day * DAY, 0, "x")

    def resolve(self, text, head=None):
        head = head or Head.on("heads/main")
        return resolve(text, reader=self.published, refs=self.refs, head=head, now=NOW)


@pytest.fixture(scope="module")
def world():
    return World()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("HEAD", 4),
        ("@", 4),
        ("main", 4),
        ("heads/main", 4),
        ("side", 3),
        ("v0", 0),
        ("v1", 1),
        ("tags/v1", 1),
        ("v1~", 0),
        ("train", 3),
        ("sources/coco", 2),
        ("derived/coco", 3),
        ("origin/main", 0),
        ("remotes/origin/main", 0),
        ("main~0", 4),
        ("main^0", 4),
        ("main~", 2),
        ("main~1", 2),
        ("main^", 2),
        ("main^1", 2),
        ("main^2", 3),
        ("main^2~1", 1),
        ("main^^", 1),
        ("main~2", 1),
        ("main~~", 1),
        ("main~3", 0),
        ("@~2^", 0),
        ("HEAD^2^^", 0),
        ("@{0}", 4),
        ("@{1}", 2),
        ("HEAD@{2}", 1),
        ("@@{1}", 2),
        ("main@{3}", 0),
        ("main@{1}^", 1),
        ("heads/gone@{1}", 0),
        ("@{2026-01-30}", 0),
        ("@{2026-01-31}", 1),
        ("main@{2026-01-31 11:59}", 0),
        ("main@{2026-01-31 12:00}", 1),
        ("main@{2026-01-31T13:00+01:00}", 1),
        ("@{2026-02-01 23:59:59}", 2),
        ("@{yesterday}", 4),
        ("@{3 days ago}~", 0),
        ("@{now}", 4),
    ],
)
def test_revisions(world, text, number):
    """Every form of the grammar, alone and in chains, names the commit that it should."""
    assert world.resolve(text) == world.c[number]


def test_ids(world):
    """A whole id, or so many first digits that they are one commit's, in any case, name it."""
    for oid in world.c:
        assert world.resolve(oid.hex()) == oid
        assert world.resolve(oid.hex()[:12].upper()) == oid
        assert world.resolve(oid.hex()[:20] + "~0") == oid
    assert world.resolve(world.tag.hex()) == world.c[1]
    assert world.resolve(world.tag.hex()[:16]) == world.c[1]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is not of the form"),
        ("~1", "is not of the form"),
        ("main~x", "is not of the form"),
        ("main~\u0661", "is not of the form"),
        ("main@{\u0661}", "has no number and no time"),
        ("main@{1", "is not of the form"),
        ("main@{1}x", "is not of the form"),
        ("main~12345678901", "is not of the form"),
        ("main\n", "holds a character"),
        ("mian", "is unknown; did you mean main"),
        ("heads/mian", "did you mean heads/main"),
        ("zzz", "is unknown"),
        ("abc", "is unknown"),
        ("0123456789ab", "is unknown"),
        ("0" * 32, "is unknown"),
        ("coco", "is ambiguous: sources/coco and derived/coco"),
        ("coco@{1}", "is ambiguous: sources/coco and derived/coco"),
        ("gone", "is unknown"),
        ("heads/gone@{0}", "heads/gone was deleted then"),
        ("heads/never@{0}", "is unknown"),
        ("heads/never@{now}", "is unknown"),
        ("odd", "names an object of kind snapshot, not a commit"),
        ("main~4", "goes back too far: only 3 commits before it"),
        ("main~999999999", "goes back too far"),
        ("main^3", "asks for parent 3 of a commit that has 2"),
        ("v0^", "asks for parent 1 of a commit that has 0"),
        ("main@{4}", "goes back too far: heads/main moved 4 times"),
        ("main@{2026-01-01}", "heads/main is there since 2026-01-30 12:00:00 UTC"),
        ("main@{someday}", "has no number and no time"),
        ("main@{-1}", "has no number and no time"),
        ("main@{}", "has no number and no time"),
    ],
)
def test_revisions_that_name_nothing(world, text, reason):
    """Each error says in one line what is wrong, with a hint what to type."""
    with pytest.raises(RevisionError) as caught:
        world.resolve(text)
    assert reason in caught.value.reason
    assert caught.value.hint
    assert "\n" not in str(caught.value)


def test_detached_head(world):
    """A detached HEAD is its commit, but has no history of its own."""
    head = Head.at(world.c[2])
    assert world.resolve("@~1", head) == world.c[1]
    with pytest.raises(RevisionError, match="HEAD is on none"):
        world.resolve("@{1}", head)


def test_branch_without_commit(world):
    """HEAD on a branch that has no commit yet says so."""
    with pytest.raises(RevisionError, match="heads/new has none yet") as caught:
        world.resolve("HEAD", Head.on("heads/new"))
    assert "datum commit" in caught.value.hint
    with pytest.raises(RevisionError, match="stands nowhere"):
        world.resolve("HEAD", Head())


class CrowdedStore(MemoryStore):
    """A store with so many other objects that ``find`` stops before it comes to a commit."""

    def find(self, prefix):  # noqa: ARG002 - what is found is wrong for every prefix
        return [ObjectId(bytes([n]) * 16) for n in range(FIND_LIMIT)]


def test_prefix_among_many_objects():
    """Objects that are no commits do not hide a commit that a ref leads to."""
    world = World(CrowdedStore())
    for oid in world.c:
        assert world.resolve(oid.hex()[:5], Head.at(world.c[4])) == oid
    assert world.resolve(world.tag.hex()[:5]) == world.c[1]
    with pytest.raises(RevisionError, match="is unknown"):
        world.resolve("00000")


def test_prefix_of_several_commits():
    """Digits of several commits are an error that lists them."""
    world = World()
    found = {}
    world.store = world.published.writer()
    for _ in range(3000):
        world.c.append(world.commit())
        found.setdefault(world.c[-1].hex()[:4], set()).add(world.c[-1].hex())
    world.store.seal()
    prefix, ids = next((p, ids) for p, ids in found.items() if len(ids) > 1)
    with pytest.raises(RevisionError, match="is ambiguous") as caught:
        world.resolve(prefix)
    assert all(oid in str(caught.value) for oid in ids)
    assert caught.value.hint == "type more digits"


def test_names_before_digits():
    """A branch wins over the first digits of an id, a whole id over everything."""
    world = World()
    digits = world.c[4].hex()[:6]
    world.move(f"heads/{digits}", world.c[0], 7)
    assert world.resolve(digits) == world.c[0]
    assert world.resolve(world.c[4].hex()) == world.c[4]


def test_find_ref():
    """A full name is itself; a bare one is looked for in all namespaces."""
    names = ["heads/a", "tags/a", "derived/b"]
    assert find_ref("heads/a", names) == "heads/a"
    assert find_ref("b", names) == "derived/b"
    assert find_ref("c", names) is None
    with pytest.raises(RevisionError, match="ambiguous: heads/a and tags/a"):
        find_ref("a", names)


@given(text=st.text(st.sampled_from("HEADmain@{}~^0123456789 -:/abcdef\n\0é")) | st.text())
def test_any_text(world, text):
    """Whatever is typed, the answer is a commit or a RevisionError."""
    try:
        assert world.resolve(text) in world.c
    except RevisionError as error:
        message = str(error)
    else:
        message = ""
    assert not message or message.isprintable()
