"""Reading projects of Supervisely."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from datum.errors import FormatError
from datum.model import Annotation, Categories, Item, Label, LabelCategory, SkeletonSpec
from datum.plugins import Reading
from datum_formats._common.files import walk
from datum_formats._common.images import IMAGE_EXTENSIONS, image_media
from datum_formats._common.jsonfile import read_json
from datum_formats._common.labels import LabelTable
from datum_formats._common.names import subset_of
from datum_formats._common.references import ids_of
from datum_formats.supervisely.document import Document, Graph, Meta, TagMeta
from datum_formats.supervisely.shapes_read import ShapeReader
from datum_formats.supervisely.tags import attributes_of

__all__ = ["META", "read_supervisely"]

META = "meta.json"
_COLOR = re.compile(r"#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})")


def read_supervisely(path: Path, _options: Mapping[str, Any]) -> Reading:
    """Read the project in the folder *path*.

    Raises:
        FormatError: It has no meta.json, or that is broken; while iterating, that another file is.
    """
    root = path if path.is_dir() else path.parent
    meta: Meta = read_json(root / META, Meta)
    table = LabelTable(one.title for one in meta.classes if one.title)
    graphs = _graphs(meta, table, root / META)
    colors = {one.title: one.color for one in meta.classes}
    labels = tuple(
        LabelCategory(name=one, color=_color(colors.get(one, ""))) for one in table.names
    )
    skeletons = tuple(
        SkeletonSpec(
            label=label,
            joints=tuple(node.label or key for key, node in graph.nodes.items()),
            edges=tuple(
                (list(graph.nodes).index(one.src), list(graph.nodes).index(one.dst))
                for one in graph.edges
            ),
        )
        for label, graph in sorted(graphs.items())
    )
    tags = {one.name: one for one in meta.tags}
    reader = ShapeReader(table=table, graphs=graphs, tags=tags)
    return Reading(
        categories=Categories(labels=labels, skeletons=skeletons), items=_items(root, reader)
    )


def _color(said: str) -> tuple[int, int, int] | None:
    found = _COLOR.fullmatch(said)
    return (int(found[1], 16), int(found[2], 16), int(found[3], 16)) if found else None


def _graphs(meta: Meta, table: LabelTable, path: Path) -> dict[int, Graph]:
    """The joints of the classes that are graphs, by label."""
    found: dict[int, Graph] = {}
    for one in meta.classes:
        label = table.find(one.title)
        said = one.geometry_config
        if label is None or not isinstance(said, dict) or not said.get("nodes"):
            continue
        try:
            graph = msgspec.convert(said, Graph)
        except msgspec.ValidationError as error:
            raise FormatError(f"class '{one.title}': {error}", path=path) from error
        if any(end not in graph.nodes for edge in graph.edges for end in (edge.src, edge.dst)):
            raise FormatError(f"class '{one.title}' links a node that is not there", path=path)
        found[label] = graph
    return found


def _items(root: Path, reader: ShapeReader) -> Iterator[Item]:
    for folder in sorted(
        {file.parent for file in root.glob("*/ann")} | {file.parent for file in root.glob("*/img")}
    ):
        subset = subset_of(folder.name)
        names = _names(folder)
        for (own, _), name in zip(ids_of(names, ""), names, strict=True):
            yield _item(folder, (subset, own), name, reader)


def _names(folder: Path) -> list[str]:
    """The names of the images of a dataset, of which the file or the annotations may be missing."""
    said = {
        file.relative_to(folder / "ann").as_posix()[: -len(".json")]
        for file in walk(folder / "ann")
        if file.suffix == ".json"
    }
    there = {
        file.relative_to(folder / "img").as_posix()
        for file in walk(folder / "img")
        if file.suffix.lower() in IMAGE_EXTENSIONS
    }
    return sorted(said | there)


def _item(folder: Path, key: tuple[str, str], name: str, reader: ShapeReader) -> Item:
    file, image = folder / "ann" / f"{name}.json", folder / "img" / name
    found = image if image.is_file() else None
    if not file.is_file():
        return Item(id=key[1], subset=key[0], media=(image_media(found, name),))
    document: Document = read_json(file, Document)
    stated = document.size.height, document.size.width
    size = None
    if stated[0] and stated[1] and min(stated[0], stated[1]) > 0:
        size = (stated[0], stated[1])
    media = image_media(found, name, size)
    known = (media.height, media.width) if media.height and media.width else None
    try:
        shapes = [note for one in document.objects for note in reader.read(one, known)]
    except ValueError as error:
        raise FormatError(str(error), path=file) from error
    labels, attributes = _said(document, reader)
    return Item(
        id=key[1],
        subset=key[0],
        media=(media,),
        attributes=attributes,
        annotations=(*labels, *shapes),
    )


def _said(document: Document, reader: ShapeReader) -> tuple[Sequence[Annotation], dict[str, Any]]:
    """The labels and the attributes that the tags of an image are."""
    names = set(reader.table.names)
    plain = [
        tag.name in names and tag.value is None and _is_bare(reader.tags.get(tag.name))
        for tag in document.tags
    ]
    labels = [
        Label(label=reader.table.find(tag.name))
        for tag, is_label in zip(document.tags, plain, strict=True)
        if is_label
    ]
    rest = [tag for tag, is_label in zip(document.tags, plain, strict=True) if not is_label]
    attributes = attributes_of(rest, reader.tags)
    if document.description:
        attributes.setdefault("description", document.description)
    return labels, attributes


def _is_bare(meta: TagMeta | None) -> bool:
    return meta is None or meta.value_type == "none"
