"""Reading MARS."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from datum.errors import FormatError
from datum.model import Categories, Item, Label
from datum.plugins import Reading
from datum_formats._common.dataset_meta import DatasetMeta, read_meta
from datum_formats._common.images import find_images, image_media
from datum_formats.reid.names import JUNK, MARS_NAME

__all__ = ["read_mars"]

_FOLDER = "bbox_"


def read_mars(path: Path, _options: Mapping[str, Any]) -> Reading:
    """Read the pictures under *path*.

    Raises:
        FormatError: There is no folder, a picture has another name, or its person is no label.
    """
    if not path.is_dir():
        raise FormatError("not a folder", path=path)
    meta = read_meta(path)
    tops = [one for one in sorted(path.glob(f"{_FOLDER}*")) if one.is_dir()]
    if meta.labels is None:
        labels = tuple(
            sorted(
                {
                    one.name
                    for top in tops
                    for one in top.iterdir()
                    if MARS_NAME.match(f"{one.name}C0T0000F000")
                }
            )
        )
        places = {name: number for number, name in enumerate(labels)}
    else:
        labels = meta.labels
        places = {f"{number + 1:04d}": number for number in range(len(labels))}
    items = (item for top in tops for item in _items(path, top, meta, places))
    return Reading(categories=Categories.of(labels), items=items)


def _items(root: Path, top: Path, meta: DatasetMeta, places: Mapping[str, int]) -> Iterator[Item]:
    stem = top.name.removeprefix(_FOLDER)
    subset = meta.subsets.get(stem, stem)
    seen: set[str] = set()
    for file in find_images(top).values():
        path = file.relative_to(root).as_posix()
        found = MARS_NAME.fullmatch(file.stem)
        if found is None:
            raise FormatError("the name does not say person, camera, track and frame", path=file)
        person, camera, track, frame = found.groups()
        if person not in places and (person != JUNK or meta.labels is None):
            raise FormatError(f"no label for person '{person}'", path=file)
        item_id = meta.ids.get(path, file.stem)
        if item_id in seen:
            raise FormatError(f"two pictures are called '{item_id}'", path=file)
        seen.add(item_id)
        attributes: dict[str, Any] = {"person_id": person, "frame_id": int(frame)}
        if int(camera):
            attributes["camera_id"] = int(camera) - 1
        if int(track):
            attributes["track_id"] = int(track)
        label = places.get(person)
        yield Item(
            id=item_id,
            subset=subset,
            media=(image_media(file, path),),
            attributes=attributes,
            annotations=() if label is None else (Label(label=label),),
        )
