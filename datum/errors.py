"""Every error that datum raises, as one tree.

DatumError
├── UsageError                 a value the caller gave cannot be used
│   ├── UnknownNameError       no format, transform, source, label … of that name
│   ├── OutputExistsError      the target is there already and not empty
│   └── MissingExtraError      an optional library is not installed
├── FormatError                a dataset on disk is not what its format says
│   ├── DetectionError         no format, or several, fit a path
│   └── LossError              a format cannot hold what it was asked to write
├── MediaError                 media is absent or does not decode
├── StoreError                 the object store
│   ├── ObjectNotFoundError
│   ├── CorruptObjectError     bytes that do not match their id, pack, frame or encoding
│   ├── HashCollisionError     two contents, one id
│   └── StoreVersionError      a store made by rules that this version does not know
├── RefError                   names and the operation log
│   ├── RevisionError          unknown or ambiguous
│   ├── RefNameError           not a valid name
│   └── RefMovedError          somebody else moved it first
└── ProjectError               the verbs: not a project, nothing to commit, edits in the way
    └── ConflictError          two changes that cannot both stand

Each error has fields; ``str(error)`` is the one-line message, ``error.hint`` the next command to type.
"""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path

__all__ = [
    "ConflictError",
    "CorruptObjectError",
    "DatumError",
    "DetectionError",
    "FormatError",
    "HashCollisionError",
    "LossError",
    "MediaError",
    "MissingExtraError",
    "ObjectNotFoundError",
    "OutputExistsError",
    "ProjectError",
    "RefError",
    "RefMovedError",
    "RefNameError",
    "RevisionError",
    "StoreError",
    "StoreVersionError",
    "UnknownNameError",
    "UsageError",
]


class DatumError(Exception):
    """The root: everything that datum raises on purpose."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        """What to type or change next; empty where nothing sensible can be said."""


class UsageError(DatumError):
    """A value that the caller gave cannot be used."""


class UnknownNameError(UsageError):
    """There is no *kind* of that name."""

    def __init__(self, kind: str, name: str, known: Iterable[str], *, hint: str = "") -> None:
        self.kind = kind
        self.name = name
        self.known = tuple(sorted(known))
        close = get_close_matches(name, self.known, n=3, cutoff=0.6)
        said = f"; did you mean {' or '.join(close)}?" if close else ""
        super().__init__(f"unknown {kind} '{name}'{said}", hint=hint)


class OutputExistsError(UsageError):
    """The target is there already and not empty."""

    def __init__(self, path: Path, *, hint: str = "") -> None:
        self.path = path
        super().__init__(
            f"{path} exists and is not empty",
            hint=hint or "choose another place with -o, or replace it with --overwrite",
        )


class MissingExtraError(UsageError):
    """An optional library is not installed."""

    def __init__(self, what: str, extra: str) -> None:
        self.what = what
        self.extra = extra
        super().__init__(f"{what} needs an extra", hint=f"pip install 'datum-vcs[{extra}]'")


class FormatError(DatumError):
    """A file is not what its format says; *others* are the further faults of the same dataset."""

    def __init__(
        self,
        reason: str,
        *,
        path: Path | str | None = None,
        line: int | None = None,
        others: Sequence["FormatError"] = (),
        hint: str = "",
    ) -> None:
        self.reason = reason
        self.path = path
        self.line = line
        self.others = tuple(others)
        place = "" if path is None else f"{path}: " if line is None else f"{path}:{line}: "
        more = f" (and {len(self.others)} more)" if self.others else ""
        super().__init__(f"{place}{reason}{more}", hint=hint)


class DetectionError(FormatError):
    """No format, or several, fit a path."""

    def __init__(
        self,
        reason: str,
        *,
        path: Path | str,
        candidates: Sequence[str] = (),
        rejections: Sequence[tuple[str, str]] = (),
        hint: str = "name the format with -f; `datum format list` shows them",
    ) -> None:
        self.candidates = tuple(candidates)
        self.rejections = tuple(rejections)
        super().__init__(reason, path=path, hint=hint)


class LossError(FormatError):
    """A format cannot hold what it was asked to write, and loss was refused."""

    def __init__(self, format_name: str, losses: Sequence[str]) -> None:
        self.format_name = format_name
        self.losses = tuple(losses)
        super().__init__(
            f"{format_name} cannot keep everything: {'; '.join(losses)}",
            hint="export without --strict to accept the loss, or choose another format",
        )


class MediaError(DatumError):
    """Media is absent or does not decode."""

    def __init__(self, reason: str, *, path: str = "") -> None:
        self.path = path
        self.reason = reason
        super().__init__(f"{path}: {reason}" if path else reason)


class StoreError(DatumError):
    """The object store."""


class ObjectNotFoundError(StoreError):
    """No object of that id is in the store."""

    def __init__(self, oid: str) -> None:
        self.oid = oid
        super().__init__(f"object {oid} is not in the store", hint="run `datum fsck`")


class CorruptObjectError(StoreError):
    """Bytes that do not match their id, pack, frame or encoding."""

    def __init__(self, reason: str, *, oid: str = "", path: Path | str = "") -> None:
        self.oid = oid
        self.path = path
        self.reason = reason
        place = f"{path}: " if path else ""
        what = f"object {oid}: " if oid else ""
        super().__init__(f"{place}{what}{reason}", hint="run `datum fsck` to see what is hurt")


class HashCollisionError(StoreError):
    """Two contents have one id; the first is kept, the second was refused."""

    def __init__(self, oid: str) -> None:
        self.oid = oid
        super().__init__(
            f"two different contents have the id {oid}; the one in the store is kept",
            hint="make the project with `datum create --hash blake3` or `--hash sha256`",
        )


class StoreVersionError(StoreError):
    """A store made by rules that this version does not know."""


class RefError(DatumError):
    """Names and the operation log."""


class RevisionError(RefError):
    """A revision that names nothing, or more than one thing."""

    def __init__(self, revision: str, reason: str, *, hint: str = "") -> None:
        self.revision = revision
        self.reason = reason
        super().__init__(f"revision '{revision}' {reason}", hint=hint)


class RefNameError(RefError):
    """Not a valid name for a ref."""

    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        self.reason = reason
        super().__init__(
            f"'{name}' is not a valid name: {reason}",
            hint="letters, digits, _, - and . between other characters are fine, as in labels/v1.2",
        )


class RefMovedError(RefError):
    """Somebody else moved the ref first."""

    def __init__(self, ref: str, who: str, command: str, *, hint: str = "") -> None:
        self.ref = ref
        self.who = who
        self.command = command
        super().__init__(f"{ref} was moved by {who} ({command}) meanwhile", hint=hint)


class ProjectError(DatumError):
    """The verbs of a project."""


class ConflictError(ProjectError):
    """Two changes that cannot both stand; *conflicts* says which, one line each."""

    def __init__(self, message: str, conflicts: Sequence[str], *, hint: str = "") -> None:
        self.conflicts = tuple(conflicts)
        super().__init__(message, hint=hint)
