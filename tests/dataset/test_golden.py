"""Bytes that must never change: what was written once is read for ever, and ids depend on them."""

import pytest

from datum.dataset.annotations import decode_annotations, encode_annotations
from datum.dataset.values import (
    Snapshot,
    decode_categories,
    decode_item,
    decode_snapshot,
    encode_categories,
    encode_item,
    encode_snapshot,
)
from datum.lineage.recipe import External, Recipe, read_recipe, write_recipe
from datum.model import (
    AttributeSpec,
    Blob,
    Box,
    Caption,
    Categories,
    Cuboid2D,
    Cuboid3D,
    Ellipse,
    Item,
    Label,
    LabelCategory,
    Mask,
    Media,
    Points,
    Polygon,
    Polyline,
    RotatedBox,
    Skeleton,
    SkeletonSpec,
)
from datum.objects.ids import ObjectId
from datum.objects.memory import MemoryStore

ANNOTATIONS = {
    "label": Label(id=1, label=0),
    "box": Box(id=-2, label=300, x=1.0, y=2.5, w=30.0, h=0.1),
    "rotated_box": RotatedBox(id=3, cx=1.0, cy=2.0, w=3.0, h=4.0, angle=45.0),
    "polygon": Polygon(
        id=4, points=(0.0, 0.0, 8.0, 0.0, 8.0, 8.0), holes=((1.0, 1.0, 2.0, 1.0, 2.0, 2.0),)
    ),
    "polyline": Polyline(id=5, points=(0.25, 1.0, 1 / 3, 4.0)),
    "points": Points(id=6, points=(1.0, 2.0, 0.0, 0.0), visibility=(2, 0)),
    "skeleton": Skeleton(id=7, label=1, points=(1.0, 2.0)),
    "mask": Mask(id=8, height=2, width=3, counts=b"132"),
    "ellipse": Ellipse(id=9, cx=5.0, cy=6.0, rx=2.0, ry=1.0),
    "cuboid_2d": Cuboid2D(id=10, points=tuple(float(n) for n in range(16))),
    "cuboid_3d": Cuboid3D(
        id=11, position=(1.0, 2.0, 3.0), rotation=(0.0, 0.5, 0.0), scale=(4.0, 5.0, 6.0)
    ),
    "caption": Caption(id=12, text="a caté"),
}
COMMON = (
    Box(id=1, group=1, z_order=-1, score=0.5, x=0.0, y=0.0, w=0.0, h=0.0, attributes={"b": True}),
    Label(id=2, label=1, group=1, attributes={"a": None, "b": [1, {"k": "v"}]}),
    Caption(id=70000, text="", score=1.0),
)
GOLDEN = {
    "label": "9a0301c40101930001c40101930001c40101c0c0c08090",
    "box": "9a0301c40102930001c401fe930002c4022d01c0c0c080919202930102c4080a0019002c010100",
    "rotated_box": "9a0301c40103930001c40103c0c0c0c080919203930001c405010203042d",
    "polygon": (
        "9a0301c40104930001c40104c0c0c0c080919404930001c40101930001c4020606930001c40c0000"
        "08000808010102010202"
    ),
    "polyline": (
        "9a0301c40105930001c40105c0c0c0c080919305930001c4010493ff08c420000000000000d03f00"
        "0000000000f03f555555555555d53f0000000000001040"
    ),
    "points": (
        "9a0301c40106930001c40106c0c0c0c080919506930001c40104930001c40401020000930001c401"
        "02930001c4020200"
    ),
    "skeleton": "9a0301c40107930001c40107930001c40102c0c0c080919507930001c40102930001c4020102c0c0",
    "mask": "9a0301c40108930001c40108c0c0c0c080919308930001c402020391c403313332",
    "ellipse": "9a0301c40109930001c40109c0c0c0c080919209930001c4050506020100",
    "cuboid_2d": (
        "9a0301c4010a930001c4010ac0c0c0c08091930a930001c40110930001c410000102030405060708"
        "090a0b0c0d0e0f"
    ),
    "cuboid_3d": "9a0301c4010b930001c4010bc0c0c0c08091920b930101c4090a141e00050028323c",
    "caption": "9a0301c4010c930001c4010cc0c0c0c08091920c91a76120636174c3a9",
    "together": (
        "9a0301c40302010c930004c40c010000000200000070110100930001c403000200930001c4030101"
        "00930001c403ff0000930291930001c4020002930101c402050a82a1619291930001c4010191c0a1"
        "629291930001c402000192c3920181a16ba176929202c0920c91a0"
    ),
    "nothing": "9a0301c400c0c0c0c0c08090",
    "item": (
        "9402019298a5696d616765a7612f782e6a7067cd01e0cd0280c0c410000102030405060708090a0b"
        "0c0d0e0f07a97368613235363a303098a56465707468a0c0c003c0c0c082a56e69676874c3a77765"
        "6174686572a47261696e"
    ),
    "categories": (
        "9505019295a3636174a6616e696d616c90930102ccff81a269641195a3646f67a09195a3616765a6"
        "6e756d626572a090c2c0809195a668696464656ea0a26e6f92a26e6fa3796573c391930192a46e6f"
        "7365a47461696c91920001"
    ),
    "snapshot": (
        "990601c410000102030405060708090a0b0c0d0e0fc0c410101112131415161718191a1b1c1d1e1f"
        "cd03e80081a76c6963656e6365a3434330c0"
    ),
    "recipe": (
        "9a0801b67472616e73666f726d2072616e646f6d5f73706c69740282a5726174696fcb3fe0000000"
        "000000a673756273657492a4613a2e35a4623a2e359192a764617461736574c41000010203040506"
        "0708090a0b0c0d0e0f9293a966696c653a2f2f2f640ca97368613235363a303093a178c0a081a564"
        "6174756da3302e3107a6736565646564"
    ),
}

ITEM = Item(
    id="x",
    subset="s",
    media=(
        Media(
            path="a/x.jpg", height=480, width=640, content=Blob(bytes(range(16)), 7, "sha256:00")
        ),
        Media(role="depth", frame=3),
    ),
    attributes={"night": True, "weather": "rain"},
)
CATEGORIES = Categories(
    labels=(
        LabelCategory(name="cat", parent="animal", color=(1, 2, 255), infos={"id": 17}),
        LabelCategory(name="dog", attributes=(AttributeSpec(name="age", input_type="number"),)),
    ),
    attributes=(AttributeSpec(name="hidden", default="no", values=("no", "yes"), mutable=True),),
    skeletons=(SkeletonSpec(label=1, joints=("nose", "tail"), edges=((0, 1),)),),
)
SNAPSHOT = Snapshot(
    items=ObjectId(bytes(range(16))),
    annotations=None,
    categories=ObjectId(bytes(range(16, 32))),
    item_count=1000,
    annotation_count=0,
    infos={"licence": "CC0"},
)
RECIPE = Recipe(
    operation="transform random_split",
    version=2,
    parameters={"ratio": 0.5, "subset": ["a:.5", "b:.5"]},
    inputs=(("dataset", ObjectId(bytes(range(16)))),),
    externals=(External("file:///d", 12, "sha256:00"), External("x")),
    software={"datum": "0.1"},
    seed=7,
    determinism="seeded",
)


@pytest.mark.parametrize("kind", ANNOTATIONS)
def test_annotations(kind):
    """One annotation of each kind."""
    data = bytes.fromhex(GOLDEN[kind])
    assert encode_annotations([ANNOTATIONS[kind]]).hex(" ") == data.hex(" ")
    assert decode_annotations(data) == (ANNOTATIONS[kind],)


def test_annotations_together():
    """Several annotations share columns; scores and attributes say where they are."""
    data = bytes.fromhex(GOLDEN["together"])
    assert encode_annotations(COMMON).hex(" ") == data.hex(" ")
    assert decode_annotations(data) == COMMON


def test_no_annotations():
    """An empty tuple has bytes too, though no tree points to them."""
    assert encode_annotations([]).hex() == GOLDEN["nothing"]


def test_item():
    """Media with their place in the store, and attributes."""
    data = bytes.fromhex(GOLDEN["item"])
    assert encode_item(ITEM).hex(" ") == data.hex(" ")
    assert decode_item(data, "s", "x") == ITEM


def test_categories():
    """Labels, declarations of attributes, skeletons."""
    data = bytes.fromhex(GOLDEN["categories"])
    assert encode_categories(CATEGORIES).hex(" ") == data.hex(" ")
    assert decode_categories(data) == CATEGORIES


def test_snapshot():
    """The ids of the parts, the counts, the infos."""
    data = bytes.fromhex(GOLDEN["snapshot"])
    assert encode_snapshot(SNAPSHOT).hex(" ") == data.hex(" ")
    assert decode_snapshot(data) == SNAPSHOT


def test_recipe():
    """An operation with parameters, inputs, externals and versions."""
    writer = MemoryStore().writer()
    oid = write_recipe(writer, RECIPE)
    assert writer.get(oid).hex() == GOLDEN["recipe"]
    assert read_recipe(writer, oid) == RECIPE
