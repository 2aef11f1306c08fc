"""Measuring whole processes: wall and processor time, and the most memory that one of them held."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

__all__ = [
    "LONG",
    "FailedError",
    "Measured",
    "Taken",
    "Trial",
    "UnavailableError",
    "measure",
    "run",
]

LONG = 20.0
"""Seconds; a command that took longer is not run again."""


_CHUNK = 1 << 20


class FailedError(Exception):
    """A command that ended with an error; the message is the last line that it printed."""


class UnavailableError(Exception):
    """Something that cannot be measured here; the message says why."""


def _nothing() -> None:
    """What there is to prepare where nothing is."""


@dataclass(frozen=True)
class Trial:
    """A command and what has to be so before each run of it."""

    command: Sequence[str | Path]
    prepare: Callable[[], None] = _nothing
    """Is run before each run, outside the measured time."""
    folder: Path | None = None
    """The working directory of the command."""
    grows: Sequence[Path] = ()
    """Folders whose files are counted before and after."""
    reads: Sequence[Path] = ()
    """Folders that are read once before the first run, so that all runs find them in memory."""


@dataclass(frozen=True)
class Taken:
    """What one run of a command took."""

    seconds: float
    cpu: float
    """Seconds of processor time, children included."""
    peak: int
    """Bytes: resident memory of the largest process."""


@dataclass(frozen=True)
class Measured:
    """What some runs of one command took."""

    seconds: tuple[float, ...]
    peak: int
    """Bytes: resident memory of the largest process, the most of all runs."""
    added: int | None = None
    """Bytes by which the watched folders grew in a run, the most of all runs."""
    cpu: float | None = None
    """Seconds of processor time, children included, of the run that took the least."""
    day: str = ""
    """When it was measured, where that was not in this run."""

    @property
    def fastest(self) -> float:
        """Seconds of the fastest run."""
        return min(self.seconds)

    @property
    def median(self) -> float:
        """Seconds of the run in the middle."""
        return median(self.seconds)


def measure(trial: Trial, *, runs: int, env: Mapping[str, str], log: Path) -> Measured:
    """Run a trial several times, once only if it takes long.

    Raises:
        FailedError: The command ended with an error.
    """
    all_taken: list[Taken] = []
    added: int | None = None
    for folder in trial.reads:
        _read(folder)
    for _ in range(runs):
        trial.prepare()
        os.sync()  # what was prepared must not be written while the clock runs
        before = _size(trial.grows)
        taken = run(trial.command, folder=trial.folder, env=env, log=log)
        all_taken.append(taken)
        if trial.grows:
            added = max(added or 0, _size(trial.grows) - before)
        if taken.seconds > LONG:
            break
    return Measured(
        seconds=tuple(one.seconds for one in all_taken),
        peak=max(one.peak for one in all_taken),
        added=added,
        cpu=min(one.cpu for one in all_taken),
    )


def run(
    command: Sequence[str | Path], *, folder: Path | None, env: Mapping[str, str], log: Path
) -> Taken:
    """Run a command to its end.

    Linux counts into a process what the one that started it held, so that nothing smaller than this
    interpreter can be told: keep it small, and leave numpy out of it.

    Raises:
        FailedError: It ended with an error.
    """
    with log.open("wb") as out:
        started = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 (the commands are this script's own)
            [str(part) for part in command],
            cwd=folder,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        raise FailedError(lines[-1] if lines else f"exit code {process.returncode}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Taken(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit)


def _read(folder: Path) -> None:
    """Read all files below a folder, and keep nothing."""
    for file in folder.rglob("*"):
        if file.is_file():
            with file.open("rb", buffering=0) as data:
                while data.read(_CHUNK):
                    pass


def _size(folders: Sequence[Path]) -> int:
    """Bytes of all files below some folders."""
    return sum(
        file.lstat().st_size for folder in folders for file in folder.rglob("*") if file.is_file()
    )
