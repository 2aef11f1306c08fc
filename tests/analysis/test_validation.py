import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datum.analysis.validating import Choice, run_validator
from datum.analysis.validation import CLASSIFICATION, DETECTION, KEYPOINTS, SEGMENTATION
from datum.analysis.validation_page import validation_page
from datum.errors import UnknownNameError, UsageError
from datum.model import (
    AttributeSpec,
    Box,
    Categories,
    Ellipse,
    InMemory,
    Item,
    Label,
    LabelCategory,
    Mask,
    Media,
    Polygon,
    RotatedBox,
    Skeleton,
    SkeletonSpec,
)
from datum.objects.memo import MemoryMemo
from datum.testing.counting import dataset_in_memory
from datum.testing.datasets import image_bytes
from datum.testing.samples import sample_categories
from datum.testing.strategies import items
from datum.validators import Anomaly, AnomalyType, Validator

AB = Categories.of(["a", "b"])
TASKS = {one.name: one for one in (CLASSIFICATION, DETECTION, SEGMENTATION, KEYPOINTS)}
NOTES = items(sample_categories(), media=False).map(lambda item: item.annotations)
SQUARE = (0, 0, 4, 0, 4, 4, 0, 4)


def report(items, task="detection", categories=AB, *, choice=None, memo=None, **options):
    dataset = dataset_in_memory(items, categories)
    return run_validator(
        TASKS[task] if isinstance(task, str) else task,
        dataset,
        options,
        choice=choice or Choice(),
        memo=memo or MemoryMemo(),
    )


def types(found):
    return {one["anomaly_type"] for one in found["validation_reports"]}


def of_type(found, name):
    return [one for one in found["validation_reports"] if one["anomaly_type"] == name]


def sized(name, *notes, subset="train"):
    media = (Media(path=name, height=100, width=100),)
    return Item(id=name, subset=subset, media=media, annotations=notes)


def box(w=10, h=10, x=0, label=0, **attributes):
    return Box(x=x, y=0, w=w, h=h, label=label, attributes=attributes)


def test_classification():
    """No label, two labels, one that is not declared, one that is not used."""
    items = [
        Item(id="none"),
        Item(id="two", annotations=(Label(label=0), Label(label=0))),
        Item(id="odd", annotations=(Label(label=7),)),
    ]
    found = report(items, "classification")
    assert types(found) == {
        *("MissingAnnotation", "MultiLabelAnnotations", "UndefinedLabel"),
        *("LabelDefinedButNotFound", "OnlyOneLabel", "ImbalancedLabels", "DuplicatedAnnotation"),
    }
    assert found["summary"] == {"errors": 2, "warnings": 5}
    assert found["statistics"]["items_with_multiple_labels"] == [("two", "default")]
    (several,) = of_type(found, "MultiLabelAnnotations")
    assert (several["item_id"], several["value"], several["threshold"]) == ("two", 2, 1)


def test_damaged_boxes():
    """Negative, empty, not finite, outside; none but the last is in the distributions."""
    boxes = (box(w=-2), box(w=0), box(w=-math.inf), box(x=95), box(x=50))
    found = report([sized("x", *boxes)])
    assert types(found) >= {"NegativeLength", "ZeroArea", "InvalidValue", "OutsideImage"}
    statistics = found["statistics"]
    assert statistics["items_with_negative_length"] == {"('x', 'train')": {"1": {"width": -2}}}
    assert statistics["items_with_invalid_value"] == {"('x', 'train')": {"3": ["width"]}}
    assert statistics["bbox_distribution_in_label"]["a"]["width"]["mean"] == 10
    (outside,) = of_type(found, "OutsideImage")
    assert (outside["value"], outside["threshold"], outside["annotation_id"]) == (5, 1, 4)
    assert "OutsideImage" not in types(report([sized("x", *boxes)], outside_thr=5))


def test_a_value_far_from_the_mean():
    """Of a hundred boxes of width 10 and one of 90, the one is far, as a field says."""
    items = [sized(f"{n}", box()) for n in range(100)] + [sized("far", box(w=90))]
    found = report(items)
    far = of_type(found, "FarFromLabelMean")
    assert {one["item_id"] for one in far} == {"far"}
    width = next(one for one in far if one["property"] == "width")
    assert (width["value"], width["threshold"], width["label"]) == (90, 5, "a")
    template = found["statistics"]["bbox_distribution_in_label"]["a"]
    assert set(template) == {"width", "height", "area(wxh)", "ratio(w/h)", "short", "long"}
    assert template["width"]["items_far_from_mean"] == {"('far', 'train')": {"1": 90}}
    assert "ImbalancedDistInLabel" in types(found)
    assert "FarFromLabelMean" not in types(report(items, far_from_mean_thr=20))


def test_attributes():
    """Declared and missing, not declared, one value only; an attribute of a format is neither."""
    label = LabelCategory(
        name="a", attributes=(AttributeSpec(name="color"), AttributeSpec(name="never"))
    )
    items = [
        sized("1", box(color="red", is_crowd=True, difficult=False)),
        sized("2", box(x=1, odd=1)),
    ]
    found = report(items, categories=Categories(labels=(label,)))
    assert types(found) >= {
        *("MissingAttribute", "UndefinedAttribute", "AttributeDefinedButNotFound"),
        *("OnlyOneAttributeValue", "FewSamplesInAttribute", "ImbalancedDistInAttribute"),
    }
    undefined = found["statistics"]["attribute_distribution"]["undefined_attributes"]
    assert undefined == {
        "a": {"odd": {"distribution": {"1": 1}, "items_with_undefined_attr": [("2", "train")]}}
    }
    assert {one["attribute"] for one in of_type(found, "UndefinedAttribute")} == {"odd"}


def test_undeclared_attributes_are_errors_only_where_some_are_declared():
    """A format that declares none, as COCO and VOC, makes no errors."""
    items = [sized("1", box(odd=1, is_crowd=True))]
    (one,) = of_type(report(items), "UndefinedAttribute")
    assert one["severity"] == "warning"
    schema = Categories(labels=AB.labels, attributes=(AttributeSpec(name="x"),))
    (one,) = of_type(report(items, categories=schema), "UndefinedAttribute")
    assert one["severity"] == "error"


def test_values_far_from_the_mean_of_an_attribute():
    """Of a hundred red boxes one is wide: it is far for its label, and for the value of the attribute."""
    label = LabelCategory(name="a", attributes=(AttributeSpec(name="c"),))
    items = [sized(str(n), box(w=90 if n == 7 else 10, c="red")) for n in range(100)]
    found = report(items, categories=Categories(labels=(label,)))
    far = of_type(found, "FarFromAttrMean")
    assert {(one["item_id"], one["attribute"], one["attribute_value"]) for one in far} == {
        ("7", "c", "red")
    }
    by_value = found["statistics"]["bbox_distribution_in_attribute"]["a"]["c"]["red"]
    assert by_value["width"]["max"] == 90


def test_imbalance_of_labels_and_attributes():
    """Three to one is too much where the limit is three."""
    label = LabelCategory(name="a", attributes=(AttributeSpec(name="c"),))
    names = Categories(labels=(label, LabelCategory(name="b")))
    items = [sized(str(n), box(w=5 + n, c=n == 0)) for n in range(4)]
    items.append(sized("b", box(label=1)))
    found = report(items, categories=names, imbalance_ratio_thr=3, few_samples_thr=1)
    assert types(found) >= {"ImbalancedLabels", "ImbalancedAttribute", "FewSamplesInLabel"}
    (labels,) = of_type(found, "ImbalancedLabels")
    assert (labels["value"], labels["threshold"]) == (4, 3)
    assert not {"ImbalancedLabels", "ImbalancedAttribute"} & types(report(items, categories=names))


def test_segmentation_measures_what_is_covered():
    """The area of a triangle is half of its box; an annotation without a label does not matter."""
    triangle = Polygon(label=0, points=(0, 0, 4, 0, 0, 4))
    found = report([sized("x", triangle, Polygon(points=(0, 0, 9, 0, 0, 9)))], "segmentation")
    template = found["statistics"]["mask_distribution_in_label"]["a"]
    assert set(template) == {"area", "width", "height"}
    assert template["area"]["mean"] == 8
    assert template["width"]["max"] == 4
    assert found["statistics"]["mask_distribution_in_dataset_item"] == {"('x', 'train')": 2}


def test_polygons_that_cross_themselves():
    """A bow tie does; a square, and one that touches itself in a corner, do not."""
    bow, touching = (0, 0, 4, 4, 4, 0, 0, 4), (0, 0, 2, 2, 4, 0, 4, 4, 2, 2, 0, 4)
    notes = [Polygon(label=0, points=ring) for ring in (SQUARE, bow, touching)]
    (one,) = of_type(report([sized("x", *notes)], "segmentation"), "SelfIntersection")
    assert (one["annotation_id"], one["severity"]) == (2, "warning")


def test_an_outline_without_a_box_is_detected_by_its_own():
    """A polygon alone counts; those of an object with a box do not; those of one group are one."""
    notes = (
        box(),
        Polygon(label=0, group=1, points=SQUARE),
        Polygon(label=0, group=1, points=(10, 10, 14, 10, 14, 12)),
        Box(label=0, group=2, x=0, y=0, w=5, h=5),
        Polygon(label=0, group=2, points=SQUARE),
        Ellipse(label=0, cx=20, cy=20, rx=4, ry=2),
    )
    found = report([sized("x", *notes), sized("y", notes[1])])
    assert found["statistics"]["total_ann_count"] == 5
    assert "MissingAnnotation" not in types(found)
    widths = found["statistics"]["bbox_distribution_in_label"]["a"]["width"]
    assert (widths["max"], widths["min"]) == (14, 4)


def test_duplicated_shapes():
    """The same shape and label twice is one too many, whatever else is said; another label is none."""
    mask = {"height": 2, "width": 2, "counts": b"13"}
    notes = (
        box(),
        Box(label=0, x=0, y=0, w=10, h=10, group=7, score=0.5),
        box(label=1),
        RotatedBox(label=0, cx=5, cy=5, w=2, h=2, angle=0),
        RotatedBox(label=0, cx=5, cy=5, w=2, h=2, angle=180),
    )
    again = of_type(report([sized("x", *notes), sized("y", box())]), "DuplicatedAnnotation")
    assert [(one["item_id"], one["annotation_id"]) for one in again] == [("x", 2)]
    masks = [Mask(label=0, **mask), Mask(label=0, **mask), Mask(label=0, **mask)]
    again = of_type(report([sized("x", *masks)], "segmentation"), "DuplicatedAnnotation")
    assert [one["annotation_id"] for one in again] == [2, 3]


def test_keypoints():
    """A joint too few, a visibility that is none, nothing to see, and an item without keypoints."""
    names = Categories(
        labels=AB.labels, skeletons=(SkeletonSpec(label=0, joints=("nose", "tail")),)
    )
    notes = (
        Skeleton(label=0, points=(1, 1, 2, 2), visibility=(2, 1)),
        Skeleton(label=0, points=(5, 1), visibility=(2,)),
        Skeleton(label=0, points=(6, 1, 2, 2), visibility=(2, 9)),
        Skeleton(label=0, points=(0, 0, 0, 0), visibility=(0, 0)),
        Skeleton(label=0, points=(7, 1, 200, 2)),
    )
    found = report([sized("x", *notes), sized("y", box())], "keypoints", names)
    wrong = {
        name: [one["annotation_id"] for one in of_type(found, name)]
        for name in ("WrongNumberOfKeypoints", "InvalidVisibility", "NoKeypoints", "OutsideImage")
    }
    assert wrong == {
        "WrongNumberOfKeypoints": [2],
        "InvalidVisibility": [3],
        "NoKeypoints": [4],
        "OutsideImage": [5],
    }
    assert [one["item_id"] for one in of_type(found, "MissingAnnotation")] == ["y"]
    assert found["statistics"]["keypoint_distribution_in_label"]["a"]["visible"]["max"] == 2


def pictured(name, data, subset="train", size=(6, 8)):
    media = Media(path=f"{name}.png", height=size[0], width=size[1], content=InMemory(data))
    return Item(id=name, subset=subset, media=(media,))


def test_images_that_are_corrupt_or_of_another_size():
    """Both are errors, with what was expected; what is sound is not named."""
    good = image_bytes()
    items = [pictured("good", good), pictured("bad", b"bad"), pictured("odd", good, size=(8, 6))]
    found = report(items)
    assert [one["item_id"] for one in of_type(found, "CorruptImage")] == ["bad"]
    (odd,) = of_type(found, "ImageSizeMismatch")
    assert (odd["item_id"], odd["value"], odd["expected"]) == ("odd", [8, 6], [6, 8])
    assert not {"CorruptImage", "ImageSizeMismatch"} & types(report(items, check_images=False))


def test_an_image_in_train_and_in_test():
    """The image is named with all its items; one that is in one subset twice is not."""
    one, other = image_bytes(seed=1), image_bytes(seed=2)
    items = [
        pictured("a", one),
        pictured("b", one, subset="test"),
        pictured("c", other),
        pictured("d", other),
    ]
    (found,) = of_type(report(items), "ImageInSeveralSubsets")
    assert found["items"] == [("b", "test"), ("a", "train")]


def test_a_second_validation_decodes_no_image(monkeypatch):
    """What was found of an image is remembered."""
    memo = MemoryMemo()
    first = report([pictured("bad", b"bad")], memo=memo)
    monkeypatch.setattr("datum.analysis.images._sums", lambda _: pytest.fail("decoded again"))
    assert report([pictured("bad", b"bad")], memo=memo) == first


def test_the_caller_chooses_types_and_severities():
    """Only some, all but some, the worse ones, and another severity."""
    items = [Item(id="none"), sized("x", box(w=0), box(x=95))]
    assert types(report(items, choice=Choice(only=("ZeroArea",)))) == {"ZeroArea"}
    assert "ZeroArea" not in types(report(items, choice=Choice(ignore=("ZeroArea",))))
    assert types(report(items, choice=Choice(least="error"))) == {"ZeroArea"}
    milder = Choice(severities={"ZeroArea": "info", "OutsideImage": "error"})
    assert report(items, choice=milder)["summary"].items() >= {"errors": 1, "infos": 1}.items()


@pytest.mark.parametrize(
    "choice", [Choice(only=("ZeroAera",)), Choice(least="fatal"), Choice(severities={"no": "info"})]
)
def test_names_that_are_unknown(choice):
    """The message says what there is."""
    with pytest.raises(UnknownNameError):
        report([], choice=choice)


@pytest.mark.parametrize("task", TASKS)
def test_without_anything(task):
    """A dataset without items and labels has its one error."""
    found = report([], task, Categories())
    assert types(found) == {"MissingLabelCategories"}
    assert found["summary"] == {"errors": 1, "warnings": 0}


@pytest.mark.parametrize("task", TASKS)
def test_reports_are_strict_json(task):
    """Damaged numbers of every kind leave no infinity and no NaN in the report."""
    notes = [
        Box(x=math.nan, y=0, w=math.inf, h=-math.inf),
        Box(label=0, x=0, y=0, w=1e-320, h=1e308),
        Box(label=0, x=0, y=0, w=1e308, h=1e308),
        Polygon(label=0, points=()),
        Polygon(label=0, points=(math.nan,) * 8),
        Polygon(label=0, points=(0, 0, 1e300, 0, 1e300, 1e300)),
        Skeleton(label=0, points=(math.inf, 0)),
        Label(label=10**12),
    ]
    found = report([sized("x", *notes), Item(id="y")], task)
    json.dumps(found, allow_nan=False)
    assert validation_page(found, "x", task)


def test_an_own_validator_looks_at_each_item():
    """Its anomalies get the item they are about, and their severity; a type it does not declare is refused."""

    def look(item, context):
        if len(item.id) > context.options.get("longest", 3):
            yield Anomaly(type="LongName", description="the name is long")

    own = Validator(
        name="n", title="t", help="h", anomalies=(AnomalyType("LongName", "info", "a"),), item=look
    )
    found = report([Item(id="short"), Item(id="x")], own)
    assert found["validation_reports"] == [
        {
            "anomaly_type": "LongName",
            "description": "the name is long",
            "severity": "info",
            "item_id": "short",
            "subset": "default",
        }
    ]
    wrong = Validator(name="n", title="t", help="h", anomalies=(), item=look)
    with pytest.raises(UsageError, match="LongName"):
        report([Item(id="short")], wrong)


def test_the_page_shows_every_anomaly_and_escapes_names():
    """A section for each type, and no markup of the dataset's."""
    nasty = "<script>"
    found = report(
        [sized(nasty, box(w=0), box(x=95)), Item(id="none")], categories=Categories.of([nasty, "b"])
    )
    page = validation_page(found, nasty, "detection")
    for name in types(found):
        assert f"<h2>{name}</h2>" in page
    assert "<td><script>" not in page
    assert "src=" not in page


@settings(max_examples=20)
@given(st.lists(NOTES, max_size=3))
def test_every_task_copes_with_any_dataset(groups):
    """All kinds of annotations, any attributes: a report that is strict JSON, the same each time."""
    some = [sized(f"{n}", *notes) for n, notes in enumerate(groups)]
    dataset = dataset_in_memory(some, sample_categories())
    for validator in TASKS.values():
        found = run_validator(validator, dataset, {}, choice=Choice(), memo=MemoryMemo())
        text = json.dumps(found, allow_nan=False)
        again = run_validator(validator, dataset, {}, choice=Choice(), memo=MemoryMemo())
        assert json.dumps(again) == text
        assert types(found) <= {one.name for one in validator.anomalies}
        assert validation_page(found, "any", validator.name)
