"""What the commands have in common: their class, their common options, completion of names."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from datum.cli.run import Run

__all__ = [
    "command",
    "common_params",
    "complete_formats",
    "complete_revisions",
    "complete_transforms",
    "take_common",
]

Function = Callable[..., Any]


def command(
    help_text: str, *, examples: str = "", project: bool = True, empty_values: bool = False
) -> Callable[[Function], click.Command]:
    """A decorator that makes a command of a function, whose first argument is the :class:`Run`.

    Args:
        help_text: The first line is the short help.
        examples: Commands to show, one a line.
        project: Whether it works in a project, and so has ``-p``.
        empty_values: Whether an argument or option may be an empty word.
    """

    def decorate(function: Function) -> click.Command:
        @click.pass_obj
        @wraps(function)
        def callback(run: Run, /, **values: Any) -> Any:
            if not empty_values:
                _refuse_empty(click.get_current_context())
            take_common(run, values)
            return function(run, **values)

        wrapped: Function = callback
        for option in reversed(_COMMON):
            wrapped = option(wrapped)
        if project:
            wrapped = _PROJECT(wrapped)
        lines = [f"  {line}" for line in examples.strip().splitlines()]
        epilog = "\b\nExamples:\n" + "\n".join(lines) if lines else None
        return click.command(
            help=help_text,
            epilog=epilog,
            context_settings={"help_option_names": ["-h", "--help"]},
        )(wrapped)

    return decorate


def _refuse_empty(context: click.Context) -> None:
    """An empty word names nothing: most often it is a variable of the shell that is not set."""
    for param in context.command.params:
        value = context.params.get(param.name or "")
        given = context.get_parameter_source(param.name or "") is ParameterSource.COMMANDLINE
        words = value if isinstance(value, (tuple, list)) else (value,)
        if given and any(one == "" for one in words):
            name = (
                param.opts[-1] if isinstance(param, click.Option) else param.make_metavar(context)
            )
            raise click.UsageError(f"the value of {name.strip('[].')} is empty", context)


_PROJECT = click.option(
    "-p",
    "-C",
    "--project",
    "common_project",
    metavar="DIR",
    type=click.Path(),
    help="The project; the one that the working directory is in if not given.",
)

_COMMON = (
    click.option("--json", "common_json", is_flag=True, help="Print the result as JSON."),
    click.option("-q", "--quiet", "common_quiet", is_flag=True, help="Print the result alone."),
    click.option(
        "--color",
        "common_color",
        type=click.Choice(["auto", "always", "never"]),
        help="Whether to use colours; on a terminal by default, unless NO_COLOR is set.",
    ),
    click.option("--debug", "common_debug", is_flag=True, help="Show where an error comes from."),
    click.option("--loglevel", "common_loglevel", hidden=True, expose_value=False),
)


def common_params() -> list[click.Parameter]:
    """The common options once more, to stand before the command."""

    def carrier() -> None:
        """Nothing: it only carries the options."""

    wrapped: Function = carrier
    for option in (*reversed(_COMMON), _PROJECT):
        wrapped = option(wrapped)
    found: list[click.Parameter] = list(reversed(getattr(wrapped, "__click_params__", [])))
    return found


def take_common(run: Run, values: dict[str, Any]) -> None:
    """Move the common options from the command's arguments to the run."""
    run.folder = values.pop("common_project", None) or run.folder
    run.as_json = values.pop("common_json") or run.as_json
    run.quiet = values.pop("common_quiet") or run.quiet
    run.debug = values.pop("common_debug") or run.debug
    color = values.pop("common_color")
    if color:
        run.color = {"auto": None, "always": True, "never": False}[color]


def complete_formats(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Names of formats, for the shell."""
    from datum.plugins import format_names

    return [name for name in format_names() if name.startswith(incomplete)]


def complete_transforms(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Names of transforms, for the shell."""
    from datum.plugins import transform_names

    return [name for name in transform_names() if name.startswith(incomplete)]


def complete_revisions(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Names of refs, for the shell."""
    from datum.errors import DatumError
    from datum.project.layout import find_project
    from datum.project.session import Session
    from datum.refs.names import short_name

    try:
        folder = Path(ctx.params.get("common_project") or ".")
        refs = Session(find_project(folder)).refs.all()
    except (DatumError, OSError):
        return []
    names = {"HEAD", *refs, *(short_name(ref) for ref in refs)}
    return sorted(name for name in names if name.startswith(incomplete))
