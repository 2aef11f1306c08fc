"""Recipes: the operation that made a snapshot, with all that is needed to do it again."""

from typing import Any, Literal

import msgspec

from datum.dataset.fields import checked, fields_decoder
from datum.errors import CorruptObjectError
from datum.objects.codec import encode
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


class _Fields(msgspec.Struct, array_like=True, forbid_unknown_fields=True, frozen=True):
    kind: int
    encoding: int
    operation: str
    version: int
    parameters: dict[str, Any]
    inputs: list[tuple[str, bytes]]
    externals: list[tuple[str, int | None, str]]
    software: dict[str, str]
    seed: int | None
    determinism: Determinism


_read = fields_decoder(_Fields, "recipe", Kind.RECIPE, VERSION)


def write_recipe(writer: ObjectWriter, recipe: Recipe) -> ObjectId:
    """Write a recipe; its id.

    Raises:
        UsageError: A parameter is nothing that JSON has.
    """
    return writer.put(Kind.RECIPE, _encode(recipe))


def _encode(recipe: Recipe) -> bytes:
    return encode(
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


def read_recipe(reader: ObjectReader, oid: ObjectId) -> Recipe:
    """The recipe of an id.

    Raises:
        CorruptObjectError: It is no recipe.
        ObjectNotFoundError: There is no such object.
    """
    data = reader.get(oid)
    try:
        fields = _read(data)
        recipe = Recipe(
            operation=fields.operation,
            version=fields.version,
            parameters=fields.parameters,
            inputs=tuple((role, ObjectId(source)) for role, source in fields.inputs),
            externals=tuple(External(*row) for row in fields.externals),
            software=fields.software,
            seed=fields.seed,
            determinism=fields.determinism,
        )
        return checked(recipe, _encode, data, "recipe")
    except CorruptObjectError as error:
        raise CorruptObjectError(error.reason, oid=oid.hex()) from error
