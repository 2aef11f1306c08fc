"""Every command: its help, its examples, its line in the table."""

import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from datum.cli.exit_codes import EXIT_CODES
from datum.cli.main import APP, load_command
from datum.cli.table import ALIASES, COMMANDS, CONTEXTS, OTHERS

MODULES = sorted({name for name in COMMANDS if name != "format"} | set(OTHERS))
LINES = COMMANDS | OTHERS
HEAVY = ("numpy", "lxml", "cv2", "msgspec", "lmdb", "rich", "tomlkit", "datum.project")


def examples(command: click.Command) -> list[list[str]]:
    """The words of each example in a command's help, without redirections."""
    lines = (command.epilog or "").splitlines()[2:]
    words = [shlex.split(line.removeprefix('  eval "$(').removesuffix(')"')) for line in lines]
    return [line[: line.index(">")] if ">" in line else line for line in words]


@pytest.mark.parametrize("name", MODULES)
def test_the_table_has_the_first_line_of_the_help(name):
    """The help of datum says of a command what its own help begins with."""
    assert (load_command(name).help or "").partition("\n")[0] == LINES[name]


@pytest.mark.parametrize("name", MODULES)
def test_examples_parse(name):
    """Each example in the help is a command line that is understood, down to its options."""
    found = examples(load_command(name))
    assert found
    for program, *words in found:
        assert program == "datum"
        rest = words[: words.index("--")] if "--" in words else words
        command, context = APP, click.Context(APP, info_name="datum")
        while isinstance(command, click.Group):
            if rest[0].startswith("-"):  # `datum format -li` lists without the word
                rest = ["list", *rest]
            word, rest = rest[0], rest[1:]
            command = command.get_command(context, word)
            assert command is not None, word
            if isinstance(command, click.Group):
                context = click.Context(command, parent=context, info_name=word)
        command.make_context(word, list(rest), parent=context)


@pytest.mark.parametrize("name", MODULES)
def test_every_command_has_the_common_options(name):
    """Each command can print JSON, be quiet, and be told about colours."""
    options = {flag for one in load_command(name).params for flag in one.opts}
    assert {"--json", "--quiet", "--color", "--debug"} <= options


@pytest.mark.parametrize("name", MODULES)
def test_every_option_says_what_it_is_for(name):
    """No option that is shown goes without a word on it."""
    for one in load_command(name).params:
        if isinstance(one, click.Option) and not one.hidden:
            assert one.help, one.name


def test_help_lists_every_command(datum):
    """`datum --help` has each command with its line, and the contexts."""
    text = " ".join(datum("--help").out.split())
    for line in [*COMMANDS.values(), *(text for text, _ in CONTEXTS.values())]:
        assert line in text


@pytest.mark.parametrize("words", [["-h"], ["log", "-h"], ["project", "-h"], ["format", "--help"]])
def test_help_of_everything(datum, words):
    """Help is there for the whole, for groups and for commands, in both spellings."""
    assert datum(*words).out.startswith("Usage: datum")


def test_contexts_and_aliases_lead_to_commands():
    """Each longer or older spelling is a command that exists."""
    for _, members in CONTEXTS.values():
        for name in members.values():
            assert load_command(name)
    for name in ALIASES.values():
        assert load_command(name)


def test_help_imports_nothing_heavy():
    """The help of datum and of a command loads neither arrays nor stores."""
    code = (
        "import sys\n"
        "from datum.cli.main import main\n"
        "for words in (['--help'], ['log', '--help']):\n"
        "    try:\n        main(words)\n    except SystemExit:\n        pass\n"
        f"found = [one for one in {HEAVY!r} if one in sys.modules]\n"
        "sys.exit(' '.join(found) or 0)"
    )
    run = subprocess.run(  # noqa: S603 (a fresh interpreter, and the code above)
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stderr) == (0, "")


def test_exit_codes_are_documented():
    """docs/exit-codes.md has each class of error with its code, and no other."""
    text = Path(__file__).parents[2].joinpath("docs/exit-codes.md").read_text()
    rows = [line.split("|")[1:3] for line in text.splitlines() if line.startswith("| ")]
    found = {name.strip(" `"): int(code) for code, name in rows if "`" in name}
    assert found == {kind.__name__: code for kind, code in EXIT_CODES.items()}
