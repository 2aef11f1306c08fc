"""What holds of the whole tree: entry points, public names, sizes, errors, paths, the wheel."""

import ast
import importlib.util
import inspect
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import entry_points
from pathlib import Path

import pytest

import datum.errors
from datum.plugins import find_format, find_transform, format_names, transform_names

ROOT = Path(__file__).resolve().parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
GROUPS = {"console_scripts": PYPROJECT["scripts"], **PYPROJECT["entry-points"]}
MODULES = sorted([*(ROOT / "datum").rglob("*.py"), *(ROOT / "formats").rglob("*.py")])
NAMES = [module.relative_to(ROOT).as_posix() for module in MODULES]
LONGEST = 400
"""Lines of a module."""


def tracked() -> list[Path]:
    """Files that Git knows, or all of the source folders where this is no checkout."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607 (the git of the machine)
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        files = [ROOT / name for name in listed.stdout.split("\0") if name]
        return [file for file in files if file.is_file()]
    folders = ("datum", "formats", "tests", "scripts", "docs")
    return [file for folder in folders for file in (ROOT / folder).rglob("*") if file.is_file()]


@pytest.mark.parametrize("group", GROUPS)
def test_installed_entry_points_are_those_of_pyproject(group: str):
    """An installation from before an entry point was added or removed is told from a current one."""
    installed = {
        entry.name: entry.value
        for entry in entry_points(group=group)
        if entry.dist is not None and entry.dist.name == PYPROJECT["name"]
    }
    assert installed == GROUPS[group], "the installation is stale: run scripts/setup"


@pytest.mark.parametrize(
    ("group", "name"), [(group, name) for group, names in GROUPS.items() for name in names]
)
def test_an_entry_point_names_something(group: str, name: str):
    """The module has the attribute."""
    (entry,) = [one for one in entry_points(group=group) if one.name == name]
    assert entry.load() is not None


def test_a_card_is_an_entry_point_by_its_own_name():
    """Formats and transforms are found by the name on their card, and other spellings besides."""
    formats = {find_format(name).name for name in format_names()}
    assert formats <= set(format_names())
    transforms = {find_transform(name).name for name in transform_names()}
    assert transforms <= set(transform_names())


def test_two_cards_do_not_share_a_name():
    """Entry points of one card's name are one card."""
    cards = {}
    for name in format_names():
        card = find_format(name)
        assert cards.setdefault(card.name, card) is card


def public(tree: ast.Module) -> list[str] | None:
    """What ``__all__`` says; None where there is none."""
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(one, ast.Name) and one.id == "__all__" for one in targets):
                return list(ast.literal_eval(node.value))
    return None


def defined(tree: ast.Module) -> set[str]:
    """Names of classes and functions that the module defines and does not mark as its own."""
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    names = {node.name for node in tree.body if isinstance(node, kinds)}
    return {name for name in names if not name.startswith("_")}


def dotted(name: str) -> str:
    """The module of a file."""
    plain = name.removeprefix("formats/").removesuffix(".py").removesuffix("/__init__")
    return plain.replace("/", ".")


def imported() -> dict[str, set[str]]:
    """By module: the names, not those of modules, that other modules import from it."""
    ours = {dotted(name) for name in NAMES}
    found: dict[str, set[str]] = {}
    for module in MODULES:
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module in ours:
                names = {one.name for one in node.names} - {"*"}
                modules = {one for one in names if f"{node.module}.{one}" in ours}
                found.setdefault(node.module, set()).update(names - modules)
    return found


IMPORTED = imported()


def sort_key(name: str) -> tuple[int, str]:
    """Constants, then classes, then functions, as ruff sorts them."""
    kind = 0 if name.isupper() else 1 if name[:1].isupper() else 2
    return (kind, name)


@pytest.mark.parametrize("name", NAMES)
def test_all_is_sorted_and_complete(name: str):
    """``__all__``, where there is one, is sorted, has what others import, and no name that is not there."""
    tree = ast.parse((ROOT / name).read_text(encoding="utf-8"))
    said = public(tree)
    if said is None:
        return
    assert said == sorted(set(said), key=sort_key)
    assert IMPORTED.get(dotted(name), set()) - set(said) == set()
    known = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} | defined(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            known |= {one.asname or one.name for one in node.names}
    lazy = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    assert {one for one in said if one not in known and one not in lazy} == set()


@pytest.mark.parametrize("name", NAMES)
def test_modules_are_short(name: str):
    """A module is about one subject, and has 400 lines at most."""
    assert len((ROOT / name).read_text(encoding="utf-8").splitlines()) <= LONGEST


def test_every_error_is_in_the_tree_of_errors():
    """The docstring of datum.errors draws the tree as it is."""
    found = {
        error.__name__: error.__mro__[1].__name__
        for error in vars(datum.errors).values()
        if inspect.isclass(error) and error.__module__ == "datum.errors"
    }
    drawn: dict[str, str] = {}
    above: list[str] = ["Exception"]
    for line in (datum.errors.__doc__ or "").splitlines():
        match = re.match(r"((?:[│ ] {3})*(?:[├└]── )?)([A-Z]\w+Error)\b", line)
        if match:
            depth = len(match[1]) // 4 + 1
            drawn[match[2]] = above[depth - 1]
            above = [*above[:depth], match[2]]
    assert drawn == found
    assert set(datum.errors.__all__) == set(found)


def test_no_file_mentions_a_place_on_one_machine():
    """No path of somebody's home or checkout is in the tree."""
    places = re.compile(rb"/(?:home|Users|root|work|mnt)/(?!me/)[a-z0-9_.-]+/[A-Za-z0-9_.-]")
    found = []
    for file in tracked():
        for number, line in enumerate(file.read_bytes().splitlines(), start=1):
            match = places.search(line)
            if match:
                found.append(f"{file.relative_to(ROOT)}:{number}: {match[0].decode()}…")
    assert not found


@pytest.mark.skipif(importlib.util.find_spec("build") is None, reason="`build` is not installed")
def test_the_wheel_holds_the_two_packages_and_nothing_else(tmp_path: Path):
    """Top-level names are datum and datum_formats; both scripts are there; types are marked."""
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path]
    if importlib.util.find_spec("hatchling") is None:
        command.remove("--no-isolation")
    done = subprocess.run(  # noqa: S603 (our own build)
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (entries,) = [name for name in names if name.endswith(".dist-info/entry_points.txt")]
        scripts = archive.read(entries).decode()
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"datum", "datum_formats"}
    assert "datum/py.typed" in names
    sources = {name for name in names if name.endswith(".py")}
    assert sources == {name.removeprefix("formats/") for name in NAMES}
    for script in ("datum", "datum-vcs"):
        assert f"{script} = datum.cli.entry:main" in scripts
