"""``datum config``."""

from pathlib import Path

import click

from datum.cli.options import command
from datum.cli.run import Run

__all__ = ["COMMAND"]

_VERBS = ("list", "get", "set", "unset")


@command(
    "Show and change settings.\n\n"
    "Settings of the project win over those of the user, which --global is about. "
    "`datum config NAME` shows one, `datum config NAME VALUE` changes one; `get` and `set` may stand "
    "before.",
    examples=(
        "datum config\ndatum config user.name 'Ada Lovelace'\n"
        "datum config set user.email ada@example.org --global\ndatum config get user.name\n"
        "datum config --unset user.name\ndatum config list --show-origin"
    ),
    empty_values=True,
)
@click.argument("words", nargs=-1, metavar="[list | [get] NAME | [set] NAME VALUE]")
@click.option("--global", "of_user", is_flag=True, help="The user's settings, for all projects.")
@click.option("--unset", is_flag=True, help="Remove a setting.")
@click.option("-l", "--list", "list_all", is_flag=True, help="Show all settings.")
@click.option("--show-origin", is_flag=True, help="Say which file each value is from.")
def COMMAND(
    run: Run,
    words: tuple[str, ...],
    of_user: bool,
    unset: bool,
    list_all: bool,
    show_origin: bool,
) -> None:
    """Settings."""
    verb, rest = (words[0], words[1:]) if words and words[0] in _VERBS else ("", words)
    if unset or verb == "unset":
        _change(run, rest, None, of_user=of_user)
    elif list_all or verb == "list" or not rest:
        _list(run, of_user=of_user, show_origin=show_origin)
    elif verb == "set" or (not verb and len(rest) > 1):
        _change(run, rest[:1], " ".join(rest[1:]), of_user=of_user)
    else:
        _get(run, rest, of_user=of_user, show_origin=show_origin)


def _files(run: Run, *, of_user: bool) -> list[Path]:
    """The files that count, the strongest last."""
    from datum.errors import ProjectError
    from datum.project.layout import find_project

    files = [run.user_config()]
    if not of_user:
        try:
            files.append(find_project(Path(run.folder or ".")).config)
        except ProjectError:
            if run.folder:
                raise
    return files


def _values(run: Run, *, of_user: bool) -> dict[str, tuple[str, Path]]:
    """Each setting that has a value, and the file it is from."""
    from datum.project.config import read_settings

    found: dict[str, tuple[str, Path]] = {}
    for file in _files(run, of_user=of_user):
        found |= {name: (value, file) for name, value in read_settings(file).items()}
    return found


def _list(run: Run, *, of_user: bool, show_origin: bool) -> None:
    values = _values(run, of_user=of_user)
    if run.as_json:
        run.console.json(
            {name: {"value": value, "origin": str(file)} for name, (value, file) in values.items()}
        )
        return
    for name, (value, file) in values.items():
        run.console.out(f"{file}: {name}={value}" if show_origin else f"{name}={value}")
    if not values:
        from datum.project.config import SETTINGS

        run.console.note("nothing is set; there are " + ", ".join(SETTINGS))


def _get(run: Run, names: tuple[str, ...], *, of_user: bool, show_origin: bool) -> None:
    from datum.errors import UnknownNameError
    from datum.project.config import SETTINGS

    if len(names) != 1:
        raise click.UsageError("name one setting")
    name = names[0]
    if name not in SETTINGS:
        raise UnknownNameError("setting", name, SETTINGS)
    value, file = _values(run, of_user=of_user).get(name, (None, None))
    if run.as_json:
        run.console.json({"name": name, "value": value, "origin": file and str(file)})
    elif value is not None:
        run.console.out(f"{file}: {value}" if show_origin else value)
    run.finish(0 if value is not None else 1)


def _change(run: Run, names: tuple[str, ...], value: str | None, *, of_user: bool) -> None:
    from datum.errors import UsageError
    from datum.project.config import change_setting
    from datum.project.layout import find_project

    if len(names) != 1 or value == "":
        raise click.UsageError("a name and a value are expected")
    name = names[0]
    if of_user and name.startswith("project."):
        raise UsageError(f"{name} is a setting of one project", hint="leave out --global")
    file = run.user_config() if of_user else find_project(Path(run.folder or ".")).config
    change_setting(file, name, value)
    if run.as_json:
        run.console.json({"name": name, "value": value, "origin": str(file)})
    else:
        run.console.note(f"{name} is {'unset' if value is None else value} in {file}")
