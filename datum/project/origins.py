"""Where a dataset came from: the commits behind it, what made each, and what went in."""

from collections import defaultdict
from collections.abc import Iterator

import msgspec

from datum.lineage.recipe import Recipe, read_recipe
from datum.objects.ids import ObjectId
from datum.project.session import Session
from datum.refs.commits import Commit, walk

__all__ = ["Input", "Origin", "find_origin", "lineage"]


class Input(msgspec.Struct, frozen=True, kw_only=True):
    """A state that went into another one."""

    role: str = ""
    """What the recipe calls it: the full name of a ref, ``parent``, ``branch``; empty where it says
    nothing, as of the sources that a commit took in."""
    snapshot: ObjectId
    commit: ObjectId | None = None
    """The parent that has this snapshot; None where none has."""


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """A commit, and how it came about."""

    oid: ObjectId
    commit: Commit
    recipe: Recipe | None = None
    inputs: tuple[Input, ...] = ()
    """Those of the recipe, then parents that it does not mention."""
    names: tuple[str, ...] = ()
    """Refs that are at it, branches by their short names."""


def find_origin(session: Session, oid: ObjectId) -> Origin:
    """How one commit came about."""
    return next(lineage(session, oid))


def lineage(session: Session, start: ObjectId) -> Iterator[Origin]:
    """A commit and all that it came from, newest first, but never an input before what was made of it."""
    names = defaultdict(list)
    for ref, oid in sorted(session.refs.all().items()):
        names[oid].append(ref.removeprefix("heads/"))
    for oid, commit in walk(session.store, [start]):
        recipe = None if commit.recipe is None else read_recipe(session.store, commit.recipe)
        yield Origin(
            oid=oid,
            commit=commit,
            recipe=recipe,
            inputs=tuple(_inputs(session, commit, recipe)),
            names=tuple(names[oid]),
        )


def _inputs(session: Session, commit: Commit, recipe: Recipe | None) -> Iterator[Input]:
    parents = {parent: session.commit(parent).snapshot for parent in commit.parents}
    for role, snapshot in () if recipe is None else recipe.inputs:
        found = next((oid for oid, one in parents.items() if one == snapshot), None)
        if found is not None:
            del parents[found]
        yield Input(role=role, snapshot=snapshot, commit=found)
    for parent, snapshot in parents.items():
        yield Input(snapshot=snapshot, commit=parent)
