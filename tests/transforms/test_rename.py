import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datum.dataset.dataset import Dataset
from datum.errors import UnknownNameError, UsageError
from datum.lineage.operations import transform_operation
from datum.lineage.running import Workplace, run_operation
from datum.losses import LossReport
from datum.model import Categories, Item, Media
from datum.plugins import TransformContext, parse_options
from datum.testing.counting import dataset_in_memory
from datum.transforms.rename import RENAME


def renamed(item_id, rule, subset="train"):
    options = parse_options(RENAME.options, {"regex": rule}, "rename")
    context = TransformContext(
        categories=Categories(), options=options, load=lambda _: None, losses=LossReport()
    )
    item = item_id if isinstance(item_id, Item) else Item(id=item_id, subset=subset)
    return RENAME.item(item, context).id


@pytest.mark.parametrize(
    ("item_id", "rule", "expected"),
    [
        ("frame_0012", r"|frame_(\d+)|\1|", "0012"),
        ("frame_0012", r"|frame_(\d+)|\\1|", "0012"),
        ("frame_0012", r"|frame_(\d+)|\1", "0012"),
        ("frame_0012", r"|frame_(?P<n>\d+)|n\g<n>|", "n0012"),
        ("a/b", "#/#_#", "a_b"),
        ("a|b", "/[|]/-/", "a-b"),
        ("abab", "|b|x|", "axax"),
        ("a", "|b|x|", "a"),
        ("a", "|^|{item.subset}/|", "train/a"),
        ("a", "|$|-{item.id}|", "a-a"),
        ("{0}", "|$|x|", "{0}x"),
        ("{item.subset}", "|$|-{item.id}|", "{item.subset}-{item.subset}"),
        ("\\1", "|^|{item.id}-|", "\\1-\\1"),
        ("ab", "|(a)(x)?|[\\2]|", "[]b"),
        ("a", "|a|{item}{x}|", "{item}{x}"),
    ],
)
def test_rules(item_id, rule, expected):
    """Groups in either spelling, any separator, the item's own values as they are."""
    assert renamed(item_id, rule) == expected


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "|",
        "|a",
        "|a|b|c|",
        "|(|x|",
        "|a|\\1|",
        r"|a|\g<x>|",
        "|a|\\",
        r"|a|\{item.id}|",
        "|a|\\q|",
        "|a|{item.other}|",
        "|a|{item.}|",
        "|a|{item.media.content.data}|",
        "|a|{item.id.__class__}|",
        "|a|{item.id:99999}|",
        "|a|{item.id:>8!r}|",
    ],
)
def test_rules_that_are_none(rule):
    """Too few parts, too many, no regular expression, a group that is not there."""
    with pytest.raises(UsageError):
        renamed("a", rule)


VALUES = Item(
    id="a",
    attributes={"frame": 7, "x:y": "p{0}\\\\1", "none": None, "part": 0.25},
    media=(Media(path="clips/b.c.mp4", width=8, height=6, frame=12),),
)


@pytest.mark.parametrize(
    ("replacement", "expected"),
    [
        ("{item.attributes[frame]:06d}", "000007"),
        ("{item.attributes[x:y]}", "p{0}\\\\1"),
        ("{item.attributes[x:y]:*>8}", "*p{0}\\\\1"),
        ("{item.attributes[part]:.1f}", "0.2"),
        ("{item.media.path}", "clips/b.c.mp4"),
        ("b{item.image.ext}", "b.mp4"),
        ("{item.media.size[0]}x{item.image.size[1]}", "6x8"),
        ("{item.id}_{item.media.index:04}", "a_0012"),
    ],
)
def test_values_of_the_item(replacement, expected):
    """Attributes and media, in the format that follows the colon, as they are."""
    assert renamed(VALUES, f"|.+|{replacement}|") == expected


@pytest.mark.parametrize("field", ["attributes[none]", "attributes[no]", "attributes[x:y]:d"])
def test_values_that_an_item_does_not_have(field):
    """The error names the item and the value."""
    with pytest.raises(UsageError, match=r"default/a.*item.attributes"):
        renamed(VALUES, f"|.+|{{item.{field}}}|")
    with pytest.raises(UsageError, match=r"train/b has nothing for \{item\.media\.path\}"):
        renamed("b", "|b|{item.media.path}|")


def test_a_mistyped_value_is_named():
    """With the one that may have been meant."""
    with pytest.raises(UnknownNameError, match="did you mean subset"):
        renamed("a", "|a|{item.subest}|")


def test_an_id_cannot_be_empty():
    """An item needs a name."""
    with pytest.raises(UsageError, match="train/abc would have no id"):
        renamed("abc", "|.*||")


@settings(max_examples=40)
@given(st.text(min_size=1, max_size=8))
def test_any_id_stays_where_nothing_matches(item_id):
    """Braces, backslashes and the like in ids mean nothing."""
    assert renamed(item_id, "|\\Z|{item.id}|") in (item_id * 2, item_id)
    assert renamed(item_id, "|(?!)|x|") == item_id


def test_collisions_are_an_error():
    """Two items that would have one name: the error names it, and nothing is lost."""
    dataset = dataset_in_memory([Item(id="a1"), Item(id="a2"), Item(id="a1", subset="other")])
    work = Workplace(writer=dataset.store, software={})
    with pytest.raises(UsageError, match="default/a"):
        run_operation(transform_operation("rename", {"regex": r"|\d||"}), dataset, work)
    made = run_operation(transform_operation("rename", {"regex": "|a|b|"}), dataset, work)
    found = [item.key for item in Dataset(dataset.store, made.snapshot)]
    assert found == [("default", "b1"), ("default", "b2"), ("other", "b1")]
