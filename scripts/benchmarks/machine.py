"""What the machine is, for the page of results."""

import os
import platform
import shutil
import subprocess
from pathlib import Path

__all__ = ["describe_machine"]

_GIB = 2**30


def describe_machine(folder: Path) -> dict[str, str]:
    """Facts by name; *folder* is where the measured files are."""
    cores = len(os.sched_getaffinity(0))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / _GIB
    return {
        "processor": f"{cores} cores, {_processor()}",
        "memory": f"{memory:.1f} GiB",
        "kernel": f"{platform.system()} {platform.release()} {platform.machine()}",
        "file system": _file_system(folder),
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "Git": _first_line("git", "--version"),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown"
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else "unknown"


def _file_system(folder: Path) -> str:
    """The type of the file system that a folder is on, by the longest mount point above it."""
    try:
        lines = Path("/proc/mounts").read_text(encoding="utf-8").splitlines()
    except OSError:
        return "unknown"
    mounts = [line.split()[1:3] for line in lines]
    above = [(len(at), kind) for at, kind in mounts if folder.resolve().is_relative_to(at)]
    return max(above)[1] if above else "unknown"


def _first_line(*command: str) -> str:
    if shutil.which(command[0]) is None:
        return "not installed"
    found = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (our own)
    return (found.stdout.strip().splitlines() or ["unknown"])[0]
