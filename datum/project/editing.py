"""Edits by a program: items put and removed, committed together."""

from typing import Self

from datum.dataset.dataset import Dataset
from datum.dataset.keys import item_key, key_of
from datum.dataset.media import store_media
from datum.dataset.write import edit_snapshot, empty_snapshot
from datum.errors import ProjectError
from datum.lineage.recipe import Recipe
from datum.model import Categories, Item
from datum.objects.ids import ObjectId
from datum.project.session import Session
from datum.project.versions import software

__all__ = ["Editing"]


class Editing:
    """Items put and removed, committed together when the context ends without an error."""

    def __init__(self, session: Session, message: str) -> None:
        self._session = session
        self._message = message
        self._changes: dict[bytes, Item | None] = {}
        self._categories: Categories | None = None
        self.commit: ObjectId | None = None
        """The commit; None before the end, and where nothing changed."""

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        """Commit, unless an error ended the context."""
        if kind is None:
            self._finish()

    def put(self, item: Item) -> None:
        """Add an item, or replace the one of its subset and id."""
        self._changes[key_of(item)] = item

    def remove(self, subset: str, item_id: str) -> None:
        """Remove an item."""
        self._changes[item_key(subset, item_id)] = None

    def declare(self, categories: Categories) -> None:
        """Replace the categories."""
        self._categories = categories

    def _finish(self) -> None:
        session = self._session
        head, tip = session.head, session.head_commit()
        if head.ref is None:
            raise ProjectError("HEAD is on no branch", hint="make one with `datum switch -c NAME`")
        writer = session.store.writer()
        oid = empty_snapshot(writer) if tip is None else session.commit(tip).snapshot
        snapshot = edit_snapshot(
            writer,
            Dataset(writer, oid),
            self._changes,
            media=store_media,
            categories=self._categories,
        )
        if snapshot == oid and tip is not None:
            return
        recipe = Recipe(
            operation="edit",
            inputs=() if tip is None else (("branch", oid),),
            software=software(),
            determinism="external",
        )
        parents = () if tip is None else (tip,)
        self.commit = session.write_commit(writer, snapshot, parents, self._message, recipe)
        session.publish(writer, {head.ref: self.commit}, expected={head.ref: tip})
