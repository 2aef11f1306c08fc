import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datum.dataset.values import (
    Snapshot,
    decode_categories,
    decode_item,
    decode_snapshot,
    encode_categories,
    encode_item,
    encode_snapshot,
)
from datum.errors import CorruptObjectError, UsageError
from datum.model import (
    AttributeSpec,
    Blob,
    Categories,
    InMemory,
    Item,
    LabelCategory,
    Media,
    SkeletonSpec,
)
from datum.model.equality import same
from datum.objects.codec import decode, encode
from datum.objects.ids import ObjectId
from datum.testing.strategies import any_text, attributes, categories

INTS = st.none() | st.integers(-(2**63), 2**63 - 1)
BLOBS = st.builds(Blob, st.binary(max_size=16), st.integers(0, 2**63 - 1), any_text())
MEDIA = st.builds(
    Media,
    role=any_text(),
    path=any_text(),
    width=INTS,
    height=INTS,
    frame=INTS,
    content=st.none() | BLOBS,
)
ITEMS = st.builds(
    Item,
    id=st.just("i"),
    subset=st.just("s"),
    media=st.lists(MEDIA, max_size=2).map(tuple),
    attributes=attributes(),
)
OIDS = st.binary(min_size=16, max_size=16).map(ObjectId)
COUNTS = st.integers(0, 2**63 - 1)
SNAPSHOTS = st.builds(
    Snapshot,
    items=st.none() | OIDS,
    annotations=st.none() | OIDS,
    categories=OIDS,
    item_count=COUNTS,
    annotation_count=COUNTS,
    infos=attributes(),
    conflicts=st.none() | OIDS,
)


def decode_any_item(data):
    return decode_item(data, "s", "i")


ITEM = Item(
    id="i",
    subset="s",
    media=(Media(path="a.jpg", width=3, height=2, content=Blob(b"o" * 16, 9, "sha256:0")),),
    attributes={"a": [1, None]},
)
CATEGORIES = Categories(
    labels=(
        LabelCategory(name="a", color=(1, 2, 3), attributes=(AttributeSpec(name="k"),)),
        LabelCategory(name="b", parent="a", infos={"id": 7}),
    ),
    attributes=(AttributeSpec(name="k", values=("x",), mutable=True),),
    skeletons=(SkeletonSpec(label=1, joints=("p", "q"), edges=((0, 1),)),),
)
SNAPSHOT = Snapshot(
    items=ObjectId(b"i" * 16),
    annotations=None,
    categories=ObjectId(b"c" * 16),
    item_count=1,
    annotation_count=0,
    infos={"a": 1},
)
CODECS = {
    "item": (encode_item, decode_any_item, ITEM),
    "categories": (encode_categories, decode_categories, CATEGORIES),
    "snapshot": (encode_snapshot, decode_snapshot, SNAPSHOT),
}


@settings(max_examples=80)
@given(ITEMS)
def test_items_come_back(item):
    """An item without its annotations comes back the same."""
    assert same(decode_any_item(encode_item(item)), item)


@settings(max_examples=40)
@given(categories())
def test_categories_come_back(known):
    """Labels, specs and skeletons come back the same, in their order."""
    assert decode_categories(encode_categories(known)) == known


@settings(max_examples=40)
@given(SNAPSHOTS)
def test_snapshots_come_back(snapshot):
    """A snapshot comes back the same."""
    assert same(decode_snapshot(encode_snapshot(snapshot)), snapshot)


def test_bytes_that_are_not_stored_are_not_dropped():
    """An item whose image is in memory only cannot be written."""
    item = Item(id="i", media=(Media(path="a.jpg", content=InMemory(b"x")),))
    with pytest.raises(UsageError, match=r"a\.jpg"):
        encode_item(item)


def changed(name, *place, to):
    """The bytes of the example called *name* with one part replaced."""
    encoder, _, value = CODECS[name]
    fields = decode(encoder(value))
    part = fields
    for step in place[:-1]:
        part = part[step]
    part[place[-1]] = to
    return encode(fields)


DAMAGES = [
    ("item", (0,), 3),
    ("item", (0,), 2.0),
    ("item", (1,), True),
    ("item", (1,), 2),
    ("item", (2,), None),
    ("item", (2, 0), []),
    ("item", (2, 0, 0), None),
    ("item", (2, 0, 2), 2.0),
    ("item", (2, 0, 2), True),
    ("item", (2, 0, 5), None),
    ("item", (2, 0, 6), None),
    ("item", (2, 0, 7), b"sha256:0"),
    ("item", (3,), []),
    ("categories", (2,), {}),
    ("categories", (2, 0), ["a"]),
    ("categories", (2, 0, 0), 1),
    ("categories", (2, 0, 3), [1, 2]),
    ("categories", (2, 0, 3), [1, 2, 3, 4]),
    ("categories", (2, 0, 3), "rgb"),
    ("categories", (2, 0, 4), None),
    ("categories", (2, 0, 2, 0), ["k"]),
    ("categories", (3, 0, 4), 1),
    ("categories", (3, 0, 3), "xy"),
    ("categories", (4, 0, 0), None),
    ("categories", (4, 0, 2), [[0]]),
    ("categories", (4, 0, 2), 3),
    ("snapshot", (2,), "i"),
    ("snapshot", (4,), None),
    ("snapshot", (5,), -1),
    ("snapshot", (6,), 1.0),
    ("snapshot", (7,), None),
    ("snapshot", (8,), False),
]


@pytest.mark.parametrize(("name", "place", "to"), DAMAGES)
def test_each_damage_is_told(name, place, to):
    """A field of another type, or a row of another length, is corrupt."""
    with pytest.raises(CorruptObjectError):
        CODECS[name][1](changed(name, *place, to=to))


@pytest.mark.parametrize("name", CODECS)
def test_fields_more_or_less_are_told(name):
    """An array of another length is corrupt, and so is anything but an array."""
    encoder, decoder, value = CODECS[name]
    fields = decode(encoder(value))
    for other in ([*fields, None], fields[:-1], {}, None, [], 7):
        with pytest.raises(CorruptObjectError):
            decoder(encode(other))


@pytest.mark.parametrize("name", CODECS)
def test_other_spellings_are_told(name):
    """Trailing bytes and longer forms of the same value are corrupt."""
    encoder, decoder, value = CODECS[name]
    data = encoder(value)
    for other in (data + b"\xc0", data[:1] + b"\xcc" + data[1:], data[:-1], b"", b"\xc1"):
        with pytest.raises(CorruptObjectError):
            decoder(other)


@pytest.mark.parametrize("name", CODECS)
def test_hostile_depth_is_told(name):
    """Thousands of nested arrays, and timestamps, are corrupt objects and no crash."""
    _, decoder, _ = CODECS[name]
    head = {"item": b"\x94\x02\x01\x90", "categories": b"\x95\x05\x01", "snapshot": b"\x99\x06\x01"}
    for rest in (b"\x81\xa1a" + b"\x91" * 5000 + b"\xc0", b"\x81\xa1a\xd6\xff\0\0\0\0"):
        with pytest.raises(CorruptObjectError):
            decoder(head[name] + rest)


@pytest.mark.parametrize("name", CODECS)
def test_damaged_bytes_are_corrupt_or_another_value(name):
    """Every single byte replaced gives CorruptObjectError, or a value with these very bytes."""
    encoder, decoder, value = CODECS[name]
    data = encoder(value)
    for place in range(len(data)):
        for byte in (0x00, 0x7F, 0x80, 0xC0, 0xC3, 0xCB, 0xFF, data[place] ^ 1):
            damaged = data[:place] + bytes([byte]) + data[place + 1 :]
            try:
                found = decoder(damaged)
            except CorruptObjectError:
                continue
            assert encoder(found) == damaged
