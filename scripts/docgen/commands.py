"""Pages of the commands, from their own help."""

import inspect
from typing import Any

import click

from datum.cli.main import APP, load_command
from datum.cli.table import ALIASES, COMMANDS, CONTEXTS, SECTIONS
from docgen.text import escape, page, table

__all__ = ["command_pages"]

_COMMON = "common_"
"""How the names of the options begin that every command has."""


_FOOT = (
    "[All commands](README.md) · [Exit codes](../exit-codes.md) · "
    "[What every command knows](README.md#what-every-command-knows)"
)


def command_pages() -> dict[str, str]:
    """A page for each command, and their index."""
    root = click.Context(APP, info_name="datum")
    found = {"docs/commands/README.md": _index(root)}
    for name in COMMANDS:
        found[f"docs/commands/{name}.md"] = _page(root, name, _command(APP, root, name))
    return found


def _index(root: click.Context) -> str:
    lines = ["# Commands", "", "`datum COMMAND -h` shows the same in the terminal.", ""]
    for title, names in SECTIONS.items():
        rows = [(f"[{name}]({name}.md)", text) for name, text in names.items()]
        lines += [f"## {title}", "", *table(("command", "what it does"), rows), ""]
    lines += [
        "## What every command knows",
        "",
        *_options(root, _command(APP, root, "status"), common=True),
    ]
    lines += ["", "Exit codes are listed in [exit codes](../exit-codes.md).", ""]
    lines += ["## Other spellings", ""]
    rows = []
    for name, (_, members) in CONTEXTS.items():
        rows += [(f"`datum {name} {one}`", _same(command)) for one, command in members.items()]
    rows += [(f"`datum {one}`", _same(name)) for one, name in ALIASES.items()]
    return page([*lines, *table(("spelling", "what it is"), rows)])


def _same(name: str) -> str:
    """The command that another spelling is, or what it does where it has no page."""
    if name in COMMANDS:
        return f"[{name}]({name}.md)"
    if name == "detect":
        return "[format detect](format.md)"
    return (load_command(name).help or "").partition("\n")[0]


def _command(group: click.Group, context: click.Context, name: str) -> click.Command:
    found = group.get_command(context, name)
    if found is None:
        raise LookupError(name)
    return found


def _page(root: click.Context, name: str, command: click.Command) -> str:
    lines = [f"# datum {name}", ""]
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=name, parent=root)
        lines += [COMMANDS[name], ""]
        for one in command.list_commands(context):
            member = _command(command, context, one)
            lines += [f"## datum {name} {one}", "", *_body(context, one, member, "###")]
    else:
        lines += _body(root, name, command, "##")
    return page([*lines, "---", "", _FOOT])


def _body(parent: click.Context, name: str, command: click.Command, level: str) -> list[str]:
    context = click.Context(command, info_name=name, parent=parent)
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    lines = [*_paragraphs(command.help or ""), "", f"{level} Usage", "", "```", usage, "```", ""]
    options = _options(parent, command, common=False)
    if options:
        lines += [f"{level} Options", "", *options, ""]
    examples = [line.strip() for line in (command.epilog or "").splitlines()[2:] if line.strip()]
    if examples:
        lines += [
            f"{level} Examples",
            "",
            "```console",
            *(f"$ {one}" for one in examples),
            "```",
            "",
        ]
    return lines


def _paragraphs(help_text: str) -> list[str]:
    """The help, wrapped nowhere, without click's marks."""
    paragraphs = inspect.cleandoc(help_text).replace("\b\n", "").split("\n\n")
    return "\n\n".join(" ".join(one.split()) for one in paragraphs).split("\n")


def _options(parent: click.Context, command: click.Command, *, common: bool) -> list[str]:
    context = click.Context(command, info_name=command.name, parent=parent)
    rows = []
    for option in command.params:
        if (
            not isinstance(option, click.Option)
            or (option.name or "").startswith(_COMMON) != common
        ):
            continue
        record: Any = option.get_help_record(context)
        if record is not None:
            rows.append((f"`{record[0]}`", escape(record[1])))
    return table(("option", "meaning"), rows) if rows else []
