"""Writing the layout of Ultralytics: data.yaml, images/<subset>/, labels/<subset>/."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from datum.plugins import Writing
from datum_formats._common.losses import Places, count_dataset, count_item
from datum_formats._common.names import image_name, subset_folder
from datum_formats.yolo.config import RESERVED, config_text
from datum_formats.yolo.images import write_image
from datum_formats.yolo.label_write import Lines, box_lines, outline_lines
from datum_formats.yolo.names import label_path
from datum_formats.yolo.objects import PLACES
from datum_formats.yolo.poses import PLACES as POSE_PLACES
from datum_formats.yolo.poses import pose_config
from datum_formats.yolo.quads import corner_lines
from datum_formats.yolo.sizes import META, sizes_text

__all__ = ["write_detect", "write_oriented", "write_pose", "write_segment"]


def write_detect(writing: Writing) -> None:
    """Write the dataset with boxes.

    Raises:
        FormatError: A subset or an item has a name that the layout cannot hold.
    """
    _write(writing, box_lines)


def write_segment(writing: Writing) -> None:
    """Write the dataset with outlines.

    Raises:
        FormatError: As in :func:`write_detect`.
    """
    _write(writing, outline_lines, {"task": "segment"})


def write_oriented(writing: Writing) -> None:
    """Write the dataset with turned boxes.

    Raises:
        FormatError: As in :func:`write_detect`.
    """
    _write(writing, corner_lines, {"task": "obb"})


def write_pose(writing: Writing) -> None:
    """Write the dataset with boxes and the keypoints of skeletons.

    Raises:
        FormatError: As in :func:`write_detect`.
    """
    pose, keys = pose_config(writing.dataset.categories, writing.dataset.infos)
    _write(writing, pose.lines, keys, POSE_PLACES)


def _write(
    writing: Writing,
    lines: Lines,
    keys: Mapping[str, Any] = MappingProxyType({}),
    places: Places = PLACES,
) -> None:
    """Write data.yaml, with *keys* of its own, and every subset."""
    dataset = writing.dataset
    subsets = dataset.subsets()
    infos = _infos(dataset.infos, frozenset(subsets) | RESERVED | {"train", "val"})
    count_dataset(writing, places, frozenset(infos) | frozenset(keys))
    folders: dict[str, str] = {}
    sizes: dict[str, tuple[int, int]] = {}
    for subset in subsets:
        folders[subset] = _write_subset(writing, subset, lines, sizes)
    writing.output.write(
        "data.yaml", config_text(folders, dataset.categories.names(), {**keys, **infos})
    )
    if sizes:
        writing.output.write(META, sizes_text(sizes))


def _infos(infos: Mapping[str, object], taken: frozenset[str]) -> dict[str, str]:
    """What a data.yaml can say beside its own keys, so that it is not taken for a subset."""
    return {
        name: value
        for name, value in sorted(infos.items())
        if isinstance(value, str)
        and value
        and name not in taken | {"test", "valid"}
        and "/" not in value
        and not value.endswith(".txt")
    }


def _write_subset(
    writing: Writing, subset: str, lines: Lines, sizes: dict[str, tuple[int, int]]
) -> str:
    """Write one subset; its place: the folder, or a list where images are missing in it."""
    name = subset_folder(subset, RESERVED)
    entries: list[str] = []
    complete = True
    for item in writing.dataset.items(subset):
        image = f"images/{name}/{image_name(item, writing.image_ext)}"
        entries.append(f"./{image}\n")
        count_item(writing, item, PLACES)
        text = lines(item, writing.dataset.categories, writing.losses)
        saved = write_image(writing, item, image)
        complete = complete and saved
        if text or not saved:
            writing.output.write(label_path(image), text)
        if not saved and item.size is not None:
            sizes[image] = item.size
    if complete:
        return f"images/{name}"
    writing.output.write(f"{name}.txt", "".join(entries).encode())
    return f"{name}.txt"
