"""What the tests of this folder share: a small world of items, and how much of it is tried."""

import json
import os

import pytest

from datum.model import Box, InMemory, Item, LabelCategory, Media
from datum.model import Categories as Labels
from datum.project.project import Project
from datum.refs.commits import Identity

ROUNDS = int(os.environ.get("DATUM_TRUST_ROUNDS", "1"))
"""Multiplies how often chance is tried."""

AUTHOR = Identity("Ada", "ada@example.org")
LABELS = Labels(labels=tuple(LabelCategory(name=name) for name in ("cat", "dog", "bird")))


def make_item(name, variant=0, subset="train", *, media=True, size=40):
    """An item whose content follows from its arguments alone."""
    data = f"{name}-{variant % 3}".encode().ljust(size, b".")
    picture = Media(path=f"{name}.jpg", width=64, height=48, content=InMemory(data))
    boxes = tuple(
        Box(id=number, label=(variant + number) % 3, x=variant, y=number, w=5, h=7)
        for number in range(1, variant % 4 + 1)
    )
    return Item(
        id=name,
        subset=subset,
        media=(picture,) if media else (),
        attributes={"variant": variant},
        annotations=boxes,
    )


def contents_of(dataset):
    """What a dataset says, by item, in a form that can be compared."""
    return {item.key: summary(item) for item in dataset}


def summary(item):
    """What an item says, with its media by size alone."""
    sizes = [_size(media.content) for media in item.media]
    return (item.attributes.get("variant"), sizes, item.annotations)


def _size(content):
    return len(content.data) if isinstance(content, InMemory) else content.size


@pytest.fixture
def rounds():
    return ROUNDS


@pytest.fixture
def author():
    return AUTHOR


@pytest.fixture
def item():
    return make_item


@pytest.fixture
def contents():
    return contents_of


@pytest.fixture
def project(tmp_path):
    """A project with three labels and three commits: ten items, one changed, one removed."""
    made = Project.create(tmp_path / "project", author=AUTHOR)
    fill(made)
    return made


def fill(made):
    """Give a project its first three commits."""
    with made.edit("ten items") as edit:
        edit.declare(LABELS)
        for number in range(10):
            edit.put(make_item(f"{number:02}", number))
    with made.edit("one changed") as edit:
        edit.put(make_item("03", 30))
    with made.edit("one removed") as edit:
        edit.remove("train", "07")


@pytest.fixture
def filled():
    return fill


@pytest.fixture
def labels():
    return LABELS


def write_coco(folder, pictures):
    """A COCO dataset of named pictures (their bytes), with a box in each; its folder."""
    (folder / "annotations").mkdir(parents=True)
    (folder / "images" / "train").mkdir(parents=True)
    images, boxes = [], []
    for number, (name, data) in enumerate(pictures.items(), start=1):
        (folder / "images" / "train" / f"{name}.jpg").write_bytes(data)
        images.append({"id": number, "file_name": f"{name}.jpg", "width": 64, "height": 48})
        box = {"id": number, "image_id": number, "category_id": 1, "iscrowd": 0}
        boxes.append({**box, "bbox": [1, 2, 3, 4], "area": 12})
    labels = [{"id": 1, "name": "cat"}]
    value = {"images": images, "annotations": boxes, "categories": labels}
    (folder / "annotations" / "instances_train.json").write_text(json.dumps(value))
    return folder


@pytest.fixture
def small_coco():
    return write_coco
