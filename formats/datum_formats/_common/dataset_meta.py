"""``dataset_meta.json``: what folders and lists cannot say themselves.

The known tool has ``labels``, or ``label_map`` from number to name, in it. Beyond that there are
``subsets``, from names of folders to those of subsets, and ``ids``, from paths of images to ids of items;
the same id for several images of one subset makes them one item. It is written only where there is
something to say.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from datum.errors import FormatError
from datum_formats._common.files import read_bytes
from datum_formats._common.jsonfile import decode_as, encode

__all__ = ["META_NAME", "DatasetMeta", "encode_meta", "parse_meta", "read_meta"]

META_NAME = "dataset_meta.json"


class DatasetMeta(msgspec.Struct, frozen=True, kw_only=True):
    """What the file says."""

    labels: tuple[str, ...] | None = None
    """In order; None where it says nothing of them."""
    subsets: Mapping[str, str] = {}
    ids: Mapping[str, str] = {}


class _File(msgspec.Struct):
    labels: list[str] | None = None
    label_map: dict[str, str] | None = None
    subsets: dict[str, str] = {}
    ids: dict[str, str] = {}


def read_meta(root: Path) -> DatasetMeta:
    """What is said in the file of that name in *root*; nothing where there is none.

    Raises:
        FormatError: It is broken, or a label, or an id, is there twice or empty.
    """
    path = root / META_NAME
    return parse_meta(read_bytes(path), path) if path.is_file() else DatasetMeta()


def parse_meta(data: bytes, path: Path) -> DatasetMeta:
    """What the bytes of such a file say; errors as for :func:`read_meta`, which call it *path*."""
    file: _File = decode_as(data.removeprefix(b"\xef\xbb\xbf"), _File, path)
    labels = file.labels
    if labels is None and file.label_map is not None:
        try:
            labels = [file.label_map[key] for key in sorted(file.label_map, key=int)]
        except ValueError as error:
            raise FormatError(f"a key of label_map is no number: {error}", path=path) from error
    if labels is not None and len(set(labels)) != len(labels):
        raise FormatError("a label is there twice", path=path)
    if not all(file.ids.values()) or not all(file.subsets.values()):
        raise FormatError("an id or a subset is empty", path=path)
    return DatasetMeta(
        labels=None if labels is None else tuple(labels), subsets=file.subsets, ids=file.ids
    )


def encode_meta(
    *,
    labels: Sequence[str] | None = None,
    subsets: Mapping[str, str] | None = None,
    ids: Mapping[str, str] | None = None,
) -> bytes | None:
    """The bytes of the file; None where there is nothing to say."""
    said: dict[str, Any] = {}
    if labels is not None:
        said["labels"] = list(labels)
    for name, values in (("subsets", subsets), ("ids", ids)):
        if values:
            said[name] = dict(sorted(values.items()))
    return encode(said, indent=2) if said else None
