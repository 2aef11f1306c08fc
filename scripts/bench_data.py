"""Makes the data of ``scripts/bench`` from a seed: COCO annotations by the million, JPEG files.

``python scripts/bench_data.py DIR [--scale 0.01] [--seed 7]`` writes

- ``DIR/coco``: one JSON file with the statistics of COCO 2017 train: 118 287 images, 857 000
  instances, in no order of images; no pictures;
- ``DIR/pictures``: 5 000 JPEG files of 640×480, and COCO annotations for them;
- ``DIR/million``: the JSON file of one million images with one or two boxes each; no pictures.

The JSON is written in parts as it is made. One seed makes the same bytes. A folder that was made
with the same scale and seed by the same version of this script is left as it is.
"""

import argparse
import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Self

import cv2
import msgspec
import numpy as np
from benchmarks.shop import STAMP
from numpy.typing import NDArray

__all__ = ["Plan", "main", "make_data"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

HEIGHT, WIDTH = 480, 640

_CLASSES = """
person: person | vehicle: bicycle, car, motorcycle, airplane, bus, train, truck, boat | outdoor:
traffic light, fire hydrant, -, stop sign, parking meter, bench | animal: bird, cat, dog, horse,
sheep, cow, elephant, bear, zebra, giraffe | accessory: -, backpack, umbrella, -, -, handbag, tie,
suitcase | sports: frisbee, skis, snowboard, sports ball, kite, baseball bat, baseball glove,
skateboard, surfboard, tennis racket | kitchen: bottle, -, wine glass, cup, fork, knife, spoon, bowl
| food: banana, apple, sandwich, orange, broccoli, carrot, hot dog, pizza, donut, cake | furniture:
chair, couch, potted plant, bed, -, dining table, -, -, toilet | electronic: -, tv, laptop, mouse,
remote, keyboard, cell phone | appliance: microwave, oven, toaster, sink, refrigerator, - | indoor:
book, clock, vase, scissors, teddy bear, hair drier, toothbrush
"""
"""The classes of COCO in the order of their ids, which begin at 1; a dash is an id without one."""

_SIZES = ((640, 480), (640, 427), (480, 640), (500, 375), (427, 640), (640, 360))
_SHARES = (0.45, 0.27, 0.12, 0.08, 0.05, 0.03)
"""How frequent each (width, height) is."""

_CROWDS = 0.0117
"""The share of annotations that are crowds, drawn as run lengths in columns."""

_EMPTY = 0.0086
"""The share of images without annotations."""

_POINTS = 35.8
"""What makes outlines long: the size of the file hangs on it."""

_PART = 20_000
"""Annotations, or images, that are made and written at a time."""

_MANY_RINGS = 0.1
"""The share of annotations with more than one ring."""

_GRAINS = 8
"""Fields of noise that the pictures share."""

_GRAIN = 19.0
"""How strong the noise is: the size of the files hangs on it."""

_QUALITY = 90


@dataclass(frozen=True)
class Plan:
    """How many of everything."""

    images: int
    instances: int
    pictures: int
    million: int
    seed: int

    @classmethod
    def of(cls, scale: float = 1.0, seed: int = 7) -> Self:
        """The plan of a scale; 1 is the whole."""
        images, instances, pictures, million = (
            max(1, round(count * scale)) for count in (118_287, 857_000, 5_000, 1_000_000)
        )
        return cls(images, instances, pictures, million, seed)


@dataclass(frozen=True)
class _Coco:
    """One file of annotations."""

    file: Path
    images: int
    instances: int
    seed: tuple[int, int]
    size: tuple[int, int] | None = None
    """Width and height of all images; None for those of COCO."""
    outlines: bool = True
    """Whether annotations have outlines and images all that COCO says of them."""

    @property
    def subset(self) -> str:
        """What the file's name says."""
        return self.file.stem.removeprefix("instances_")


def make_data(folder: Path, plan: Plan) -> bool:
    """Make the data unless it is there.

    Returns:
        Whether anything had to be made.

    Raises:
        FileExistsError: The folder holds something else.
    """
    want = {**asdict(plan), "version": _version()}
    stamp = folder / STAMP
    if stamp.is_file():
        if json.loads(stamp.read_text(encoding="utf-8")) == want:
            return False
        for name in ("coco", "pictures", "million"):
            shutil.rmtree(folder / name, ignore_errors=True)
    elif folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} holds something else; name another folder with --data")
    folder.mkdir(parents=True, exist_ok=True)
    stamp.write_text("{}\n", encoding="utf-8")
    for one in _files(folder, plan):
        _write_coco(one)
    _write_pictures(folder / "pictures" / "images" / "train", plan)
    stamp.write_text(json.dumps(want, indent=1) + "\n", encoding="utf-8")
    return True


def _version() -> str:
    return hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:16]


def _files(folder: Path, plan: Plan) -> Iterator[_Coco]:
    yield _Coco(
        folder / "coco" / "annotations" / "instances_train2017.json",
        plan.images,
        plan.instances,
        (plan.seed, 1),
    )
    yield _Coco(
        folder / "pictures" / "annotations" / "instances_train.json",
        plan.pictures,
        round(plan.pictures * plan.instances / plan.images),
        (plan.seed, 2),
        size=(WIDTH, HEIGHT),
    )
    yield _Coco(
        folder / "million" / "annotations" / "instances_train.json",
        plan.million,
        round(plan.million * 1.5),
        (plan.seed, 3),
        outlines=False,
    )


# --- annotations


def _write_coco(one: _Coco) -> None:
    """Write a file of annotations, in parts."""
    rng = np.random.default_rng(one.seed)
    ids = _image_ids(rng, one)
    sizes = _image_sizes(rng, one)
    owners = _owners(rng, one)
    one.file.parent.mkdir(parents=True, exist_ok=True)
    # empty where there are no pictures: Datumaro reads no annotations without this folder
    (one.file.parent.parent / "images" / one.subset).mkdir(parents=True, exist_ok=True)
    with one.file.open("wb") as out:
        out.write(b'{"info":{"description":"made by scripts/bench","year":2017},')
        out.write(b'"licenses":[{"id":1,"name":"none","url":""}],"images":[')
        _write_parts(out.write, _image_rows(one, ids, sizes))
        out.write(b'],"annotations":[')
        _write_parts(out.write, _annotation_rows(rng, one, ids[owners], sizes[owners]))
        out.write(b'],"categories":' + msgspec.json.encode(_categories()) + b"}\n")


def _write_parts(write: Callable[[bytes], object], parts: Iterable[list[dict[str, Any]]]) -> None:
    """Write the rows of a list without its brackets."""
    comma = b""
    for part in parts:
        write(comma + msgspec.json.encode(part)[1:-1])
        comma = b","


def _categories() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    number = 0
    for group in " ".join(_CLASSES.split()).split(" | "):
        parent, _, names = group.partition(": ")
        for name in names.split(", "):
            number += 1
            if name != "-":
                found.append({"supercategory": parent, "id": number, "name": name})
    return found


def _image_ids(rng: np.random.Generator, one: _Coco) -> Ints:
    """Ids with gaps, in no order, as those of COCO; pictures are numbered."""
    if one.size is not None:
        return np.arange(1, one.images + 1)
    return _shuffled(rng, 5 * one.images)[: one.images] + 1


def _shuffled(rng: np.random.Generator, count: int) -> Ints:
    """The numbers below *count* in a random order."""
    return np.argsort(rng.random(count), kind="stable")


def _image_sizes(rng: np.random.Generator, one: _Coco) -> Floats:
    """Rows of width and height."""
    if one.size is not None:
        return np.tile(np.array(one.size, dtype=np.float64), (one.images, 1))
    chosen = np.searchsorted(np.cumsum(_SHARES)[:-1], rng.random(one.images))
    return np.array(_SIZES, dtype=np.float64)[chosen]


def _owners(rng: np.random.Generator, one: _Coco) -> Ints:
    """For each annotation the index of its image, in no order: most images have few, some many."""
    order = _shuffled(rng, one.images)
    full = order[: min(one.instances, one.images - int(_EMPTY * one.images))]
    weights = np.cumsum(-np.log1p(-rng.random(len(full))))
    more = np.searchsorted(weights / weights[-1], rng.random(one.instances - len(full)))
    owners = np.concatenate([full, full[np.minimum(more, len(full) - 1)]])
    return owners[_shuffled(rng, len(owners))]


def _image_rows(one: _Coco, ids: Ints, sizes: Floats) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, one.images, _PART):
        part = slice(start, start + _PART)
        yield [
            _image_row(one, *row)
            for row in zip(ids[part].tolist(), sizes[part].astype(np.int64).tolist(), strict=True)
        ]


def _image_row(one: _Coco, number: int, size: list[int]) -> dict[str, Any]:
    name = f"{number:012d}.jpg"
    row = {"file_name": name, "height": size[1], "width": size[0], "id": number}
    if not one.outlines:
        return row
    day = f"2013-11-{number % 28 + 1:02d} {number % 24:02d}:{number % 60:02d}:{number % 59:02d}"
    return {
        "license": 1,
        "coco_url": f"http://images.example.org/train2017/{name}",
        "date_captured": day,
        "flickr_url": f"http://farm{number % 9 + 1}.example.com/{number % 8191}/{number:010d}_z.jpg",
        **row,
    }


def _annotation_rows(
    rng: np.random.Generator, one: _Coco, images: Ints, sizes: Floats
) -> Iterator[list[dict[str, Any]]]:
    labels = [row["id"] for row in _categories()]
    frequency = 1 / np.arange(1, len(labels) + 1) ** 0.9
    shares = np.cumsum(frequency / frequency.sum())[:-1]
    last = 0
    for start in range(0, one.instances, _PART):
        part = slice(start, start + _PART)
        boxes = _boxes(rng, sizes[part])
        numbers = last + np.cumsum(1 + (rng.random(len(boxes)) * 3).astype(np.int64))
        last = int(numbers[-1])
        label_ids = [labels[k] for k in np.searchsorted(shares, rng.random(len(boxes)))]
        drawn = _outlines(rng, boxes, sizes[part]) if one.outlines else _plain(boxes)
        heads = zip(images[part].tolist(), label_ids, numbers.tolist(), strict=True)
        yield [
            {**shape, "image_id": image, "category_id": label, "id": number}
            for shape, (image, label, number) in zip(drawn, heads, strict=True)
        ]


def _boxes(rng: np.random.Generator, sizes: Floats) -> Floats:
    """Rows of left, top, width, height: many small ones, few that fill the image."""
    count = len(sizes)
    side = 0.012 * 60 ** (rng.random(count) ** 1.3)
    ratio = np.exp(rng.random(count) - 0.5)
    stretch = np.stack([ratio, 1 / ratio], axis=1)
    extent = np.clip(sizes * side[:, None] * stretch, 5, sizes * 0.95)
    corner = (sizes - extent) * rng.random((count, 2))
    return np.concatenate([corner, extent], axis=1)


def _plain(boxes: Floats) -> list[dict[str, Any]]:
    """Annotations that are boxes alone, on whole pixels."""
    whole = np.floor(boxes).astype(np.int64)
    areas = (whole[:, 2] * whole[:, 3]).tolist()
    return [
        {"area": area, "iscrowd": 0, "bbox": box}
        for area, box in zip(areas, whole.tolist(), strict=True)
    ]


def _outlines(rng: np.random.Generator, boxes: Floats, sizes: Floats) -> list[dict[str, Any]]:
    """Annotations with rings of points within boxes; a few are crowds."""
    rings = 1 + (rng.random(len(boxes)) < _MANY_RINGS) * (
        1 + (rng.random(len(boxes)) * 3).astype(np.int64)
    )
    owner = np.repeat(np.arange(len(boxes)), rings)
    nth = np.arange(len(owner)) - np.repeat(np.cumsum(rings) - rings, rings)
    length = -np.log1p(-rng.random(len(owner))) * _POINTS
    near = 0.35 + np.sqrt(boxes[owner, 2] * boxes[owner, 3]) / 300
    counts = 4 + np.minimum(length * near / rings[owner], 400).astype(np.int64)
    xy = _points(rng, boxes[owner], nth / rings[owner], rings[owner], counts)
    first = np.cumsum(counts) - counts
    found = _polygons(xy, first, np.cumsum(rings) - rings)
    for k in np.flatnonzero(rng.random(len(boxes)) < _CROWDS).tolist():
        found[k] = _crowd(rng, boxes[k], sizes[k])
    return found


def _points(
    rng: np.random.Generator, boxes: Floats, shift: Floats, share: Ints, counts: Ints
) -> Ints:
    """Points of rings, in hundredths of a pixel, so that what follows from them is exact.

    Args:
        rng: Where chance comes from.
        boxes: For each ring, left, top, width, height of its annotation.
        shift: Which part of the width is left of the ring.
        share: Into how many the width is divided.
        counts: The points of each ring.
    """
    ring = np.repeat(np.arange(len(counts)), counts)
    nth = np.arange(len(ring)) - np.repeat(np.cumsum(counts) - counts, counts)
    angle = 2 * np.pi * (nth + 0.8 * rng.random(len(ring))) / counts[ring]
    reach = 0.6 + 0.4 * rng.random(len(ring))
    radius = np.stack([boxes[:, 2] / share, boxes[:, 3]], axis=1) / 2
    middle = boxes[:, :2] + np.stack([boxes[:, 2] * shift, np.zeros(len(boxes))], axis=1) + radius
    turned = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    exact: Floats = middle[ring] + radius[ring] * turned * reach[:, None]
    hundredths: Ints = np.rint(exact * 100).astype(np.int64)
    return hundredths


def _polygons(xy: Ints, first: Ints, first_ring: Ints) -> list[dict[str, Any]]:
    """Annotations of points; where each ring begins, and each annotation among the rings."""
    following = np.arange(1, len(xy) + 1)
    ends = np.append(first[1:], len(xy))
    following[ends - 1] = first
    cross = xy[:, 0] * xy[following, 1] - xy[following, 0] * xy[:, 1]
    twice = np.add.reduceat(np.abs(np.add.reduceat(cross, first)), first_ring)
    begin = first[first_ring]
    low = np.minimum.reduceat(xy, begin)
    extent = np.maximum.reduceat(xy, begin) - low
    numbers = (xy.ravel() / 100).tolist()
    rings = [
        numbers[start:end]
        for start, end in zip((2 * first).tolist(), (2 * ends).tolist(), strict=True)
    ]
    bounds = [*first_ring.tolist(), len(rings)]
    rows = zip(
        (twice / 20_000).tolist(),
        (np.concatenate([low, extent], axis=1) / 100).tolist(),
        bounds,
        bounds[1:],
        strict=False,
    )
    return [
        {"segmentation": rings[start:end], "area": area, "iscrowd": 0, "bbox": box}
        for area, box, start, end in rows
    ]


def _crowd(rng: np.random.Generator, box: Floats, size: Floats) -> dict[str, Any]:
    """A crowd: one run of pixels in each column of a box, as uncompressed run lengths."""
    width, height = size.astype(np.int64).tolist()
    left, top, columns, rows = np.floor(box).astype(np.int64).tolist()
    begin = top + (rng.random(columns) * rows / 4).astype(np.int64)
    end = top + rows - (rng.random(columns) * rows / 4).astype(np.int64)
    base = (left + np.arange(columns)) * height
    edges = np.stack([base + begin, base + end], axis=1).ravel()
    counts = np.diff(edges, prepend=0, append=width * height)
    upper = int(begin.min())
    return {
        "segmentation": {"counts": counts.tolist(), "size": [height, width]},
        "area": int((end - begin).sum()),
        "iscrowd": 1,
        "bbox": [left, upper, columns, int(end.max()) - upper],
    }


# --- pictures


def _write_pictures(folder: Path, plan: Plan) -> None:
    """Write JPEG files: soft clouds with grain, as large as those of a camera."""
    rng = np.random.default_rng((plan.seed, 4))
    grains = [
        np.rint(
            _GRAIN * (rng.random((HEIGHT, WIDTH, 3)) + rng.random((HEIGHT, WIDTH, 3)) - 1)
        ).astype(np.int16)
        for _ in range(_GRAINS)
    ]
    draw = partial(_write_picture, folder, plan.seed, grains)
    with ThreadPoolExecutor() as pool:
        for _ in pool.map(draw, range(1, plan.pictures + 1)):
            pass


def _write_picture(folder: Path, seed: int, grains: list[NDArray[np.int16]], number: int) -> None:
    rng = np.random.default_rng((seed, 5, number))
    clouds = (100 + 120 * rng.random((9, 12, 3))).astype(np.float32)
    image = cv2.resize(clouds, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC).astype(np.int16)
    grain = grains[int(rng.random() * len(grains))]
    down, right = int(rng.random() * HEIGHT), int(rng.random() * WIDTH)
    image += np.roll(grain, (down, right), axis=(0, 1))
    pixels = np.clip(image, 0, 255).astype(np.uint8)
    done, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    if not done:
        raise OSError(f"OpenCV could not encode picture {number}")
    (folder / f"{number:012d}.jpg").write_bytes(data.tobytes())


def main(arguments: list[str] | None = None) -> None:
    """Make the data in the folder that the command line names."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args(arguments)
    made = make_data(given.folder, Plan.of(given.scale, given.seed))
    print(f"{'made' if made else 'found'} the data in {given.folder}")


if __name__ == "__main__":
    main()
