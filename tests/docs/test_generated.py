"""The pages are up to date, complete, and lead somewhere; the commands on them exist."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from datum.cli.chain import parse_chain
from datum.cli.main import APP
from datum.cli.table import COMMANDS
from datum.plugins import find_format, find_transform, format_names, transform_names

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
_SHELL = frozenset([">", ">>", "|", "&&", ";"])
"""Where a command ends on its line."""
NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]


def test_generated_pages_are_up_to_date():
    """scripts/docs would write what is there."""
    command = [sys.executable, "-m", "docgen", "--check"]
    env = {**os.environ, "PYTHONPATH": str(ROOT / "scripts")}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)  # noqa: S603 (our own script)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_page_with_an_example(name: str):
    """The page shows the command as it is typed."""
    text = (ROOT / f"docs/commands/{name}.md").read_text(encoding="utf-8")
    assert re.search(rf"^\$ datum {name}\b", text, re.MULTILINE)


@pytest.mark.parametrize("name", format_names())
def test_every_format_has_its_page(name: str):
    """Other spellings are on the page of the format that they are."""
    text = (ROOT / f"docs/formats/{find_format(name).name}.md").read_text(encoding="utf-8")
    assert f"`{name}`" in text


def test_every_transform_is_on_the_page():
    """Each has a heading, and other spellings are said under it."""
    text = (ROOT / "docs/transforms.md").read_text(encoding="utf-8")
    names = [name for name in transform_names() if find_transform(name).name == name]
    assert re.findall(r"^## (\w+)$", text, re.MULTILINE) == names
    assert all(f"`{name}`" in text for name in transform_names() if name not in names)


def prose(page: Path) -> str:
    """The text without code."""
    text = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"`[^`\n]*`", "", text)


def anchors(page: Path) -> set[str]:
    """Names of headings as they appear in links."""
    headings = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.strip().replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_somewhere(name: str):
    """Every link to a file of the repository names one, and every anchor is a heading of it."""
    page = ROOT / name
    dead = []
    for link in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            dead.append(link)
    assert not dead


@pytest.mark.parametrize("name", NAMES)
def test_pages_are_reached_from_the_index(name: str):
    """Each page is linked from another one."""
    page = ROOT / name
    if page == ROOT / "README.md":
        return
    linked = {
        (other.parent / link.partition("#")[0]).resolve()
        for other in PAGES
        if other != page
        for link in re.findall(r"\]\(([^)\s]+)\)", prose(other))
    }
    assert page in linked


def commands(page: Path) -> list[str]:
    """The lines that begin with ``$ datum``."""
    return re.findall(r"^\s*\$ (datum .*)$", page.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("name", [name for name in NAMES if commands(ROOT / name)])
def test_commands_exist(name: str):
    """Every ``$ datum …`` names a command and options that it has; nothing is run."""
    for line in commands(ROOT / name):
        words = shlex.split(line)[1:]
        end = next((n for n, word in enumerate(words) if word in _SHELL), len(words))
        check(words[:end], line)


def check(words: list[str], line: str) -> None:
    place = words.index("--") if "--" in words else len(words)
    rest = words[:place]
    if {"-h", "--help", "--version"} & set(rest):
        return
    command, context = APP, None
    try:
        while isinstance(command, click.Group):
            context = command.make_context(command.name, list(rest), parent=context)
            rest = [*context._protected_args, *context.args]  # noqa: SLF001 (click has no other word for it)
            _, command, rest = command.resolve_command(context, rest)
        parsed = command.make_context(command.name, list(rest), parent=context)
    except (click.UsageError, click.exceptions.NoArgsIsHelpError) as error:
        raise AssertionError(f"{line}: {error.format_message()}") from error
    check_extras(parsed.params, words[place + 1 :], line)


def check_extras(values: dict[str, object], extras: list[str], line: str) -> None:
    """What stands after ``--`` where a transform is named: options that it has."""
    names = values.get("names")
    if line.startswith("datum transform") and isinstance(names, tuple) and names:
        known = {find_transform(name).name for name in transform_names()}
        if known.issuperset(names):
            parse_chain(names, extras)
