"""The command ``datum``: finds the command, runs it, turns errors into lines and exit codes."""

import signal
import sys
from difflib import get_close_matches
from importlib import import_module
from typing import Any

import click

from datum.cli.options import common_params, take_common
from datum.cli.run import Run
from datum.cli.table import ALIASES, COMMANDS, CONTEXTS, OTHERS, SECTIONS

__all__ = ["APP", "main"]

_REFUSED = 69
"""Exit code where the operating system refused something."""
_INTERNAL = 70
"""Exit code for a fault of datum itself."""


def load_command(name: str) -> click.Command:
    """The command of a name in the table; imports its module."""
    module = import_module(f"datum.cli.commands.{name}" + ("_" if name == "import" else ""))
    found: click.Command = module.COMMAND
    return found


class LazyGroup(click.Group):
    """A group whose commands are imported when they run; the help knows them from the table."""

    def __init__(self, *, names: dict[str, str], default: str = "", **arguments: Any) -> None:
        """Make a group.

        Args:
            names: Each command's name, and its name in the table.
            default: The command that is meant where none is named.
            arguments: Of click's group.
        """
        super().__init__(**arguments)
        self._names = names
        self._default = default

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the command that is meant where none is named."""
        named = args and (not args[0].startswith("-") or args[0] in ctx.help_option_names)
        if self._default and not named and not ctx.resilient_parsing:
            args = [self._default, *args]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, for help and completion."""
        return [*self._names, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command by its name or another spelling."""
        found = super().get_command(ctx, cmd_name)
        if found is not None:
            return found
        name = self._names.get(cmd_name) or (ALIASES.get(cmd_name) if ctx.parent is None else None)
        return None if name is None else load_command(name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command of the first word; the error for an unknown one says what is close."""
        name = args[0]
        known = name.startswith("-") or self.get_command(ctx, name) is not None
        if not known and not ctx.resilient_parsing:
            names = [*self.list_commands(ctx), *(ALIASES if ctx.parent is None else ())]
            close = get_close_matches(name, names, n=3)
            said = f"; did you mean {' or '.join(close)}?" if close else ""
            raise click.UsageError(f"no command '{name}'{said}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands, in the sections of the table."""
        if ctx.parent is not None:
            with formatter.section("Commands"):
                lines = COMMANDS | OTHERS
                formatter.write_dl([(one, lines[name]) for one, name in self._names.items()])
            return
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl(list(commands.items()))
        contexts = [(name, text) for name, (text, _) in CONTEXTS.items()]
        with formatter.section("Contexts, for the longer spelling of the same"):
            formatter.write_dl(contexts)


def _version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from datum.project.versions import datum_version

        where = sys.modules["datum"].__file__ or ""
        click.echo(f"datum {datum_version()} (datum-vcs, version control for datasets; {where})")
        ctx.exit()


@click.pass_obj
def _before(run: Run | None, /, **values: Any) -> None:
    """Take the common options that stand before the command."""
    if run is not None:
        take_common(run, values)


APP = LazyGroup(
    name="datum",
    callback=_before,
    names={name: name for name in COMMANDS if name != "format"},
    help="Version control for annotated image datasets.",
    epilog="`datum COMMAND -h` explains a command, `datum transform -l` and `datum format list` "
    "show what can be plugged in.",
    context_settings={"help_option_names": ["-h", "--help"]},
    params=[
        click.Option(
            ["--version"],
            is_flag=True,
            expose_value=False,
            is_eager=True,
            callback=_version,
            help="Show the version and whose command this is.",
        ),
        *common_params(),
    ],
)

for _name, (_text, _members) in CONTEXTS.items():
    APP.add_command(
        LazyGroup(
            name=_name,
            names=_members,
            help=_text,
            callback=_before,
            params=common_params(),
            context_settings={"help_option_names": ["-h", "--help"]},
        )
    )
APP.add_command(
    LazyGroup(
        name="format",
        names={"list": "format_list", "detect": "detect"},
        default="list",
        context_settings={"help_option_names": ["-h", "--help"]},
        help=COMMANDS["format"],
    )
)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; never returns."""
    words = sys.argv[1:] if arguments is None else arguments
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    place = words.index("--") if "--" in words else len(words)
    run = Run(extras=words[place + 1 :], words=words)
    sys.exit(_guarded(run, words[:place]))


def _guarded(run: Run, words: list[str]) -> int:
    """Run, and turn whatever is raised into an exit code."""
    try:
        APP.main(words, prog_name="datum", standalone_mode=False, obj=run)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.ClickException as error:
        return _misused(run, error)
    except _StoppedError:
        return _interrupted(run, "stopped", 128 + signal.SIGTERM)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1
    except (KeyboardInterrupt, click.Abort):
        from datum.cli.exit_codes import INTERRUPTED

        return _interrupted(run, "interrupted", INTERRUPTED)
    except Exception as error:  # noqa: BLE001 (the last place where a fault can become one line)
        return _failed(run, error)
    return 0


class _StoppedError(BaseException):
    """Somebody asked the process to end; on the way out, what is unfinished is removed."""


def _stop(_number: int, _frame: object) -> None:
    raise _StoppedError


def _interrupted(run: Run, what: str, code: int) -> int:
    run.console.error(
        what, "what was not finished left no trace; `datum log --operations` shows the rest"
    )
    return code


def _misused(run: Run, error: click.ClickException) -> int:
    """A command line that cannot be understood, as one line and a hint."""
    context = getattr(error, "ctx", None)
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return error.exit_code
    message = error.format_message().rstrip(".")
    path = context.command_path if context else "datum"
    run.console.error(message[:1].lower() + message[1:], f"`{path} -h` shows how it is used")
    return error.exit_code


def _failed(run: Run, error: Exception) -> int:
    from datum.advice import system_advice
    from datum.cli.exit_codes import exit_code
    from datum.errors import DatumError, FormatError

    if run.debug:
        raise error
    if isinstance(error, DatumError):
        run.console.error(error.message, error.hint)
        if isinstance(error, FormatError):
            for other in error.others:
                run.console.error(other.message)
        return exit_code(error)
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        run.console.error(f"{place}{error.strerror or error}", system_advice(error))
        return _REFUSED
    run.console.error(
        f"a fault of datum itself: {type(error).__name__}: {error}",
        "run it again with --debug and report what it prints",
    )
    return _INTERNAL
