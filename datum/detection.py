"""Which format a path is in."""

import os
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path

import msgspec

from datum.errors import DatumError, DetectionError, FormatError
from datum.plugins import Format, Probe, Verdict, find_format, format_names

__all__ = ["Detection", "FolderProbe", "Match", "detect", "detect_one"]

_DEEPEST = 4
"""Folders below the path that ``**`` looks into."""
_MOST_NAMES = 20_000
"""Names listed in one folder; a dataset shows what it is before that."""
_MOST_FOUND = 5_000
"""Names that one pattern yields."""
_LARGEST_HEAD = 1 << 20
"""Bytes of a file that a sniffer may see."""


class Match(msgspec.Struct, frozen=True):
    """A format that fits, how well, and why."""

    name: str
    score: int
    reason: str


class Detection(msgspec.Struct, frozen=True, kw_only=True):
    """What every format said of a path."""

    path: Path
    matches: tuple[Match, ...]
    """Those that fit: the best first, equal ones by name."""
    rejections: tuple[tuple[str, str], ...]
    """Those that do not: name, and which files were missing or in the way."""


class FolderProbe:
    """What a sniffer sees of a file or folder: names, listed when asked for, and heads of files.

    Bounded whatever the dataset's size: a folder's listing stops after some thousand names, and
    ``**`` goes four folders deep. A name without wildcards is looked up, not listed.
    """

    def __init__(self, path: Path) -> None:
        """Touches nothing yet.

        Args:
            path: The file or folder in question.
        """
        self._path = path
        self._listed: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}

    @property
    def path(self) -> Path:
        """The file or folder that was named."""
        return self._path

    def files(self, pattern: str) -> Sequence[str]:
        """Relative names of files that match a glob, sorted; case counts.

        ``*`` stays in its folder, ``**`` is any number of folders, and hidden names match only a
        pattern that has the dot. A path that is a file has one name, its own.
        """
        parts = tuple(pattern.split("/"))
        if self._path.is_file():
            plain = tuple(part for part in parts if part != "**")
            fits = len(plain) == 1 and _fits(self._path.name, plain[0])
            return [self._path.name] if fits else []
        return sorted(set(islice(self._find("", parts, 0), _MOST_FOUND)))

    def head(self, name: str, size: int = 4096) -> bytes:
        """The first bytes of a file named by :meth:`files`, at most 1 MiB.

        Raises:
            FormatError: The file cannot be read.
        """
        file = self._path if self._path.is_file() else self._path / name
        try:
            with file.open("rb") as opened:
                return opened.read(min(size, _LARGEST_HEAD))
        except OSError as error:
            raise FormatError(error.strerror or str(error), path=file) from error

    def _find(self, folder: str, parts: tuple[str, ...], depth: int) -> Iterator[str]:
        first, rest = parts[0], parts[1:]
        if first == "**":
            yield from self._find_deep(folder, rest or ("*",), depth)
        elif not any(sign in first for sign in "*?["):
            yield from self._look_up(folder + first, rest, depth)
        elif not rest:
            names = self._list(folder)[0]
            yield from (folder + name for name in names if _fits(name, first))
        else:
            for name in self._list(folder)[1]:
                if _fits(name, first):
                    yield from self._find(f"{folder}{name}/", rest, depth + 1)

    def _look_up(self, name: str, rest: tuple[str, ...], depth: int) -> Iterator[str]:
        place = self._path / name
        if rest and place.is_dir():
            yield from self._find(f"{name}/", rest, depth + 1)
        elif not rest and place.is_file():
            yield name

    def _find_deep(self, folder: str, rest: tuple[str, ...], depth: int) -> Iterator[str]:
        yield from self._find(folder, rest, depth)
        if depth < _DEEPEST:
            for name in self._list(folder)[1]:
                if not name.startswith("."):
                    yield from self._find_deep(f"{folder}{name}/", rest, depth + 1)

    def _list(self, folder: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Names of the files and of the folders in *folder*, each sorted."""
        if folder not in self._listed:
            files: list[str] = []
            folders: list[str] = []
            try:
                with os.scandir(self._path / folder) as entries:
                    for entry in islice(entries, _MOST_NAMES):
                        (folders if entry.is_dir() else files).append(entry.name)
            except OSError:
                pass  # what cannot be listed has no names to show; another format may not need it
            self._listed[folder] = (tuple(sorted(files)), tuple(sorted(folders)))
        return self._listed[folder]


def _fits(name: str, pattern: str) -> bool:
    hidden = name.startswith(".") and not pattern.startswith(".")
    return not hidden and fnmatchcase(name, pattern)


def detect(path: Path, formats: Iterable[Format] | None = None) -> Detection:
    """Ask formats whether *path* is theirs.

    A plugin that does not load, or whose sniffer fails, is a rejection with the reason.

    Args:
        path: A file or folder.
        formats: Whom to ask; None for every format that is installed and can read.

    Raises:
        DetectionError: There is nothing at *path*.
    """
    if not path.exists():
        raise DetectionError("no such file or folder", path=path, hint="check the path")
    rejections: list[tuple[str, str]] = []
    matches: list[Match] = []
    probe = FolderProbe(path)
    for card in _installed(rejections) if formats is None else formats:
        if card.read is None:
            continue
        verdict = _ask(card, probe)
        if verdict.score > 0:
            matches.append(Match(card.name, verdict.score, verdict.reason))
        else:
            rejections.append((card.name, verdict.reason))
    matches.sort(key=lambda match: (-match.score, match.name))
    return Detection(path=path, matches=tuple(matches), rejections=tuple(sorted(rejections)))


def detect_one(path: Path, formats: Iterable[Format] | None = None) -> Format:
    """The format that *path* is in.

    Where several fit equally well, the one that the others are variants of (``coco`` for
    ``coco_instances``) is taken.

    Args:
        path: A file or folder.
        formats: Whom to ask; None for every format that is installed and can read.

    Raises:
        DetectionError: Nothing fits, or several fit equally well.
    """
    known = None if formats is None else {card.name: card for card in formats}
    found = detect(path, None if known is None else known.values())
    best = [match.name for match in found.matches if match.score == found.matches[0].score]
    name = _umbrella(best)
    if name is None:
        fits = f"several formats fit: {', '.join(best)}" if best else "no format fits"
        raise DetectionError(fits, path=path, candidates=best, rejections=found.rejections)
    return find_format(name) if known is None else known[name]


def _umbrella(names: Sequence[str]) -> str | None:
    for name in names:
        if all(other == name or other.startswith(f"{name}_") for other in names):
            return name
    return None


def _installed(rejections: list[tuple[str, str]]) -> Iterator[Format]:
    """Every format under its own name; entries that are other spellings are left out."""
    for name in format_names():
        try:
            card = find_format(name)
        except DatumError as error:
            rejections.append((name, error.message))
            continue
        if card.name == name:
            yield card


def _ask(card: Format, probe: Probe) -> Verdict:
    if card.sniff is None:
        return Verdict(0, "cannot be recognised by its files")
    try:
        return card.sniff(probe)
    except Exception as error:  # noqa: BLE001 (a plugin's fault must not hide the other formats)
        return Verdict(0, f"its sniffer failed: {type(error).__name__}: {error}")
