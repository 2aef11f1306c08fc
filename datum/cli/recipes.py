"""Recipes as people read them: what was done, as it would be typed, and what it was done to."""

import json
import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from datum.cli.commits import short
from datum.errors import DatumError
from datum.options import flag

if TYPE_CHECKING:
    from collections.abc import Mapping

    from datum.dataset.dataset import Dataset
    from datum.lineage.recipe import Recipe
    from datum.options import Option
    from datum.project.origins import Input, Origin

__all__ = ["command_text", "inputs_json", "lineage_lines", "origin_lines", "recipe_line"]

_LONG = 200
"""Characters of a value that are shown."""
_BEFORE = ("parent", "branch")
"""Roles of the state that a commit was made onto."""


def command_text(recipe: "Recipe") -> str:
    """The command that does the same; empty for what is no filter and no transform."""
    name, values = recipe.operation, recipe.parameters
    if name == "filter":
        flag = "--sql" if values.get("language") == "sql" else "-e"
        words = ["datum", "filter", "-m", values["mode"], flag, values["expression"]]
        return shlex.join(words)
    if not name.startswith("transform "):
        return ""
    transform = name.removeprefix("transform ")
    words = ["datum", "transform", "-t", transform]
    known = _options_of(transform)
    options = [word for one, value in values.items() for word in _option(one, value, known)]
    return shlex.join([*words, "--", *options] if options else words)


def _options_of(transform: str) -> "dict[str, Option]":
    """The options of a transform by name; none where it is not installed."""
    from datum.plugins import find_transform

    try:
        return {option.name: option for option in find_transform(transform).options}
    except DatumError:
        return {}


def _option(name: str, value: Any, known: "Mapping[str, Option]") -> list[str]:
    dashed, option = flag(name), known.get(name)
    match value:
        case None | "" | []:
            return []
        case str() if option and option.file:
            return [f"{dashed}=FILE"]
        case list() if option and option.words:
            values = value if option.many else [value]
            return [f"{dashed}={','.join(map(str, one))}" for one in values]
        case bool():
            return [f"{dashed}={str(value).lower()}"]
        case list():
            return [f"{dashed}={one}" for one in value]
        case _:
            return [f"{dashed}={value}"]


def recipe_line(recipe: "Recipe | None") -> str:
    """What was done, on one line."""
    if recipe is None:
        return "no recipe"
    text = command_text(recipe).removeprefix("datum ")
    if text:
        return text
    values = dict(recipe.parameters)
    if recipe.operation == "read":
        return f"read {recipe.externals[0].uri} as {values['format']}"
    taken = values.get("taken")
    if recipe.operation == "commit" and isinstance(taken, list):
        return f"commit, which took {', '.join(taken) or 'nothing'}"
    return recipe.operation


def lineage_lines(origin: "Origin", dataset: "Dataset") -> Iterator[str]:
    """A state in a drawing of a lineage: id, names and size; what made it; what it says of its inputs."""
    names = f"  {', '.join(origin.names)}" if origin.names else ""
    size = f"{len(dataset)} items, {dataset.annotation_count} annotations"
    yield f"{click.style(short(origin.oid), fg='yellow')}{click.style(names, fg='green')}  {size}"
    yield f"  {recipe_line(origin.recipe)}"
    for one in origin.inputs:
        if "/" in one.role:
            yield f"  of {_input_text(one)}"


def origin_lines(origin: "Origin") -> Iterator[str]:
    """A recipe in full: operation and version, every option, the inputs by name and id, the software."""
    recipe = origin.recipe
    if recipe is None:
        return
    yield f"{recipe.operation}, version {recipe.version}, {recipe.determinism}"
    for name, value in sorted(recipe.parameters.items()):
        yield f"    {name}: {_value(value)}"
    if recipe.seed is not None and "seed" not in recipe.parameters:
        yield f"    seed: {recipe.seed}"
    yield from (f"    of {_input_text(one)}" for one in origin.inputs)
    yield from (f"    of {external.uri}" for external in recipe.externals)
    for name, version in sorted(recipe.software.items()):
        yield f"    with {name} {version}"
    again = command_text(recipe)
    if again:
        yield f"    again: {again}"


def _value(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONG else f"{text[:_LONG]}… ({len(text)} characters)"


def _input_text(one: "Input") -> str:
    """``main, commit 1a2b3c4d, snapshot 5e6f7a8b``."""
    name = one.role.removeprefix("heads/")
    if one.role in _BEFORE:
        name = "the state before"
    parts = [name or "a parent"]
    if one.commit is not None:
        parts.append(f"commit {short(one.commit)}")
    return ", ".join([*parts, f"snapshot {short(one.snapshot)}"])


def inputs_json(origin: "Origin") -> list[dict[str, Any]]:
    """The inputs as JSON values."""
    return [
        {
            "role": one.role,
            "commit": None if one.commit is None else one.commit.hex(),
            "snapshot": one.snapshot.hex(),
        }
        for one in origin.inputs
    ]
