import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datum.dataset.dataset import Dataset
from datum.errors import UsageError
from datum.lineage.operations import transform_operation
from datum.lineage.running import Workplace, run_operation
from datum.losses import LossReport
from datum.model import Categories, Item
from datum.plugins import TransformContext, parse_options
from datum.testing.counting import dataset_in_memory
from datum.transforms.rename import RENAME


def renamed(item_id, rule, subset="train"):
    options = parse_options(RENAME.options, {"regex": rule}, "rename")
    context = TransformContext(
        categories=Categories(), options=options, load=lambda _: None, losses=LossReport()
    )
    return RENAME.item(Item(id=item_id, subset=subset), context).id


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
        ("a", "|a|{item.other}|", "{item.other}"),
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
    ],
)
def test_rules_that_are_none(rule):
    """Too few parts, too many, no regular expression, a group that is not there."""
    with pytest.raises(UsageError):
        renamed("a", rule)


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
