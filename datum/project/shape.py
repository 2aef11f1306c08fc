"""Whether trees are cut where the rules of their store say: the same content has to be the same tree."""

import contextlib
from collections.abc import Iterable, Iterator

from datum.dataset.values import decode_snapshot
from datum.errors import DatumError
from datum.objects import tree
from datum.objects.config import CONFIG_NAME
from datum.objects.ids import ObjectId
from datum.objects.verify import Fault
from datum.project.reach import roots
from datum.project.session import Session
from datum.refs.commits import read_commit
from datum.refs.tags import peel

__all__ = ["shape_faults"]


def shape_faults(session: Session, starts: Iterable[ObjectId]) -> Iterator[Fault]:
    """Trees that are not what their entries make by the rules in ``store.toml``.

    One changed digit there would give every later commit other ids without a word.

    Args:
        session: The project.
        starts: Commits and tags whose own trees are looked at; damaged ones are passed over.
    """
    for root in dict.fromkeys(_roots(session, starts)):
        writer = session.store.writer()
        with contextlib.suppress(DatumError):  # what is damaged is named elsewhere
            if tree.build(writer, tree.iterate(session.store, root)) != root:
                reason = "the nodes of a tree do not end where the rules of the store say"
                yield Fault(reason, CONFIG_NAME, root)
        writer.discard()


def _roots(session: Session, starts: Iterable[ObjectId]) -> Iterator[ObjectId]:
    store = session.store
    for start in starts:
        with contextlib.suppress(DatumError):
            oid = peel(store, start)
            if oid is not None:
                yield from roots(decode_snapshot(store.get(read_commit(store, oid).snapshot)))
