"""Record files, examples and label maps: bytes from the specifications, and broken ones."""

import struct
from pathlib import Path

import google_crc32c
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datum.errors import FormatError
from datum.model import Categories, LabelCategory
from datum_formats.tf_detection_api.example import (
    Bytes,
    Floats,
    Ints,
    decode_example,
    encode_example,
    float32,
)
from datum_formats.tf_detection_api.labelmap import (
    encode_label_map,
    label_ids,
    read_label_map,
)
from datum_formats.tf_detection_api.tfrecord import frame, masked_crc, read_records


@pytest.mark.parametrize(
    ("data", "crc"),
    [
        (bytes(32), 0x8A9136AA),
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
        (bytes(range(31, -1, -1)), 0x113FDB5C),
        (b"123456789", 0xE3069283),
    ],
)
def test_checksums_of_rfc_3720(data: bytes, crc: int) -> None:
    """The vectors of RFC 3720, B.4, under TFRecord's mask."""
    assert google_crc32c.value(data) == crc
    assert masked_crc(data) == (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def test_golden_record() -> None:
    """A record of four bytes, from length to checksum."""
    assert frame(b"abcd") == bytes.fromhex("0400000000000000 42455204 61626364 6810e6b6")


@given(st.lists(st.binary(max_size=40), max_size=5))
def test_records_come_back(records: list[bytes]) -> None:
    """What is framed is read, with numbers from 1."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.tfrecord"
        path.write_bytes(b"".join(map(frame, records)))
        assert list(read_records(path)) == list(enumerate(records, start=1))


TWO = frame(b"abcd") + frame(b"efgh")
HUGE = struct.pack("<Q", 1 << 60)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (TWO[:-1], "record 2: cut off in its data"),
        (TWO[:-7], "record 2: cut off in its data"),
        (TWO[:25], "record 2: cut off in its length"),
        (TWO[:20] + b"\x05" + TWO[21:], "record 2: the checksum of its length"),
        (TWO[:-6] + b"!" + TWO[-5:], "record 2: the checksum of its data"),
        (TWO[:-1] + b"!", "record 2: the checksum of its data"),
        (b"\x1f\x8b" + TWO, "record 1: compressed"),
        (HUGE + struct.pack("<I", masked_crc(HUGE)), "record 1: cut off in its data"),
    ],
    ids=range(8),
)
def test_hurt_records_are_named(data: bytes, message: str, tmp_path: Path) -> None:
    """Truncated and altered records are errors with the file and the number of the record."""
    path = tmp_path / "a.tfrecord"
    path.write_bytes(data)
    with pytest.raises(FormatError, match=message) as raised:
        list(read_records(path))
    assert str(raised.value).startswith(f"{path}: ")


def test_every_bit_is_covered(tmp_path: Path) -> None:
    """No flip of a single bit goes unnoticed."""
    whole = frame(b"abcd")
    path = tmp_path / "a.tfrecord"
    for bit in range(len(whole) * 8):
        hurt = bytearray(whole)
        hurt[bit // 8] ^= 1 << bit % 8
        path.write_bytes(hurt)
        with pytest.raises(FormatError):
            list(read_records(path))


def test_golden_example() -> None:
    """The bytes of an example by hand: names in order, numbers packed."""
    features = {"b": Ints((1, 300)), "a": Bytes((b"x",)), "c": Floats((1.0,))}
    assert encode_example(features) == bytes.fromhex(
        "0a29"  # features, 12 + 14 + 15 bytes
        "0a0a" "0a0161" "1205" "0a03" "0a0178"  # a: bytes_list of x
        "0a0c" "0a0162" "1207" "1a05" "0a03" "01ac02"  # b: int64_list, packed, 1 and 300
        "0a0d" "0a0163" "1208" "1206" "0a04" "0000803f"  # c: float_list, packed, 1.0
    )  # fmt: skip


def test_unpacked_lists_are_read() -> None:
    """Numbers one by one, as older writers have them, are the same lists."""
    floats = bytes.fromhex("0a130a110a0163120c120a0d0000803f0d00000040")
    assert decode_example(floats) == {"c": Floats((1.0, 2.0))}
    ints = bytes.fromhex("0a0e0a0c0a016212071a05080108ac02")
    assert decode_example(ints) == {"b": Ints((1, 300))}
    for size in range(1, len(ints)):
        with pytest.raises(FormatError, match="cut off"):
            decode_example(ints[:size])


def test_empty_features_and_unknown_fields() -> None:
    """A feature without a list is left out; fields of other numbers are skipped."""
    empty = bytes.fromhex("0a070a050a01611200")
    assert decode_example(empty) == {}
    assert decode_example(bytes.fromhex("10031900000000000000f02500000000")) == {}
    assert decode_example(b"") == {}


_lists = st.one_of(
    st.lists(st.binary(max_size=8), max_size=4).map(lambda v: Bytes(tuple(v))),
    st.lists(st.floats(width=32, allow_nan=False), max_size=4).map(lambda v: Floats(tuple(v))),
    st.lists(st.integers(-(2**63), 2**63 - 1), max_size=4).map(lambda v: Ints(tuple(v))),
)


@given(st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=5), _lists, max_size=5))
def test_examples_come_back(features: dict[str, Bytes | Floats | Ints]) -> None:
    """Reading what was encoded gives the features back."""
    assert decode_example(encode_example(features)) == features


@given(st.binary(max_size=60))
def test_any_bytes_are_an_example_or_an_error(data: bytes) -> None:
    """Nothing but a FormatError comes out of bytes that are no example."""
    try:
        decode_example(data)
    except FormatError:
        return


def test_float32_beyond_its_range() -> None:
    """Numbers that float32 does not reach are infinite, not errors."""
    assert (float32(1e300), float32(-1e300), float32(0.1)) == (
        float("inf"),
        float("-inf"),
        0.10000000149011612,
    )


def label_map(folder: Path, text: str) -> Path:
    path = folder / "label_map.pbtxt"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    "text",
    [
        "item {\n\tid: 1\n\tname: 'cat'\n}\n\nitem {\n\tid: 2\n\tname: 'dog'\n}\n",
        'item{id:2 name:"dog"}item{name:"c" \'at\',id:1;}',
        "# animals\nitem: <\n  name: 'c\\141t' # the cat\n  id: 1\n>\nitem { id: 2, name: 'd\\x6fg' }",
        "item { id: 1 name: 'cat' keypoints { id: 0 label: 'eye' } more: [1, 2] } item { display_name: 'dog' id: 2 }",
    ],
)
def test_label_maps_in_all_spellings(text: str, tmp_path: Path) -> None:
    """Quotes, brackets, separators, comments, escapes, and fields that are not known."""
    found = read_label_map([label_map(tmp_path, text)])
    assert found.categories.names() == ("cat", "dog")
    assert (found.by_text["dog"], found.by_id[2]) == (1, 1)


def test_ids_with_gaps_and_display_names(tmp_path: Path) -> None:
    """Labels are in the order of their ids, which are kept, as is the name for display."""
    text = "item { name: '/m/2' id: 9 display_name: 'Dog' } item { name: '/m/1' id: 3 }"
    found = read_label_map([label_map(tmp_path, text)])
    assert found.categories.names() == ("/m/1", "/m/2")
    assert found.by_text == {"/m/1": 0, "/m/2": 1, "Dog": 1}
    assert label_ids(found.categories) == [3, 9]
    again = label_map(tmp_path, encode_label_map(found.categories).decode())
    assert read_label_map([again]) == found


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=6), unique=True, max_size=5))
def test_any_label_comes_back(names: list[str]) -> None:
    """Quotes, back-slashes, line breaks and all of Unicode survive the label map."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "label_map.pbtxt"
        path.write_bytes(encode_label_map(Categories.of(names)))
        assert read_label_map([path]).categories == Categories.of(names)


def test_golden_label_map() -> None:
    """The text that other tools know."""
    labels = (LabelCategory(name="cat"), LabelCategory(name="it's", infos={"display_name": "x"}))
    assert encode_label_map(Categories(labels=labels)).decode() == (
        "item {\n\tid: 1\n\tname: 'cat'\n}\n\n"
        "item {\n\tid: 2\n\tname: 'it\\'s'\n\tdisplay_name: 'x'\n}\n"
    )


def test_ids_that_do_not_rise_are_not_used() -> None:
    """Ids that would put the labels into another order are replaced by their places."""
    labels = (LabelCategory(name="b", infos={"id": 5}), LabelCategory(name="a", infos={"id": 4}))
    assert label_ids(Categories(labels=labels)) == [1, 2]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("item {", "label_map.pbtxt:1: a message is not closed"),
        ("\nitem { id: }", "2: a field has no value"),
        ("item { name: 'a' }", "1: an item has no id"),
        ("item { id: 1 }", "1: an item has no name"),
        ("item { id: one name: 'a' }", "no id"),
        ("item { id: 1 name: 'a' } item { id: 1 name: 'b' }", "twice"),
        ("item { id: 1 name: 'a' } item { id: 2 name: 'a' }", "twice"),
        ("item: 5", "an item is no message"),
        ("item { id: 1 name: 'a\n' }", "unexpected"),
        ("item { id: 1 name: '\\377' }", "not UTF-8"),
        ("} }", "not a field"),
        ("a {" * 100, "not a field"),
        ("item { id: 99999999999999999999 name: 'a' }", "no id"),
    ],
)
def test_broken_label_maps(text: str, message: str, tmp_path: Path) -> None:
    """What is wrong is said, with the line."""
    with pytest.raises(FormatError, match=message):
        read_label_map([label_map(tmp_path, text)])
