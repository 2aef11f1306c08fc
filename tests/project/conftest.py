"""A small COCO dataset on disk that tests may edit, and a project that has it as a source."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from datum.project.project import Project
from datum.refs.commits import Identity

AUTHOR = Identity("Ada", "ada@example.org")


class Coco:
    """A COCO dataset on disk."""

    def __init__(self, folder: Path, count: int = 4) -> None:
        self.folder = folder
        self.file = folder / "annotations" / "instances_train.json"
        self.file.parent.mkdir(parents=True)
        images = folder / "images" / "train"
        images.mkdir(parents=True)
        self.images = []
        self.annotations = []
        for n in range(count):
            pixels = np.random.default_rng(n).integers(0, 255, (48, 64, 3), dtype=np.uint8)
            cv2.imwrite(str(images / f"{n}.jpg"), pixels)
            self.images.append({"id": n + 1, "file_name": f"{n}.jpg", "width": 64, "height": 48})
            for k in range(3):
                self.annotations.append(
                    {
                        "id": len(self.annotations) + 1,
                        "image_id": n + 1,
                        "category_id": k % 2 + 1,
                        "bbox": [5 + 8 * k, 6, 10, 12],
                        "area": 120,
                        "iscrowd": 0,
                    }
                )
        self.categories = [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}]
        self.save()

    def save(self) -> None:
        """Write the annotations."""
        value = {
            "images": self.images,
            "annotations": self.annotations,
            "categories": self.categories,
        }
        self.file.write_text(json.dumps(value))

    def move_box(self, annotation: int, dx: float) -> None:
        """Move the box of an annotation (by its number from 0) to the right, and save."""
        self.annotations[annotation]["bbox"][0] += dx
        self.save()


@pytest.fixture
def coco(tmp_path):
    return Coco(tmp_path / "coco")


@pytest.fixture
def project(tmp_path):
    return Project.create(tmp_path / "project", author=AUTHOR)


@pytest.fixture
def committed(project, coco):
    """A project that took the source ``coco`` in one commit."""
    project.add(coco.folder, "coco", "coco")
    project.commit("first")
    return project


@pytest.fixture
def author():
    return AUTHOR


@pytest.fixture
def make_coco():
    """Makes further datasets: a function of a folder and a number of images."""
    return Coco
