import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datum.errors import CorruptObjectError
from datum.objects.codec import decode, encode
from datum.objects.ids import ObjectId
from datum.objects.node import Node, decode_node, encode_node

OID = ObjectId(bytes(16))
MAXIMUM = 16384


def leaf(*pairs):
    keys, values = zip(*pairs, strict=True)
    width = len(values[0])
    return Node(level=0, width=width, keys=list(keys), values=list(values), counts=[])


GOLDEN = [
    (leaf((b"a\0b", b"\x01\x02")), "990401000201c40361006200c400c4020102"),
    (
        leaf((b"s\0001", b"\x01"), (b"s\0002", b"\x02")),
        "990401000102c402730001c4023132c4020102",
    ),
    (
        leaf((b"s\0001", b"\x01"), (b"s\00012", b"\x02"), (b"t", b"\x03")),
        "990401000103c40093030401c4087300317300313274c403010203",
    ),
    (
        Node(
            level=2,
            width=20,
            keys=[b"k1", b"k9"],
            values=[bytes(range(16)), bytes(16)],
            counts=[300, 1],
        ),
        "9a0401021402c4016b01c4023139c420000102030405060708090a0b0c0d0e0f0000000000000000000000000000000092cd012c01",
    ),
]


@pytest.mark.parametrize(("node", "expected"), GOLDEN, ids=["one", "equal", "mixed", "inner"])
def test_golden_nodes(node, expected):
    """The encoding of nodes is frozen."""
    assert encode_node(node).hex() == expected
    assert decode_node(bytes.fromhex(expected), OID, MAXIMUM) == node


@st.composite
def nodes(draw):
    level = draw(st.integers(0, 63))
    width = draw(st.integers(0, 48))
    prefix = draw(st.binary(max_size=20))
    tails = draw(st.lists(st.binary(max_size=8), min_size=1, max_size=30, unique=True))
    keys = sorted(prefix + tail for tail in tails)
    size = 16 if level else width
    values = [draw(st.binary(min_size=size, max_size=size)) for _ in keys]
    counts = [draw(st.integers(1, 2**40)) for _ in keys] if level else []
    return Node(level=level, width=width, keys=keys, values=values, counts=counts)


@given(nodes())
def test_nodes_come_back(node):
    """Every node is read as it was written, from bytes that are canonical msgpack."""
    data = encode_node(node)
    assert decode_node(data, OID, MAXIMUM) == node
    assert encode(decode(data)) == data


@given(nodes(), st.data())
def test_damaged_nodes_are_refused(node, data):
    """A damaged node is corrupt, or is another node in its only encoding; nothing else happens."""
    good = bytearray(encode_node(node))
    place = data.draw(st.integers(0, len(good) - 1))
    good[place] = data.draw(st.integers(0, 255))
    for bad in (bytes(good), bytes(good[:place]), bytes(good) + b"\0"):
        try:
            other = decode_node(bad, OID, MAXIMUM)
        except CorruptObjectError:
            continue
        assert encode_node(other) == bad


INNER = [4, 1, 1, 2, 2, b"k", 1, b"19", bytes(32), [3, 4]]
LEAF = [4, 1, 0, 2, 2, b"k", 1, b"19", b"aabb"]
MIXED = [4, 1, 0, 2, 3, b"k", [1, 2, 1], b"1129", b"aabbcc"]

BROKEN = {
    "another kind": (LEAF, 0, 3),
    "another version": (LEAF, 1, 2),
    "kind as a boolean": (LEAF, 1, True),
    "kind as a float": (LEAF, 0, 4.0),
    "level as a boolean": (LEAF, 2, False),
    "level below 0": (LEAF, 2, -1),
    "leaf that says inner": (LEAF, 2, 1),
    "inner that says leaf": (INNER, 2, 0),
    "level too high": (INNER, 2, 64),
    "width below 0": (LEAF, 3, -1),
    "wrong width": (LEAF, 3, 3),
    "width too large": (INNER, 3, 49),
    "no entries": (LEAF, 4, 0),
    "fewer entries": (LEAF, 4, 1),
    "more entries": (LEAF, 4, 3),
    "entries without end": (LEAF, 4, 2**63),
    "prefix as text": (LEAF, 5, "k"),
    "lengths as text": (LEAF, 6, "1"),
    "no lengths": (LEAF, 6, None),
    "length 0": (LEAF, 6, 0),
    "negative length": (LEAF, 6, -1),
    "equal lengths spelled out": (LEAF, 6, [1, 1]),
    "lengths that are too few": (MIXED, 6, [1, 3]),
    "lengths that are too many": (MIXED, 6, [1, 1, 1, 1]),
    "lengths that do not add up": (MIXED, 6, [1, 2, 2]),
    "a negative length": (MIXED, 6, [5, 2, -3]),
    "a length that is no number": (MIXED, 6, [1, "2", 1]),
    "keys that descend": (LEAF, 7, b"91"),
    "keys that are equal": (LEAF, 7, b"11"),
    "keys that are too few": (LEAF, 7, b"1"),
    "values that are too few": (LEAF, 8, b"aab"),
    "values that are too many": (LEAF, 8, b"aabbc"),
    "children that are too few": (INNER, 8, bytes(31)),
    "counts that are too few": (INNER, 9, [7]),
    "counts that are too many": (INNER, 9, [3, 4, 5]),
    "count of 0": (INNER, 9, [0, 7]),
    "count below 0": (INNER, 9, [-1, 7]),
    "counts beyond 64 bits": (INNER, 9, [2**62, 2**62]),
    "counts that are no numbers": (INNER, 9, [3, "4"]),
    "no counts": (INNER, 9, None),
}


@pytest.mark.parametrize(("fields", "place", "value"), BROKEN.values(), ids=BROKEN.keys())
def test_broken_nodes_are_refused(fields, place, value):
    """Each field is checked, alone and against the others."""
    assert decode_node(msgspec.msgpack.encode(fields), OID, MAXIMUM)
    broken = [*fields[:place], value, *fields[place + 1 :]]
    with pytest.raises(CorruptObjectError, match="not a node") as caught:
        decode_node(msgspec.msgpack.encode(broken), OID, MAXIMUM)
    assert caught.value.oid == OID.hex()


@pytest.mark.parametrize(
    "fields",
    [
        [],
        LEAF[:-1],
        [*LEAF, [1, 1]],
        [*INNER, 0],
        [*LEAF, None],
        [4, 1, 0, 2, 2, b"", 2, b"k1k9", b"aabb"],
        [4, 1, 0, 2, 1, b"", 2, b"k1", b"aa"],
        [4, 1, 0, 0, 2**40, b"", 0, b"", b""],
        {"kind": 4},
        b"node",
        None,
    ],
    ids=range(11),
)
def test_other_objects_are_no_nodes(fields):
    """Arrays of another length, a prefix that is too short, and other values are refused."""
    with pytest.raises(CorruptObjectError, match="not a node"):
        decode_node(msgspec.msgpack.encode(fields), OID, MAXIMUM)


def test_nodes_are_bounded():
    """A node of more logical bytes than the rule allows is refused."""
    node = leaf(*((b"%04d" % number, bytes(16)) for number in range(10)))
    assert decode_node(encode_node(node), OID, 200) == node
    with pytest.raises(CorruptObjectError, match="more than 199 logical bytes"):
        decode_node(encode_node(node), OID, 199)
