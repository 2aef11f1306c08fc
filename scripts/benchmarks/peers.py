"""The tools that datum is measured beside, each in a virtual environment of its own."""

import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

__all__ = ["PEERS", "Peer", "install", "installed"]


@dataclass(frozen=True)
class Peer:
    """A tool from the package index."""

    name: str
    requirement: str


PEERS = (
    Peer("Datumaro", "datumaro[cli]==1.13.12"),
    Peer("DVC", "dvc==3.67.1"),
    Peer("Oxen", "oxenai==0.65.1"),
)


_DONE = "installed.txt"
"""In an environment, what was installed in it; written last."""


def installed(peer: Peer, folder: Path) -> bool:
    """Whether a tool is there, in the version that is asked for."""
    done = folder / _DONE
    return done.is_file() and done.read_text(encoding="utf-8") == peer.requirement


def install(peer: Peer, folder: Path) -> str:
    """Make a tool's environment unless it is there; why it could not be made, or nothing."""
    if installed(peer, folder):
        return ""
    print(f"installing {peer.requirement}", file=sys.stderr)
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    found = subprocess.run(  # noqa: S603 (the names are the ones above)
        [*pip, "--disable-pip-version-check", peer.requirement],
        capture_output=True,
        text=True,
        check=False,
    )
    if found.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        lines = found.stderr.strip().splitlines()
        return lines[-1] if lines else f"pip ended with {found.returncode}"
    (folder / _DONE).write_text(peer.requirement, encoding="utf-8")
    return ""
