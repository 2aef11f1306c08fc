"""Attributes as tags: which values each may have, and what a value is there."""

from collections.abc import Iterable, Mapping
from typing import Any

from datum.model import Label
from datum.plugins import Dataset
from datum_formats.supervisely.document import Tag, TagMeta

__all__ = ["attributes_of", "tag_metas", "tags_for"]

_BOOLS = ["true", "false"]


def tag_metas(dataset: Dataset, attributes: Iterable[Mapping[str, Any]]) -> dict[str, TagMeta]:
    """The tags of a project, by name: one for each attribute and each label of whole images.

    Args:
        dataset: What is written.
        attributes: Of its items.
    """
    names = dataset.categories.names()
    said: dict[str, set[str]] = {}
    for _, notes in dataset.statements():
        for note in notes:
            _add(said, note.attributes)
            if note.kind == Label.kind and note.label is not None and note.label < len(names):
                said.setdefault(names[note.label], set()).add("True")
    for one in attributes:
        _add(said, one)
    return {name: _meta(name, kinds) for name, kinds in sorted(said.items())}


def _add(said: dict[str, set[str]], attributes: Mapping[str, Any]) -> None:
    for name, value in attributes.items():
        kind = str(value) if isinstance(value, bool) else type(value).__name__
        said.setdefault(name, set()).add(kind)


def _meta(name: str, kinds: set[str]) -> TagMeta:
    if kinds == {"True"}:
        return TagMeta(name=name)
    if kinds <= {"True", "False"}:
        return TagMeta(name=name, value_type="oneof_string", values=_BOOLS)
    kind = "any_number" if kinds <= {"int", "float"} else "any_string"
    return TagMeta(name=name, value_type=kind)


def tags_for(attributes: Mapping[str, Any], metas: Mapping[str, TagMeta]) -> list[dict[str, Any]]:
    """The tags of an object or an image."""
    return [
        {"name": name, "value": _value(value, metas[name])} for name, value in attributes.items()
    ]


def _value(value: Any, meta: TagMeta) -> Any:
    if meta.value_type == "none":
        return None
    return _BOOLS[not value] if meta.values == _BOOLS else value


def attributes_of(tags: Iterable[Tag], metas: Mapping[str, TagMeta]) -> dict[str, Any]:
    """The attributes that tags are."""
    return {tag.name: _read(tag, metas.get(tag.name)) for tag in tags}


def _read(tag: Tag, meta: TagMeta | None) -> Any:
    if meta is None or meta.value_type == "none":
        return True if tag.value is None else tag.value
    if sorted(map(str, meta.values or ())) == sorted(_BOOLS) and tag.value in _BOOLS:
        return tag.value == "true"
    return tag.value
