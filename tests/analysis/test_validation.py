import math

from datum.analysis.validation import OPTIONS, validate
from datum.model import AttributeSpec, Box, Categories, Item, Label, LabelCategory, Media, Polygon
from datum.plugins import parse_options
from datum.testing.counting import dataset_in_memory

AB = Categories.of(["a", "b"])


def report(items, task="detection", categories=AB, **options):
    dataset = dataset_in_memory(items, categories)
    return validate(dataset, task, parse_options(OPTIONS, options, "validate"))


def types(found):
    return {one["anomaly_type"] for one in found["validation_reports"]}


def boxed(name, *boxes, subset="train"):
    media = (Media(path=name, height=100, width=100),)
    return Item(id=name, subset=subset, media=media, annotations=boxes)


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


def test_damaged_boxes():
    """Negative, empty, not finite, outside; none of them is in the distributions."""
    boxes = (box(w=-2), box(w=0), box(w=-math.inf), box(x=95), box(x=50))
    found = report([boxed("x", *boxes)])
    assert types(found) >= {"NegativeLength", "ZeroArea", "InvalidValue", "OutsideImage"}
    statistics = found["statistics"]
    assert statistics["items_with_negative_length"] == {"('x', 'train')": {"1": {"width": -2}}}
    assert statistics["bbox_distribution_in_label"]["a"]["width"]["mean"] == 10
    (outside,) = [o for o in found["validation_reports"] if o["anomaly_type"] == "OutsideImage"]
    assert (outside["value"], outside["threshold"]) == (5, 1)


def test_a_value_far_from_the_mean():
    """Of a hundred boxes of width 10 and one of 90, the one is far, as a field says."""
    items = [boxed(f"{n}", box()) for n in range(100)] + [boxed("far", box(w=90))]
    found = report(items)
    far = [o for o in found["validation_reports"] if o["anomaly_type"] == "FarFromLabelMean"]
    assert {o["item_id"] for o in far} == {"far"}
    assert next(o for o in far if o["property"] == "width")["value"] == 90
    assert "ImbalancedDistInLabel" in types(found)
    assert "FarFromLabelMean" not in types(report(items, far_from_mean_thr=20))


def test_attributes():
    """Declared and missing, not declared, one value only; an attribute of a format is neither."""
    label = LabelCategory(
        name="a", attributes=(AttributeSpec(name="color"), AttributeSpec(name="never"))
    )
    items = [
        boxed("1", box(color="red", is_crowd=True, difficult=False)),
        boxed("2", box(x=1, odd=1)),
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


def test_imbalance_of_labels_and_attributes():
    """Three to one is too much where the limit is three."""
    label = LabelCategory(name="a", attributes=(AttributeSpec(name="c"),))
    names = Categories(labels=(label, LabelCategory(name="b")))
    items = [boxed(str(n), box(w=5 + n, c=n == 0)) for n in range(4)]
    items.append(boxed("b", box(label=1)))
    found = report(items, categories=names, imbalance_ratio_thr=3, few_samples_thr=1)
    assert types(found) >= {"ImbalancedLabels", "ImbalancedAttribute", "FewSamplesInLabel"}
    assert not {"ImbalancedLabels", "ImbalancedAttribute"} & types(report(items, categories=names))


def test_segmentation_measures_what_is_covered():
    """The area of a triangle is half of its box; an annotation without a label does not matter."""
    triangle = Polygon(label=0, points=(0, 0, 4, 0, 0, 4))
    found = report([boxed("x", triangle, Polygon(points=(0, 0, 9, 0, 0, 9)))], "segmentation")
    template = found["statistics"]["mask_distribution_in_label"]["a"]
    assert template["area"]["mean"] == 8
    assert template["width"]["max"] == 4


def test_without_anything():
    """A dataset without items and labels has its one error."""
    found = report([], categories=Categories())
    assert types(found) == {"MissingLabelCategories"}
    assert found["summary"] == {"errors": 1, "warnings": 0}
