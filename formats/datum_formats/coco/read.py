"""Reading a COCO dataset: all its files, or those of one task, united by subset and image."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Raw

from datum.model import AttributeSpec, Batch, Categories, Item
from datum.plugins import Reading
from datum_formats.coco.categories import Gatherer, keep_ids
from datum_formats.coco.documents import Document, load, take_annotations
from datum_formats.coco.layout import Layout
from datum_formats.coco.subset import read_subset

__all__ = ["FILE_INFOS", "KEY_INFOS", "read"]

FILE_INFOS = "coco_files"
"""The info that holds, by name of file, the top-level keys that are not the same in all files."""
KEY_INFOS = "coco_keys"
"""The info that names the keys of annotations that stood beside COCO's, not in ``attributes``."""

_STANDARD = Layout()
_MOST_KEPT = 128 << 20
"""Bytes of files that are kept between looking for their keys and reading their items."""


def read(
    task: str, path: Path, options: Mapping[str, Any], *, layout: Layout = _STANDARD
) -> Reading:
    """A dataset in COCO's format.

    Args:
        task: The one whose files are read; empty for all.
        path: The dataset's root, its folder of annotations, or one file.
        options: Checked values, see the card.
        layout: Where the files are.

    Raises:
        FormatError: There is no such dataset, or its files are malformed; faults of single images
            and annotations come while the items are iterated.
    """
    root, sources = layout.find(path, task)
    size = sum(source.path.stat().st_size for source in sources)
    keep = len(sources) == 1 or size <= _MOST_KEPT
    gatherer = Gatherer()
    documents = []
    for source in sources:
        document = load(source)
        ids = not document.extra.new_category_ids
        document.labels = gatherer.add(document.categories, document.path, ids=ids)
        anns = take_annotations(document)
        if keep:
            document.anns = anns
        else:
            document.images = document.annotations = Raw(b"")
        documents.append(document)
    categories = gatherer.categories(_attributes(documents))
    if options.get("keep_original_category_ids"):
        categories, maps = keep_ids(categories, [one.labels for one in documents], path)
        for document, labels in zip(documents, maps, strict=True):
            document.labels = labels
    return Reading(
        categories=categories, items=_items(root, documents, categories), infos=_infos(documents)
    )


def _items(
    root: Path, documents: Sequence[Document], categories: Categories
) -> Iterator[Item | Batch]:
    for subset in sorted({document.subset for document in documents}):
        own = [document for document in documents if document.subset == subset]
        yield from read_subset(root, own, categories)
        for document in own:
            document.images = document.annotations = Raw(b"")


def _attributes(documents: Sequence[Document]) -> tuple[AttributeSpec, ...]:
    found = {spec.name: spec for one in reversed(documents) for spec in one.extra.attributes}
    return tuple(
        dict.fromkeys(found[spec.name] for one in documents for spec in one.extra.attributes)
    )


def _infos(documents: Sequence[Document]) -> dict[str, Any]:
    """What the files say of the dataset: once where all agree, else by the name of the file."""
    first, *others = (document.top for document in documents)
    infos = {
        key: value
        for key, value in first.items()
        if all(key in other and other[key] == value for other in others)
    }
    own = {
        document.path.stem: {key: value for key, value in document.top.items() if key not in infos}
        for document in documents
    }
    own = {stem: keys for stem, keys in own.items() if keys}
    further = sorted(set().union(*(document.further for document in documents)))
    if own:
        infos[FILE_INFOS] = own
    if further:
        infos[KEY_INFOS] = further
    return infos
