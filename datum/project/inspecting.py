"""Items and objects of every kind as JSON values."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from datum.dataset.annotations import decode_annotations
from datum.dataset.dataset import Dataset
from datum.dataset.keys import key_text, split_key
from datum.dataset.values import decode_categories, decode_item, decode_snapshot
from datum.errors import RevisionError, UnknownNameError, UsageError
from datum.lineage.recipe import Recipe, read_recipe
from datum.model import Annotation, Blob, Categories, Item, Media
from datum.objects.blobs import digest_of
from datum.objects.codec import decode
from datum.objects.disk import DiskStore
from datum.objects.ids import ObjectId
from datum.objects.kinds import Kind
from datum.objects.nodereader import NodeReader
from datum.objects.store import FIND_LIMIT
from datum.project.history import parse_key
from datum.project.session import Session
from datum.refs.commits import Commit, read_commit
from datum.refs.revisions import MIN_PREFIX, find_ref
from datum.refs.tags import read_tag

__all__ = [
    "commit_json",
    "find_item",
    "find_object",
    "is_item",
    "item_json",
    "object_json",
    "recipe_json",
]

_ITEM = re.compile(r"(?P<revision>(?:[^:{]|\{[^{}]*\})*):(?P<item>.+)", re.DOTALL)


def is_item(text: str) -> bool:
    """Whether a text has the form ``REV:SUBSET/ID``."""
    return _ITEM.fullmatch(text) is not None


def find_item(session: Session, text: str) -> tuple[Dataset, Item]:
    """The item that ``REV:SUBSET/ID`` names, ``:SUBSET/ID`` for the one of HEAD, and its dataset.

    Raises:
        UsageError: It is not of that form.
        UnknownNameError: There is no such item.
        RevisionError: There is no such revision.
    """
    match = _ITEM.fullmatch(text)
    if match is None:
        raise UsageError(f"'{text}' is no item of a revision", hint="write REV:SUBSET/ID")
    dataset = session.dataset(session.resolve(match["revision"] or "HEAD"))
    key = parse_key(match["item"])
    row = dataset.row(key)
    if row is None:
        raise UnknownNameError("item", key_text(key), (), hint="`datum ls` shows the items")
    return dataset, dataset.read(key, row)


def item_json(item: Item, categories: Categories) -> dict[str, Any]:
    """All that is known of an item."""
    return {
        "id": item.id,
        "subset": item.subset,
        "media": [_media_json(media) for media in item.media],
        "attributes": item.attributes,
        "annotations": [_annotation_json(one, categories) for one in item.annotations],
    }


def _media_json(media: Media) -> dict[str, Any]:
    found = {
        name: value
        for name in ("role", "path", "width", "height", "frame")
        if (value := getattr(media, name)) is not None
    }
    content = media.content
    if isinstance(content, Blob):
        found["blob"] = content.oid.hex()
        found |= {"size": content.size, "digest": content.digest}
    return found


def _annotation_json(annotation: Annotation, categories: Categories | None) -> dict[str, Any]:
    values: dict[str, Any] = {"kind": annotation.kind}
    for name in annotation.__struct_fields__:
        value = getattr(annotation, name)
        values[name] = value.decode("ascii", "replace") if isinstance(value, bytes) else value
    if categories is not None:
        values["label"] = categories.name_of(annotation.label) or None
    return values


def find_object(session: Session, text: str) -> ObjectId:
    """The object of a ref, of an id, of the first digits of one, or the commit of a revision.

    Raises:
        RevisionError: There is none, or there are several.
    """
    refs = session.refs.all()
    ref = find_ref(text, refs)
    if ref is not None:
        return refs[ref]
    store = session.store
    digits = text.lower()
    if len(text) >= MIN_PREFIX and all(one in "0123456789abcdef" for one in digits):
        found = store.find(digits)
        if len(found) > 1:
            shown = ", ".join(f"{oid.hex()} ({store.kind(oid).name.lower()})" for oid in found)
            more = ", …" if len(found) == FIND_LIMIT else ""
            raise RevisionError(text, f"is ambiguous: {shown}{more}", hint="type more digits")
        if found:
            return found[0]
    return session.resolve(text)


def object_json(session: Session, oid: ObjectId) -> dict[str, Any]:
    """What an object says, decoded by its kind.

    Raises:
        CorruptObjectError: It is damaged.
    """
    kind = session.store.kind(oid)
    found: dict[str, Any] = {"kind": kind.name.lower(), "id": oid.hex()}
    return found | _BY_KIND[kind](session.store, oid)


def _blob_json(store: DiskStore, oid: ObjectId) -> dict[str, Any]:
    data = store.read_media(oid)
    return {"size": len(data), "digest": digest_of(data)}


def _item_object_json(store: DiskStore, oid: ObjectId) -> dict[str, Any]:
    item = decode_item(store.get(oid), "", "")
    return {"media": [_media_json(one) for one in item.media], "attributes": item.attributes}


def _annotations_json(store: DiskStore, oid: ObjectId) -> dict[str, Any]:
    every = decode_annotations(store.get(oid))
    return {"annotations": [_annotation_json(one, None) for one in every]}


def _tag_json(store: DiskStore, oid: ObjectId) -> dict[str, Any]:
    tag = read_tag(store, oid)
    return {**_builtins(tag), "author": str(tag.author)}


def _node_json(store: DiskStore, oid: ObjectId) -> dict[str, Any]:
    node = NodeReader(store).root(oid)
    counts = node.counts or [1] * len(node.keys)
    return {
        "level": node.level,
        "count": node.total,
        "entries": [
            {**_key_json(key), "value": value.hex(), "count": count}
            for key, value, count in zip(node.keys, node.values, counts, strict=True)
        ],
    }


def _key_json(key: bytes) -> dict[str, str]:
    try:
        subset, item_id = split_key(key)
    except UnicodeDecodeError:
        return {"key": key.hex()}
    return {"subset": subset, "id": item_id}


def commit_json(commit: Commit) -> dict[str, Any]:
    """All that a commit says."""
    return {
        "snapshot": commit.snapshot.hex(),
        "parents": [parent.hex() for parent in commit.parents],
        "recipe": commit.recipe and commit.recipe.hex(),
        "author": {"name": commit.author.name, "email": commit.author.email},
        "time": commit.time,
        "offset": commit.offset,
        "message": commit.message,
    }


def recipe_json(recipe: Recipe) -> dict[str, Any]:
    """All that a recipe says."""
    found = _builtins(recipe)
    found["inputs"] = [{"role": role, "snapshot": oid.hex()} for role, oid in recipe.inputs]
    return found


def _builtins(value: msgspec.Struct) -> dict[str, Any]:
    found: dict[str, Any] = {name: getattr(value, name) for name in value.__struct_fields__}
    return {name: _hexed(one) for name, one in found.items()}


def _hexed(value: Any) -> Any:
    """The value with ids as hexadecimal digits and structs as mappings."""
    match value:
        case bytes():
            return value.hex()
        case msgspec.Struct():
            return _builtins(value)
        case Mapping():
            return {str(name): _hexed(one) for name, one in value.items()}
        case list() | tuple():
            return [_hexed(one) for one in value]
        case _:
            return value


_BY_KIND: dict[Kind, Callable[[DiskStore, ObjectId], dict[str, Any]]] = {
    Kind.BLOB: _blob_json,
    Kind.ITEM: _item_object_json,
    Kind.ANNOTATIONS: _annotations_json,
    Kind.NODE: _node_json,
    Kind.CATEGORIES: lambda store, oid: _builtins(decode_categories(store.get(oid))),
    Kind.SNAPSHOT: lambda store, oid: _builtins(decode_snapshot(store.get(oid))),
    Kind.COMMIT: lambda store, oid: commit_json(read_commit(store, oid)),
    Kind.RECIPE: lambda store, oid: recipe_json(read_recipe(store, oid)),
    Kind.CONFLICT: lambda store, oid: {"value": _hexed(decode(store.get(oid)))},
    Kind.TAG: _tag_json,
}
