"""What slow commands of other tools took: measured once on a machine, and remembered in a file."""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from benchmarks.measure import LONG, Measured

__all__ = ["Remembered"]


class Remembered:
    """Results of peers by machine, data, version of the tool, and row.

    Only what took long is kept, so that everything else is measured beside datum every time.
    """

    def __init__(
        self, file: Path, setting: Mapping[str, str], versions: Mapping[str, str], *, again: bool
    ) -> None:
        """Read what is known.

        Args:
            file: Where results are kept; absent at first.
            setting: What they hang on beside tool and row: machine and data.
            versions: Of the tools.
            again: Whether to measure what is known, too.
        """
        self._file = file
        self._setting = dict(setting)
        self._versions = versions
        self._again = again
        self._known: dict[str, Measured] = {}
        try:
            known = json.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return  # nothing was measured yet
        for key, found in known.items():
            self._known[key] = Measured(**{**found, "seconds": tuple(found["seconds"])})

    def find(self, peer: str, row: str) -> Measured | None:
        """What a tool took for a row; None where that is to be measured."""
        return None if self._again else self._known.get(self._key(peer, row))

    def keep(self, peer: str, row: str, found: Measured) -> None:
        """Remember a result, if it took long."""
        if found.fastest > LONG:
            day = f"{datetime.now(UTC):%Y-%m-%d}"
            self._known[self._key(peer, row)] = replace(found, day=day)
            temporary = self._file.with_suffix(".new")
            known = {key: asdict(one) for key, one in self._known.items()}
            temporary.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
            temporary.replace(self._file)

    def _key(self, peer: str, row: str) -> str:
        own = {**self._setting, "version": self._versions.get(peer, "")}
        setting = json.dumps(own, sort_keys=True)
        return f"{row}, {peer}, {sha256(setting.encode()).hexdigest()[:16]}"
