"""Where rows find what they work with: data, projects made once, the commands of all tools."""

import os
import shlex
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.measure import FailedError, UnavailableError, run

__all__ = ["HERE", "ROOT", "STAMP", "Repository", "Shop"]

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]

STAMP = "bench-data.json"
"""In the folder of the data: what it was made with."""


@dataclass(frozen=True)
class Shop:
    """The places of one run of the benchmarks."""

    data: Path
    """What ``bench_data.py`` made."""
    work: Path
    """Takes what is made while measuring."""
    peers: dict[str, Path | str] = field(default_factory=dict)
    """The environment of each tool, or why there is none."""

    def __post_init__(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)

    @property
    def home(self) -> Path:
        """The home directory of all commands, so that no configuration of the user plays a part."""
        return self.work / "home"

    @property
    def env(self) -> dict[str, str]:
        """The environment of all commands."""
        keep = {key: os.environ[key] for key in ("PATH", "TMPDIR") if key in os.environ}
        who = {"NAME": "Bench", "EMAIL": "bench@example.org"}
        roles = ("GIT_AUTHOR", "GIT_COMMITTER", "DATUM_AUTHOR")
        return {
            **keep,
            **{f"{role}_{key}": value for role in roles for key, value in who.items()},
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "DVC_NO_ANALYTICS": "1",
            "DVC_SITE_CACHE_DIR": str(self.home / "dvc"),
            "NO_ALBUMENTATIONS_UPDATE": "1",
        }

    def do(self, *command: str | Path, folder: Path | None = None) -> None:
        """Run a command that is not measured.

        Raises:
            FailedError: It ended with an error.
        """
        run(command, folder=folder, env=self.env, log=self.work / "setup.log")

    def datum(self, *arguments: str | Path) -> list[str | Path]:
        """A command of datum."""
        return [Path(sys.executable).parent / "datum", *arguments]

    def has_command(self, name: str) -> bool:
        """Whether datum knows a command."""
        try:
            self.do(*self.datum(name, "--help"))
        except FailedError:
            return False
        return True

    def peer(self, name: str, program: str) -> Path:
        """A program of a peer's environment.

        Raises:
            UnavailableError: The peer is not installed.
        """
        found = self.peers.get(name, "not installed")
        if isinstance(found, str):
            raise UnavailableError(found)
        return found / "bin" / program

    def datumaro(self, *arguments: str | Path) -> list[str | Path]:
        """What Datumaro has no command for, by a script."""
        return [self.peer("Datumaro", "python"), HERE / "peer_datumaro.py", *arguments]

    def once(self, name: str, make: Callable[[Path], None]) -> Path:
        """A folder that the first who asks for it makes."""
        folder = self.work / name
        if not folder.exists():
            make(folder)
        return folder

    def project(self, name: str) -> Path:
        """A project of a dataset of the data, annotations only unless it is the pictures."""
        media = "store" if name == "pictures" else "none"

        def make(folder: Path) -> None:
            self.do(*self.take_in(self.data / name, folder, media))

        return self.once(f"project-{name}", make)

    def take_in(self, source: Path, project: Path, media: str) -> list[str | Path]:
        """The command that makes a project of a dataset."""
        place = ("-i", source, "-o", project)
        return self.datum("import", *place, "-f", "coco_instances", "--media", media)

    def edited(self, name: str) -> Path:
        """A project with ten boxes moved in its last commit."""

        def make(folder: Path) -> None:
            shutil.copytree(self.project(name), folder)
            self.do(sys.executable, HERE / "edits.py", "boxes", folder, "10")

        return self.once(f"edited-{name}", make)


@dataclass(frozen=True)
class Repository:
    """How a tool that versions files makes a repository of a folder, and takes everything in."""

    shop: Shop
    kind: str

    @property
    def grows(self) -> tuple[str, ...]:
        """Where its files are."""
        return {"Git": (".git",), "DVC": (".git", ".dvc"), "Oxen": (".oxen",)}[self.kind]

    def make(self, folder: Path) -> None:
        """A repository that has not yet taken in the pictures that lie in it."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.shop.do(*self._init(), folder=folder)
        shutil.copytree(self.shop.data / "pictures", folder / "pictures")

    def take_all(self) -> list[str | Path]:
        """The command that takes in all that changed."""
        commit = "git add -A && git commit -q -m all"
        if self.kind == "Git":
            return self._shell(commit)
        if self.kind == "DVC":
            return self._shell(f"{self._dvc()} add -q pictures && {commit}")
        return self._oxen("commit")

    def _init(self) -> list[str | Path]:
        if self.kind == "Git":
            return self._shell("git init -q")
        if self.kind == "DVC":
            return self._shell(f"git init -q && {self._dvc()} init -q && git commit -q -m init")
        return self._oxen("init")

    def _shell(self, line: str) -> list[str | Path]:
        if shutil.which("git") is None:
            raise UnavailableError("not installed")
        return ["sh", "-c", line]

    def _dvc(self) -> str:
        return shlex.quote(str(self.shop.peer("DVC", "dvc")))

    def _oxen(self, command: str) -> list[str | Path]:
        return [self.shop.peer("Oxen", "python"), HERE / "peer_oxen.py", command]
