"""Faults of a dataset, gathered so that several are told at once."""

from pathlib import Path

from datum.errors import FormatError

__all__ = ["Faults"]

_MOST = 100


class Faults:
    """Gathers errors up to a hundred."""

    def __init__(self) -> None:
        self._errors: list[FormatError] = []

    def add(self, reason: str, path: Path) -> None:
        """Note a fault of a file; the hundredth is raised with all the others."""
        self.take(FormatError(reason, path=path))

    def take(self, error: FormatError) -> None:
        """Note an error that was raised."""
        self._errors.append(error)
        if len(self._errors) >= _MOST:
            self.check()

    def check(self) -> None:
        """Raise the first, with the others, if there is one.

        Raises:
            FormatError: There is one.
        """
        if self._errors:
            first, *others = self._errors
            raise FormatError(first.reason, path=first.path, line=first.line, others=others)
