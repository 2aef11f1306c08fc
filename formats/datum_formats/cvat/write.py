"""Writing CVAT's XML: a file for each subset, and the images."""

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

from datum.model import DEFAULT_SUBSET, Item, Mask
from datum.plugins import Writing
from datum_formats._common.names import media_name
from datum_formats._common.xmlfile import quoteattr
from datum_formats.cvat.head_write import head
from datum_formats.cvat.names import folder_of
from datum_formats.cvat.shapes_write import ShapeWriter
from datum_formats.cvat.survey import Survey, check_xml, count_dataset, survey, where
from datum_formats.cvat.values import is_xml

__all__ = ["write_cvat"]


def write_cvat(writing: Writing) -> None:
    """Write the dataset; see the package.

    Raises:
        FormatError: A subset, an item or a label has a name that cannot be held.
    """
    dataset = writing.dataset
    found = survey(
        dataset,
        allow_undeclared=writing.options.get("allow_undeclared_attrs", True),
        reindex=writing.options.get("reindex", False),
    )
    count_dataset(dataset, writing.losses)
    names = [quoteattr(name) for name in dataset.categories.names()]
    shapes = ShapeWriter(dataset.categories, found, writing.losses, names)
    # a dataset without items has labels all the same
    for subset in dataset.subsets() or [DEFAULT_SUBSET]:
        chunks = _chunks(writing, shapes, found, subset)
        writing.output.stream(f"{folder_of(subset)}.xml", chunks)
        _write_images(writing, subset, in_folders=found.in_folders)


def _chunks(writing: Writing, shapes: ShapeWriter, found: Survey, subset: str) -> Iterator[bytes]:
    dataset = writing.dataset
    said: Any = dataset.infos.get("cvat")
    meta = said.get(subset) if isinstance(said, Mapping) else None
    yield head(dataset.categories, found, subset, meta).encode()
    reindex = writing.options.get("reindex", False)
    taken = found.frames.get(subset, frozenset())
    free = (number for number in count() if number not in taken)
    used: set[int] = set()
    for item in dataset.items(subset):
        frame = item.attributes.get("frame")
        kept = not reindex and type(frame) is int and frame not in used
        number = frame if kept and type(frame) is int else next(free)
        used.add(number)
        _count_item(writing, item, frame_kept=kept or "frame" not in item.attributes)
        yield _image(item, number, shapes, writing.image_ext).encode()
    yield b"</annotations>\n"


def _image(item: Item, number: int, shapes: ShapeWriter, ext: str) -> str:
    name = check_xml(media_name(item, ext), "item")
    size = item.size
    if size is None:
        mask = next((one for one in item.annotations if isinstance(one, Mask)), None)
        size = None if mask is None else (mask.height, mask.width)
    parts = [f'  <image id="{number}" name={quoteattr(name)} subset={quoteattr(item.subset)}']
    task = item.attributes.get("task_id")
    if isinstance(task, str) and is_xml(task):
        parts.append(f" task_id={quoteattr(task)}")
    if size is not None:
        parts.append(f' width="{size[1]}" height="{size[0]}"')
    parts.append(">\n")
    parts += [shapes.write(annotation, item, size) for annotation in item.annotations]
    parts.append("  </image>\n")
    return "".join(parts)


def _count_item(writing: Writing, item: Item, *, frame_kept: bool) -> None:
    losses = writing.losses
    place = where(item)
    for name, value in item.attributes.items():
        if name == "frame" and not frame_kept:
            reason = "it is numbered anew" if type(value) is int else "it is no whole number"
            losses.add("attribute frame", reason, where=place)
        elif name != "frame" and not (name == "task_id" and isinstance(value, str)):
            losses.add(f"attribute {name}", "CVAT's images have no attributes", where=place)
    if len(item.media) > 1:
        reason = "CVAT's images are one file each"
        losses.add("media", reason, where=place, count=len(item.media) - 1)
    if writing.save_media and (item.image is None or item.image.content is None):
        losses.add("media", "its bytes are not at hand", where=place)


def _write_images(writing: Writing, subset: str, *, in_folders: bool) -> None:
    if not writing.save_media:
        return
    folder = f"images/{folder_of(subset)}/" if in_folders else "images/"
    for item in writing.dataset.items(subset):
        if item.image is not None and item.image.content is not None:
            name = media_name(item, writing.image_ext)
            writing.output.media(folder + name, item.image)
