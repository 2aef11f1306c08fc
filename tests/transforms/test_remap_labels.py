import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from datum.errors import UnknownNameError, UsageError
from datum.losses import LossReport
from datum.model import (
    AttributeSpec,
    Box,
    Caption,
    Categories,
    Item,
    Label,
    LabelCategory,
    SkeletonSpec,
)
from datum.plugins import TransformContext, parse_options
from datum.transforms.remap_labels import REMAP_LABELS

NAMES = ("cat", "dog", "a:b", "person")


def remapped(*rules, names=NAMES, default="keep", labels=(0, 1, 2, 3)):
    """The names of the labels of the result, and of its annotations."""
    known = names if isinstance(names, Categories) else Categories.of(names)
    notes = tuple(Label(id=n, label=label) for n, label in enumerate(labels))
    item, result = run(Item(id="i", annotations=notes), known, rules, default)
    return result.names(), [result.name_of(one.label) for one in item.annotations]


def run(item, known, rules, default="keep"):
    options = parse_options(REMAP_LABELS.options, {"label": rules, "default": default}, "remap")
    context = TransformContext(
        categories=known, options=options, load=lambda _: None, losses=LossReport()
    )
    return REMAP_LABELS.item(item, context), REMAP_LABELS.categories(known, options)


@pytest.mark.parametrize(
    ("rules", "default", "names", "labels"),
    [
        ((), "keep", NAMES, NAMES),
        ((), "delete", (), ()),
        (("cat:dog",), "keep", ("dog", "a:b", "person"), ("dog", "dog", "a:b", "person")),
        (("dog:cat",), "keep", ("cat", "a:b", "person"), ("cat", "cat", "a:b", "person")),
        (("cat:dog", "dog:cat"), "keep", ("dog", "cat", *NAMES[2:]), ("dog", "cat", *NAMES[2:])),
        (("cat:", "dog:x"), "keep", ("x", "a:b", "person"), ("x", "a:b", "person")),
        (("person:car", "cat:car"), "delete", ("car",), ("car", "car")),
        (("cat:dog",), "delete", ("dog",), ("dog",)),
        (("cat:cat",), "delete", ("cat",), ("cat",)),
        (("a\\:b:c\\:d",), "delete", ("c:d",), ("c:d",)),
    ],
)
def test_labels_are_renamed_joined_and_removed(rules, default, names, labels):
    """Categories and annotations follow the rules; what no rule names follows the default."""
    assert remapped(*rules, default=default) == (names, list(labels))


@settings(max_examples=60)
@given(
    st.dictionaries(st.sampled_from(["cat", "dog", "person"]), st.sampled_from(["", "cat", "x"])),
    st.sampled_from(["keep", "delete"]),
)
def test_every_annotation_has_the_label_of_its_rule(rules, default):
    """Whatever the rules, an annotation has the new name of its label, or is gone with it."""
    known = ("cat", "dog", "person")
    texts = [f"{old}:{new}" for old, new in rules.items()]
    names, labels = remapped(*texts, names=known, default=default, labels=(0, 1, 2))
    expected = [rules.get(name, name if default == "keep" else "") for name in known]
    assert labels == [name for name in expected if name]
    assert list(names) == list(dict.fromkeys(labels))


def test_unknown_labels_and_broken_rules():
    """A label that is not there, two rules for one, no colon, no name: an error."""
    with pytest.raises(UnknownNameError, match="did you mean cat"):
        remapped("cta:dog")
    for rules in (("cat",), (":cat",), ("cat:a", "cat:b"), ("a:b:c",), ("",)):
        with pytest.raises(UsageError):
            remapped(*rules)


def test_annotations_without_a_label():
    """They stay under keep and go under delete, as those of undeclared labels do."""
    notes = (
        Caption(id=1, text="x"),
        Box(id=2, label=9, x=0.0, y=0.0, w=1.0, h=1.0),
        Label(id=3, label=0),
    )
    item = Item(id="i", annotations=notes)
    known = Categories.of(["cat"])
    assert run(item, known, ("cat:x",))[0].annotations == notes
    assert run(item, known, ("cat:x",), "delete")[0].annotations == notes[2:]


def test_an_item_that_does_not_change_is_the_same_one():
    """So it is not written again."""
    item = Item(id="i", annotations=(Label(id=1, label=0),))
    assert run(item, Categories.of("ab"), ("a:x",))[0] is item
    assert run(item, Categories.of("ab"), ("b:",))[0] is item


def test_what_is_said_of_labels():
    """Parents follow the names, attributes of joined labels are united, the keeper of its name leads."""
    known = Categories(
        labels=(
            LabelCategory(name="cat", parent="animal", attributes=(AttributeSpec(name="age"),)),
            LabelCategory(
                name="animal",
                color=(1, 2, 3),
                attributes=(AttributeSpec(name="size"), AttributeSpec(name="age", default="1")),
            ),
            LabelCategory(name="dog", parent="animal"),
            LabelCategory(name="thing", parent="elsewhere"),
        ),
        attributes=(AttributeSpec(name="hidden"),),
    )
    _, result = run(Item(id="i"), known, ("cat:animal",))
    assert result.labels[0] == LabelCategory(
        name="animal",
        color=(1, 2, 3),
        attributes=(AttributeSpec(name="age", default="1"), AttributeSpec(name="size")),
    )
    assert [label.parent for label in result.labels] == ["", "animal", "elsewhere"]
    assert result.attributes == known.attributes
    _, result = run(Item(id="i"), known, ("animal:cat",))
    assert (result.labels[0].name, result.labels[0].parent) == ("cat", "")
    assert result.labels[1].parent == "cat"
    _, result = run(Item(id="i"), known, ("animal:",))
    assert [label.parent for label in result.labels] == ["", "", "elsewhere"]
    assert result.labels[0].attributes == known.labels[0].attributes


def test_skeletons_follow_their_labels():
    """To the new index; of joined ones the one that keeps its name stands; removed ones go."""
    known = replace(
        Categories.of("abc"),
        skeletons=tuple(SkeletonSpec(label=n, joints=("abc"[n],)) for n in range(3)),
    )
    _, result = run(Item(id="i"), known, ("a:", "b:c"))
    assert result.names() == ("c",)
    assert result.skeletons == (SkeletonSpec(label=0, joints=("c",)),)
    _, result = run(Item(id="i"), known, ("b:x", "c:x"))
    assert [spec.joints for spec in result.skeletons] == [("a",), ("b",)]
