"""What a validation report finds is put right."""

import json

import pytest

from datum.cli.extras import parse_extras
from datum.errors import UnknownNameError, UsageError
from datum.model import AttributeSpec, Box, Categories, Item, Label, LabelCategory, Media
from datum.plugins import find_transform, parse_options
from datum.testing.transforms import run_transform

CORRECT = find_transform("correct")
KNOWN = Categories(
    labels=(
        LabelCategory(
            name="cat",
            attributes=(AttributeSpec(name="mood", default="calm"), AttributeSpec(name="age")),
        ),
        LabelCategory(name="dog"),
    )
)


def box(number, x=1.0, y=1.0, w=4.0, h=4.0, label=1, **attributes):
    return Box(id=number, x=x, y=y, w=w, h=h, label=label, attributes=attributes)


def item(name, *annotations, subset="train"):
    media = Media(path=f"{name}.png", height=10, width=20)
    return Item(id=name, subset=subset, media=(media,), annotations=annotations)


def finding(anomaly, name="a", number=None, **fields):
    found = {"anomaly_type": anomaly, "description": "prose", "severity": "error", **fields}
    if name is not None:
        found |= {"item_id": name, "subset": "train"}
    return found if number is None else found | {"annotation_id": number}


def correct(items, *findings, known=KNOWN, **options):
    report = json.dumps({"statistics": {}, "validation_reports": findings, "summary": {}})
    made = run_transform(CORRECT, items, known, reports=report, **options)
    return made, made.losses.rows()


@pytest.mark.parametrize(
    "anomaly",
    [
        "NegativeLength",
        "InvalidValue",
        "ZeroArea",
        "FarFromLabelMean",
        "FarFromAttrMean",
        "DuplicatedAnnotation",
    ],
)
def test_an_annotation_that_goes(anomaly):
    """The one that the report names, once, though it is named for width and for height."""
    good, bad = box(1), box(2)
    made, losses = correct([item("a", good, bad)], *[finding(anomaly, number=2)] * 2)
    assert made.items[0].annotations == (good,)
    assert losses == [("box", f"{anomaly}; removed", 1, ("train/a",))]


@pytest.mark.parametrize("anomaly", ["MissingAnnotation", "MultiLabelAnnotations"])
def test_an_item_that_goes(anomaly):
    """It is counted, and the others are the very same."""
    kept = item("b", box(1))
    made, losses = correct([item("a"), kept], finding(anomaly))
    assert made.items == (kept,)
    assert made.items[0] is kept
    assert losses == [("item", f"{anomaly}; removed", 1, ("train/a",))]


def test_what_reaches_out_is_cut():
    """To the image; what lies outside altogether goes."""
    notes = (box(1, x=-2), box(2, x=30), box(3, x=-2))
    made, losses = correct(
        [item("a", *notes)],
        finding("OutsideImage", number=1),
        finding("OutsideImage", number=2),
    )
    first, third = made.items[0].annotations
    assert (first.id, first.x, first.w) == (1, 0, 2)
    assert third is notes[2]
    assert losses == [("box", "OutsideImage; removed", 1, ("train/a",))]


def test_attributes_that_are_missing():
    """They get the declared default, or an empty text, where the label is that and they are not there."""
    notes = (box(1, label=0, age=3), box(2, label=0, mood="wild"), box(3, label=1))
    made, losses = correct(
        [item("a", *notes)],
        finding("MissingAttribute", label="cat", attribute="mood"),
        finding("MissingAttribute", label="cat", attribute="age"),
    )
    found = [one.attributes for one in made.items[0].annotations]
    assert found == [{"age": 3, "mood": "calm"}, {"mood": "wild", "age": ""}, {}]
    assert made.items[0].annotations[2] is notes[2]
    assert not losses


def test_attributes_and_labels_that_are_not_declared():
    """They are declared; a label is called as its index, unless that name is taken."""
    known = Categories.of(["cat", "3"])
    made, losses = correct(
        [item("a", box(1, label=3))],
        finding("UndefinedAttribute", label="cat", attribute="mood"),
        finding("UndefinedLabel", label="3"),
        known=known,
    )
    assert made.categories.names() == ("cat", "3", "2", "#3")
    assert [spec.name for spec in made.categories.labels[0].attributes] == ["mood"]
    assert not losses


def test_no_labels_at_all():
    """Those that are used are declared."""
    made, _ = correct(
        [item("a", Label(id=1, label=2))],
        finding("MissingLabelCategories", None),
        known=Categories(),
    )
    assert made.categories.names() == ("0", "1", "2")


def test_what_is_not_corrected_is_counted():
    """Other anomalies, and findings of what is not there."""
    made, losses = correct(
        [item("a", box(1))],
        finding("ImbalancedLabels", None),
        finding("NegativeLength", "gone", 1),
        finding("NegativeLength", "a", 99),
        finding("NegativeLength", "a"),
        finding("UndefinedLabel", label="9999999999"),
    )
    assert made.items == (item("a", box(1)),)
    assert made.categories == KNOWN
    assert [row[:3] for row in losses] == [
        ("ImbalancedLabels", "it is not corrected", 1),
        ("NegativeLength", "there is no such annotation", 2),
        ("NegativeLength", "there is no such item", 1),
    ]


def test_only_some_anomalies():
    """The others are left, without a word; one that correct does not know is an error."""
    notes = [item("a", box(1)), item("b")]
    findings = (finding("ZeroArea", number=1), finding("MissingAnnotation", "b"))
    made, losses = correct(notes, *findings, only=["ZeroArea"])
    assert [one.id for one in made.items] == ["a", "b"]
    assert [row[:2] for row in losses] == [("box", "ZeroArea; removed")]
    with pytest.raises(UnknownNameError, match="ZeroAria"):
        correct(notes, *findings, only=["ZeroAria"])


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"validation_reports": 3}', '{"validation_reports": [{}]}', "\ud800"]
)
def test_what_is_no_report(text):
    """It is refused before anything is done."""
    with pytest.raises(UsageError, match="no validation report"):
        run_transform(CORRECT, [], KNOWN, reports=text)


def test_the_recipe_holds_what_was_taken(tmp_path):
    """The file is read on the command line; of its text the fields that count are kept."""
    path = tmp_path / "report.json"
    path.write_text(
        json.dumps({"validation_reports": [finding("ZeroArea", number=2)], "x": [1] * 99})
    )
    given = parse_extras(CORRECT.options, ["-r", str(path)], "correct")
    kept = parse_options(CORRECT.options, given, "correct")["reports"]
    assert json.loads(kept) == {
        "validation_reports": [
            {"anomaly_type": "ZeroArea", "item_id": "a", "subset": "train", "annotation_id": 2}
        ]
    }
    with pytest.raises(UsageError, match=r"gone\.json cannot be read: No such file"):
        parse_extras(CORRECT.options, ["-r", str(tmp_path / "gone.json")], "correct")
