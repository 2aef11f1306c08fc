"""Draws the small dataset of the demo: coloured shapes in JPEG files, COCO annotations for them.

``python scripts/demo_data.py DIR`` makes ``DIR/shapes`` with ``images/<subset>/*.jpg`` and
``annotations/instances_<subset>.json``. The same seed draws the same pictures.
"""

import json
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np

__all__ = ["draw_dataset"]

LABELS = ("circle", "square", "triangle")
SUBSETS = {"train": 8, "val": 4}
HEIGHT, WIDTH = 240, 320
COLORS = ((60, 76, 231), (219, 152, 52), (113, 204, 46), (18, 156, 243), (182, 89, 155))
"""Blue, green, red, as OpenCV has them."""


def draw_dataset(folder: Path, seed: int = 7) -> Path:
    """Draw the images and write the annotations; the folder of the dataset."""
    rng = np.random.default_rng(seed)
    root = folder / "shapes"
    number = 1
    for subset, count in SUBSETS.items():
        images, annotations = [], []
        for image_id in range(1, count + 1):
            name = f"{subset}_{image_id:02d}.jpg"
            objects = _draw_image(rng, root / "images" / subset / name)
            images.append({"id": image_id, "file_name": name, "height": HEIGHT, "width": WIDTH})
            for one in objects:
                annotations.append({"id": number, "image_id": image_id, **one})
                number += 1
        _write_json(root / "annotations" / f"instances_{subset}.json", images, annotations)
    return root


def _write_json(path: Path, images: list[Any], annotations: list[Any]) -> None:
    categories = [{"id": n, "name": name} for n, name in enumerate(LABELS, start=1)]
    document = {"images": images, "categories": categories, "annotations": annotations}
    parts = ",\n".join(f' "{name}": [\n  {_lines(rows)}\n ]' for name, rows in document.items())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{{\n{parts}\n}}\n", encoding="utf-8")


def _lines(rows: list[Any]) -> str:
    """One line for each row, so that people can read the file."""
    return ",\n  ".join(json.dumps(row) for row in rows)


def _draw_image(rng: np.random.Generator, path: Path) -> list[dict[str, Any]]:
    """One picture: two to four shapes, each in a cell of its own; their COCO annotations."""
    image = _background(rng)
    cells = rng.permutation(6)[: int(rng.integers(2, 5))]
    objects = [_draw_shape(rng, image, int(cell)) for cell in cells]
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), image, [cv2.IMWRITE_JPEG_QUALITY, 90])
    return objects


def _background(rng: np.random.Generator) -> np.ndarray:
    """Soft clouds and fine grain, so that the files are as large as those of a camera."""
    clouds = rng.uniform(150, 235, (6, 8, 3)).astype(np.float32)
    image = cv2.resize(clouds, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    image += rng.normal(0, 6, image.shape).astype(np.float32)
    return np.clip(image, 0, 255).astype(np.uint8)


def _draw_shape(rng: np.random.Generator, image: np.ndarray, cell: int) -> dict[str, Any]:
    """Draw a shape into one of six cells, three by two; its box and outline."""
    category = int(rng.integers(len(LABELS)))
    radius = int(rng.integers(20, 42))
    x = 53 + 107 * (cell % 3) + int(rng.integers(-8, 9))
    y = 60 + 120 * (cell // 3) + int(rng.integers(-12, 13))
    outline = _outline(LABELS[category], x, y, radius, float(rng.uniform(-20, 20)))
    color = COLORS[int(rng.integers(len(COLORS)))]
    cv2.fillPoly(image, [np.round(outline).astype(np.int32)], color, cv2.LINE_AA)
    left, top = outline.min(axis=0)
    width, height = outline.max(axis=0) - (left, top)
    ring = [[round(float(x), 1), round(float(y), 1)] for x, y in outline]
    return {
        "category_id": category + 1,
        "bbox": [round(float(value), 1) for value in (left, top, width, height)],
        "segmentation": [[value for point in ring for value in point]],
        "area": _area(ring),
        "iscrowd": 0,
    }


def _area(ring: list[list[float]]) -> float:
    """The area within a ring, by the shoelace formula."""
    turned = ring[1:] + ring[:1]
    doubled = sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in zip(ring, turned, strict=True))
    return round(abs(doubled) / 2, 3)


def _outline(label: str, x: float, y: float, radius: float, turn: float) -> np.ndarray:
    """The corners of a shape around (x, y), turned by *turn* degrees: rows of x and y."""
    corners = {"circle": 24, "square": 4, "triangle": 3}[label]
    start = {"circle": 0.0, "square": 45.0, "triangle": -90.0}[label]
    angles = np.deg2rad(start + turn + np.arange(corners) * 360 / corners)
    return np.stack([x + radius * np.cos(angles), y + radius * np.sin(angles)], axis=1)


if __name__ == "__main__":
    made = draw_dataset(Path(sys.argv[1]))
    pictures = len(list(made.rglob("*.jpg")))
    print(f"drew {pictures} images with their annotations in {made.name}/")
