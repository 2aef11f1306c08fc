"""data.yaml: names of the labels, and where the images of each subset are."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from datum.errors import FormatError
from datum_formats._common.files import read_text

__all__ = ["RESERVED", "Config", "config_text", "find_config", "read_config"]

RESERVED = frozenset(
    [
        "path",
        "names",
        "nc",
        "download",
        "kpt_shape",
        "kpt_names",
        "kpt_edges",
        "flip_idx",
        "channels",
        "task",
        "yaml_file",
    ]
)
"""Keys that are no subsets."""

_STANDARD = ("train", "val", "test", "valid")
_LEVELS = 4
"""How many folders above the named one a data.yaml is looked for."""


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """What a data.yaml says."""

    path: Path
    """The file itself."""
    root: Path
    names: tuple[str, ...]
    subsets: dict[str, tuple[str, ...]]
    """Folders and lists of each subset, as they are said."""
    infos: dict[str, str]
    """Other keys that have a text."""
    said: dict[str, Any]
    """The whole file: texts, lists and maps alone."""


def find_config(path: Path) -> Path:
    """The data.yaml of a dataset, from its root, from a folder within, or from a label file.

    Raises:
        FormatError: There is none.
    """
    if path.is_file() and path.suffix in (".yaml", ".yml"):
        return path
    for folder in (path, *path.absolute().parents[:_LEVELS]):
        for name in ("data.yaml", "data.yml", "dataset.yaml"):
            if (folder / name).is_file():
                return folder / name
        if folder == path:
            found = sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")])
            if len(found) == 1:
                return found[0]
    raise FormatError("no data.yaml is here", path=path)


def read_config(path: Path) -> Config:
    """Read a data.yaml.

    Raises:
        FormatError: It is not YAML, or its names are broken.
    """
    import yaml

    try:
        # the plainest loader: no objects, and every scalar is the text that stands there
        said: Any = yaml.load(read_text(path), Loader=yaml.BaseLoader)  # noqa: S506 (makes text, lists and maps alone)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = None if mark is None else mark.line + 1
        reason = str(getattr(error, "problem", None) or error).splitlines()[0]
        raise FormatError(f"not YAML: {reason}", path=path, line=line) from error
    if not isinstance(said, dict) or not all(isinstance(key, str) for key in said):
        raise FormatError("not a map of keys to values", path=path)
    root = _root(path, said.get("path"))
    subsets: dict[str, tuple[str, ...]] = {}
    infos: dict[str, str] = {}
    for key, value in said.items():
        places = _places(value)
        if key in RESERVED or not places:
            continue
        if key in _STANDARD or all(_is_place(root, place) for place in places):
            subsets[key] = places
        elif isinstance(value, str):
            infos[key] = value
    names = _names(path, said)
    return Config(path=path, root=root, names=names, subsets=subsets, infos=infos, said=said)


def _root(path: Path, said: object) -> Path:
    """The folder that paths are relative to: a *path* that is not inside the dataset is stale."""
    root = path.parent
    if isinstance(said, str) and said:
        inner = root / said.replace("\\", "/")
        if inner.is_dir() and inner.resolve().is_relative_to(root.resolve()):
            return inner
    return root


def _places(value: object) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(place for place in values if isinstance(place, str) and place)


def _is_place(root: Path, place: str) -> bool:
    if place.endswith(".txt"):
        return True
    try:
        return "/" in place and (root / place).is_dir()
    except (OSError, ValueError):
        return False


def _names(path: Path, said: Mapping[str, Any]) -> tuple[str, ...]:
    names = said.get("names") or []
    count = _count(path, said.get("nc") or "")
    if names == [] and count is not None:
        return tuple(f"class_{index}" for index in range(count))
    if isinstance(names, dict):
        names = _ordered(path, names)
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise FormatError("names is neither a list nor a map of labels", path=path)
    if count not in (None, len(names)):
        raise FormatError(f"nc is {count}, but there are {len(names)} names", path=path)
    for name, times in Counter(names).items():
        if times > 1:
            raise FormatError(f"label '{name}' is named twice", path=path)
    return tuple(names)


def _count(path: Path, said: object) -> int | None:
    """The number of labels; None where nothing is said."""
    if said == "":
        return None
    # the length is a guard: a count alone makes that many labels
    if isinstance(said, str) and said.isascii() and said.isdigit() and len(said) < 7:  # noqa: PLR2004 (see above)
        return int(said)
    raise FormatError(f"nc is no number of labels: {said!r:.60}", path=path)


def _ordered(path: Path, names: Mapping[Any, Any]) -> list[Any]:
    """The values of a map whose keys are 0, 1, 2 and so on, in any order."""
    expected = [str(index) for index in range(len(names))]
    if set(names) != set(expected):
        raise FormatError("the keys of names are not 0, 1, 2 and so on", path=path)
    return [names[key] for key in expected]


def config_text(
    subsets: Mapping[str, str], names: Sequence[str], infos: Mapping[str, Any]
) -> bytes:
    """A data.yaml; the same bytes every time.

    Args:
        subsets: Folder or list of each.
        names: Names of the labels in order.
        infos: Further keys.
    """
    import yaml

    said: dict[str, Any] = {"path": ".", **subsets}
    # Ultralytics wants both keys, even where nothing is to be said
    for key in ("train", "val"):
        said.setdefault(key, "")
    said |= {"nc": len(names), "names": dict(enumerate(names)), **infos}
    text = yaml.safe_dump(said, allow_unicode=True, sort_keys=False, width=2**31)
    return bytes(text.encode())
