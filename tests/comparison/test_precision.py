"""Average precision is that of COCO's own evaluation, to the last digits."""

import contextlib
import io
import random

import pytest
from pycocotools import mask as coco
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from datum.comparison.distance import Distance
from datum.model import Box, Item, Mask, Media, Points, Polygon
from datum.testing.counting import CountingWriter, dataset_in_memory

SIDE = 200
LABELS = ("a", "b", "c")
MEASURES = {"box": "bbox", "segment": "segm", "keypoints": "keypoints"}


def ring(x, y, w, h):
    """A polygon of six corners in a box."""
    return [
        x,
        y,
        x + w,
        y,
        x + w,
        y + h * 0.7,
        x + w * 0.6,
        y + h,
        x + w * 0.2,
        y + h,
        x,
        y + h / 2,
    ]


def joints(rng, x, y, w, h):
    """17 keypoints as COCO has them."""
    return [
        v
        for _ in range(17)
        for v in (x + rng.random() * w, y + rng.random() * h, rng.choice([0, 1, 2, 2]))
    ]


def shaken(rng, box):
    """A box near another."""
    w, h = box[2:]
    spread = rng.choice([0.02, 0.1, 0.3])
    moved = [v + rng.uniform(-spread, spread) * s for v, s in zip(box, (w, h, w, h), strict=True)]
    return [moved[0], moved[1], max(moved[2], 2), max(moved[3], 2)]


def random_truth(rng, images):
    """Annotations as COCO has them: objects, crowds, people without a visible keypoint."""
    found = []
    for image in range(1, images + 1):
        for _ in range(rng.randint(0, 9)):
            w, h = rng.uniform(5, 90), rng.uniform(5, 90)
            box = [rng.uniform(0, SIDE - w), rng.uniform(0, SIDE - h), w, h]
            crowd = rng.random() < 0.15
            outline = [ring(*box)]
            shown = joints(rng, *box) if rng.random() < 0.8 else [0] * 51
            if rng.random() < 0.3:
                outline.append(ring(box[0], box[1], w / 3, h / 3))
            pixels = coco.merge(coco.frPyObjects(outline, SIDE, SIDE))
            found.append(
                {
                    "id": len(found) + 1,
                    "image_id": image,
                    "category_id": rng.randint(1, 3),
                    "bbox": box,
                    "iscrowd": int(crowd),
                    "area": float(coco.area(pixels)),
                    "segmentation": {"size": [SIDE, SIDE], "counts": pixels["counts"]}
                    if crowd
                    else outline,
                    "keypoints": shown,
                    "num_keypoints": sum(v > 0 for v in shown[2::3]),
                }
            )
    return found


def random_found(rng, truth, images):
    """Results: most of the truth a little beside it, doubles, wrong labels, nonsense."""
    found = []
    for one in truth:
        for _ in range(rng.choice([0, 1, 1, 1, 2, 3])):
            box = shaken(rng, one["bbox"])
            kind = one["category_id"] if rng.random() < 0.85 else rng.randint(1, 3)
            found.append(_result(rng, one["image_id"], kind, box, one["keypoints"]))
    for _ in range(images):
        box = [rng.uniform(0, 100), rng.uniform(0, 100), rng.uniform(5, 80), rng.uniform(5, 80)]
        found.append(_result(rng, rng.randint(1, images), rng.randint(1, 3), box, None))
    return found


def _result(rng, image, kind, box, near):
    places = joints(rng, *box)
    if near is not None:
        places = [v + rng.uniform(-4, 4) if n % 3 < 2 else 2 for n, v in enumerate(near)]
    return {
        "image_id": image,
        "category_id": kind,
        "bbox": box,
        "score": round(rng.random(), 6),
        "segmentation": coco.merge(coco.frPyObjects([ring(*box)], SIDE, SIDE)),
        "keypoints": places,
    }


def official(truth, found, images, kind):
    """By label: AP over IoU .5 to .95, at .5, at .75, and by area, as the COCO API has them."""
    with contextlib.redirect_stdout(io.StringIO()):
        gt, dt = COCO(), COCO()
        sides = ((gt, [dict(one) for one in truth]), (dt, [dict(one) for one in found]))
        for side, annotations in sides:
            for n, one in enumerate(annotations, start=1):
                one.setdefault("id", n)
                one.setdefault("iscrowd", 0)
                one.setdefault("score", 1.0)
                if "area" not in one:
                    one["area"] = float(coco.area(one["segmentation"]))
            side.dataset = {
                "images": [{"id": n, "height": SIDE, "width": SIDE} for n in range(1, images + 1)],
                "categories": [{"id": n, "name": name} for n, name in enumerate(LABELS, start=1)],
                "annotations": annotations,
            }
            side.createIndex()
        run = COCOeval(gt, dt, kind)
        run.evaluate()
        run.accumulate()
    precision = run.eval["precision"][..., -1]  # thresholds, recalls, labels, areas
    return {
        name: (
            *(precision[where, :, n, 0].mean() for where in (slice(None), 0, 5)),
            *(
                _known(precision[:, :, n, run.params.areaRngLbl.index(area)])
                if area in run.params.areaRngLbl
                else None
                for area in ("small", "medium", "large")
            ),
        )
        for n, name in enumerate(LABELS)
        if (precision[:, :, n, 0] > -1).all()
    }


def _known(precision):
    """The mean, or None where the API says -1 for nothing to find."""
    return precision.mean() if (precision > -1).all() else None


def parts(n, one):
    """An annotation of COCO as datum has it: box, outline, keypoints in one group."""
    common = {
        "label": one["category_id"] - 1,
        "group": n,
        "score": one.get("score"),
        "attributes": {"is_crowd": True} if one.get("iscrowd") else {},
    }
    if "area" in one:
        common["attributes"] = {**common["attributes"], "area": one["area"]}
    x, y, w, h = one["bbox"]
    yield Box(x=x, y=y, w=w, h=h, **common)
    outline = one["segmentation"]
    if isinstance(outline, dict):
        yield Mask(height=SIDE, width=SIDE, counts=outline["counts"], **common)
    else:
        yield from (Polygon(points=tuple(points), **common) for points in outline)
    numbers = one["keypoints"]
    points = tuple(v for n in range(17) for v in numbers[3 * n : 3 * n + 2])
    yield Points(points=points, visibility=tuple(numbers[2::3]), **common)


def as_dataset(annotations, images, labels, writer):
    """The annotations as a dataset, whose items are in the order of the images."""
    items = []
    for image in range(1, images + 1):
        those = [one for one in annotations if one["image_id"] == image]
        notes = [part for n, one in enumerate(those, start=1) for part in parts(n, one)]
        renumbered = [
            type(note)(**{**{f: getattr(note, f) for f in note.__struct_fields__}, "id": n,
                          "label": labels.index(LABELS[note.label])})
            for n, note in enumerate(notes, start=1)
        ]  # fmt: skip
        items.append(
            Item(
                id=f"{image:06}",
                media=(Media(path=f"{image:06}.jpg", width=SIDE, height=SIDE),),
                annotations=tuple(renumbered),
            )
        )
    return dataset_in_memory(items, labels, writer=writer)


def ours(truth, found, images, labels):
    """What datum says: measure to label to AP: over all IoU, at .5, at .75, by area; and items compared."""
    writer = CountingWriter()
    first = as_dataset(truth, images, list(LABELS), writer)
    distance = Distance(first, as_dataset(found, images, labels, writer))
    compared = len(list(distance))
    report = distance.report()
    return compared, {
        name: {
            one.label: (one.ap, one.ap50, one.ap75, one.ap_small, one.ap_medium, one.ap_large)
            for one in report.precision
            if one.measure == name
        }
        for name in MEASURES
    }


def check(truth, found, images, labels=("c", "unheard of", "a", "b")):
    """All three measures agree; the labels are in another order on each side. Returns items compared."""
    compared, said = ours(truth, found, images, list(labels))
    for name, kind in MEASURES.items():
        expected = official(truth, found, images, kind)
        assert said[name].keys() == expected.keys(), name
        for label, values in expected.items():
            for one, other in zip(said[name][label], values, strict=True):
                wanted = None if other is None else pytest.approx(other, rel=0, abs=1e-12)
                assert one == wanted, (name, label)
    return compared


@pytest.mark.parametrize("seed", range(4))
def test_average_precision_is_that_of_cocoeval(seed: int):
    """Random objects with crowds, doubles, wrong labels and people without visible keypoints."""
    rng = random.Random(seed)  # noqa: S311 (no secret)
    truth = random_truth(rng, 12)
    check(truth, random_found(rng, truth, 12), 12)


def test_more_than_a_hundred_found_objects_are_cut_as_cocoeval_cuts_them():
    """Of 130 in one image and label, the hundred of the greatest scores count, and twenty for keypoints."""
    rng = random.Random(7)  # noqa: S311 (no secret)
    truth = [{**one, "category_id": 1} for one in random_truth(rng, 2)]
    found = [
        _result(rng, one["image_id"], 1, shaken(rng, one["bbox"]), one["keypoints"])
        for one in truth
        for _ in range(130)
    ]
    check(truth, found, 2)


def test_equal_scores_are_taken_in_the_order_of_the_dataset():
    """All results are equally sure, as those of a truth compared with a truth are."""
    rng = random.Random(8)  # noqa: S311 (no secret)
    truth = random_truth(rng, 10)
    check(truth, [{**one, "score": 1.0} for one in random_found(rng, truth, 10)], 10)


@pytest.mark.parametrize("seed", range(6))
def test_what_did_not_change_is_measured_as_cocoeval_measures_it(seed: int):
    """Most images are the same on both sides and are not compared, crowds among them."""
    rng = random.Random(100 + seed)  # noqa: S311 (no secret)
    truth = random_truth(rng, 20)
    for one in truth[::2]:
        one["keypoints"] = joints(rng, *one["bbox"])
        one["num_keypoints"] = sum(v > 0 for v in one["keypoints"][2::3])
    results = random_found(rng, [one for one in truth if one["image_id"] > 15], 20)
    found = [one for one in truth if one["image_id"] <= 15]
    found += [{**one, "score": 1.0} for one in results if one["image_id"] > 15]
    assert check(truth, found, 20, LABELS) < 20
