"""Recipes: the operation that made a snapshot, with all that is needed to do it again."""

from typing import Any, Literal

import msgspec

from datum.errors import CorruptObjectError
from datum.objects.codec import decode, encode
from datum.objects.ids import ObjectId
from datum.objects.kinds import Kind
from datum.objects.store import ObjectReader, ObjectWriter

__all__ = ["Determinism", "External", "Recipe", "read_recipe", "write_recipe"]

VERSION = 1

Determinism = Literal["bitwise", "seeded", "tolerance", "external"]


class External(msgspec.Struct, frozen=True):
    """Something outside the store that went in."""

    uri: str
    size: int | None = None
    digest: str = ""


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """One operation. Nothing volatile is in it: no time, no host, no path of a temporary file."""

    operation: str
    """``import``, ``commit``, ``filter``, ``transform NAME``, ``revert``, …"""
    version: int = 1
    """Of the operation: raised when the same input gives other output."""
    parameters: dict[str, Any] = msgspec.field(default_factory=dict)
    inputs: tuple[tuple[str, ObjectId], ...] = ()
    """Role and content id of each snapshot that went in."""
    externals: tuple[External, ...] = ()
    software: dict[str, str] = msgspec.field(default_factory=dict)
    """Versions of datum, of the plugin and of libraries that matter to the result."""
    seed: int | None = None
    determinism: Determinism = "bitwise"


def write_recipe(writer: ObjectWriter, recipe: Recipe) -> ObjectId:
    """Write a recipe; its id."""
    data = encode(
        [
            Kind.RECIPE,
            VERSION,
            recipe.operation,
            recipe.version,
            recipe.parameters,
            [[role, oid] for role, oid in recipe.inputs],
            [[one.uri, one.size, one.digest] for one in recipe.externals],
            recipe.software,
            recipe.seed,
            recipe.determinism,
        ]
    )
    return writer.put(Kind.RECIPE, data)


def read_recipe(reader: ObjectReader, oid: ObjectId) -> Recipe:
    """The recipe of an id.

    Raises:
        CorruptObjectError: It is no recipe.
    """
    match decode(reader.get(oid)):
        case [
            Kind.RECIPE,
            1,
            str(operation),
            int(version),
            dict(parameters),
            list(inputs),
            list(externals),
            dict(software),
            (int() | None) as seed,
            ("bitwise" | "seeded" | "tolerance" | "external") as determinism,
        ]:
            return Recipe(
                operation=operation,
                version=version,
                parameters=parameters,
                inputs=tuple((role, ObjectId(source)) for role, source in inputs),
                externals=tuple(External(*row) for row in externals),
                software=software,
                seed=seed,
                determinism=determinism,
            )
        case _:
            raise CorruptObjectError("no recipe of a version that is known", oid=oid.hex())
