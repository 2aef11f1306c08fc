"""Reading Market-1501."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from datum.errors import FormatError
from datum.model import Categories, Item
from datum.plugins import Reading
from datum_formats._common.dataset_meta import DatasetMeta, read_meta
from datum_formats._common.files import inside, read_lines
from datum_formats._common.images import find_images, image_media
from datum_formats.reid.names import MARKET

__all__ = ["read_market"]

_BOXES = "bounding_box_"
_QUERY = "query"
_LIST = "images_"


def read_market(path: Path, _options: Mapping[str, Any]) -> Reading:
    """Read the pictures under *path*.

    Raises:
        FormatError: There is no folder, or a list names what is not there.
    """
    if not path.is_dir():
        raise FormatError("not a folder", path=path)
    meta = read_meta(path)
    return Reading(categories=Categories(), items=_items(path, meta, _listed(path)))


def _listed(root: Path) -> dict[str, str]:
    """The subset of each picture that a list names."""
    found: dict[str, str] = {}
    for file in sorted(root.glob(f"{_LIST}*.txt")):
        for line, path in read_lines(file):
            if not inside(root, path, path=file, line=line).is_file():
                raise FormatError(f"there is no '{path}'", path=file, line=line)
            found[path] = file.stem.removeprefix(_LIST)
    return found


def _items(root: Path, meta: DatasetMeta, listed: Mapping[str, str]) -> Iterator[Item]:
    seen: set[tuple[str, str]] = set()
    folders = [one for one in sorted(root.iterdir()) if one.is_dir()]
    for folder in folders:
        is_query = folder.name == _QUERY
        if not is_query and not folder.name.startswith(_BOXES):
            continue
        own = "test" if is_query else folder.name.removeprefix(_BOXES)
        for name, file in find_images(folder).items():
            path = file.relative_to(root).as_posix()
            subset = listed.get(path, own)
            subset = meta.subsets.get(subset, subset)
            item_id = meta.ids.get(path, name)
            if (subset, item_id) in seen:
                raise FormatError(f"two pictures are called '{item_id}'", path=file)
            seen.add((subset, item_id))
            yield Item(
                id=item_id,
                subset=subset,
                media=(image_media(file, path),),
                attributes=_attributes(file.name, is_query=is_query),
            )


def _attributes(name: str, *, is_query: bool) -> dict[str, Any]:
    attributes: dict[str, Any] = {"query": is_query}
    found = MARKET.match(name)
    if found:
        person, camera, sequence, frame, box = (int(group) for group in found.groups()[:5])
        attributes["person_id"] = person
        if camera:
            attributes["camera_id"] = camera - 1
        if sequence:
            attributes |= {"sequence_id": sequence, "frame_id": frame, "bbox_id": box}
    return attributes
