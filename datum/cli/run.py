"""One run of a command: where it runs, who runs it, what it prints with."""

import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from datum.cli.console import Console

if TYPE_CHECKING:
    from datum.losses import LossReport
    from datum.project.project import Project
    from datum.refs.commits import Identity

__all__ = ["Run"]


class Run:
    """What every command gets.

    Args:
        extras: What stands after ``--``: options of a plugin, or items.
        words: The command line, for the operation log.
    """

    def __init__(self, *, extras: list[str], words: list[str]) -> None:
        self.extras = extras
        self.command = shlex.join(["datum", *words])
        self.folder = ""
        """The project as named by -p; empty to look upward from the working directory."""
        self.as_json = False
        self.debug = False
        self.quiet = False
        self.color: bool | None = None

    @property
    def console(self) -> Console:
        """Where to print."""
        return Console(color=self.color, quiet=self.quiet or self.as_json)

    def project(self) -> "Project":
        """The project to work in.

        Raises:
            ProjectError: There is none.
        """
        from datum.project.project import Project

        return Project.open(self.folder or ".", author=self.author(), command=self.command)

    def author(self) -> "Identity | None":
        """Who the environment or the user's configuration says; None for what the project says."""
        from datum.refs.commits import Identity

        name = os.environ.get("DATUM_AUTHOR_NAME", "")
        email = os.environ.get("DATUM_AUTHOR_EMAIL", "")
        if name and email:
            return Identity(name, email)
        settings = self._settings()
        name = name or settings.get("user.name", "")
        email = email or settings.get("user.email", "")
        if not name and not email:
            return None
        from datum.project.session import system_identity

        system = system_identity()
        return Identity(name or system.name, email or system.email)

    def _settings(self) -> dict[str, str]:
        """The project's settings over the user's."""
        from datum.errors import ProjectError
        from datum.project.config import read_settings
        from datum.project.layout import find_project

        found = read_settings(self.user_config())
        try:
            layout = find_project(Path(self.folder or "."))
        except ProjectError:
            return found
        return {**found, **read_settings(layout.config)}

    @staticmethod
    def user_config() -> Path:
        """The user's configuration, for all projects."""
        import platformdirs

        override = os.environ.get("DATUM_CONFIG")
        return (
            Path(override) if override else platformdirs.user_config_path("datum") / "config.toml"
        )

    def say_author(self, project: "Project") -> None:
        """Once for each project: who the commits are by, where nobody said."""
        if self.author() is not None or project.session.config.user.name:
            return
        memo = project.session.store.memo()
        if memo.get("said", b"author") is None:
            memo.put_many("said", [(b"author", b"1")])
            author = project.session.author
            self.console.note(
                f"commits are by {author}; another name: `datum config user.name NAME`"
            )

    def report_losses(self, losses: "LossReport", what: str) -> None:
        """Say what a format or a transform could not keep."""
        if not losses:
            return
        self.console.note(f"{what} could not keep:", fg="yellow")
        for line in losses.lines():
            self.console.note(f"  {line}")

    def finish(self, code: int) -> None:
        """End with an exit code."""
        if code:
            sys.stdout.flush()
            raise SystemExit(code)
