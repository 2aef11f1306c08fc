"""Exit codes: one for each class of error, the most special class first.

0 is done. 1 is the answer "yes, there are differences" or "yes, there are faults" of a command that is
a question. The codes are documented in docs/exit-codes.md, which a test compares with this table.
"""

from datum.errors import (
    ConflictError,
    CorruptObjectError,
    DatumError,
    DetectionError,
    FormatError,
    HashCollisionError,
    LossError,
    MediaError,
    MissingExtraError,
    ObjectNotFoundError,
    OutputExistsError,
    ProjectError,
    RefError,
    RefMovedError,
    RefNameError,
    RevisionError,
    StoreError,
    StoreVersionError,
    UnknownNameError,
    UsageError,
)

__all__ = ["EXIT_CODES", "INTERRUPTED", "exit_code"]

INTERRUPTED = 130
"""Stopped by Ctrl-C."""

EXIT_CODES: dict[type[DatumError], int] = {
    UsageError: 2,
    UnknownNameError: 3,
    OutputExistsError: 4,
    MissingExtraError: 5,
    FormatError: 20,
    DetectionError: 21,
    LossError: 22,
    MediaError: 23,
    StoreError: 30,
    ObjectNotFoundError: 31,
    CorruptObjectError: 32,
    HashCollisionError: 33,
    StoreVersionError: 34,
    RefError: 40,
    RevisionError: 41,
    RefNameError: 42,
    RefMovedError: 43,
    ProjectError: 50,
    ConflictError: 51,
    DatumError: 60,
}
"""Each class of error and its code; a class without one has that of the class above it."""


def exit_code(error: DatumError) -> int:
    """The code for an error."""
    return next(EXIT_CODES[kind] for kind in type(error).__mro__ if kind in EXIT_CODES)
